/** What differs between git and a tenant, and since when. Pure. */
import type { Drift } from "../../model/generated/drift.ts";
import { fieldView, placeOf } from "../../report/change-view.ts";
import { badge, NOTHING } from "../../report/html-parts.ts";
import { shown } from "../../report/html-tenant.ts";
import { breakable, type Html, html } from "../../report/markup.ts";
import { grouped, name, REDACTED, sentence } from "../../report/printable.ts";
import { shortCommit } from "../../report/tenant-view.ts";
import { kinds, plural, type Tone, verbs } from "../../report/wording.ts";
import type { TenantPast } from "./options.ts";
import { age, time } from "./words.ts";

const tones = {
  new: "update",
  ongoing: "update",
  flapping: "bad",
  accepted: "held",
  resolved: "good",
} as const satisfies Record<Drift["state"], Tone>;

/** The section with its heading; says so when there is none. */
export function differencesSection(past: TenantPast, now: Date): Html {
  const { drifts } = past;
  const content =
    drifts.length === 0
      ? html`<p class="box quiet">Nothing was found to differ.</p>`
      : html`<div class="box"><table class="differences">
<caption class="hidden">Differences that are open or accepted</caption>
<thead><tr><th scope="col">What</th><th scope="col">In the tenant</th><th scope="col">In git</th><th scope="col">Seen</th></tr></thead>
<tbody>
${drifts.toSorted(openFirst).map((drift) => row(drift, past, now))}</tbody>
</table></div>`;
  return html`<section class="tenant" aria-labelledby="differences">
<h2 id="differences">Differences ${counted(drifts)}</h2>
${content}
</section>`;
}

function counted(drifts: readonly Drift[]): readonly Html[] {
  const accepted = drifts.filter(({ state }) => state === "accepted").length;
  const open = drifts.length - accepted;
  return [
    open === 0 ? badge("none open", "good") : badge(`${grouped(open)} open`, "update"),
    ...(accepted === 0 ? [] : [badge(`${grouped(accepted)} accepted`, "held")]),
  ];
}

/** What nobody has accepted first, then the oldest. */
function openFirst(one: Drift, other: Drift): number {
  const rank = ({ state }: Drift) => (state === "accepted" ? 1 : 0);
  return rank(one) - rank(other) || (one.firstSeen < other.firstSeen ? -1 : 1);
}

function row(drift: Drift, past: TenantPast, now: Date): Html {
  const { path, before, after } = fieldView({
    ...drift,
    // What is redacted already is no value of anybody's.
    ...([drift.before, drift.after].includes(REDACTED) && { secret: true as const }),
  });
  const isWhole = drift.path === "";
  const values = isWhole
    ? html`<td colspan="2" data-label="To do"><span>${wholeWords(drift)}</span></td>`
    : html`<td class="was" data-label="In the tenant"><span>${shown(before)}</span></td><td class="now" data-label="In git"><span>${shown(after)}</span></td>`;
  const field = isWhole ? NOTHING : html`<br><code>${breakable(path)}</code>`;
  return html`<tr><th scope="row"><b>${name(drift.name)}</b> ${badge(drift.state, tones[drift.state])}${field}<br><span class="place">${place(drift)}</span></th>${values}<td data-label="Seen"><span>${seen(drift, past, now)}</span></td></tr>\n`;
}

function wholeWords({ op, kind }: Drift): Html {
  return html`The whole ${kinds[kind]} is to be ${verbs[op].done}.`;
}

function place({ at, commit }: Drift): Html {
  const where = placeOf(at);
  const file = where === null ? html`no definition` : html`<code>${breakable(where)}</code>`;
  return commit === null ? file : html`${file}, commit <code>${shortCommit(commit)}</code>`;
}

function seen(drift: Drift, { timezone, acceptances }: TenantPast, now: Date): Html {
  const { firstSeen, lastSeen, runs, state, counts } = drift;
  const waits = counts ? NOTHING : html`<br>does not count yet`;
  const accepted = acceptances.find(
    ({ kind, name, path }) => kind === drift.kind && name === drift.name && path === drift.path,
  );
  const until =
    state !== "accepted" || accepted === undefined
      ? NOTHING
      : html`<br>accepted until ${time(accepted.until, timezone)} by ${name(accepted.by)}: ${sentence(accepted.reason)}`;
  return html`first ${time(firstSeen, timezone, `${age(firstSeen, now)} ago`)},<br>last ${time(lastSeen, timezone, `${age(lastSeen, now)} ago`)}<br>in ${plural(runs, "run")}${waits}${until}`;
}
