/** Where people say who they are. Pure. */
import { NOTHING } from "../../report/html-parts.ts";
import { html } from "../../report/markup.ts";
import { framed } from "./frame.ts";
import { SIGN_IN } from "./paths.ts";

/** `to`: where to go on. `refusal`: why the last try was none; null before the first. */
export function signInPage(to: string, refusal: string | null): string {
  const said =
    refusal === null ? NOTHING : html`<p class="refusal" role="alert" id="refusal">${refusal}</p>`;
  const described =
    refusal === null ? NOTHING : html` aria-describedby="refusal" aria-invalid="true"`;
  const main = html`<h1>Sign in</h1>
<form class="box sign-in" method="post" action="${SIGN_IN}">
${said}<input type="hidden" name="to" value="${to}">
<div><label for="token">Token</label> <input id="token" name="token" type="password" autocomplete="current-password" spellcheck="false" required${described}></div>
<p class="quiet">A token of <code>http.access</code> in plumbline.yaml, or an access token of Microsoft Entra ID where it is named there.</p>
<button>Sign in</button>
</form>`;
  return framed({ title: "Sign in", tenant: null, isLive: false, reader: null, main });
}
