/** Certificates on the page. */
import type {
  CertificatesView,
  CertificateView,
  ConnectorView,
  ExpiryView,
} from "./certificates-view.ts";
import { badge, NOTHING, toneClass } from "./html-parts.ts";
import { breakable, type Html, html } from "./markup.ts";

export function expiryTable(expiry: readonly ExpiryView[]): Html {
  const rows = expiry.map(
    (one) =>
      html`<tr><th scope="row">${badge(one.label, one.tone)}</th><td>${called(one)}</td><td><span class="toned ${toneClass(one.tone)}">${one.sentence}</span><br><span class="place"><code>${breakable(one.thumbprint)}</code></span></td></tr>\n`,
  );
  return html`<div class="box"><table>
<caption class="hidden">Certificates that expire</caption>
<thead><tr><th scope="col" class="severity">Warning</th><th scope="col">Connector</th><th scope="col">Certificate</th></tr></thead>
<tbody>
${rows}</tbody>
</table></div>`;
}

export function certificatesTable(certificates: readonly CertificatesView[]): Html {
  return html`<div class="box"><table>
<caption class="hidden">Certificates</caption>
<thead><tr><th scope="col">Connector</th><th scope="col">Thumbprint</th><th scope="col">Valid</th><th scope="col">State</th></tr></thead>
<tbody>
${certificates.flatMap((of) => of.list.map((one) => certificateRow(of, one)))}</tbody>
</table></div>`;
}

function certificateRow(of: ConnectorView, one: CertificateView): Html {
  const inGit = one.isInGit ? html` ${badge("in git", "quiet")}` : NOTHING;
  const expiry = one.expiry === null ? NOTHING : html` ${badge(one.expiry.label, one.expiry.tone)}`;
  return html`<tr><th scope="row">${called(of)}</th><td data-label="Thumbprint"><span><code>${breakable(one.thumbprint)}</code>${inGit}</span></td><td data-label="Valid"><span><span class="whole">${one.from}</span> to <span class="whole">${one.until}</span>${expiry}</span></td><td data-label="State"><span class="toned ${toneClass(one.tone)}">${one.state}</span></td></tr>\n`;
}

function called({ called: label, isUnmanaged }: ConnectorView): Html {
  const mark = isUnmanaged ? html` <span class="quiet whole">(unmanaged)</span>` : NOTHING;
  return label === null
    ? html`<span class="quiet">(no name)</span>${mark}`
    : html`<code>${label}</code>${mark}`;
}
