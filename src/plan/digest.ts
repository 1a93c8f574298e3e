/** One line that stands for all decisions of a plan, to approve exactly these. */
import { createHash } from "node:crypto";
import type { Change, HeldChange, Plan } from "../model/generated/run.ts";
import type { Desired, PlanInput } from "./input.ts";

type Decisions = Pick<Plan, "changes" | "held" | "unreadable" | "faults">;

/**
 * Covers what would be written and held, with the values on both sides (secrets by fingerprint),
 * for which tenant and by which version of the program. Leaves out what is not a decision: the
 * commit, places in files, wording and objects that nothing happens to.
 */
export function digest(input: PlanInput, decisions: Decisions): string {
  const desired = new Map(input.desired.map((one) => [keyOf(one.definition), one] as const));
  const content = [
    input.version,
    input.tenant.graph,
    input.tenant.tenantId,
    decisions.changes.map((change) => essence(change, desired.get(keyOf(change)))),
    decisions.held.map((held) => [
      held.reason.code,
      held.candidates ?? [],
      ...essence(held, desired.get(keyOf(held))),
    ]),
    decisions.unreadable.map(({ kind, fault }) => [kind, fault.code]),
    decisions.faults.flatMap(({ severity, code, message }) =>
      severity === "error" ? [[code, message]] : [],
    ),
  ];
  return `sha256:${createHash("sha256").update(JSON.stringify(content)).digest("hex")}`;
}

function essence(change: Change | HeldChange, desired: Desired | undefined): unknown[] {
  const { op, kind, name, id, displayName, fields, sends } = change;
  const fingerprints = Object.entries(desired?.secrets ?? {})
    .filter(([path]) => sends.includes(path))
    .map(([path, secret]) => [path, "fingerprint" in secret ? secret.fingerprint : null]);
  const values = fields.map(({ path, before, after }) => [path, before, after]);
  return [op, kind, name, id, displayName, values, fingerprints];
}

function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}
