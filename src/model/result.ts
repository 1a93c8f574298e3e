/** How a plan or a run ended, in one word: the same for exit statuses, reports and the store. */
import type { Fault, FaultCode } from "./fault.ts";
import type { Outcome, Plan, Result } from "./generated/run.ts";

/** What plumbline.yaml and definitions can have is "invalid"; what a tenant can refuse, "unreadable". */
const results: Readonly<Record<FaultCode, Result>> = {
  yaml: "invalid",
  encoding: "invalid",
  "too-large": "invalid",
  schema: "invalid",
  "not-yet-supported": "invalid",
  "literal-secret": "invalid",
  "empty-file": "invalid",
  folder: "invalid",
  file: "invalid",
  link: "invalid",
  duplicate: "invalid",
  variable: "invalid",
  reference: "invalid",
  url: "invalid",
  target: "invalid",
  "secret-scope": "invalid",
  "secret-source": "invalid",
  "not-live": "invalid",
  configuration: "invalid",
  unauthorised: "unreadable",
  forbidden: "unreadable",
  "not-found": "unreadable",
  conflict: "unreadable",
  rejected: "unreadable",
  throttled: "unreadable",
  unavailable: "unreadable",
  timeout: "unreadable",
  network: "unreadable",
  malformed: "unreadable",
  store: "partial",
  stopped: "partial",
  unverified: "partial",
  // Only ever a warning.
  released: "clean",
  contested: "clean",
  locked: "refused",
  refused: "refused",
  internal: "failed",
};

/** What a fault comes to that stops a plan, or comes before there is one. */
export function resultOf(code: string): Result {
  return Object.hasOwn(results, code) ? results[code as FaultCode] : "failed";
}

/** What a plan alone says. */
export function planResult({ faults, unreadable, changes, held }: Plan): Result {
  const errors = faults.filter(({ severity }) => severity === "error");
  const differs = changes.length > 0 || held.some(isDrift);
  return worst([
    ...errors.map(({ code }) => resultOf(code)),
    unreadable.length > 0 ? "unreadable" : "clean",
    differs ? "drift" : "clean",
  ]);
}

/** What is held only because a run was asked for something else is no drift of it. */
function isDrift({ reason }: Plan["held"][number]): boolean {
  return reason.code !== "scope";
}

/** A delete that waits for its time is on its way. */
function isAnnounced({ reason }: Plan["held"][number]): boolean {
  return reason.code === "announced";
}

/** What cannot be carried out before somebody mends a secret or a certificate. */
function isBroken({ reason }: Plan["held"][number]): boolean {
  return reason.code === "secret" || reason.code === "certificate";
}

/** What waits for a window, or for the end of a person's word: nobody needs to be told at night. */
function isPaused({ reason }: Plan["held"][number]): boolean {
  return ["window", "suspended", "accepted"].includes(reason.code);
}

/** What the run was not allowed to begin any more. */
function isRefused({ result, error }: Pick<Outcome, "result" | "error">): boolean {
  return result === "skipped" && error?.code === "refused";
}

/**
 * What came of carrying a plan out. Outside the change windows of its tenant, and of what is
 * suspended, a run that nobody asked to apply (`isApply`) has only reported.
 */
export function runResult(
  plan: Plan,
  outcomes: readonly Outcome[],
  faults: readonly Pick<Fault, "severity">[],
  isApply = true,
): Result {
  const planned = planResult(plan);
  if (planned !== "clean" && planned !== "drift") return planned;
  if (isCutShort({ outcomes, faults }) || plan.held.some(isBroken)) return "partial";
  const held = plan.held.filter((one) => isDrift(one) && !isAnnounced(one));
  const isHeldBack = held.some((one) => isApply || !isPaused(one));
  if (isHeldBack || outcomes.some(isRefused)) return "refused";
  if (held.length > 0) return "drift";
  return outcomes.length > 0 ? "converged" : "clean";
}

/** Whether something that was begun did not get through: trying again soon asks the same of Graph. */
export function isCutShort({
  outcomes,
  faults,
}: {
  readonly outcomes: readonly Pick<Outcome, "result" | "error">[];
  readonly faults: readonly Pick<Fault, "severity">[];
}): boolean {
  return (
    outcomes.some((outcome) => outcome.result !== "done" && !isRefused(outcome)) ||
    faults.some(({ severity }) => severity === "error")
  );
}

/** Every one, from the worst on: a new one fails the build here. */
export const fromWorst = Object.keys({
  failed: 0,
  unreadable: 0,
  partial: 0,
  refused: 0,
  invalid: 0,
  drift: 0,
  converged: 0,
  clean: 0,
} satisfies Record<Result, 0>) as readonly Result[];

/** Over several tenants the worst wins. */
export function worst(ended: readonly Result[]): Result {
  return fromWorst.find((result) => ended.includes(result)) ?? "clean";
}

/** Another process runs the tenant: this one learnt nothing of it, and its run is not kept. */
export function isLockedOut({ plan, faults }: Unplanned): boolean {
  return plan === null && faults.some(({ code }) => code === "locked");
}

interface Unplanned {
  readonly plan: Plan | null;
  readonly faults: readonly { readonly code: string }[];
}
