/** Port: memory between runs. What was ours, what was begun, what happened. */
import type { Alerts } from "./alert.ts";
import type { AttributionChanges, AuditReading, OutsideChange } from "./attribution.ts";
import type { Kind } from "./definition.ts";
import type { Fault } from "./fault.ts";
import type {
  AuditEntry,
  AuditHead,
  AuditVerdict,
  ChainedEntry,
  KeptSource,
} from "./generated/audit.ts";
import type { Drift } from "./generated/drift.ts";
import type { Run, Suspension } from "./generated/run.ts";
import type { TenantIdentity } from "./tenant.ts";

/** A secret as it was last sent or recorded. Instants are RFC 3339. */
export interface RecordedSecret {
  readonly fingerprint: string;
  /** When it was last sent; null when Plumbline never sent it. */
  readonly assertedAt: string | null;
  /** When a person said that the live value is the one of the source; null when nobody did since. */
  readonly trustedAt: string | null;
  /** When this value was first recorded; null when an older version did not say. */
  readonly recordedAt: string | null;
  /** Id of the run that sent it or took it on trust; null when none did, or an older version. */
  readonly run: string | null;
}

/** A live object that is ours. Keyed by tenant (graph root and tenantId), kind and name. */
export interface LedgerEntry {
  readonly kind: Kind;
  readonly name: string;
  /** Graph id. */
  readonly id: string;
  /** As last seen or written. */
  readonly displayName: string;
  readonly protect: boolean;
  /** RFC 3339 instant at which its delete was announced; null while its definition is there. */
  readonly announcedAt: string | null;
  /** By path in the definition. */
  readonly secrets: Readonly<Record<string, RecordedSecret>>;
  /** Where the last definition took its secrets from, by path; empty when an older version did not say. */
  readonly sources: Readonly<Record<string, RecordedSource>>;
}

/** Where a value came from, and which one it was. */
export interface RecordedSource {
  readonly source: KeptSource;
  /** Of the value; null when it was not known. */
  readonly fingerprint: string | null;
}

export type LedgerChange =
  | { readonly op: "put"; readonly entry: LedgerEntry }
  | { readonly op: "remove"; readonly kind: Kind; readonly name: string };

/** One object, or with null for both the whole tenant. */
export type Suspended = Readonly<Pick<Suspension, "kind" | "name">>;

/** A person's word that one live value may stay for a while, although git says otherwise. */
export interface Acceptance {
  readonly kind: Kind;
  readonly name: string;
  /** Path in the definition. */
  readonly path: string;
  /** Digest of the live value; another value is not accepted. */
  readonly value: string;
  /** RFC 3339 instants. */
  readonly since: string;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

export type MemoryChange =
  | LedgerChange
  /** Takes the place of an earlier one of the same field. */
  | { readonly op: "accept"; readonly acceptance: Acceptance }
  /** Of a damaged one, `kind` is what its row says. */
  | ({ readonly op: "revoke"; readonly kind: string } & Pick<Acceptance, "name" | "path">)
  | { readonly op: "suspend"; readonly suspension: Suspension }
  /** The same. */
  | { readonly op: "resume"; readonly kind: string | null; readonly name: string | null }
  /** Replaces what is held and was told of. */
  | { readonly op: "refused"; readonly refusals: readonly string[] };

/** What was known, and cannot be read any more. */
export interface DamagedRow {
  readonly of: "drift" | "acceptance" | "suspension" | "refusals" | "outside";
  /** As the row says, which may be no kind at all. */
  readonly kind: string;
  /** Of a change by somebody else, the id of its entry in the tenant's audit log. */
  readonly name: string;
  /** Empty where it is not about one field. */
  readonly path: string;
  /** A warning: what follows from it, and what to do. */
  readonly fault: Fault;
}

/**
 * What is about to be written; kept until its result is known, and a create until a read has shown
 * what it made.
 */
export interface JournalEntry {
  readonly op: "create" | "update" | "adopt" | "delete";
  readonly kind: Kind;
  readonly name: string;
  /** Graph id; for a create null until it was answered. */
  readonly id: string | null;
  readonly displayName: string;
  /** Paths of the secrets that travel with it; null when an older version did not say. */
  readonly sends: readonly string[] | null;
  /** Ids that were live before a create, so that an unanswered one can be told from the others. */
  readonly listed: readonly string[];
  /** RFC 3339 instant. */
  readonly startedAt: string;
  /** Id of the run that began it; null when an older version did not say. */
  readonly run: string | null;
  /** client-request-id of every request of it, a GUID; null when an older version did not say. */
  readonly request: string | null;
}

/** A write that was begun lately, however it ended. */
export interface OwnWrite
  extends Pick<JournalEntry, "op" | "kind" | "id" | "displayName" | "startedAt" | "request"> {
  /** When its last request was answered, an RFC 3339 instant; null when nobody knows. */
  readonly endedAt: string | null;
}

export interface OpenJournalEntry extends JournalEntry {
  /** Given by the store. */
  readonly key: number;
}

export interface Memory {
  /** Sorted by kind and name. */
  readonly ledger: readonly LedgerEntry[];
  /** Writes whose result was never recorded and creates that no read has shown, oldest first. */
  readonly journal: readonly OpenJournalEntry[];
  /** The identity under which a tenant of this name was first read whole; null when none was. */
  readonly known: TenantIdentity | null;
  /**
   * Also those that have ended by themselves. The whole tenant first, then by kind and name. One that is
   * damaged must be among them, and must not end by itself where its end cannot be read.
   */
  readonly suspensions: readonly Suspension[];
  /** What the last run that applied would not do, so that each refusal is audited once. */
  readonly refusals: readonly string[];
  /** Also those that have ended by themselves. By kind, name and path. */
  readonly acceptances: readonly Acceptance[];
  /** Every difference that is open, and those that were resolved lately. By kind, name and path. */
  readonly drifts: readonly Drift[];
  /** What could not be read; all else is as it was. */
  readonly damaged: readonly DamagedRow[];
  /** Changes of the tenant by somebody else, the oldest first. */
  readonly outside: readonly OutsideChange[];
}

/** That of a tenant of which nothing is known. */
export const emptyMemory: Memory = {
  ledger: [],
  journal: [],
  known: null,
  suspensions: [],
  refusals: [],
  acceptances: [],
  drifts: [],
  damaged: [],
  outside: [],
};

/** What a run found of differences. */
export interface DriftChanges {
  /** Each takes the place of what was known of the same. */
  readonly put: readonly Drift[];
  readonly forget: readonly Pick<DamagedRow, "kind" | "name" | "path">[];
}

/** Which entries of the audit are asked for. */
export interface AuditQuery {
  /** By name; left out: of every tenant, and of the store itself. */
  readonly tenants?: readonly string[];
  /** `metadata.name`; with `id`, either of them. */
  readonly name?: string;
  /** Graph id. */
  readonly id?: string;
  /** Id of a run. */
  readonly run?: string;
  /** Those with a lower sequence alone. */
  readonly before?: number;
  /** At most so many, the newest ones. */
  readonly limit: number;
}

/** How a run ended, without what it found. */
export type RunOutline = Readonly<Pick<Run, "id" | "startedAt" | "finishedAt" | "result">>;

/** Every method may throw a FaultError with code `store`. */
export interface Store extends AsyncDisposable {
  /** Random bytes, made once per store: the salt of fingerprints. */
  salt(): Promise<Uint8Array>;
  recall(tenant: TenantIdentity): Promise<Memory>;
  /**
   * Must be on disk when it returns, with what changes in the ledger and is audited. Answers the key
   * of the entry.
   */
  begin(
    tenant: TenantIdentity,
    entry: JournalEntry,
    changes?: readonly LedgerChange[],
    audited?: readonly AuditEntry[],
  ): Promise<number>;
  /**
   * Notes which id an open create was answered with, changes the ledger and audits, in one
   * transaction. The entry stays open.
   */
  answer(
    tenant: TenantIdentity,
    key: number,
    id: string,
    changes: readonly LedgerChange[],
    audited?: readonly AuditEntry[],
  ): Promise<void>;
  /**
   * Closes a journal entry (null: there was none), changes the memory and audits, in one transaction.
   */
  settle(
    tenant: TenantIdentity,
    key: number | null,
    result: string,
    changes: readonly MemoryChange[],
    audited?: readonly AuditEntry[],
  ): Promise<void>;
  /**
   * Keeps a finished run, and in the same transaction what it found of differences and in the tenant's
   * audit log. When the run read the tenant whole (`plan.complete`), also the identity of a tenant name
   * that was not known before.
   */
  record(
    tenant: TenantIdentity,
    run: Run,
    drifts?: DriftChanges,
    attribution?: AttributionChanges,
  ): Promise<void>;
  /**
   * Puts what `without` gives in the place of each kept run of this tenant name in which the tenant's
   * audit log names somebody.
   */
  forgetActors(tenantName: string, without: (run: Run) => Run): Promise<void>;
  /** How far the tenant's audit log was read. */
  auditReading(tenant: TenantIdentity): Promise<AuditReading>;
  /**
   * Our own writes that were begun from this RFC 3339 instant on, the oldest first. Those of the last
   * eight days must be there: the tenant's audit log goes no further back.
   */
  writes(tenant: TenantIdentity, since: string): Promise<readonly OwnWrite[]>;
  /** The newest entries that are asked for, the oldest of them first. */
  audit(query: AuditQuery): Promise<readonly ChainedEntry[]>;
  /**
   * Looks at every entry of the audit: an edit, a gap and a cut at either end are told, and whether an
   * entry that somebody kept elsewhere is no longer the same.
   */
  verifyAudit(kept?: AuditHead): Promise<AuditVerdict>;
  /** What was told, and what is still to be sent. */
  readonly alerts: Alerts;
  /** Newest first. */
  runs(tenantName: string, limit: number): Promise<readonly Run[]>;
  /** null when there is none of this id, or none any more. */
  run(tenantName: string, id: string): Promise<Run | null>;
  /**
   * One list for each name, newest first. Reads no plan, so that it may be asked often and of many.
   * `before`: only those that ended before the run of this id; none where there is no such run.
   */
  outlines(
    tenantNames: readonly string[],
    limit: number,
    before?: string,
  ): Promise<readonly (readonly RunOutline[])[]>;
  /**
   * Waits at most this many milliseconds to be the only one to run this tenant; null when another
   * still does. The lock must die with its process.
   */
  lock(tenant: TenantIdentity, wait: number, signal?: AbortSignal): Promise<AsyncDisposable | null>;
}
