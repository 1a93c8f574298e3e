/** Differences that are there no longer: who ended them, and when. Pure. */
import type { Drift } from "../../../model/generated/drift.ts";
import { NOTHING } from "../../../report/html-parts.ts";
import { breakable, type Html, html } from "../../../report/markup.ts";
import { name } from "../../../report/printable.ts";
import { whoText } from "../../../report/who.ts";
import { plural } from "../../../report/wording.ts";
import type { TenantPast } from "../options.ts";
import { age, time } from "../words.ts";

/** Nothing where nothing has ended lately. */
export function endedSection({ resolved, timezone }: TenantPast, now: Date): Html {
  if (resolved.length === 0) return NOTHING;
  return html`<section class="tenant" aria-labelledby="ended">
<h2 id="ended">Ended differences</h2>
<div class="box"><table class="ended">
<caption class="hidden">The last ${plural(resolved.length, "difference")} that ended, the newest first</caption>
<thead><tr><th scope="col">What</th><th scope="col">Ended</th><th scope="col">How</th></tr></thead>
<tbody>
${resolved.map((drift) => row(drift, timezone, now))}</tbody>
</table></div>
</section>
`;
}

function row(drift: Drift, timezone: string, now: Date): Html {
  const { path, resolvedAt } = drift;
  const field = path === "" ? NOTHING : html`<br><code>${breakable(path)}</code>`;
  const ended =
    resolvedAt === null
      ? NOTHING
      : html`${time(resolvedAt, timezone, `${age(resolvedAt, now)} ago`)}`;
  return html`<tr><th scope="row"><b>${name(drift.name)}</b>${field}</th><td data-label="Ended">${ended}</td><td data-label="How"><span>${endedBy(drift, timezone)}</span></td></tr>\n`;
}

const endings = {
  us: "Plumbline put it right",
  commit: "git says what is live",
  someone: "somebody changed the tenant",
} as const satisfies Record<NonNullable<Drift["resolvedBy"]>, string>;

function endedBy({ resolvedBy, resolvedWho }: Drift, timezone: string): Html {
  const how = resolvedBy === null ? "" : endings[resolvedBy];
  if (resolvedWho === undefined) return html`${how}`;
  return html`${how}:<br>${breakable(whoText(resolvedWho, timezone))}`;
}
