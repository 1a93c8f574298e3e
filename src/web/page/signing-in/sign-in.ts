/** Where people say who they are. Pure. */
import { NOTHING } from "../../../report/html-parts.ts";
import { type Html, html } from "../../../report/markup.ts";
import { sentence } from "../../../report/printable.ts";
import { framed } from "../frame.ts";
import type { Word } from "../options.ts";
import { SIGN_IN } from "../paths.ts";

/** What somebody sent whose session had ended meanwhile, to be gone on with. */
export interface Draft {
  readonly tenant: string;
  readonly word: Word;
}

/** `to`: where to go on. `refusal`: why the last try was none; null before the first. */
export function signInPage(to: string, refusal: string | null, draft: Draft | null): string {
  const said =
    refusal === null ? NOTHING : html`<p class="refusal" role="alert" id="refusal">${refusal}</p>`;
  const described =
    refusal === null ? NOTHING : html` aria-describedby="refusal" aria-invalid="true"`;
  const main = html`<h1>Sign in</h1>
<form class="box sign-in" method="post" action="${SIGN_IN}">
${said}${kept(draft)}<input type="hidden" name="to" value="${to}">
<div><label for="token">Token</label> <input id="token" name="token" type="password" autocomplete="current-password" spellcheck="false" required${described}></div>
<p class="quiet">A token of <code>http.access</code> in plumbline.yaml, or an access token of Microsoft Entra ID where it is named there.</p>
<button>Sign in</button>
</form>`;
  return framed({ title: "Sign in", tenant: null, isLive: false, reader: null, main });
}

function kept(draft: Draft | null): Html {
  if (draft === null) return NOTHING;
  const fields = Object.entries({ tenant: draft.tenant, ...draft.word });
  return html`<p>You are no longer signed in, so nothing was accepted. What you wrote is kept:</p>
<blockquote>${sentence(draft.word.reason)}</blockquote>
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
}
