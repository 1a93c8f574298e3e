/** What of a run goes into the audit: writes, refusals, and a person's word against a rule. */
import type { Plan, Run } from "../../model/generated/run.ts";
import type { MemoryChange } from "../../model/store.ts";
import type { PlanInput } from "../../plan/input.ts";
import { limitsOf } from "../../plan/limits.ts";
import { beforeRestore, type Restoring } from "../restoring.ts";
import type { Told } from "./audit-entry.ts";
import type { Answered } from "./journal.ts";

/** What a later run found out about a write that it did not begin. */
export function resolved({ op, kind, name, id, run, result }: Answered): Told {
  const whose = run === null ? "a run of an older version" : `run ${run}`;
  const message = `Begun by ${whose}, and found out by reading.`;
  return { action: op, kind, name, id, result, message };
}

/** What of a run's options the audit tells. */
interface Options {
  readonly by: string;
  /** Why limits are lifted. */
  readonly reason?: string;
  readonly restoring?: Restoring;
}

/** What is audited and remembered before the first write of a plan. */
export function beforehand(
  plan: Plan,
  input: PlanInput,
  { by, reason = "", restoring }: Options,
): { readonly told: readonly Told[]; readonly changes: readonly MemoryChange[] } {
  const refused = newlyRefused(plan, input);
  const restored = restoring
    ? beforeRestore(input, plan, { ...restoring, by })
    : { told: [], changes: [] };
  return {
    told: [...overrides(input, plan, reason), ...restored.told, ...refused.told],
    changes: [...restored.changes, ...refused.changes],
  };
}

/** A whole run that was refused. */
export function refusedRun({ faults, restore }: Run): readonly Told[] {
  const what = restore ? `Restore of ${restore.of} (${restore.reason}): ` : "";
  return faults
    .filter(({ code }) => code === "refused" || code === "locked")
    .map(({ code, message }) => ({ action: "refuse", result: code, message: what + message }));
}

/**
 * What a plan holds, once for each time that it begins to be held. What waits for its time is on its
 * way, and what was not asked for is not refused.
 */
function newlyRefused(
  { held }: Plan,
  { memory: { refusals, damaged }, asked: { only } }: PlanInput,
): { readonly told: readonly Told[]; readonly changes: readonly MemoryChange[] } {
  const refused = held.filter(({ reason: { code } }) => code !== "announced" && code !== "scope");
  const keys = refused.map(({ op, kind, name, reason }) => `${op} ${kind} ${name}: ${reason.code}`);
  const told = refused
    .filter((_, index) => !refusals.includes(keys[index] ?? ""))
    .map(({ kind, name, id, reason }): Told => {
      const message = [reason.message, reason.lift ?? ""].join(" ").trim();
      return { action: "refuse", kind, name, id, result: reason.code, message };
    });
  const isRead = damaged.every((row) => row.of !== "refusals");
  const isSame =
    isRead && keys.length === refusals.length && keys.every((key) => refusals.includes(key));
  // A run for some names alone says nothing about the others.
  const changes = isSame || only !== null ? [] : [{ op: "refused" as const, refusals: keys }];
  return { told, changes };
}

/** What a person asked for against a rule. */
function overrides(input: PlanInput, plan: Plan, reason: string): readonly Told[] {
  const { asked } = input;
  const override = { action: "override", result: "accepted" } as const;
  const lifted = asked.liftDeletes ? liftedDeletes(input, plan) : [];
  const limit = `The limit of deletes is lifted for ${lifted.join(", ")} in the plan ${plan.digest}: ${reason}`;
  return [
    ...(lifted.length > 0 ? [{ ...override, message: limit }] : []),
    ...asked.allowEarlierExpiry.map((name) => ({
      ...override,
      name,
      message: "Its certificate may replace one that is valid for longer.",
    })),
    ...(asked.assert ? (asked.only ?? []) : []).map((name) => ({
      ...override,
      name,
      message: "Its password is sent, whether it changed or not.",
    })),
  ];
}

/** What the limit would hold without the lift. */
function liftedDeletes(input: PlanInput, { changes }: Plan): readonly string[] {
  const asked = { ...input.asked, liftDeletes: false };
  const limitOf = limitsOf(changes, { ...input, asked });
  return changes
    .filter((change) => change.op === "delete" && limitOf(change) !== null)
    .map(({ name }) => name);
}
