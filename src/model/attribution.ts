/** Changes of a tenant by somebody else, as its own audit log tells of them. */
import type { Kind } from "./definition.ts";
import type { Fault } from "./fault.ts";
import type { Attribution } from "./generated/run.ts";

/**
 * A change of a connector or a user flow (microsoft.graph.directoryAudit,
 * https://learn.microsoft.com/graph/api/resources/directoryaudit). Whose it is, it does not know.
 */
export interface DirectoryAudit extends Omit<Attribution, "actor"> {
  readonly kind: Kind;
  readonly op: "create" | "update" | "delete";
  /**
   * What the entry calls the objects that it is about: ids, names, or both. Microsoft documents none
   * of it for connectors and flows; empty: it names none.
   */
  readonly about: readonly string[];
  /** null: the entry does not say. */
  readonly actor:
    | (NonNullable<Attribution["actor"]> & { readonly aliases: readonly string[] })
    | null;
}

/** As whom this program is signed in, by every id that an audit log may have for it. */
export type Caller = readonly string[];

/** What the audit log gave. */
export interface DirectoryAudits {
  /** The oldest first. */
  readonly entries: readonly DirectoryAudit[];
  /**
   * What more there was than is read at a time: entries after this RFC 3339 instant, or older ones than
   * these; null: nothing.
   */
  readonly left: { readonly after: string } | "older" | null;
  /** Why it went no further than these entries; null: nothing went wrong. */
  readonly brokenOff: Fault | null;
  /** Empty: the access token does not tell. */
  readonly caller: Caller;
}

/** A change that is not ours. */
export interface OutsideChange extends Attribution, Pick<DirectoryAudit, "kind" | "op" | "about"> {
  /** When a run read it first, an RFC 3339 instant: what that run wrote came after it. */
  readonly seenAt: string;
}

/** What is known of changes by others, for a plan. */
export interface Outside {
  /** The oldest first. */
  readonly changes: readonly OutsideChange[];
  /** When the tenant was looked at last, whole, an RFC 3339 instant; null: never. */
  readonly lookedAt: string | null;
}

export const nothingOutside: Outside = { changes: [], lookedAt: null };

/** How far the audit log of a tenant was read. RFC 3339 instants. */
export interface AuditReading {
  /** Where the next reading begins, with room for what arrives late; null: at the beginning. */
  readonly from: string | null;
  /** As of `Outside`. */
  readonly lookedAt: string | null;
  /** When it was refused last; null: it is not refused. */
  readonly refusedAt: string | null;
}

export const neverRead: AuditReading = { from: null, lookedAt: null, refusedAt: null };

/** What a run found in the audit log; kept with the run. */
export interface AttributionChanges {
  readonly reading: AuditReading;
  /** Each takes the place of what was known of the same entry. */
  readonly put: readonly OutsideChange[];
  /** Ids of entries. */
  readonly forget: readonly string[];
}
