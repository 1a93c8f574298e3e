/** What the page of a tenant says first to whoever has just done something, or could not. Pure. */
import { NOTHING, toneClass, words } from "../../../report/html-parts.ts";
import { type Html, html } from "../../../report/markup.ts";
import { name, sentence } from "../../../report/printable.ts";
import type { Tone } from "../../../report/wording.ts";
import type { TenantPast, Word } from "../options.ts";
import { type Done, runPath, tenantPath } from "../paths.ts";
import { stateBadge, time, toneOf } from "../words.ts";
import { isOf } from "./act-forms.ts";

/**
 * Tells no more than what is so now, whatever the address says was done. It takes the focus, so that it
 * is heard also without a script.
 */
export function doneMessage(past: TenantPast, done: Done | null): Html {
  const told = done && doneWords(past, done);
  return told === null
    ? NOTHING
    : html`<p class="box done ${toneClass(told.tone)}" id="said" role="status" tabindex="-1" autofocus>${told.text}</p>\n`;
}

interface Told {
  readonly text: Html;
  readonly tone: Tone;
}

function doneWords(past: TenantPast, done: Done): Told | null {
  if (done.act === "reconcile") return runWords(past, done.run);
  const text = fieldWords(past, done);
  return text && { text, tone: "good" };
}

function fieldWords(past: TenantPast, done: Exclude<Done, { act: "reconcile" }>): Html | null {
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

function runWords(
  { name: tenant, isRunning, outlines }: TenantPast,
  id: string | null,
): Told | null {
  if (id === null && isRunning) {
    const text = html`The run is in hand. This page tells when it has ended, or once it is loaded again.`;
    return { text, tone: "quiet" };
  }
  const run = id === null ? outlines[0] : outlines.find((one) => one.id === id);
  if (run === undefined) return null;
  const link = html`<a href="${runPath(tenant, run.id)}">run</a>`;
  const text = html`The ${link} has ended: ${stateBadge(run.result)}`;
  return { text, tone: toneOf(run.result) };
}

/** Why something was not done, with what was written where there is no form for it any more. */
export interface Refused {
  readonly message: string;
  readonly draft: Word | null;
}

/** In the place of what was done. `form`: the id of that of the draft; null: the page has none. */
export function refusedMessage(
  tenant: string,
  { message, draft }: Refused,
  form: string | null,
): Html {
  const written =
    draft === null || form !== null || draft.reason === ""
      ? NOTHING
      : html`<p>You wrote: ${sentence(draft.reason)}</p>\n`;
  const anew = html`<a href="${tenantPath(tenant)}">load the page anew</a>`;
  const next =
    form === null
      ? html`You can ${anew}.`
      : html`<a href="#${form}">Go on with what you wrote</a>, or ${anew}.`;
  return html`<div class="box change tone-bad" id="said" role="alert" tabindex="-1" autofocus><p>${words(sentence(message))}</p>
${written}<p class="next">${next}</p></div>
`;
}
