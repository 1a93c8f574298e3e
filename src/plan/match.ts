/** Which live object each definition means, and what is left over. */
import { type Fault, failure } from "../model/fault.ts";
import type { Live } from "../model/live.ts";
import type { JournalEntry, LedgerEntry, OpenJournalEntry } from "../model/store.ts";
import type { Desired } from "./input.ts";

/** How a definition met its live object. */
type Meeting = "pinned" | "ledger" | "journal" | "name";

export interface Paired {
  readonly type: "paired";
  readonly desired: Desired;
  readonly live: Live;
  /** What the ledger holds for this definition; its id may be another one. */
  readonly recorded: LedgerEntry | null;
  readonly by: Meeting;
  /** A write of ours to it was begun and its result never recorded. */
  readonly isUnanswered: boolean;
}

export interface Absent {
  readonly type: "absent";
  readonly desired: Desired;
  readonly recorded: LedgerEntry | null;
}

export type Match =
  | Paired
  | Absent
  | { readonly type: "ambiguous"; readonly desired: Desired; readonly candidates: readonly Live[] }
  /** In the ledger and live, but no longer in git. */
  | { readonly type: "orphan"; readonly recorded: LedgerEntry; readonly live: Live }
  | { readonly type: "unmanaged"; readonly live: Live }
  | { readonly type: "fault"; readonly fault: Fault };

/** A match before anybody looked into the journal. */
type Met = Exclude<Match, Paired> | Omit<Paired, "isUnanswered">;

/** Everything of one kind. */
export interface MatchInput {
  readonly desired: readonly Desired[];
  readonly live: readonly Live[];
  readonly ledger: readonly LedgerEntry[];
  /** Writes whose result is unknown, oldest first. */
  readonly journal: readonly OpenJournalEntry[];
}

/**
 * A definition meets its live object in this order: (1) the id that it pins; (2) the ledger's id;
 * (3) the one that a create of ours, whose answer was lost, must have made; (4) the only live object
 * with its displayName that no other definition claims. A live object is claimed once; a ledger
 * entry without a definition claims nothing, so that what was renamed in git is never deleted.
 */
export function match(input: MatchInput): readonly Match[] {
  const liveById = new Map(input.live.map((live) => [live.id, live]));
  const recorded = recordedFor(input);
  const claims = new Map<string, Match>();
  const matches: Match[] = [];
  const unanswered = new Set(input.journal.map(({ name }) => name));
  const accept = (met: Met) => {
    const found: Match =
      met.type === "paired"
        ? { ...met, isUnanswered: unanswered.has(met.desired.definition.name) }
        : met;
    matches.push(found);
    if (found.type === "paired") claims.set(found.live.id, found);
    if (found.type === "ambiguous") for (const live of found.candidates) claims.set(live.id, found);
  };

  const pinned = input.desired.filter(({ definition }) => definition.id !== null);
  for (const desired of pinned) accept(meetPinned(desired, recorded, liveById));
  const unpinned = input.desired.filter(({ definition }) => definition.id === null);
  const unsettled: Desired[] = [];
  for (const desired of unpinned) {
    const entry = recorded.get(desired) ?? null;
    const live = entry && liveById.get(entry.id);
    if (!live) unsettled.push(desired);
    else accept(meetRecorded(desired, entry, live, claims.get(live.id)));
  }
  const rest: Desired[] = [];
  for (const desired of unsettled) {
    const found = meetUnanswered(desired, recorded.get(desired) ?? null, input, claims);
    if (found) accept(found);
    else rest.push(desired);
  }
  for (const desired of rest) {
    accept(meetByName(desired, recorded.get(desired) ?? null, input.live, claims));
  }
  return [...matches, ...leftOver(input, new Set(recorded.values()), liveById, claims)];
}

/** The ledger entry of each definition: under its name, else under its name before a rename. */
function recordedFor({ desired, ledger }: MatchInput): ReadonlyMap<Desired, LedgerEntry> {
  const byName = new Map(ledger.map((entry) => [entry.name, entry]));
  return new Map(
    desired.flatMap((one) => {
      const { name, previously } = one.definition;
      const entry = byName.get(name) ?? (previously === null ? undefined : byName.get(previously));
      return entry ? [[one, entry] as const] : [];
    }),
  );
}

function meetPinned(
  desired: Desired,
  recorded: ReadonlyMap<Desired, LedgerEntry>,
  liveById: ReadonlyMap<string, Live>,
): Met {
  const { id, name, at, kind } = desired.definition;
  const live = id === null ? undefined : liveById.get(id);
  if (live) {
    return { type: "paired", desired, live, recorded: recorded.get(desired) ?? null, by: "pinned" };
  }
  const message = `${name} pins metadata.id ${id}, but the tenant has no ${kind} with this id. Correct the id, or leave it out to find or create the object by its displayName.`;
  return { type: "fault", fault: failure("not-live", message, at) };
}

function meetRecorded(
  desired: Desired,
  recorded: LedgerEntry,
  live: Live,
  claim: Match | undefined,
): Met {
  if (!claim) return { type: "paired", desired, live, recorded, by: "ledger" };
  const { name, at } = desired.definition;
  const other = claim.type === "paired" ? claim.desired.definition.name : "another definition";
  const message = `${name} manages the live object ${live.id}, but ${other} pins the same id. Remove one of the two definitions, or the pin.`;
  return { type: "fault", fault: failure("duplicate", message, at) };
}

/** What an unanswered create may have made: the same displayName, and an id that is new since. */
export function madeBy(begun: JournalEntry, live: readonly Live[]): readonly Live[] {
  return live.filter(
    ({ id, displayName }) => displayName === begun.displayName && !begun.listed.includes(id),
  );
}

function meetUnanswered(
  desired: Desired,
  recorded: LedgerEntry | null,
  { live, journal }: MatchInput,
  claims: ReadonlyMap<string, Match>,
): Met | null {
  const begun = journal.find(({ op, name }) => op === "create" && name === desired.definition.name);
  if (!begun) return null;
  const candidates = madeBy(begun, live).filter(({ id }) => !claims.has(id));
  const [only] = candidates;
  if (!only) return null;
  if (candidates.length > 1) return { type: "ambiguous", desired, candidates };
  return { type: "paired", desired, live: only, recorded, by: "journal" };
}

function meetByName(
  desired: Desired,
  recorded: LedgerEntry | null,
  live: readonly Live[],
  claims: ReadonlyMap<string, Match>,
): Met {
  const candidates = live.filter(
    ({ id, displayName }) => displayName === desired.definition.displayName && !claims.has(id),
  );
  const [only] = candidates;
  if (!only) return { type: "absent", desired, recorded };
  if (candidates.length > 1) return { type: "ambiguous", desired, candidates };
  return { type: "paired", desired, live: only, recorded, by: "name" };
}

/** A create of ours was not answered, and its definition has gone since: what it made is ours. */
function unansweredWithoutDefinition(
  { desired, live, ledger, journal }: MatchInput,
  claims: ReadonlyMap<string, Match>,
): readonly LedgerEntry[] {
  const known = new Set(
    [...desired.map(({ definition }) => definition), ...ledger].map((e) => e.name),
  );
  return journal.flatMap((begun) => {
    if (begun.op !== "create" || known.has(begun.name)) return [];
    const [only, ...others] = madeBy(begun, live).filter(({ id }) => !claims.has(id));
    if (!only || others.length > 0) return [];
    const { kind, name, displayName } = begun;
    return [{ kind, name, id: only.id, displayName, protect: false, secrets: {} }];
  });
}

/** Unclaimed live objects: ours without a definition, or nobody's. */
function leftOver(
  input: MatchInput,
  used: ReadonlySet<LedgerEntry>,
  liveById: ReadonlyMap<string, Live>,
  claims: ReadonlyMap<string, Match>,
): readonly Match[] {
  const { live, ledger } = input;
  const orphans = new Map<string, Match>();
  for (const recorded of [...ledger, ...unansweredWithoutDefinition(input, claims)]) {
    const object = liveById.get(recorded.id);
    if (!object || used.has(recorded) || claims.has(object.id)) continue;
    orphans.set(object.id, { type: "orphan", recorded, live: object });
  }
  const unmanaged = live
    .filter(({ id }) => !claims.has(id) && !orphans.has(id))
    .map((object): Match => ({ type: "unmanaged", live: object }));
  return [...orphans.values(), ...unmanaged];
}
