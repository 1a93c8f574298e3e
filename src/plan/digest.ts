/** One line that stands for all decisions of a plan, to approve exactly these. */
import { digestOf } from "../model/digest.ts";
import type { Change, HeldChange, Plan } from "../model/generated/run.ts";
import type { Live } from "../model/live.ts";
import { partsOf } from "./api-connector.ts";
import { type Desired, liveConnectors, type PlanInput } from "./input.ts";
import { toMilliseconds } from "./instant.ts";
import { keyOf } from "./order.ts";
import { type FlowMatch, stepsOf } from "./user-flow.ts";

type Decisions = Pick<Plan, "changes" | "held" | "unreadable" | "faults">;

/**
 * Covers what would be written and held, with the values on both sides (secrets by fingerprint),
 * for which tenant and by which version of the program. Sealed by the store or the key of
 * fingerprints: what a tenant shows is in it as it is, and redacted in the plan. Leaves out what is not a decision: the
 * commit, places in files, wording and objects that nothing happens to.
 */
export function digest(
  input: PlanInput,
  decisions: Decisions,
  flows: readonly FlowMatch[],
): string {
  const desired = new Map(input.desired.map((one) => [keyOf(one.definition), one] as const));
  const live = new Map(liveConnectors(input.observations).map((one) => [one.id, one] as const));
  const met = new Map(flows.map((found) => [keyOf(found.definition), found] as const));
  const essenceOf = (change: Change | HeldChange) => [
    ...essence(change, desired.get(keyOf(change)), live.get(change.id ?? ""), input),
    ...bindings(change, met.get(keyOf(change))),
  ];
  const content = [
    input.seal,
    input.version,
    input.tenant.graph,
    input.tenant.tenantId,
    decisions.changes.map(essenceOf),
    decisions.held.map((held) => [held.reason.code, held.candidates ?? [], ...essenceOf(held)]),
    decisions.unreadable.map(({ kind, fault }) => [kind, fault.code]),
    decisions.faults.flatMap(({ severity, code, message }) =>
      severity === "error" ? [[code, message]] : [],
    ),
  ];
  return digestOf(JSON.stringify(content));
}

function essence(
  change: Change | HeldChange,
  desired: Desired | undefined,
  live: Live | undefined,
  { now }: PlanInput,
): unknown[] {
  const { op, kind, name, id, displayName, fields, sends, upload = false } = change;
  // What a step calls is told by its name; which one it is, the bindings say.
  const told = kind === "UserFlow" ? [] : fields;
  const fingerprints = Object.entries(desired?.secrets ?? {})
    .filter(([path]) => sends.includes(path))
    .map(([path, secret]) => [path, "fingerprint" in secret ? secret.fingerprint : null]);
  const values = told.map(({ path, before, after }) => [path, before, after]);
  // A URL is written with its query, so what stands there now is overwritten.
  const query = partsOf(change).targetUrl ? keysOf(live) : [];
  // An upload ahead of time is another decision than one that takes effect at once.
  const isAhead = upload && (desired?.certificate?.notBefore ?? 0) * 1_000 > toMilliseconds(now);
  return [op, kind, name, id, displayName, values, fingerprints, query, upload, isAhead];
}

/** A name may mean another connector by now. What somebody has accepted is no part of the change. */
function bindings(change: Change | HeldChange, found: FlowMatch | undefined): readonly unknown[] {
  if (found === undefined) return [];
  return stepsOf(found, change).map(({ step, live, target }) => [
    step,
    live?.connector?.id ?? null,
    target?.id ?? null,
  ]);
}

/** By key, so that their order in the URL decides nothing. */
function keysOf(live: Live | undefined): readonly unknown[] {
  const pairs = (live?.query ?? []).map(({ key, value }) => [key, value] as const);
  return pairs.sort(([one], [other]) => (one < other ? -1 : 1));
}
