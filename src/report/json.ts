/** The report for programs; the schemas in schemas/ say what it holds. */
import type { Fault } from "../model/fault.ts";
import type { AuditVerdict, ChainedEntry } from "../model/generated/audit.ts";
import type { HistoryRun } from "../model/generated/history.ts";
import type { Plan, Run } from "../model/generated/run.ts";
import { redactUrls } from "./printable.ts";

/** What is legal in JSON as it is, but steers a terminal or hides there. */
const INVISIBLE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Two spaces of indentation and a newline at the end. */
export function renderJson(
  report:
    | { readonly version: 1; readonly plans: readonly Plan[] }
    | { readonly version: 1; readonly runs: readonly Run[] }
    | { readonly version: 1; readonly faults: readonly Fault[] }
    | { readonly version: 1; readonly runs: readonly HistoryRun[] }
    | { readonly version: 1; readonly entries: readonly ChainedEntry[] }
    | { readonly version: 1; readonly verdict: AuditVerdict },
): string {
  return jsonText(report);
}

/** Anything as programs get it: no key of a URL is in it, and nothing that steers a terminal. */
export function jsonText(value: object): string {
  const text = JSON.stringify(
    value,
    (_, part: unknown) => (typeof part === "string" ? redactUrls(part) : part),
    2,
  );
  return `${text.replace(INVISIBLE, escapeUnits)}\n`;
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
