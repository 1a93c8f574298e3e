/** What no definition names, on the page. */
import { breakable, type Html, html } from "./markup.ts";
import type { UnmanagedView } from "./unmanaged-view.ts";

export function unmanagedTable(unmanaged: readonly UnmanagedView[]): Html {
  return html`<div class="box"><table>
<caption class="hidden">Unmanaged objects</caption>
<thead><tr><th scope="col">Name</th><th scope="col">URL</th><th scope="col">Id</th></tr></thead>
<tbody>
${unmanaged.map(row)}</tbody>
</table></div>`;
}

function row(one: UnmanagedView): Html {
  if (one.type === "flow") {
    return html`<tr><th scope="row">${one.id}</th><td><span class="quiet">user flow</span></td><td></td></tr>\n`;
  }
  const { displayName, id, url } = one;
  const label =
    displayName === null ? html`<span class="quiet">(no name)</span>` : html`${displayName}`;
  return html`<tr><th scope="row">${label}</th><td><code>${breakable(url)}</code></td><td><code>${id}</code></td></tr>\n`;
}
