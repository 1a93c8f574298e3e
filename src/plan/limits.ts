/**
 * The brake: how much one run may delete or change at all. A tenant has some 20 connectors, so a limit
 * that small numbers switch off would protect nothing: both limits of deletes always count.
 */
import type { Change, HoldReason } from "../model/generated/run.ts";
import type { PlanInput } from "./input.ts";

/** Why each change may not be carried out with all others; null: it may. */
export type LimitOf = (change: Change) => HoldReason | null;

/**
 * One decision for all changes that nothing else holds. A limit that is broken holds all that it
 * counts, not just what is too much: nobody chooses which deletes are the right ones, and a run after
 * the other would carry out all of them in the end.
 */
export function limitsOf(changes: readonly Change[], input: PlanInput): LimitOf {
  const all = changeLimit(changes, input);
  const kinds = [...new Set(changes.map(({ kind }) => kind))];
  const deletes = new Map(kinds.map((kind) => [kind, deleteLimit(kind, changes, input)]));
  return (change) => {
    const own = change.op === "delete" ? (deletes.get(change.kind) ?? null) : null;
    return own ?? (isWrite(change) ? all : null);
  };
}

function deleteLimit(
  kind: Change["kind"],
  changes: readonly Change[],
  { memory, policy: { limits }, asked }: PlanInput,
): HoldReason | null {
  const count = changes.filter((change) => change.op === "delete" && change.kind === kind).length;
  const managed = memory.ledger.filter((entry) => entry.kind === kind).length;
  // Rounded up, so that a limit set to it lets pass.
  const percent = Math.ceil((count * 100) / Math.max(managed, 1));
  const isMany = count > limits.deletes;
  const isLarge = percent > limits.deletePercent;
  if (asked.liftDeletes || (!isMany && !isLarge)) return null;
  const settings = [
    ...(isMany ? [`limits.deletes to ${count}`] : []),
    ...(isLarge ? [`limits.deletePercent to ${percent}`] : []),
  ].join(" and ");
  const isRestore = Object.keys(asked.restored).length > 0;
  return {
    code: "limit",
    message: `${count} of ${managed} managed connectors would be deleted, which is ${percent} percent: one run may delete ${limits.deletes}, and ${limits.deletePercent} percent.`,
    lift: `${isRestore ? "Set" : "Put the definitions back, or set"} ${settings} for this tenant in plumbline.yaml, or lift it once with --lift deletes.`,
    until: null,
  };
}

function changeLimit(
  changes: readonly Change[],
  { policy: { limits } }: PlanInput,
): HoldReason | null {
  const count = changes.filter(isWrite).length;
  if (limits.changes === null || count <= limits.changes) return null;
  return {
    code: "limit",
    message: `This run would write ${count} objects: limits.changes allows ${limits.changes}.`,
    lift: `Set limits.changes to ${count} for this tenant in plumbline.yaml.`,
    until: null,
  };
}

/** Taking a connector over as it is writes nothing. */
function isWrite({ op, fields, sends }: Change): boolean {
  return op !== "adopt" || fields.length > 0 || sends.length > 0;
}
