/** The tables as Kysely sees them; migrations.ts makes them. Columns of JSON are text. */
import type { Generated, GeneratedAlways } from "kysely";

export interface Tables {
  readonly meta: { readonly key: string; readonly value: Uint8Array };
  readonly tenants: { readonly name: string; readonly graph: string; readonly tenant_id: string };
  readonly ledger: LedgerTable;
  readonly journal: JournalTable;
  readonly runs: RunsTable;
  readonly audit: AuditTable;
  readonly audit_head: { readonly sequence: number; readonly hash: string };
  readonly suspensions: SuspensionsTable;
  readonly acceptances: AcceptancesTable;
  readonly drifts: DriftsTable;
  readonly outside_changes: OutsideChangesTable;
  readonly audit_readings: AuditReadingsTable;
  readonly refusals: {
    readonly graph: string;
    readonly tenant_id: string;
    readonly refusals: string;
  };
  readonly told: { readonly graph: string; readonly tenant_id: string; readonly told: string };
  readonly deliveries: DeliveriesTable;
}

interface DeliveriesTable {
  readonly id: string;
  readonly sink: string;
  readonly cause: string;
  readonly created_at: string;
  readonly due_at: string;
  readonly latest_at: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly dropped_at: string | null;
  readonly alerts: string;
  readonly progress: string | null;
  readonly length: number;
}

interface LedgerTable {
  readonly graph: string;
  readonly tenant_id: string;
  readonly kind: string;
  readonly name: string;
  readonly id: string;
  readonly display_name: string;
  readonly protect: number;
  readonly announced_at: string | null;
  readonly secrets: string;
  readonly sources: string;
}

interface JournalTable {
  readonly key: Generated<number>;
  readonly graph: string;
  readonly tenant_id: string;
  readonly op: "create" | "update" | "adopt" | "delete";
  readonly kind: string;
  readonly name: string;
  readonly id: string | null;
  readonly display_name: string;
  readonly listed: string;
  readonly sends: string | null;
  readonly started_at: string;
  readonly result: string | null;
  readonly run: string | null;
  readonly request: string | null;
  readonly ended_at: string | null;
}

interface AuditTable {
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
  readonly entry: string;
  readonly at: GeneratedAlways<string | null>;
  readonly tenant: GeneratedAlways<string | null>;
  readonly run: GeneratedAlways<string | null>;
  readonly name: GeneratedAlways<string | null>;
  readonly id: GeneratedAlways<string | null>;
}

interface SuspensionsTable {
  readonly graph: string;
  readonly tenant_id: string;
  readonly kind: string;
  readonly name: string;
  readonly since: string;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

interface AcceptancesTable {
  readonly graph: string;
  readonly tenant_id: string;
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly value: string;
  readonly since: string;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

interface DriftsTable {
  readonly graph: string;
  readonly tenant_id: string;
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly drift: string;
}

interface OutsideChangesTable {
  readonly graph: string;
  readonly tenant_id: string;
  readonly id: string;
  readonly at: string;
  readonly change: string;
}

interface AuditReadingsTable {
  readonly graph: string;
  readonly tenant_id: string;
  readonly begins: string | null;
  readonly looked_at: string | null;
  readonly refused_at: string | null;
}

interface RunsTable {
  readonly key: Generated<number>;
  readonly tenant: string;
  readonly sequence: number;
  readonly started_at: string;
  readonly finished_at: string;
  readonly result: string;
  readonly run: string;
}
