/** One tenant: what differs, its runs, and the report of the last one. Pure. */
import type { StandingDrift } from "../../../model/drift.ts";
import { NOTHING } from "../../../report/html-parts.ts";
import { tenantSection } from "../../../report/html-tenant.ts";
import { duration } from "../../../report/instants.ts";
import { type Html, html } from "../../../report/markup.ts";
import { name } from "../../../report/printable.ts";
import { runView, shortCommit, type TenantView } from "../../../report/tenant-view.ts";
import { plural, triggers } from "../../../report/wording.ts";
import { formId, isAcceptable, isOf, reconcileForm } from "../acting/act-forms.ts";
import { doneMessage, type Refused, refusedMessage } from "../acting/said.ts";
import { framed } from "../frame.ts";
import type { RunSummary, TenantPast } from "../options.ts";
import { type Done, runPath, tenantPath } from "../paths.ts";
import type { Reader } from "../signing-in/readers.ts";
import { stateBadge, stateOf, time } from "../words.ts";
import { differencesSection, type Shown } from "./differences.ts";
import { endedSection } from "./ended.ts";
import { timeline } from "./timeline.ts";

/** What the page is to say of what its reader has asked for. */
export interface Telling {
  readonly done?: Done | null;
  /** Then the page is the answer to a form: it has no address, and does not keep itself current. */
  readonly refused?: Refused;
}

export function tenantPage(past: TenantPast, shown: Shown, telling: Telling = {}): string {
  const { reader } = shown;
  const { done = null, refused } = telling;
  const { name: tenant, last, nextRun, timezone } = past;
  const view = last && runView(last, nextRun, { timezone });
  const next = nextRun === null ? NOTHING : html` Next run: ${time(nextRun, timezone)}.`;
  const main = html`<h1>${name(tenant)} ${stateBadge(stateOf(last))}</h1>
<p class="lead">${view?.sentence ?? NO_RUN}${next} <a href="${tenantPath(tenant)}/audit">Audit</a></p>
${refused ? refusedMessage(tenant, refused, formOf(past, refused, reader)) : doneMessage(past, done)}${reconcileForm(past, reader)}
${view === null ? NOTHING : sections(view, past, shown)}`;
  const title = refused ? `Not done, ${name(tenant)}` : name(tenant);
  return framed({ title, tenant, isLive: refused === undefined, reader, main });
}

/** The id of the form that has the draft; null: there is none. */
function formOf({ drifts }: TenantPast, { draft }: Refused, { isOperator }: Reader): string | null {
  if (draft === null || !isOperator) return null;
  const isAsked = ({ drift, acceptance }: StandingDrift) =>
    acceptance === null && isOf(draft, drift) && isAcceptable(drift);
  const asked = drifts.find(isAsked);
  return asked === undefined ? null : formId(asked.drift);
}

const NO_RUN =
  "It has not been run yet. What it is like is told here when its first run has ended.";

function sections(view: TenantView, past: TenantPast, shown: Shown): Html {
  return html`${differencesSection(past, shown)}
${endedSection(past, shown.now)}${runsSection(past)}
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

function row(run: RunSummary, { name: tenant, timezone }: TenantPast): Html {
  const { id, result, startedAt, finishedAt, trigger, commit } = run;
  const hash =
    commit === null
      ? html`<span class="quiet">none</span>`
      : html`<code>${shortCommit(commit)}</code>`;
  return html`<tr><th scope="row"><a href="${runPath(tenant, id)}">${time(finishedAt, timezone)}</a></th><td data-label="Result"><span>${stateBadge(result)}</span></td><td data-label="Took">${duration(startedAt, finishedAt) ?? ""}</td><td data-label="Started">${triggers[trigger]}</td><td data-label="Commit">${hash}</td></tr>\n`;
}
