/** What the page of a tenant says first to whoever has just done something, or could not. Pure. */
import { NOTHING, words } from "../../report/html-parts.ts";
import { type Html, html } from "../../report/markup.ts";
import { name, sentence } from "../../report/printable.ts";
import { isOf } from "./act-forms.ts";
import type { TenantPast, Word } from "./options.ts";
import { type Done, runPath, tenantPath } from "./paths.ts";
import { stateBadge, time } from "./words.ts";

/**
 * Tells no more than what is so now, whatever the address says was done. It takes the focus, so that it
 * is heard also without a script.
 */
export function doneMessage(past: TenantPast, done: Done | null): Html {
  const told = done && doneWords(past, done);
  return told === null
    ? NOTHING
    : html`<p class="box done tone-good" id="said" role="status" tabindex="-1" autofocus>${told}</p>\n`;
}

function doneWords(past: TenantPast, done: Done): Html | null {
  if (done.act === "reconcile") return runWords(past, done.run);
  const standing = past.drifts.find(({ drift }) => isOf(done, drift));
  const what =
    standing && html`<code>${standing.drift.path}</code> of <b>${name(standing.drift.name)}</b>`;
  const acceptance = standing?.acceptance ?? null;
  if (done.act === "revoke") {
    return acceptance === null ? html`${what ?? "It"} is no longer accepted.` : null;
  }
  if (acceptance === null) return null;
  const { until, by } = acceptance;
  return html`${what ?? ""} is accepted until ${time(until, past.timezone)}, by ${name(by)}.`;
}

function runWords({ name: tenant, isRunning, runs, outlines }: TenantPast, id: string | null) {
  if (id === null && isRunning) return html`The run is in hand. This page tells when it has ended.`;
  const run = id === null ? runs[0] : outlines.find((one) => one.id === id);
  if (run === undefined) return null;
  return html`The <a href="${runPath(tenant, run.id)}">run</a> has ended: ${stateBadge(run.result)}`;
}

/** Why something was not done, with what was written where there is no form for it any more. */
export interface Refused {
  readonly message: string;
  readonly draft: Word | null;
}

/** In the place of what was done. `isShown`: whether the page has the form of the draft. */
export function refusedMessage(
  tenant: string,
  { message, draft }: Refused,
  isShown: boolean,
): Html {
  const written =
    draft === null || isShown || draft.reason === ""
      ? NOTHING
      : html`<p>You wrote: ${sentence(draft.reason)}</p>\n`;
  return html`<div class="box change tone-bad" id="said" role="alert" tabindex="-1" autofocus><p>${words(sentence(message))}</p>
${written}<p class="next"><a href="${tenantPath(tenant)}">Load the page anew</a></p></div>
`;
}
