/** The report of one run. Pure. */
import type { Run } from "../../../model/generated/run.ts";
import { tenantSection } from "../../../report/html-tenant.ts";
import { html } from "../../../report/markup.ts";
import { name } from "../../../report/printable.ts";
import { runView } from "../../../report/tenant-view.ts";
import { framed } from "../frame.ts";
import type { Reader } from "../signing-in/readers.ts";
import { stateBadge } from "../words.ts";

export function runPage(run: Run, timezone: string, reader: Reader): string {
  const { tenant, id } = run;
  const view = runView(run, null, { timezone });
  const main = html`<h1>${view.sentence}</h1>
<p class="lead">Run ${name(id)} of ${name(tenant)} ${stateBadge(run.result)}</p>
${tenantSection(view, "report", { hasLead: false, title: "Report" })}`;
  const title = `${name(tenant)}, run ${name(id)}`;
  return framed({ title, tenant, place: `run ${name(id)}`, isLive: false, reader, main });
}
