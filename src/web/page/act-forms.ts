/** What an operator can ask for on the page of a tenant: forms that work without a script. Pure. */
import { digestOf } from "../../model/digest.ts";
import { seenDigest } from "../../model/drift.ts";
import type { Drift } from "../../model/generated/drift.ts";
import { badge, NOTHING } from "../../report/html-parts.ts";
import { breakable, type Html, html } from "../../report/markup.ts";
import { name, REDACTED } from "../../report/printable.ts";
import { actPath } from "./paths.ts";
import type { Reader } from "./readers.ts";

/** Characters. */
export const LONGEST_REASON = 1_000;

const PERIODS = [
  ["8h", "8 hours"],
  ["1d", "1 day"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
] as const;

const USUAL = "7d";

/** Nothing for a viewer. A run that is in hand is told to everybody. */
export function reconcileForm(tenant: string, isRunning: boolean, reader: Reader): Html {
  if (isRunning) return html` ${badge("a run is in hand", "quiet")}`;
  if (!reader.isOperator) return NOTHING;
  return html`<form class="act" method="post" action="${actPath(tenant, "reconcile")}"><button>Reconcile now</button></form>`;
}

/** Nothing for a viewer, and for what nobody can take the word of anybody for. */
export function acceptForm(tenant: string, drift: Drift, reader: Reader): Html {
  if (!reader.isOperator || !isAcceptable(drift)) return NOTHING;
  const id = idOf(drift);
  return html`<details class="act" id="${id}"><summary>Accept ${about(drift)}</summary>
<form method="post" action="${actPath(tenant, "accept")}">
${fieldInputs(drift)}<input type="hidden" name="seen" value="${seenDigest(drift)}">
<p>What is in the tenant may stay for a while. Another value is a difference again.</p>
<div><label for="${id}-until">For</label> <select id="${id}-until" name="until">${PERIODS.map(period)}</select></div>
<div><label for="${id}-reason">Reason</label> <textarea id="${id}-reason" name="reason" required maxlength="${String(LONGEST_REASON)}" rows="3"></textarea></div>
<button>Accept ${about(drift)}</button>
</form></details>`;
}

/** By the name that was accepted, which may be an earlier one of the definition. */
export function revokeForm(tenant: string, acceptance: Field, drift: Drift, reader: Reader): Html {
  if (!reader.isOperator) return NOTHING;
  return html`<form class="act" method="post" action="${actPath(tenant, "revoke")}">${fieldInputs(acceptance)}<button>No longer accept ${about(drift)}</button></form>`;
}

function period([value, text]: (typeof PERIODS)[number]): Html {
  const selected = value === USUAL ? html` selected` : NOTHING;
  return html`<option value="${value}"${selected}>${text}</option>`;
}

/**
 * Microsoft Graph takes an authentication as a whole, and shows no secret of it. Of what is redacted
 * nobody could tell whether it is still the value that was shown.
 */
function isAcceptable({ path, op, before }: Drift): boolean {
  const isField = path !== "" && (op === "update" || op === "adopt");
  const isSeen = before === null || !before.includes(REDACTED);
  return isField && isSeen && !/^spec\.(authentication|query)\b/.test(path);
}

type Field = Pick<Drift, "name" | "path">;

function fieldInputs({ name: definition, path }: Field): Html {
  return html`<input type="hidden" name="name" value="${definition}"><input type="hidden" name="path" value="${path}">`;
}

/** For whoever hears the page, and does not see beside what the button stands. */
function about({ name: definition, path }: Drift): Html {
  return html`<span class="hidden">${breakable(path)} of ${name(definition)}</span>`;
}

/** The same however the page is renewed, so that what was typed stays with its field. */
function idOf({ kind, name: definition, path }: Drift): string {
  const digest = digestOf(JSON.stringify([kind, definition, path]));
  return `accept-${digest.slice("sha256:".length).slice(0, 16)}`;
}
