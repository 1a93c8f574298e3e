/**
 * The report as one page to forward: it loads nothing and runs nothing, and says so to the browser.
 */
import { mark } from "./html-parts.ts";
import { style } from "./html-style.ts";
import { faultTable, tenantSection } from "./html-tenant.ts";
import { breakable, type Html, html } from "./markup.ts";
import type { FaultsView, TenantsView, View } from "./view.ts";

const sheet: Html = { html: style };

export function renderHtml(view: View): string {
  const body = view.type === "faults" ? faultsBody(view) : tenantsBody(view);
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${titleOf(view)}</title>
<style>${sheet}</style>
</head>
<body>
<header>
<p class="brand">${mark} ${view.title}</p>
<h1>${view.sentence}</h1>
</header>
<main>
${body}
</main>
<footer><p>Made by Plumbline. Values of secrets are never part of a report.</p></footer>
</body>
</html>
`;
  return page.html;
}

function titleOf(view: View): string {
  if (view.type === "faults" || view.tenants.length !== 1) return `${view.title}: ${view.sentence}`;
  return `${view.title}: ${view.tenants.map(({ tenant, result }) => `${tenant}, ${result}`).join()}`;
}

function tenantsBody(view: TenantsView): readonly Html[] {
  const isSeveral = view.tenants.length > 1;
  return view.tenants.map((tenant, index) =>
    tenantSection(tenant, `tenant-${index + 1}`, { hasLead: isSeveral }),
  );
}

function faultsBody(view: FaultsView): readonly Html[] {
  return view.groups.map(({ file, faults }, index) => {
    const id = `file-${index + 1}`;
    return html`<section class="tenant" aria-labelledby="${id}">
<h2 id="${id}">${breakable(file ?? "Elsewhere")}</h2>
${faultTable(faults)}
</section>
`;
  });
}
