/** One tenant with everything that a run of it needs, wired by the command line. */
import type { AttributionChanges } from "../model/attribution.ts";
import type { Clock } from "../model/clock.ts";
import type { Loaded } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { Change, Outcome, Plan, Run } from "../model/generated/run.ts";
import type { Redactor, Secrets } from "../model/secret.ts";
import type { DriftChanges, Store } from "../model/store.ts";
import type { TenantIdentity, TenantReader, TenantWriter } from "../model/tenant.ts";
import type { Asked, Policy } from "../plan/input.ts";
import type { Audit } from "./memory/audit-entry.ts";

/** What is remembered of differences. */
export interface DriftSettings {
  /** Runs in a row that must see one before it counts. */
  readonly after: number;
  /** Milliseconds for which one that is gone is kept. */
  readonly keep: number;
}

/** What is asked of the tenant's own audit log, and kept of it. */
export interface AttributionSettings {
  readonly read: boolean;
  /** What becomes of names and ids of people: a number is the milliseconds that they are kept. */
  readonly actors: "keep" | "omit" | number;
}

/** What planning needs: nothing here can write to the tenant. */
export interface PlanSubject {
  readonly tenant: TenantIdentity;
  readonly policy: Policy;
  /** Milliseconds that a write may take to show in reads. */
  readonly settle: number;
  readonly drift: DriftSettings;
  readonly attribution: AttributionSettings;
  /** Version of the program. */
  readonly version: string;
  /** Definitions as they are on disk now, and the commit that they come from. */
  readonly load: () => { readonly loaded: Loaded; readonly commit: string | null };
  readonly secrets: Secrets;
  readonly redactor: Redactor;
  readonly store: Store;
  readonly reader: TenantReader;
  readonly clock: Clock;
}

export interface Subject extends PlanSubject {
  readonly mode: Run["mode"];
  /** null in report mode: then there is nothing that could write. */
  readonly writer: TenantWriter | null;
}

/** What happens in a run, for logs, progress and metrics. */
export type RunEvent =
  | { readonly type: "started"; readonly tenant: string; readonly trigger: Run["trigger"] }
  | { readonly type: "waiting"; readonly tenant: string; readonly for: "lock" | "settle" }
  | { readonly type: "planned"; readonly tenant: string; readonly plan: Plan }
  | { readonly type: "writing"; readonly tenant: string; readonly change: Change }
  | { readonly type: "wrote"; readonly tenant: string; readonly outcome: Outcome }
  | { readonly type: "verifying"; readonly tenant: string }
  | {
      readonly type: "fault";
      readonly tenant: string;
      readonly fault: Fault;
      readonly cause: unknown;
    }
  | { readonly type: "finished"; readonly tenant: string; readonly run: Run };

/** What a run has found of differences, and of who is behind them. */
export interface Noted {
  readonly drifts: DriftChanges;
  readonly attribution?: AttributionChanges;
}

export type Notify = (event: RunEvent) => void;

/** What one run holds while it writes. */
export interface Writing {
  readonly subject: Subject;
  /** Id of the run. */
  readonly run: string;
  readonly audit: Audit;
  /** What a person asked of the run. */
  readonly asked: Asked;
  readonly writer: TenantWriter;
  readonly notify: Notify;
  /** Asks the run to end after the write in hand. */
  readonly stopping: AbortSignal;
  /** Breaks off even the write in hand. */
  readonly aborting: AbortSignal;
}
