/** The tables as Kysely sees them; migrations.ts makes them. Columns of JSON are text. */
import type { Generated } from "kysely";

export interface Tables {
  readonly meta: { readonly key: string; readonly value: Uint8Array };
  readonly tenants: { readonly name: string; readonly graph: string; readonly tenant_id: string };
  readonly ledger: LedgerTable;
  readonly journal: JournalTable;
  readonly runs: RunsTable;
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
