/** What differs between git and a tenant, and since when. Pure. */
import { isPressing, type StandingDrift } from "../../../model/drift.ts";
import type { Drift } from "../../../model/generated/drift.ts";
import type { Acceptance } from "../../../model/store.ts";
import { fieldView, placeOf } from "../../../report/change-view.ts";
import { badge, NOTHING } from "../../../report/html-parts.ts";
import { shown as valueHtml } from "../../../report/html-tenant.ts";
import { breakable, type Html, html } from "../../../report/markup.ts";
import { grouped, name, REDACTED, sentence } from "../../../report/printable.ts";
import { shortCommit } from "../../../report/tenant-view.ts";
import { whoText } from "../../../report/who.ts";
import { kinds, plural, type Tone, verbs } from "../../../report/wording.ts";
import { acceptForm, revokeForm } from "../acting/act-forms.ts";
import type { PageOptions, TenantPast, Word } from "../options.ts";
import type { Reader } from "../signing-in/readers.ts";
import { age, time } from "../words.ts";

const tones = {
  new: "update",
  ongoing: "update",
  flapping: "bad",
  accepted: "held",
  resolved: "good",
} as const satisfies Record<Drift["state"], Tone>;

/** To whom, when, and where the definitions can be read. */
export interface Shown extends Pick<PageOptions, "sourceLink"> {
  readonly reader: Reader;
  readonly now: Date;
  /** What this reader began to say of a difference; null: nothing. */
  readonly draft?: Word | null;
}

/** The section with its heading; says so when there is none. */
export function differencesSection(past: TenantPast, shown: Shown): Html {
  const rows = past.drifts;
  const content =
    rows.length === 0
      ? html`<p class="box quiet">${nothingWords(past)}</p>`
      : html`<div class="box"><table class="differences">
<caption class="hidden">Differences that are open or accepted</caption>
<thead><tr><th scope="col">What</th><th scope="col">In the tenant</th><th scope="col">In git</th><th scope="col">Seen</th></tr></thead>
<tbody>
${rows.toSorted(openFirst).map((one) => row(one, past, shown))}</tbody>
</table></div>`;
  return html`<section class="tenant" aria-labelledby="differences">
<h2 id="differences">Differences ${counted(rows, past)}</h2>
${content}
</section>`;
}

/** What was not read may differ all the same. */
function nothingWords({ last }: TenantPast): string {
  if (!last?.plan) return "Whether anything differs is not known: the last run made no plan.";
  return last.plan.complete
    ? "Nothing was found to differ."
    : "Nothing was found to differ in what could be read.";
}

function counted(rows: readonly StandingDrift[], { last }: TenantPast): readonly Html[] {
  const pressing = rows.filter(({ drift }) => isPressing(drift)).length;
  const accepted = rows.filter(({ drift }) => drift.state === "accepted").length;
  const waiting = rows.length - pressing - accepted;
  const none = last?.plan?.complete ? badge("none open", "good") : badge("none known", "quiet");
  const badges = [
    pressing === 0 ? none : badge(`${grouped(pressing)} open`, "update"),
    ...(waiting === 0 ? [] : [badge(`${grouped(waiting)} not counted yet`, "quiet")]),
    ...(accepted === 0 ? [] : [badge(`${grouped(accepted)} accepted`, "held")]),
  ];
  // Apart also for whoever hears them.
  return badges.map((one) => html`${one} `);
}

/** What nobody has accepted first, then the oldest. */
function openFirst(one: StandingDrift, other: StandingDrift): number {
  const rank = ({ drift }: StandingDrift) => (drift.state === "accepted" ? 1 : 0);
  return rank(one) - rank(other) || (one.drift.firstSeen < other.drift.firstSeen ? -1 : 1);
}

function row(standing: StandingDrift, past: TenantPast, shown: Shown): Html {
  const { drift } = standing;
  const { state } = drift;
  const { path, before, after } = fieldView({
    ...drift,
    // What is redacted already is no value of anybody's.
    ...([drift.before, drift.after].includes(REDACTED) && { secret: true as const }),
  });
  const isWhole = drift.path === "";
  const values = isWhole
    ? html`<td colspan="2" data-label="To do"><span>${wholeWords(drift)}</span></td>`
    : html`<td class="was" data-label="In the tenant"><span>${valueHtml(before)}</span></td><td class="now" data-label="In git"><span>${valueHtml(after)}</span></td>`;
  const field = isWhole ? NOTHING : html`<br><code>${breakable(path)}</code>`;
  return html`<tr><th scope="row"><b>${name(drift.name)}</b> ${badge(state, tones[state])}${field}<br><span class="place">${place(drift, shown)}</span></th>${values}<td data-label="Seen"><div>${seen(standing, past, shown.now)}${form(standing, past, shown)}</div></td></tr>\n`;
}

function wholeWords({ op, kind }: Drift): Html {
  return html`The whole ${kinds[kind]} is to be ${verbs[op].done}.`;
}

function place(drift: Drift, { sourceLink }: Shown): Html {
  const { at, commit } = drift;
  const where = placeOf(at);
  const link = sourceLink(drift);
  const code = where === null ? html`no definition` : html`<code>${breakable(where)}</code>`;
  const file = link === null ? code : html`<a href="${link}" rel="noreferrer">${code}</a>`;
  return commit === null ? file : html`${file}, commit <code>${shortCommit(commit)}</code>`;
}

function seen({ drift, acceptance }: StandingDrift, { timezone }: TenantPast, now: Date): Html {
  const { firstSeen, lastSeen, runs, counts } = drift;
  const waits = counts ? NOTHING : html`<br>does not count yet`;
  const accepted = acceptance && html`<br>${acceptedWords(acceptance, timezone)}`;
  return html`first ${time(firstSeen, timezone, `${age(firstSeen, now)} ago`)},<br>last ${time(lastSeen, timezone, `${age(lastSeen, now)} ago`)}<br>in ${plural(runs, "run")}${waits}${accepted ?? NOTHING}${changedBy(drift, timezone)}`;
}

function acceptedWords({ until, by, reason }: Acceptance, timezone: string): Html {
  return html`accepted until ${time(until, timezone)} by ${name(by)}: ${sentence(reason)}`;
}

function form(
  { drift, acceptance }: StandingDrift,
  { name: tenant }: TenantPast,
  { reader, draft = null }: Shown,
): Html {
  return acceptance === null
    ? acceptForm(tenant, drift, reader, draft)
    : revokeForm(tenant, acceptance, drift, reader);
}

function changedBy({ who }: Drift, timezone: string): Html {
  return who === undefined ? NOTHING : html`<br>changed by ${breakable(whoText(who, timezone))}`;
}
