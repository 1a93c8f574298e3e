/** What the page asks of the service. It does not know how runs are made or where they are kept. */
import type { StandingDrift } from "../../model/drift.ts";
import type { ChainedEntry } from "../../model/generated/audit.ts";
import type { Drift } from "../../model/generated/drift.ts";
import type { Run, Suspension } from "../../model/generated/run.ts";
import type { RunOutline } from "../../model/store.ts";

export type Mode = "report" | "apply";

/** Instants are RFC 3339. */
export interface TenantStanding {
  readonly name: string;
  /** The most that a run may do to it. */
  readonly mode: Mode;
  /** null before the first run has ended. */
  readonly last: RunOutline | null;
  /** Differences that are open, count and are not accepted now. */
  readonly open: number;
  /** Since when the oldest of them is open. */
  readonly oldest: string | null;
  /** null without a schedule. */
  readonly nextRun: string | null;
  /** Until when the whole tenant is left alone; null when it is not. */
  readonly suspendedUntil: string | null;
}

/** What of a run the list of runs tells. */
export type RunSummary = RunOutline & Readonly<Pick<Run, "trigger" | "commit">>;

export interface TenantPast {
  readonly name: string;
  /** IANA name. */
  readonly timezone: string;
  /** The most that a run may do to it. */
  readonly mode: Mode;
  /** What is left alone now, that of the whole tenant first. */
  readonly suspensions: readonly Suspension[];
  readonly nextRun: string | null;
  /** A run of it is in hand, or waits for its turn. */
  readonly isRunning: boolean;
  /** null before the first run has ended. */
  readonly last: Run | null;
  /** The newest first, as many as RECENT. */
  readonly runs: readonly RunSummary[];
  /** The newest first, as many as CHARTED. */
  readonly outlines: readonly RunOutline[];
  /** Those that are not resolved. */
  readonly drifts: readonly StandingDrift[];
  /** Those that are, the newest first, as many as ENDED. */
  readonly resolved: readonly Drift[];
}

export interface FoundRun {
  readonly timezone: string;
  /** null when there is none of this id, or none any more. */
  readonly run: Run | null;
}

export interface Audited {
  readonly timezone: string;
  /** The oldest first. */
  readonly entries: readonly ChainedEntry[];
}

/**
 * How many runs are told one by one, how many are drawn, how many differences are told that have ended,
 * and how many entries of the audit.
 */
export const RECENT = 20;
export const ENDED = 10;
export const CHARTED = 100;
export const AUDITED = 100;

export interface Field {
  /** Of a definition. */
  readonly name: string;
  /** In the definition. */
  readonly path: string;
}

/** What somebody says of the live value of a field. */
export interface Word extends Field {
  /** Of the live value that the page showed, as `seenDigest` makes it. */
  readonly seen: string;
  /** A duration such as `7d`. */
  readonly until: string;
  readonly reason: string;
}

/**
 * Each may reject with a FaultError, whose message is told: code `refused` for what cannot be done,
 * `locked` while a run is in hand, `store`, `unavailable` and `stopped` when it is not the time.
 * `by`: for the audit.
 */
export interface PageActs {
  /** Resolves when the run has ended, however it did. */
  readonly reconcile: (tenant: string, by: string) => Promise<Pick<Run, "id">>;
  readonly accept: (tenant: string, word: Word, by: string) => Promise<void>;
  /** Does nothing where it is accepted no longer. */
  readonly revoke: (tenant: string, of: Field, by: string) => Promise<void>;
}

/**
 * Each may reject with a FaultError, which the page answers with status 503 for code `store`; null
 * stands for a tenant that plumbline.yaml does not name.
 */
export interface PageOptions {
  /** Of the tenants, in the order of plumbline.yaml. */
  readonly names: readonly string[];
  /** In the order of plumbline.yaml. */
  readonly tenants: () => Promise<readonly TenantStanding[]>;
  readonly tenant: (name: string) => Promise<TenantPast | null>;
  readonly run: (tenant: string, id: string) => Promise<FoundRun | null>;
  /** The newest entries, as many as the limit. */
  readonly audit: (tenant: string, limit: number) => Promise<Audited | null>;
  /**
   * Calls the listener with the name of each tenant whose run has ended, or of which something was
   * accepted, until the answer is called.
   */
  readonly onRun: (listener: (tenant: string) => void) => () => void;
  readonly acts: PageActs;
  /** Where a definition can be read as it stood; null where that is not known. */
  readonly sourceLink: (of: Pick<Drift, "at" | "commit">) => string | null;
  readonly now: () => Date;
}
