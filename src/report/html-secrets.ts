/** Secrets on the page. */
import { toneClass, words } from "./html-parts.ts";
import { breakable, type Html, html } from "./markup.ts";
import type { SecretsView, SecretView } from "./secrets-view.ts";

export function secretsBox({ rows, toAssert, inDoubt, limit }: SecretsView): Html {
  const notes = [toAssert, inDoubt, limit]
    .filter((note) => note !== null)
    .map((note) => html`\n<p class="next quiet">${words(note)}</p>`);
  return html`<div class="box"><table>
<caption class="hidden">Secrets</caption>
<thead><tr><th scope="col">Connector</th><th scope="col">Secret</th><th scope="col">State</th><th scope="col">Since</th></tr></thead>
<tbody>
${rows.map(secretRow)}</tbody>
</table>${notes}</div>`;
}

function secretRow(view: SecretView): Html {
  const { name, path, source, state, tone, since, run, due, outside } = view;
  const known = html`<span class="toned ${toneClass(tone)}">${state}</span>`;
  const told =
    outside === null
      ? known
      : html`<span>${known}<br><span class="place">${breakable(outside)}</span></span>`;
  const when = [
    ...(since === null ? [] : [html`<span class="whole">${since}</span>`]),
    ...(run === null ? [] : [html`<span class="whole">run <code>${run}</code></span>`]),
    ...(due === null ? [] : [html`<span class="whole">due ${due}</span>`]),
  ].map((part, index) => (index === 0 ? part : html`<br>${part}`));
  const last =
    when.length === 0 ? html`<td></td>` : html`<td data-label="Since"><span>${when}</span></td>`;
  return html`<tr><th scope="row"><code>${name}</code></th><td data-label="Secret"><span><code>${breakable(path)}</code><br><span class="place"><code>${breakable(source)}</code></span></span></td><td data-label="State">${told}</td>${last}</tr>\n`;
}
