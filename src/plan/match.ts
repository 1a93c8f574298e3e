/** Which live object each definition means, and what is left over. */
import { type ApiConnectorDefinition, isSameId } from "../model/definition.ts";
import { type Fault, failure } from "../model/fault.ts";
import type { Live } from "../model/live.ts";
import type { JournalEntry, LedgerEntry, OpenJournalEntry } from "../model/store.ts";
import type { Desired } from "./input.ts";
import { isAwaited } from "./unseen.ts";

/** How a definition met its live object. */
type Meeting = "pinned" | "ledger" | "journal" | "name";

export interface Paired {
  readonly type: "paired";
  readonly desired: Desired;
  readonly live: Live;
  /** What the ledger holds for this definition; its id may be another one. */
  readonly recorded: LedgerEntry | null;
  /** What it holds of the live object, under whatever name: a definition may have been renamed. */
  readonly known: LedgerEntry | null;
  readonly by: Meeting;
  /** A write of ours that carried its password was begun and its result never recorded. */
  readonly isUnanswered: boolean;
}

export interface Absent {
  readonly type: "absent";
  readonly desired: Desired;
  readonly recorded: LedgerEntry | null;
}

/** In the ledger and live, but no longer in git. */
export interface Orphan {
  readonly type: "orphan";
  readonly recorded: LedgerEntry;
  readonly live: Live;
}

export type Match =
  | Paired
  | Absent
  | Orphan
  /** We created it, and no listing has shown it yet. */
  | {
      readonly type: "unseen";
      readonly desired: Desired;
      readonly recorded: LedgerEntry;
      readonly begun: OpenJournalEntry;
    }
  | { readonly type: "ambiguous"; readonly desired: Desired; readonly candidates: readonly Live[] }
  | { readonly type: "unmanaged"; readonly live: Live }
  | { readonly type: "fault"; readonly fault: Fault };

/** Everything of one kind. */
export interface MatchInput {
  readonly desired: readonly Desired[];
  readonly live: readonly Live[];
  readonly ledger: readonly LedgerEntry[];
  /** Writes whose result is unknown and creates that no listing has shown, oldest first. */
  readonly journal: readonly OpenJournalEntry[];
  /** RFC 3339 instant. */
  readonly now: string;
}

/** A definition that looks for its live object. */
interface Seeker {
  readonly desired: Desired;
  readonly recorded: LedgerEntry | null;
}

/** What a step looks into; claims grow while definitions find their objects. */
interface Field extends MatchInput {
  readonly liveById: ReadonlyMap<string, Live>;
  readonly ledgerById: ReadonlyMap<string, LedgerEntry>;
  /** By id of the live object. */
  readonly claims: ReadonlyMap<string, Match>;
}

/** null: not found in this way. */
type Step = (seeker: Seeker, field: Field) => Match | null;

const steps: readonly Step[] = [meetPinned, meetRecorded, meetUnanswered, meetUnseen, meetByName];

/**
 * A definition meets its live object in this order: (1) the id that it pins; (2) the ledger's id;
 * (3) the one that a create of ours, whose answer was lost, must have made; (4) none yet, while the
 * one that we created does not show; (5) the only live object with its displayName that no other
 * definition claims. A live object is claimed once; a ledger entry without a definition claims
 * nothing, so that what was renamed in git is never deleted.
 * Each step asks the definitions in the order of their names: no other order decides anything.
 */
export function match(input: MatchInput): readonly Match[] {
  const liveById = new Map(input.live.map((live) => [live.id, live]));
  const ledgerById = new Map(input.ledger.map((entry) => [entry.id, entry]));
  const claims = new Map<string, Match>();
  const field = { ...input, liveById, ledgerById, claims };
  const matches: Match[] = [];
  const recorded = recordedFor(input);
  let seekers = input.desired
    .toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1))
    .map((desired): Seeker => ({ desired, recorded: recorded.get(desired) ?? null }));
  for (const meet of steps) {
    seekers = seekers.filter((seeker) => {
      const found = meet(seeker, field);
      if (found === null) return true;
      matches.push(found);
      for (const { id } of claimedBy(found)) claims.set(id, found);
      return false;
    });
  }
  return [...matches, ...leftOver(field, new Set(recorded.values()))];
}

function claimedBy(found: Match): readonly Live[] {
  if (found.type === "paired") return [found.live];
  return found.type === "ambiguous" ? found.candidates : [];
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

function meetPinned({ desired, recorded }: Seeker, field: Field): Match | null {
  const { id, name, at, kind } = desired.definition;
  if (id === null) return null;
  const live = pinned(id, field);
  if (!live) {
    const message = `${name} pins metadata.id ${id}, but the tenant has no ${kind} with this id. Correct the id, or leave it out to find or create the object by its displayName.`;
    return { type: "fault", fault: failure("not-live", message, at) };
  }
  return paired({ desired, recorded }, live, "pinned", field);
}

/** People copy ids in either letter case; Graph takes both for the same. */
function pinned(id: string, { live, liveById }: Field): Live | undefined {
  return liveById.get(id) ?? live.find((object) => isSameId(object.id, id));
}

function meetRecorded(seeker: Seeker, field: Field): Match | null {
  const live = seeker.recorded && field.liveById.get(seeker.recorded.id);
  return live ? paired(seeker, live, "ledger", field) : null;
}

/** A fault when another definition pins the same object. */
function paired({ desired, recorded }: Seeker, live: Live, by: Meeting, field: Field): Match {
  const { definition } = desired;
  const claim = field.claims.get(live.id);
  if (!claim) {
    const isUnanswered = field.journal.some(
      (begun) =>
        (isAbout(begun, definition) || begun.id === live.id) && leavesAuthenticationOpen(begun),
    );
    const known = recorded?.id === live.id ? recorded : (field.ledgerById.get(live.id) ?? null);
    return { type: "paired", desired, live, recorded, known, by, isUnanswered };
  }
  const other = claim.type === "paired" ? claim.desired.definition.name : "another definition";
  const verb = by === "pinned" ? "pins" : "manages";
  const message = `${definition.name} ${verb} the live object ${live.id}, but ${other} pins the same id. Remove one of the two definitions, or the pin.`;
  return { type: "fault", fault: failure("duplicate", message, definition.at) };
}

/** Whether a write was begun for this definition, under its name or its name before a rename. */
export function isAbout(
  { kind, name }: Pick<JournalEntry, "kind" | "name">,
  definition: ApiConnectorDefinition,
): boolean {
  return kind === definition.kind && (name === definition.name || name === definition.previously);
}

/**
 * Whether nobody knows which password the object has after this write. A certificate needs no such
 * care: Graph shows it.
 */
export function leavesAuthenticationOpen({ op, id, sends }: JournalEntry): boolean {
  if (op === "create") return id === null;
  return sends === null || sends.some((path) => path.startsWith("spec.authentication.basic."));
}

/**
 * What an open create has made: the id that it was answered with; while it is not answered, whatever
 * has the same displayName and an id that is new since.
 */
export function madeBy(begun: JournalEntry, live: readonly Live[]): readonly Live[] {
  return live.filter(
    ({ id, displayName }) =>
      (begun.id === null ? displayName === begun.displayName : id === begun.id) &&
      !begun.listed.includes(id),
  );
}

function meetUnanswered(seeker: Seeker, field: Field): Match | null {
  const begun = field.journal.filter(
    (entry) => entry.op === "create" && isAbout(entry, seeker.desired.definition),
  );
  return only(seeker, madeByAny(begun, field), "journal", field);
}

/** What the ledger holds was answered, so an unanswered create did not make it. */
function madeByAny(
  begun: readonly JournalEntry[],
  { live, ledger, claims }: Field,
): readonly Live[] {
  const isTaken = (id: string) => claims.has(id) || ledger.some((entry) => entry.id === id);
  return live.filter(
    (object) => !isTaken(object.id) && begun.some((one) => madeBy(one, [object]).length > 0),
  );
}

/** Making it again, or taking over another one in its place, would leave two. */
function meetUnseen({ desired, recorded }: Seeker, { journal, now }: Field): Match | null {
  if (recorded === null) return null;
  const begun = journal.find((entry) => entry.id === recorded.id && isAwaited(entry, now));
  return begun ? { type: "unseen", desired, recorded, begun } : null;
}

function meetByName(seeker: Seeker, field: Field): Match {
  const { displayName } = seeker.desired.definition;
  const named = field.live.filter((live) => live.displayName === displayName);
  return only(seeker, named, "name", field) ?? { type: "absent", ...seeker };
}

/** The one candidate that nobody claims; several are held; null when there is none. */
function only(
  seeker: Seeker,
  candidates: readonly Live[],
  by: Meeting,
  field: Field,
): Match | null {
  const free = candidates.filter(({ id }) => !field.claims.has(id));
  const [first] = free;
  if (!first) return null;
  if (free.length === 1) return paired(seeker, first, by, field);
  return { type: "ambiguous", desired: seeker.desired, candidates: free };
}

/** A create of ours was not answered, and its definition has gone since: what it made is ours. */
function unansweredWithoutDefinition(field: Field): readonly LedgerEntry[] {
  const { desired, ledger, journal, liveById } = field;
  // It may have been made in the place of one that the ledger holds and somebody deleted.
  const isKnown = (begun: JournalEntry) =>
    desired.some(({ definition }) => isAbout(begun, definition)) ||
    ledger.some(({ name, id }) => name === begun.name && liveById.has(id));
  const creates = journal.filter((begun) => begun.op === "create" && !isKnown(begun));
  return [...Map.groupBy(creates, ({ name }) => name)].flatMap(([name, begun]) => {
    const [first, ...others] = madeByAny(begun, field);
    if (!first || others.length > 0) return [];
    const { kind, id, displayName } = first;
    return [
      {
        kind,
        name,
        id,
        displayName: displayName ?? "",
        protect: false,
        announcedAt: null,
        secrets: {},
        sources: {},
      },
    ];
  });
}

/** Unclaimed live objects: ours without a definition, or nobody's. */
function leftOver(field: Field, used: ReadonlySet<LedgerEntry>): readonly Match[] {
  const { live, ledger, liveById, claims } = field;
  const orphans = new Map<string, Match>();
  for (const recorded of [...ledger, ...unansweredWithoutDefinition(field)]) {
    const object = liveById.get(recorded.id);
    if (!object || used.has(recorded) || claims.has(object.id)) continue;
    orphans.set(object.id, { type: "orphan", recorded, live: object });
  }
  const unmanaged = live
    .filter(({ id }) => !claims.has(id) && !orphans.has(id))
    .map((object): Match => ({ type: "unmanaged", live: object }));
  return [...orphans.values(), ...unmanaged];
}
