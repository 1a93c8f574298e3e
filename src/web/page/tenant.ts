/** One tenant: what differs, its runs, and the report of the last one. Pure. */
import type { Run } from "../../model/generated/run.ts";
import { NOTHING } from "../../report/html-parts.ts";
import { tenantSection } from "../../report/html-tenant.ts";
import { duration } from "../../report/instants.ts";
import { type Html, html } from "../../report/markup.ts";
import { name } from "../../report/printable.ts";
import { runView, shortCommit, type TenantView } from "../../report/tenant-view.ts";
import { plural, triggers } from "../../report/wording.ts";
import { reconcileForm } from "./act-forms.ts";
import { differencesSection, type Shown } from "./differences.ts";
import { framed } from "./frame.ts";
import type { TenantPast } from "./options.ts";
import { runPath, tenantPath } from "./paths.ts";
import { timeline } from "./timeline.ts";
import { stateBadge, stateOf, time } from "./words.ts";

export function tenantPage(past: TenantPast, shown: Shown): string {
  const { reader } = shown;
  const { name: tenant, runs, nextRun, timezone, isRunning } = past;
  const [last] = runs;
  const view = last && runView(last, nextRun, { timezone });
  const next = nextRun === null ? NOTHING : html` Next run: ${time(nextRun, timezone)}.`;
  const main = html`<h1>${name(tenant)} ${stateBadge(stateOf(last ?? null))}</h1>
<p class="lead">${view?.sentence ?? NO_RUN}${next} <a href="${tenantPath(tenant)}/audit">Audit</a></p>
${reconcileForm(tenant, isRunning, reader)}
${view === undefined ? NOTHING : sections(view, past, shown)}`;
  return framed({ title: name(tenant), tenant, isLive: true, reader, main });
}

const NO_RUN =
  "It has not been run yet. What it is like is told here when its first run has ended.";

function sections(view: TenantView, past: TenantPast, shown: Shown): Html {
  return html`${differencesSection(past, shown)}
${runsSection(past)}
${tenantSection(view, "report", { hasLead: false, title: "Last run" })}`;
}

function runsSection(past: TenantPast): Html {
  return html`<section class="tenant" aria-labelledby="runs">
<h2 id="runs">Runs</h2>
<div class="box">${timeline(past.outlines)}
<table class="runs">
<caption class="hidden">The last ${plural(past.runs.length, "run")}, the newest first</caption>
<thead><tr><th scope="col">Ended</th><th scope="col">Result</th><th scope="col">Took</th><th scope="col">Started</th><th scope="col">Commit</th></tr></thead>
<tbody>
${past.runs.map((run) => row(run, past))}</tbody>
</table></div>
</section>
`;
}

function row(run: Run, { name: tenant, timezone }: TenantPast): Html {
  const { id, result, startedAt, finishedAt, trigger, commit } = run;
  const hash =
    commit === null
      ? html`<span class="quiet">none</span>`
      : html`<code>${shortCommit(commit)}</code>`;
  return html`<tr><th scope="row"><a href="${runPath(tenant, id)}">${time(finishedAt, timezone)}</a></th><td data-label="Result"><span>${stateBadge(result)}</span></td><td data-label="Took">${duration(startedAt, finishedAt) ?? ""}</td><td data-label="Started">${triggers[trigger]}</td><td data-label="Commit">${hash}</td></tr>\n`;
}
