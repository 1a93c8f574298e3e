/** What of a run goes into the audit: writes, refusals, and a person's word against a rule. */
import type { Clock } from "../model/clock.ts";
import { type Fault, type FaultCode, withoutEffect } from "../model/fault.ts";
import type { AuditEntry } from "../model/generated/audit.ts";
import type { Outcome, Plan, Run, Suspension } from "../model/generated/run.ts";
import type { Memory, MemoryChange, OpenJournalEntry } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import type { Asked, PlanInput } from "../plan/input.ts";

/** What a run brings back. */
export interface Restoring {
  /** Id of a run, or a name. */
  readonly of: string;
  /** RFC 3339 instant until which it is left alone afterwards. */
  readonly until: string;
  readonly reason: string;
}

/** Who acts, and in which run. */
export interface Actor extends Pick<AuditEntry, "run" | "commit" | "trigger" | "by"> {}

/** What an entry says of its own; what is left out is null, or an empty message. */
export type Told = Pick<AuditEntry, "action" | "result"> & Partial<AuditEntry>;

/** Makes entries of one actor in one tenant, at the moment in which it is called. */
export type Audit = (told: Told) => AuditEntry;

export function auditOf(
  { tenant, clock }: { readonly tenant: TenantIdentity; readonly clock: Clock },
  { run, commit, trigger, by }: Actor,
): Audit {
  const { name, graph, tenantId } = tenant;
  return (told) => ({
    at: clock.now().toISOString(),
    tenant: { name, graph, tenantId },
    run,
    commit,
    trigger,
    by,
    kind: null,
    name: null,
    id: null,
    before: null,
    after: null,
    requestId: null,
    until: null,
    message: "",
    ...told,
  });
}

/** What stands in the place of a result. */
type Failure = Pick<Fault, "code" | "message"> & { readonly requestId?: string | null };

/** A write that was begun and failed, or nobody knows. */
export function failed(begun: Told, { code, message, requestId = null }: Failure): Told {
  const { action, kind = null, name = null, id = null } = begun;
  return { action, kind, name, id, result: code, message, requestId };
}

/** What a later run found out about a write that it did not begin. */
export function resolved({ op, kind, name, id, run }: OpenJournalEntry, result: string): Told {
  const message = `Begun by run ${run ?? "of an older version"}, and found out by reading.`;
  return { action: op, kind, name, id, result, message };
}

/** What of a run's options the audit tells. */
interface Options {
  readonly asked: Asked;
  readonly by: string;
  /** Why limits are lifted. */
  readonly reason?: string;
  readonly restoring?: Restoring;
}

/** What is audited and remembered before the first write of a plan. */
export function beforehand(
  plan: Plan,
  { memory, now }: Pick<PlanInput, "memory" | "now">,
  { asked, by, reason = "", restoring }: Options,
): { readonly told: readonly Told[]; readonly changes: readonly MemoryChange[] } {
  const refused = newlyRefused(plan, memory, asked);
  const restored = restoring
    ? restorations(asked, restoring, plan, { since: now, by })
    : { told: [], suspensions: [] };
  const suspended = restored.suspensions.map((suspension) => ({
    op: "suspend" as const,
    suspension,
  }));
  return {
    told: [...overrides(asked, plan, reason), ...restored.told, ...refused.told],
    changes: [...suspended, ...refused.changes],
  };
}

/** Ends the suspension of what was to be restored and was not. */
export function unrestored(
  { restored }: Asked,
  outcomes: readonly Outcome[],
): readonly MemoryChange[] {
  return outcomes
    .filter((outcome) => Object.hasOwn(restored, outcome.name) && hadNone(outcome))
    .map(({ kind, name }) => ({ op: "resume", kind, name }));
}

/** Whether a write surely had no effect. */
function hadNone({ result, error }: Outcome): boolean {
  const code = error?.code ?? "";
  return result === "skipped" || (result === "failed" && withoutEffect.has(code as FaultCode));
}

/** A whole run that was refused. */
export function refusedRun({ faults }: Run): readonly Told[] {
  return faults
    .filter(({ code }) => code === "refused" || code === "locked")
    .map(({ code, message }) => ({ action: "refuse", result: code, message }));
}

/**
 * What a plan holds, once for each time that it begins to be held. What waits for its time is on its
 * way, and what was not asked for is not refused.
 */
function newlyRefused(
  { held }: Plan,
  { refusals }: Memory,
  { only }: Asked,
): { readonly told: readonly Told[]; readonly changes: readonly MemoryChange[] } {
  const refused = held.filter(({ reason: { code } }) => code !== "announced" && code !== "scope");
  const keys = refused.map(({ op, kind, name, reason }) => `${op} ${kind} ${name}: ${reason.code}`);
  const told = refused
    .filter((_, index) => !refusals.includes(keys[index] ?? ""))
    .map(({ kind, name, id, reason }): Told => {
      const message = [reason.message, reason.lift ?? ""].join(" ").trim();
      return { action: "refuse", kind, name, id, result: reason.code, message };
    });
  const isSame = keys.length === refusals.length && keys.every((key) => refusals.includes(key));
  // A run for some names alone says nothing about the others.
  const changes = isSame || only !== null ? [] : [{ op: "refused" as const, refusals: keys }];
  return { told, changes };
}

/** What is brought back, and left alone afterwards: the next run would take git's word for it. */
function restorations(
  { restored }: Asked,
  { of, until, reason }: Restoring,
  { changes }: Plan,
  { since, by }: { readonly since: string; readonly by: string },
): { readonly told: readonly Told[]; readonly suspensions: readonly Suspension[] } {
  const written = changes.filter(({ name }) => Object.hasOwn(restored, name));
  return {
    told: written.map(({ kind, name, id }) => {
      const message = `Brought back to what it was before ${whatOf(of, name)}: ${reason}`;
      return { action: "restore", result: "accepted", kind, name, id, until, message };
    }),
    suspensions: written.map(({ kind, name }) => ({
      ...{ kind, name, since, until, by },
      reason: `restored to what it was before ${whatOf(of, name)}: ${reason}`,
    })),
  };
}

function whatOf(of: string, name: string): string {
  return of === name ? "its last change" : `run ${of}`;
}

/** What a person asked for against a rule. */
function overrides(asked: Asked, { digest, changes }: Plan, reason: string): readonly Told[] {
  const override = { action: "override", result: "accepted" } as const;
  const deletes = changes.filter(({ op }) => op === "delete").map(({ name }) => name);
  return [
    ...(asked.liftDeletes
      ? [
          {
            ...override,
            message: `The limit of deletes is lifted for ${deletes.join(", ")} in the plan ${digest}: ${reason}`,
          },
        ]
      : []),
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
