/** What is told of runs that fail. */
import type { Told, ToldFailure } from "../model/alert.ts";
import type { Alert } from "../model/generated/alert.ts";
import type { Run } from "../model/generated/run.ts";
import { isCutShort, resultOf } from "../model/result.ts";
import { isReminderDue, type Rules, type Seen } from "./seen.ts";
import { failingText } from "./words.ts";

interface Problem {
  readonly code: string;
  readonly message: string;
}

export function failureChanges(told: Told | null, seen: Seen, rules: Rules) {
  const before = told?.failure ?? null;
  const verdict = verdictOf(seen.run);
  if (verdict === "no verdict") return { alerts: [], failure: before };
  if (verdict === "through") {
    return { alerts: before?.toldCode ? [recovered(before, seen)] : [], failure: null };
  }
  const failure = counted(before, verdict, seen);
  const isNews =
    failure.toldCode === null
      ? failure.runs >= rules.after
      : sortOf(failure.toldCode) !== sortOf(failure.code) && failure.same >= rules.after;
  const isReminder = !isNews && isReminderDue(failure.toldAt, seen.run.finishedAt, rules);
  if (!isNews && !isReminder) return { alerts: [], failure };
  const alert = failing(failure, verdict, seen, isReminder);
  return {
    alerts: [alert],
    failure: { ...failure, toldCode: failure.code, toldAt: seen.run.finishedAt },
  };
}

/** A run that was refused or stopped says nothing of what the next one will meet. */
function verdictOf(run: Run): Problem | "through" | "no verdict" {
  const problem = firstError(run);
  if (problem?.code === "stopped" || problem?.code === "locked") return "no verdict";
  const { result } = run;
  const isFailed =
    result === "failed" ||
    result === "unreadable" ||
    result === "invalid" ||
    // A secret that somebody has to mend is told as a change that is held.
    (result === "partial" && isCutShort(run));
  return isFailed ? (problem ?? { code: result, message: "" }) : "through";
}

function firstError({ plan, faults, outcomes }: Run): Problem | undefined {
  return [
    ...faults,
    ...(plan?.faults ?? []),
    ...(plan?.unreadable ?? []).map(({ fault }) => fault),
    ...outcomes.flatMap(({ error }) => error ?? []),
  ].find(({ severity }) => severity === "error");
}

function counted(before: ToldFailure | null, { code }: Problem, seen: Seen): ToldFailure {
  const { runs = 0, toldCode = null, toldAt = null } = before ?? {};
  const same = before !== null && sortOf(before.code) === sortOf(code) ? before.same + 1 : 1;
  return { code, runs: runs + 1, same, cause: causeOf(code, seen), toldCode, toldAt };
}

/** One outage looks different to each tenant. */
const unreachable: ReadonlySet<string> = new Set([
  "network",
  "timeout",
  "unavailable",
  "malformed",
]);

/** An outage alternates between its ways: it is told once. */
function sortOf(code: string): string {
  return unreachable.has(code) ? "unreachable" : code;
}

/** What several tenants fail of together: Microsoft Graph, a commit, or Plumbline itself. */
function causeOf(code: string, { graph, run }: Seen): string {
  if (unreachable.has(code)) return `graph/${graph}/unreachable`;
  if (code === "throttled") return `graph/${graph}/throttled`;
  if (code === "store" || code === "internal") return `service/${code}`;
  const isOfGit = resultOf(code) === "invalid" && run.commit !== null;
  return isOfGit ? `commit/${run.commit}/${code}` : `tenant/${run.tenant}/${code}`;
}

function failing(
  { runs, cause }: ToldFailure,
  { message }: Problem,
  { run }: Seen,
  reminder: boolean,
): Alert {
  return {
    kind: "run-failing",
    severity: "error",
    reminder,
    cause: `${reminder ? "reminder/" : ""}run-failing/${cause}`,
    tenant: run.tenant,
    about: "",
    text: failingText(runs, message),
    run: run.id,
    at: run.finishedAt,
  };
}

function recovered({ runs, cause }: ToldFailure, { run }: Seen): Alert {
  return {
    kind: "run-recovered",
    severity: "info",
    reminder: false,
    cause: `run-recovered/${cause}`,
    tenant: run.tenant,
    about: "",
    text: `A run got through again, after ${runs} that failed.`,
    run: run.id,
    at: run.finishedAt,
  };
}
