/** Which changes by somebody else an object has met: the tenant's audit log names objects, no fields. */
import type { Outside, OutsideChange } from "../model/attribution.ts";
import { isSameId, type Kind } from "../model/definition.ts";
import type { Attribution, Change, HeldChange } from "../model/generated/run.ts";
import type { PlanInput } from "./input.ts";
import { toMilliseconds } from "./instant.ts";

/** Milliseconds by which our clock and that of the tenant may differ. */
export const SKEW = 300_000;

/** What an entry may call an object. */
export interface Called {
  readonly kind: Kind;
  readonly ids: readonly string[];
  readonly names: readonly string[];
}

const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** An id decides where an entry has one: two connectors may have the same name. */
export function isAbout(about: readonly string[], { kind, ids, names }: Called): boolean {
  const guids = kind === "ApiConnector" ? about.filter((text) => GUID.test(text)) : [];
  const told = guids.length > 0 ? guids : about;
  return told.some((text) => [...ids, ...names].some((one) => isSameId(text, one)));
}

/** RFC 3339 instants by our own clock. */
interface Span {
  readonly after: string;
  readonly until: string;
}

/**
 * Whether a change came after what we wrote at that instant of ours. A run that had read of it before knows that it
 * did not; otherwise the clocks leave that open for a while, and then it counts.
 */
export function isAfter({ at, seenAt }: OutsideChange, after: string): boolean {
  const instant = toMilliseconds(after);
  if (toMilliseconds(seenAt) <= instant) return false;
  return toMilliseconds(at) > instant - SKEW;
}

/**
 * Whether a change came after the tenant was looked at. The log is read after the objects were listed,
 * so what a run had read may still be newer than what it saw.
 */
export function isSince(change: OutsideChange, after: string): boolean {
  return toMilliseconds(change.at) > toMilliseconds(after) || isAfter(change, after);
}

/** Changes of this object since the tenant was looked at, the oldest first. */
export function changesOf(
  { changes }: Pick<Outside, "changes">,
  object: Called,
  { after, until }: Span,
): readonly OutsideChange[] {
  const end = toMilliseconds(until) + SKEW;
  return changes.filter(
    (change) =>
      change.kind === object.kind &&
      isSince(change, after) &&
      toMilliseconds(change.at) <= end &&
      isAbout(change.about, object),
  );
}

/** What is told of a change. */
export function toAttribution(change: OutsideChange): Attribution {
  const { id, at, activity, request, actor } = change;
  return { id, at, activity, request, actor };
}

/** What a difference that asks for this verb may have come from; a delete comes from git alone. */
export function mayCause(op: Change["op"], change: Pick<OutsideChange, "op">): boolean {
  if (op === "delete") return false;
  return op === "create" ? change.op === "delete" : change.op !== "delete";
}

/** By every name that git, the ledger and the tenant have for an object. */
export function calledIn(
  { desired, memory }: Pick<PlanInput, "desired" | "memory">,
  { kind, name, id }: Pick<Change, "kind" | "name" | "id">,
  others: readonly string[] = [],
): Called {
  if (kind === "UserFlow") return { kind, ids: [name], names: [] };
  const wanted = desired.filter(({ definition }) => definition.name === name);
  const entries = memory.ledger.filter((one) => one.kind === kind && one.name === name);
  return {
    kind,
    ids: [...(id === null ? [] : [id]), ...entries.map((entry) => entry.id)],
    names: [
      ...wanted.map(({ definition }) => definition.displayName),
      ...entries.map((entry) => entry.displayName),
      ...others,
    ],
  };
}

/**
 * The same change with whoever brought it about last, since the tenant was looked at and did not have
 * this difference.
 */
export function withWho<T extends Change | HeldChange>(change: T, input: PlanInput): T {
  if (input.outside.changes.length === 0) return change;
  const after = lookedAtBefore(change, input);
  if (after === null) return change;
  const live = change.fields.flatMap(({ path, before }) =>
    path === "spec.displayName" && before !== null ? [before] : [],
  );
  const object = calledIn(input, change, live);
  const latest = changesOf(input.outside, object, { after, until: input.now })
    .filter((one) => mayCause(change.op, one))
    .at(-1);
  return latest === undefined ? change : { ...change, who: toAttribution(latest) };
}

/**
 * When what differs was not there, the earliest of all its fields: where a field is known to differ,
 * since when; where it is news, when the tenant was looked at last. null: nobody knows of any.
 */
function lookedAtBefore(
  { kind, name, fields }: Change | HeldChange,
  { memory, outside }: PlanInput,
): string | null {
  const open = memory.drifts.filter(
    (drift) => drift.kind === kind && drift.name === name && drift.resolvedAt === null,
  );
  const isKnown = (path: string) => open.some((one) => one.path === path || one.path === "");
  const isNews = open.length === 0 || fields.some(({ path }) => !isKnown(path));
  const since = [
    ...(isNews ? [outside.lookedAt] : []),
    ...open.map(({ absentAt }) => absentAt ?? null),
  ];
  const [earliest = null] = since.filter((at) => at !== null).sort();
  return earliest;
}
