/** What stands around every page. */
import { mark, NOTHING } from "../../report/html-parts.ts";
import { type Html, html } from "../../report/markup.ts";
import { name } from "../../report/printable.ts";
import { SCRIPT, SIGN_OUT, STYLE } from "./paths.ts";
import type { Reader } from "./signing-in/readers.ts";
import { tenantLink } from "./words.ts";

export interface Frame {
  /** Text of the tab. */
  readonly title: string;
  /** The tenant that it is about; null: all, or none. */
  readonly tenant: string | null;
  /** Where it is, below the tenant. */
  readonly place?: string;
  /** Whether runs that end change it: of its tenant, or without one of any. */
  readonly isLive: boolean;
  /** null: nobody is known yet. */
  readonly reader: Reader | null;
  readonly main: Html;
}

/** A whole document. Holds no inline script and no inline style, which its policy would refuse. */
export function framed(frame: Frame): string {
  const live = frame.isLive ? html` data-live="${frame.tenant ?? ""}"` : NOTHING;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${frame.title} · Plumbline</title>
<link rel="stylesheet" href="${STYLE}">
<script type="module" src="${SCRIPT}"></script>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="bar">
<nav aria-label="Where you are">${trail(frame)}</nav>
<p id="live" class="live" role="status"></p>
${who(frame.reader)}
</header>
<main id="main" tabindex="-1"${live}>
${frame.main}
</main>
<footer><p>Values of secrets are never part of a page.</p></footer>
</body>
</html>
`;
  return page.html;
}

/** Where nobody has to say who they are, there is nothing to say of them. */
function who(reader: Reader | null): Html {
  if (reader === null || reader.by === "place") return NOTHING;
  const role = reader.isOperator ? "operator" : "viewer";
  const out =
    reader.by === "session"
      ? html` <form method="post" action="${SIGN_OUT}"><button>Sign out</button></form>`
      : NOTHING;
  return html`<div class="who"><p>${name(reader.name)}, ${role}</p>${out}</div>`;
}

function trail({ tenant, place }: Frame): Html {
  const steps = [
    html`<a class="brand" href="/">${mark} Plumbline</a>`,
    ...(tenant === null ? [] : [place === undefined ? here(name(tenant)) : tenantLink(tenant)]),
    ...(place === undefined ? [] : [here(place)]),
  ];
  return html`<ol class="trail">${steps.map((step) => html`<li>${step}</li>`)}</ol>`;
}

function here(text: string): Html {
  return html`<span aria-current="page">${text}</span>`;
}
