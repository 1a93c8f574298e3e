/** What the ledger says after a run: pure, so that it can be read beside the plan. */
import { isDeepStrictEqual } from "node:util";
import {
  type ApiConnectorDefinition,
  CERTIFICATE_PATH,
  isSameId,
  type Kind,
  type UserFlowDefinition,
} from "../../model/definition.ts";
import type { Plan } from "../../model/generated/run.ts";
import type {
  LedgerChange,
  LedgerEntry,
  Memory,
  MemoryChange,
  RecordedSecret,
} from "../../model/store.ts";
import { type Desired, liveConnectors, type PlanInput } from "../../plan/input.ts";
import { isChanged } from "../../plan/password.ts";
import { isAwaited } from "../../plan/unseen.ts";
import { sourcesOf } from "./snapshot.ts";

/** When, as an RFC 3339 instant, and in which run something is remembered. */
export interface Moment {
  readonly now: string;
  readonly run: string;
}

/**
 * The entry of a definition that met the live object `id`. The secret of its authentication was
 * asserted at this moment when it is in `sends`; otherwise it keeps what the ledger holds of the same
 * value and object, under whatever name, or is recorded as never sent.
 */
export function ledgerEntry(
  desired: Desired,
  id: string,
  sends: readonly string[],
  ledger: readonly LedgerEntry[],
  moment: Moment,
): LedgerEntry {
  const { definition, secrets } = desired;
  const { kind, name, displayName, policy } = definition;
  const path = authenticationPath(definition);
  const secret = secrets[path];
  const known = ledger.find((entry) => entry.kind === kind && entry.id === id)?.secrets[path];
  const recorded =
    secret && "fingerprint" in secret
      ? { [path]: recordedSecret(secret.fingerprint, known, sends.includes(path), moment) }
      : {};
  const { protect } = policy;
  const sources = sourcesOf(desired);
  return { kind, name, id, displayName, protect, announcedAt: null, secrets: recorded, sources };
}

/** Where the ledger keeps the secret of a definition's authentication. */
export function authenticationPath({ authentication }: ApiConnectorDefinition): string {
  return authentication.type === "basic" ? authentication.password.path : CERTIFICATE_PATH;
}

function recordedSecret(
  fingerprint: string,
  known: RecordedSecret | undefined,
  isSent: boolean,
  { now, run }: Moment,
): RecordedSecret {
  // With another key of fingerprints the value counts as the same.
  const same = known && !isChanged(known, fingerprint) ? known : null;
  const recordedAt = same?.recordedAt ?? now;
  if (isSent) return { fingerprint, assertedAt: now, trustedAt: null, recordedAt, run };
  const { assertedAt = null, trustedAt = null } = same ?? {};
  return { fingerprint, assertedAt, trustedAt, recordedAt, run: same?.run ?? null };
}

/**
 * The same entry, for a certificate that it holds as sent before and that is about to be sent again:
 * the answer may be lost, and older certificates must not be retired before their time. null when it
 * holds another one, whose time counts from when this one is recorded.
 */
export function sentAgain(
  entry: LedgerEntry,
  fingerprint: string | null,
  { now, run }: Moment,
): LedgerEntry | null {
  const known = entry.secrets[CERTIFICATE_PATH];
  if (known === undefined || known.fingerprint !== fingerprint) return null;
  const secret = { ...known, assertedAt: now, run };
  return { ...entry, secrets: { ...entry.secrets, [CERTIFICATE_PATH]: secret } };
}

/** The same entry, after a person said that the live object has the secret of the source. */
export function trustedEntry(entry: LedgerEntry, desired: Desired, moment: Moment): LedgerEntry {
  const path = authenticationPath(desired.definition);
  const { secrets } = ledgerEntry(desired, entry.id, [], [entry], moment);
  const trusted = Object.entries(secrets).map(([at, secret]) =>
    at === path ? [at, { ...secret, trustedAt: moment.now, run: moment.run }] : [at, secret],
  );
  return { ...entry, secrets: Object.fromEntries(trusted) };
}

/** What the ledger holds for a definition: under its name, else under its name before a rename. */
export function previousEntry(
  definition: ApiConnectorDefinition,
  { ledger }: Memory,
): LedgerEntry | null {
  const of = (name: string | null) =>
    ledger.find((entry) => entry.kind === definition.kind && entry.name === name);
  return of(definition.name) ?? of(definition.previously) ?? null;
}

/**
 * Puts an entry, and removes every other one that stands for the same live object or for the name
 * before a rename. `ledger` must be what the store holds now: an entry that this run put is not stale.
 */
export function putEntry(
  entry: LedgerEntry,
  previous: LedgerEntry | null,
  ledger: readonly LedgerEntry[],
): readonly LedgerChange[] {
  const others = ledger.filter(
    ({ kind, name, id }) =>
      kind === entry.kind && name !== entry.name && (id === entry.id || name === previous?.name),
  );
  return [
    ...others.map(({ kind, name }): LedgerChange => ({ op: "remove", kind, name })),
    { op: "put", entry },
  ];
}

/** What is suspended or accepted under a name stays so under the next one. */
export function movedWithNames(
  changes: readonly LedgerChange[],
  { ledger, suspensions, acceptances }: Memory,
): readonly MemoryChange[] {
  return changes.flatMap((change): MemoryChange[] => {
    if (change.op !== "put") return [];
    const { kind, name, id } = change.entry;
    const old = ledger.find((entry) => entry.kind === kind && entry.id === id)?.name ?? name;
    if (old === name) return [];
    const isMoved = (one: { readonly kind: Kind | null; readonly name: string | null }) =>
      one.kind === kind && one.name === old;
    return [
      ...suspensions.filter(isMoved).flatMap((suspension): MemoryChange[] => [
        { op: "resume", kind, name: old },
        { op: "suspend", suspension: { ...suspension, name } },
      ]),
      ...acceptances.filter(isMoved).flatMap((acceptance): MemoryChange[] => [
        { op: "revoke", kind, name: old, path: acceptance.path },
        { op: "accept", acceptance: { ...acceptance, name } },
      ]),
    ];
  });
}

/**
 * What a finished reading teaches without any write: renames in git, new fingerprints of the same
 * value, entries whose object and definition are both gone, and what an unanswered create made.
 * The memory of `input` must be what the store holds now, after the plan's own changes.
 */
export function learned(given: PlanInput, plan: Plan, moment: Moment): readonly LedgerChange[] {
  const others = liveConnectors(given.observations).filter(
    ({ authentication }) => authentication.type !== "basic",
  );
  const otherIds = new Set(others.map(({ id }) => id));
  const ledger = given.memory.ledger.map((entry) =>
    otherIds.has(entry.id) ? withoutPassword(entry, moment.run) : entry,
  );
  const overwritten = ledger.filter((entry, index) => entry !== given.memory.ledger[index]);
  const memory = { ...given.memory, ledger };
  const input = { ...given, memory };
  const unchanged = plan.unchanged.flatMap(({ kind, name, id }) => {
    if (kind === "UserFlow") return learnedFlow(input, name, id);
    const desired = find(input.desired, kind, name);
    if (!desired || id === null) return [];
    const previous = previousEntry(desired.definition, memory);
    const entry = ledgerEntry(desired, id, [], memory.ledger, moment);
    return isSame(entry, previous) ? [] : putEntry(entry, previous, memory.ledger);
  });
  const found = plan.held.flatMap(({ op, kind, name, id, displayName, reason }): LedgerChange[] => {
    const isKnown = memory.ledger.some((entry) => entry.kind === kind && entry.id === id);
    if (op !== "delete" || isKnown || id === null) return [];
    const announcedAt = announcementOf(reason.code, null, moment.now);
    const nothing = { protect: false, secrets: {}, sources: {} };
    return [{ op: "put", entry: { kind, name, id, displayName, announcedAt, ...nothing } }];
  });
  return [
    ...overwritten.map((entry): LedgerChange => ({ op: "put", entry })),
    ...unchanged,
    ...found,
    ...announced(input, plan, moment.now),
    // Under its name there may be another one from now on.
    ...forgotten(input).filter((gone) => !found.some((put) => isOfOneName(put, gone))),
  ];
}

/**
 * For what somebody gave another kind of authentication: should there be a password again, it is
 * theirs. What this run has sent came after the reading. The same entry when there is none.
 */
function withoutPassword(entry: LedgerEntry, run: string): LedgerEntry {
  const secrets = Object.entries(entry.secrets);
  const kept = secrets.filter(([path, secret]) => path === CERTIFICATE_PATH || secret.run === run);
  if (kept.length === secrets.length) return entry;
  return { ...entry, secrets: Object.fromEntries(kept) };
}

/**
 * Deletes that are announced from now on; and those that something else holds by now, so that they
 * would be announced anew.
 */
function announced({ memory }: PlanInput, plan: Plan, now: string): readonly LedgerChange[] {
  return plan.held.flatMap(({ op, kind, id, reason }): LedgerChange[] => {
    const entry = memory.ledger.find((one) => one.kind === kind && one.id === id);
    if (op !== "delete" || entry === undefined) return [];
    const announcedAt = announcementOf(reason.code, entry.announcedAt, now);
    return announcedAt === entry.announcedAt
      ? []
      : [{ op: "put", entry: { ...entry, announcedAt } }];
  });
}

function announcementOf(code: string, before: string | null, now: string): string | null {
  switch (code) {
    case "announced":
    case "limit":
      return before ?? now;
    case "verb":
    case "protected":
      return null;
    default:
      // A run for something else says nothing about it.
      return before;
  }
}

function isOfOneName(one: LedgerChange, other: LedgerChange): boolean {
  const [a, b] = [one, other].map((change) => (change.op === "put" ? change.entry : change));
  return a?.kind === b?.kind && a?.name === b?.name;
}

/** Entries without a definition whose object is gone from a whole listing. */
function forgotten(input: PlanInput): readonly LedgerChange[] {
  const { desired, observations, memory, now } = input;
  const kept = new Set(desired.map(({ definition }) => previousEntry(definition, memory)));
  const live = liveIds(observations);
  const awaited = new Set(
    memory.journal.filter((begun) => isAwaited(begun, now)).map(({ id }) => id),
  );
  return observations.flatMap((seen) => {
    // A flow that no definition names is released, whether it can be read or not.
    if (seen.kind === "UserFlow") return releasedEntries(input);
    if ("fault" in seen) return [];
    return memory.ledger
      .filter((entry) => entry.kind === seen.kind && !kept.has(entry))
      .filter(({ id }) => !live.has(id) && !awaited.has(id))
      .map(({ kind, name }): LedgerChange => ({ op: "remove", kind, name }));
  });
}

function learnedFlow(
  { flows, memory: { ledger } }: PlanInput,
  name: string,
  id: string | null,
): readonly LedgerChange[] {
  const flow = flows.find((one) => one.name === name);
  if (!flow || id === null) return [];
  const known = ledger.find((one) => one.kind === flow.kind && isSameId(one.id, id)) ?? null;
  const entry = flowEntry(flow, id);
  return isSame(entry, known) ? [] : putEntry(entry, known, ledger);
}

function releasedEntries({ flows, memory }: PlanInput): readonly LedgerChange[] {
  return memory.ledger
    .filter((entry) => entry.kind === "UserFlow")
    .filter((entry) => !flows.some(({ name }) => isSameId(name, entry.name)))
    .map(({ kind, name }): LedgerChange => ({ op: "remove", kind, name }));
}

/** What is kept of a flow: that its steps are looked after. */
export function flowEntry({ kind, name }: UserFlowDefinition, id: string): LedgerEntry {
  const nothing = { protect: false, announcedAt: null, secrets: {}, sources: {} };
  return { kind, name, id, displayName: id, ...nothing };
}

export function liveIds(observations: PlanInput["observations"]): ReadonlySet<string> {
  return new Set(liveConnectors(observations).map(({ id }) => id));
}

export function find(desired: readonly Desired[], kind: string, name: string): Desired | undefined {
  return desired.find(({ definition }) => definition.kind === kind && definition.name === name);
}

function isSame(a: LedgerEntry, b: LedgerEntry | null): boolean {
  if (!b || a.name !== b.name || a.id !== b.id || a.protect !== b.protect) return false;
  if (a.displayName !== b.displayName || a.announcedAt !== b.announcedAt) return false;
  if (!isDeepStrictEqual(a.sources, b.sources)) return false;
  const paths = new Set([...Object.keys(a.secrets), ...Object.keys(b.secrets)]);
  return [...paths].every((path) => isSameSecret(a.secrets[path], b.secrets[path]));
}

function isSameSecret(a: RecordedSecret | undefined, b: RecordedSecret | undefined): boolean {
  return (
    a?.fingerprint === b?.fingerprint &&
    a?.assertedAt === b?.assertedAt &&
    a?.trustedAt === b?.trustedAt &&
    a?.recordedAt === b?.recordedAt &&
    a?.run === b?.run
  );
}
