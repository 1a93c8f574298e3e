/** What the API asks of the service, and with which words. */
import type { TenantState } from "../model/generated/api.ts";
import type { ChainedEntry } from "../model/generated/audit.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Run } from "../model/generated/run.ts";
import type { RunOutline } from "../model/store.ts";

/** What of the audit of a tenant is asked for. */
export interface AuditFilter {
  readonly limit: number;
  readonly name?: string;
  readonly run?: string;
  /** Those with a lower sequence alone. */
  readonly before?: number;
}

/** What of the runs of a tenant is asked for. */
export interface RunsFilter {
  readonly limit: number;
  /** Id of a run: those alone that ended before it. */
  readonly before?: string;
}

/** A live value that somebody has seen, and what they say of it. */
export interface SeenField {
  /** Of a definition. */
  readonly name: string;
  /** In the definition. */
  readonly path: string;
  /** As the difference has it; null: it is absent. */
  readonly before: string | null;
  /** A duration or an RFC 3339 instant. */
  readonly until: string;
  readonly reason: string;
}

/**
 * What the API asks of the service. All but `tenants` is asked only about names that `has` knows. Each
 * may reject with a FaultError: codes `store`, `unavailable` and `stopped` are answered 503, as is what
 * a tenant or a network has, and `locked`, `refused` and faults of definitions 409.
 */
export interface ApiSource {
  readonly has: (tenant: string) => boolean;
  /** In the order of plumbline.yaml. */
  readonly tenants: () => Promise<readonly TenantState[]>;
  readonly tenant: (tenant: string) => Promise<TenantState>;
  /** null before the first one has ended. */
  readonly lastRun: (tenant: string) => Promise<Run | null>;
  /** Open ones first, as they stand now, then by kind, name and path. */
  readonly drifts: (tenant: string) => Promise<readonly Drift[]>;
  /** Newest first. */
  readonly runs: (tenant: string, filter: RunsFilter) => Promise<readonly RunOutline[]>;
  /** null when there is none of this id, or none any more. */
  readonly run: (tenant: string, id: string) => Promise<Run | null>;
  /** The newest entries, the oldest of them first. */
  readonly audit: (tenant: string, filter: AuditFilter) => Promise<readonly ChainedEntry[]>;
  /** Lets the live value stay that was seen, and no other; `by` is for the audit. */
  readonly accept: (tenant: string, word: SeenField, by: string) => Promise<void>;
  /** Does nothing where it is accepted no longer. */
  readonly revoke: (
    tenant: string,
    of: Pick<SeenField, "name" | "path">,
    by: string,
  ) => Promise<void>;
  /** Runs the tenant now; `by` is for the audit. */
  readonly reconcile: (tenant: string, by: string) => Promise<Run>;
}
