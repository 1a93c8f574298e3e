/** One look says whether every tenant matches git. Pure. */

import { NOTHING } from "../../../report/html-parts.ts";
import { type Counted, cards } from "../../../report/html-tenant.ts";
import { type Html, html } from "../../../report/markup.ts";
import { grouped, name } from "../../../report/printable.ts";
import { plural } from "../../../report/wording.ts";
import { framed } from "../frame.ts";
import type { TenantStanding } from "../options.ts";
import type { Reader } from "../signing-in/readers.ts";
import {
  age,
  type State,
  stateBadge,
  stateOf,
  states,
  tenantLink,
  time,
  toneOf,
} from "../words.ts";

/** What is to be shown; empty shows all. */
export interface Filter {
  /** Part of a name, in any case. */
  readonly name: string;
  /** One of `states`; anything else is no state of any tenant. */
  readonly state: string;
}

/** The whole page, the worst tenants first. */
export function overviewPage(
  standings: readonly TenantStanding[],
  filter: Filter,
  { reader, now }: { readonly reader: Reader; readonly now: Date },
): string {
  const shown = standings.filter(isWanted(filter)).toSorted(worstFirst);
  const sentence = sentenceOf(standings);
  const main = html`<h1>${sentence}</h1>
${cards(countsOf(standings))}
${standings.length > 1 ? filterForm(standings, filter) : NOTHING}
${shown.length === 0 ? nothingShown(standings) : table(shown, now)}`;
  return framed({ title: sentence, tenant: null, isLive: true, reader, main });
}

/** Whether the tenant is as git says, as far as anybody has looked. */
function isMatch({ last, open }: TenantStanding): boolean {
  const state = stateOf(last);
  return (state === "clean" || state === "converged") && open === 0;
}

function sentenceOf(standings: readonly TenantStanding[]): string {
  const total = standings.length;
  const count = standings.filter(isMatch).length;
  if (standings.every(({ last }) => last === null)) {
    return total === 1
      ? "The tenant has not been run yet."
      : `None of ${plural(total, "tenant")} has been run yet.`;
  }
  if (total === 1) return count === 1 ? "The tenant matches git." : oneSentence(standings);
  if (count === total) return `All ${plural(total, "tenant")} match git.`;
  return `${grouped(count)} of ${plural(total, "tenant")} ${count === 1 ? "matches" : "match"} git.`;
}

function oneSentence([only]: readonly TenantStanding[]): string {
  const differs =
    only !== undefined && (only.open > 0 || ["drift", "refused"].includes(stateOf(only.last)));
  return differs ? "The tenant differs from git." : "Whether the tenant matches git is not known.";
}

function countsOf(standings: readonly TenantStanding[]): readonly Counted[] {
  return states
    .map((state) => ({
      count: standings.filter(({ last }) => stateOf(last) === state).length,
      what: state,
      tone: toneOf(state),
    }))
    .filter(({ count }) => count > 0);
}

function isWanted(filter: Filter): (standing: TenantStanding) => boolean {
  const part = filter.name.trim().toLowerCase();
  return ({ name, last }) =>
    name.toLowerCase().includes(part) && (filter.state === "" || stateOf(last) === filter.state);
}

function worstFirst(one: TenantStanding, other: TenantStanding): number {
  // Something may have opened since the last run: what was accepted is so no longer.
  const rank = ({ last, open }: TenantStanding) =>
    Math.min(states.indexOf(stateOf(last)), open > 0 ? states.indexOf("drift") : states.length);
  const since = ({ oldest }: TenantStanding) => oldest ?? "~";
  return (
    rank(one) - rank(other) || compare(since(one), since(other)) || compare(one.name, other.name)
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function filterForm(standings: readonly TenantStanding[], filter: Filter): Html {
  const present = states.filter((state) => standings.some(({ last }) => stateOf(last) === state));
  return html`<form class="filter" method="get" action="/" role="search">
<div><label for="name">Name</label> <input id="name" name="name" type="search" value="${filter.name}" autocomplete="off" spellcheck="false"></div>
<div><label for="state">State</label> <select id="state" name="state"><option value="">any</option>${present.map((state) => choice(state, filter.state))}</select></div>
<button>Show</button>
</form>`;
}

function choice(state: State, chosen: string): Html {
  const selected = state === chosen ? html` selected` : NOTHING;
  return html`<option value="${state}"${selected}>${state}</option>`;
}

function nothingShown(standings: readonly TenantStanding[]): Html {
  return html`<p class="box">None of ${plural(standings.length, "tenant")} fits. <a href="/">Show all</a></p>`;
}

function table(standings: readonly TenantStanding[], now: Date): Html {
  return html`<div class="box"><table class="tenants">
<caption class="hidden">${plural(standings.length, "tenant")}, the worst first</caption>
<thead><tr><th scope="col">Tenant</th><th scope="col">Last run</th><th scope="col">Open differences</th><th scope="col">Ended</th><th scope="col">Next run</th></tr></thead>
<tbody>
${standings.map((standing) => row(standing, now))}</tbody>
</table></div>`;
}

function row(standing: TenantStanding, now: Date): Html {
  const { last, mode, nextRun, suspendedUntil } = standing;
  const reports = mode === "report" ? html`<br><span class="place">reports only</span>` : NOTHING;
  const suspended =
    suspendedUntil === null
      ? NOTHING
      : html`<br><span class="place">suspended until ${time(suspendedUntil)}</span>`;
  const ended = last === null ? none("none yet") : time(last.finishedAt);
  const next = nextRun === null ? none("no schedule") : time(nextRun);
  return html`<tr><th scope="row">${tenantLink(standing.name)}${reports}${suspended}</th><td data-label="Last run"><span>${stateBadge(stateOf(last))}</span></td><td data-label="Differences">${differences(standing, now)}</td><td data-label="Ended">${ended}</td><td data-label="Next run">${next}</td></tr>\n`;
}

function differences({ open, oldest, last }: TenantStanding, now: Date): Html {
  if (open === 0) return none(isKnown(last) ? "none" : "none known");
  const since =
    oldest === null ? NOTHING : html`, ${time(oldest, undefined, `since ${age(oldest, now)}`)}`;
  return html`<span><b>${grouped(open)}</b>${since}</span>`;
}

/** Whether the last run has looked at all there is. */
function isKnown(last: TenantStanding["last"]): boolean {
  return ["clean", "converged", "drift", "refused"].includes(stateOf(last));
}

function none(text: string): Html {
  return html`<span class="quiet">${name(text)}</span>`;
}
