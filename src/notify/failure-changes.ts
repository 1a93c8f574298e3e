/** What is told of runs that fail, that another one keeps out, and that do not end. */
import type { Matter, Told, ToldFailure } from "../model/alert.ts";
import type { Run } from "../model/generated/run.ts";
import { isCutShort, resultOf } from "../model/result.ts";
import type { Findings, Said, Standing } from "./matters.ts";
import type { Rules, Seen } from "./seen.ts";
import { endlessText, failingText, lockedText } from "./words.ts";

const SORT = "run";
const FAILING = `${SORT}/failing`;
const LOCKED = `${SORT}/locked`;
const ENDLESS = `${SORT}/endless`;

interface Problem {
  readonly code: string;
  readonly message: string;
}

/** A run that was stopped says nothing of what the next one will meet. */
type Verdict = "through" | "failed" | "locked" | "stopped";

export function failureChanges(
  told: Told | null,
  seen: Seen,
  rules: Rules,
): { readonly found: Findings } & Pick<Told, "failure" | "locked"> {
  const problem = firstError(seen.run) ?? { code: seen.run.result, message: "" };
  const verdict = verdictOf(seen.run, problem);
  const failure = failureAfter(told?.failure ?? null, verdict, problem, rules);
  const before = told?.locked ?? 0;
  const locked = verdict === "stopped" ? before : verdict === "locked" ? before + 1 : 0;
  const standing = [
    ...(verdict === "failed" && failure !== null ? failing(failure, problem, seen) : []),
    ...(verdict === "locked" && locked >= rules.after ? [keptOut(locked, problem, seen)] : []),
  ];
  return {
    found: {
      sort: SORT,
      standing,
      // A run that could begin, or that has ended, and failed is no recovery.
      lasts: () => verdict !== "through",
      endOf: (key, matter) => recovered(key, matter, told),
    },
    failure,
    locked,
  };
}

function verdictOf(run: Run, { code }: Problem): Verdict {
  if (code === "stopped" || code === "locked") return code;
  const { result } = run;
  const isFailed =
    result === "failed" ||
    result === "unreadable" ||
    result === "invalid" ||
    // A secret that somebody has to mend is told as a change that is held.
    (result === "partial" && isCutShort(run));
  return isFailed ? "failed" : "through";
}

function firstError({ plan, faults, outcomes }: Run): Problem | undefined {
  return [
    ...faults,
    ...(plan?.faults ?? []),
    ...(plan?.unreadable ?? []).map(({ fault }) => fault),
    ...outcomes.flatMap(({ error }) => error ?? []),
  ].find(({ severity }) => severity === "error");
}

function failureAfter(
  before: ToldFailure | null,
  verdict: Verdict,
  { code }: Problem,
  { after }: Rules,
): ToldFailure | null {
  if (verdict === "through") return null;
  if (verdict !== "failed") return before;
  const { runs = 0, shown = null } = before ?? {};
  const same = before !== null && sortOf(before.code) === sortOf(code) ? before.same + 1 : 1;
  const isNews = shown === null ? runs + 1 >= after : same >= after;
  return { code, runs: runs + 1, same, shown: isNews ? code : shown };
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

/** Whatever is told of runs: of the tenant as a whole. */
const ofRuns = { about: "", reminds: true } as const;

function failing(
  { runs, shown }: ToldFailure,
  { message }: Problem,
  seen: Seen,
): readonly Standing[] {
  if (shown === null) return [];
  const step = sortOf(shown);
  return [
    {
      ...ofRuns,
      key: FAILING,
      kind: "run-failing",
      severity: "error",
      step,
      isNewsAfter: (other) => other !== step,
      cause: causeOf(shown, seen),
      text: failingText(runs, message),
    },
  ];
}

function keptOut(runs: number, { message }: Problem, { run }: Seen): Standing {
  return {
    ...ofRuns,
    key: LOCKED,
    kind: "run-failing",
    severity: "error",
    step: "",
    isNewsAfter: () => false,
    cause: `tenant/${run.tenant}/locked`,
    text: lockedText(runs, message),
  };
}

/** A run that began then and has not ended. `since`: an RFC 3339 instant. */
export function endlessRun(tenant: string, since: string): Findings {
  return {
    sort: SORT,
    standing: [
      {
        ...ofRuns,
        key: ENDLESS,
        kind: "run-failing",
        severity: "error",
        step: "",
        isNewsAfter: () => false,
        cause: `tenant/${tenant}/endless`,
        text: endlessText(since),
      },
    ],
    lasts: () => true,
    endOf: () => null,
  };
}

function recovered(key: string, { cause }: Matter, told: Told | null): Said {
  return {
    kind: "run-recovered",
    severity: "info",
    cause,
    about: "",
    text: recoveryText(key, told),
  };
}

function recoveryText(key: string, told: Told | null): string {
  switch (key) {
    case FAILING:
      return `A run got through again, after ${told?.failure?.runs ?? 0} that failed.`;
    case LOCKED:
      return "A run got through again, after others that another one kept out.";
    default:
      return "A run got through again, after one that did not end.";
  }
}
