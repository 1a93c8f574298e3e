/** What an operator can ask for on the page of a tenant: forms that work without a script. Pure. */
import { digestOf } from "../../../model/digest.ts";
import { seenDigest } from "../../../model/drift.ts";
import type { Drift } from "../../../model/generated/drift.ts";
import type { Suspension } from "../../../model/generated/run.ts";
import { badge, NOTHING } from "../../../report/html-parts.ts";
import { breakable, type Html, html } from "../../../report/markup.ts";
import { name, REDACTED, sentence } from "../../../report/printable.ts";
import { plural } from "../../../report/wording.ts";
import type { Field, Mode, TenantPast, Word } from "../options.ts";
import { actPath } from "../paths.ts";
import type { Reader } from "../signing-in/readers.ts";
import { time } from "../words.ts";

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

/** The button for an operator, and what a run will do for everybody. */
export function reconcileForm(past: TenantPast, reader: Reader): Html {
  const { name: tenant, isRunning } = past;
  const button =
    isRunning || !reader.isOperator
      ? NOTHING
      : html`<form class="act" method="post" action="${actPath(tenant, "reconcile")}"><button aria-describedby="effect">Reconcile now</button></form>
`;
  const running = isRunning ? html`<p>${badge("a run is in hand", "quiet")}</p>\n` : NOTHING;
  return html`${running}${button}<div class="effect" id="effect">${effect(past)}</div>`;
}

/** What a run may do, and what it leaves alone. */
function effect({ mode, suspensions, timezone }: TenantPast): Html {
  const whole = suspensions.find(({ kind }) => kind === null);
  if (whole !== undefined) {
    const held = html`${badge("suspended", "held")} A run writes nothing until ${said(whole, timezone)}`;
    const after =
      mode === "report" ? html`<br>${badge("mode report", "quiet")} Nor does one later.` : NOTHING;
    return html`<p>${held}${after}</p>`;
  }
  const [first, ...more] = suspensions;
  const others = more.length === 0 ? "" : `, and ${plural(more.length, "other", "others")}`;
  const left =
    first === undefined
      ? NOTHING
      : html` It leaves ${name(first.name ?? "")}${others} alone: suspended until ${said(first, timezone)}`;
  return html`<p>${badge(`mode ${mode}`, "quiet")} ${effects[mode]}${left}</p>`;
}

const effects: Readonly<Record<Mode, string>> = {
  report: "A run reads the tenant and writes nothing.",
  apply: "A run writes what differs, within the verbs, limits and windows of the tenant.",
};

function said({ until, by, reason }: Suspension, timezone: string): Html {
  return html`${time(until, timezone)}, by ${name(by)}: ${sentence(reason)}`;
}

/** Nothing for a viewer, and for what nobody can take the word of anybody for. */
export function acceptForm(
  tenant: string,
  drift: Drift,
  reader: Reader,
  draft: Word | null = null,
): Html {
  if (!reader.isOperator || !isAcceptable(drift)) return NOTHING;
  const id = formId(drift);
  const own = draft !== null && isOf(draft, drift) ? draft : null;
  const open = own === null ? NOTHING : html` open`;
  return html`<details class="act" id="${id}"${open}><summary>Accept ${about(drift)}</summary>
<form method="post" action="${actPath(tenant, "accept")}">
${fieldInputs(drift)}<input type="hidden" name="seen" value="${seenDigest(drift)}">
<p>What is in the tenant may stay for a while. Another value is a difference again.</p>${isChanged(own, drift)}
<div><label for="${id}-until">For</label> <select id="${id}-until" name="until">${PERIODS.map((one) => period(one, own))}</select></div>
<div><label for="${id}-reason">Reason</label> <textarea id="${id}-reason" name="reason" required maxlength="${String(LONGEST_REASON)}" rows="3">${own?.reason ?? ""}</textarea></div>
<button>Accept ${about(drift)}</button>
</form></details>`;
}

/** By the name that was accepted, which may be an earlier one of the definition. */
export function revokeForm(tenant: string, acceptance: Field, drift: Drift, reader: Reader): Html {
  if (!reader.isOperator) return NOTHING;
  return html`<form class="act" method="post" action="${actPath(tenant, "revoke")}">${fieldInputs(acceptance)}<button>No longer accept ${about(drift)}</button></form>`;
}

/** Whether a draft is about this difference. */
export function isOf({ name, path }: Field, drift: Field): boolean {
  return name === drift.name && path === drift.path;
}

/** Whoever began with another value is to look at this one. */
function isChanged(draft: Word | null, drift: Drift): Html {
  if (draft === null || draft.seen === seenDigest(drift)) return NOTHING;
  return html`\n<p><b>The live value is another one than when you began.</b></p>`;
}

function period([value, text]: (typeof PERIODS)[number], draft: Word | null): Html {
  const chosen = PERIODS.some(([one]) => one === draft?.until) ? draft?.until : USUAL;
  const selected = value === chosen ? html` selected` : NOTHING;
  return html`<option value="${value}"${selected}>${text}</option>`;
}

/**
 * Microsoft Graph takes an authentication as a whole, and shows no secret of it. Of what is redacted
 * nobody could tell whether it is still the value that was shown.
 */
export function isAcceptable({ path, op, before }: Drift): boolean {
  const isField = path !== "" && (op === "update" || op === "adopt");
  const isSeen = before === null || !before.includes(REDACTED);
  return isField && isSeen && !/^spec\.(authentication|query)\b/.test(path);
}

function fieldInputs({ name: definition, path }: Field): Html {
  return html`<input type="hidden" name="name" value="${definition}"><input type="hidden" name="path" value="${path}">`;
}

/** For whoever hears the page, and does not see beside what the button stands. */
function about({ name: definition, path }: Drift): Html {
  return html`<span class="hidden">${breakable(path)} of ${name(definition)}</span>`;
}

/** The same however the page is renewed, so that what was typed stays with its field. */
export function formId({ kind, name: definition, path }: Drift): string {
  const digest = digestOf(JSON.stringify([kind, definition, path]));
  return `accept-${digest.slice("sha256:".length).slice(0, 16)}`;
}
