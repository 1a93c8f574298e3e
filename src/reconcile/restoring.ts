/** What a restore leaves in the audit, and how it keeps the next run from taking git's word for it. */
import { withoutEffect } from "../model/fault.ts";
import type { Change, Outcome, Plan, Suspension } from "../model/generated/run.ts";
import type { MemoryChange } from "../model/store.ts";
import type { PlanInput } from "../plan/input.ts";
import { activeSuspensions, suspensionOf } from "../plan/suspensions.ts";
import type { Told } from "./memory/audit-entry.ts";

/** What a run brings back. */
export interface Restoring {
  /** Id of a run, or a name. */
  readonly of: string;
  /** RFC 3339 instant until which it is left alone afterwards. */
  readonly until: string;
  readonly reason: string;
}

type Input = Pick<PlanInput, "memory" | "now" | "asked">;

interface Noted {
  readonly told: readonly Told[];
  readonly changes: readonly MemoryChange[];
}

/** Before the first write: what is brought back is suspended from then on. */
export function beforeRestore(
  input: Input,
  { changes, held }: Plan,
  { of, until, reason, by }: Restoring & { readonly by: string },
): Noted {
  const written = changes.filter(({ name }) => Object.hasOwn(input.asked.restored, name));
  const suspensions = written.map(({ kind, name }): Suspension => {
    const why = `restored to what it was before ${whatOf(of, name)}: ${reason}`;
    return { kind, name, since: input.now, until, by, reason: why };
  });
  return {
    told: [
      ...written.flatMap((change) => overridden(change, input)),
      ...written.map(({ kind, name, id }): Told => {
        const message = `Back to what it was before ${whatOf(of, name)}: ${reason}`;
        return { action: "restore", result: "begun", kind, name, id, until, message };
      }),
      ...held
        .filter(({ name }) => Object.hasOwn(input.asked.restored, name))
        .map(({ kind, name, id, reason: { code } }): Told => {
          const message = `It was not brought back to what it was before ${whatOf(of, name)}: ${reason}`;
          return { action: "restore", result: code, kind, name, id, message };
        }),
    ],
    // One that somebody asked for until later stays as it is.
    changes: suspensions
      .filter((suspension) => (earlierOf(suspension, input)?.until ?? "") < until)
      .map((suspension) => ({ op: "suspend", suspension })),
  };
}

/** After the last: how each ended. What surely was not written is as suspended as it was before. */
export function afterRestore(input: Input, outcomes: readonly Outcome[]): Noted {
  const about = outcomes.filter(({ name }) => Object.hasOwn(input.asked.restored, name));
  return {
    told: about.map(({ kind, name, id, result, error }): Told => {
      const code = result === "failed" ? (error?.code ?? result) : result;
      return { action: "restore", result: code, kind, name, id };
    }),
    changes: about.filter(hadNone).map((outcome): MemoryChange => {
      const suspension = earlierOf(outcome, input);
      if (suspension !== null) return { op: "suspend", suspension };
      return { op: "resume", kind: outcome.kind, name: outcome.name };
    }),
  };
}

function whatOf(of: string, name: string): string {
  return of === name ? "its last change" : `run ${of}`;
}

/** The suspension of just this object that was there before. */
function earlierOf(
  { kind, name }: Pick<Suspension, "kind" | "name">,
  input: Input,
): Suspension | null {
  const active = activeSuspensions(input);
  return active.find((one) => one.kind === kind && one.name === name) ?? null;
}

/** Whoever restores something means it, but somebody else may have asked for it to be left alone. */
function overridden({ kind, name, id }: Change, { asked, ...input }: Input): readonly Told[] {
  const suspension = suspensionOf([name], { ...input, asked: { ...asked, restored: {} } });
  if (suspension === null) return [];
  const what = suspension.name === null ? "The whole tenant" : "It";
  const message = `${what} is suspended by ${suspension.by}, and it is restored all the same: ${suspension.reason}`;
  return [{ action: "override", result: "accepted", kind, name, id, message }];
}

/** Whether a write surely had no effect. */
function hadNone({ result, error }: Outcome): boolean {
  const code = error?.code ?? "";
  return result === "skipped" || (result === "failed" && withoutEffect.has(code));
}
