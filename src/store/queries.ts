/** Every statement of the store. Kysely types and writes them; a Database runs them in batches. */
import { type Insertable, sql } from "kysely";
import type { Run } from "../model/generated/run.ts";
import type { JournalEntry, LedgerChange, LedgerEntry, MemoryChange } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { build } from "./build.ts";
import { putAcceptance, removeAcceptance } from "./drift-queries.ts";
import { once } from "./once.ts";
import { putRefusals, putSuspension, removeSuspension } from "./suspension-queries.ts";
import type { Tables } from "./tables.ts";

/** Closed journal entries, and runs where nothing else is said, that are kept per tenant. */
export const KEPT = 1_000;

/** Runs that may come on top until the oldest are removed. */
const PRUNED_EVERY = 50;

export function selectSalt() {
  return build.selectFrom("meta").select("value").where("key", "=", "salt").compile();
}

/** The first one to offer a salt wins. */
export function offerSalt(value: Uint8Array) {
  return build
    .insertInto("meta")
    .values({ key: "salt", value })
    .onConflict((conflict) => conflict.doNothing())
    .compile();
}

export const selectKnown = once(({ name }: TenantIdentity) =>
  build
    .selectFrom("tenants")
    .select(["name", "graph", "tenant_id"])
    .where("name", "=", name)
    .compile(),
);

export const selectLedger = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("ledger")
    .select(["kind", "name", "id", "display_name", "protect", "announced_at", "secrets", "sources"])
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .orderBy("kind")
    .orderBy("name")
    .compile(),
);

export const selectOpenJournal = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("journal")
    .select(["key", "op", "kind", "name", "id", "display_name", "sends", "listed"])
    .select(["started_at", "run", "request"])
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .where("result", "is", null)
    .orderBy("key")
    .compile(),
);

/** A journal entry of a tenant as columns hold it. */
type JournalValues = Insertable<Omit<Tables["journal"], "key" | "result" | "ended_at">>;

const insertJournalEntry = once((values: JournalValues) =>
  build
    .insertInto("journal")
    .values({
      graph: values.graph,
      tenant_id: values.tenant_id,
      op: values.op,
      kind: values.kind,
      name: values.name,
      id: values.id,
      display_name: values.display_name,
      sends: values.sends,
      listed: values.listed,
      started_at: values.started_at,
      run: values.run,
      request: values.request,
      result: null,
    })
    .returning("key")
    .compile(),
);

/** Answers its key. */
export function openJournalEntry({ graph, tenantId }: TenantIdentity, entry: JournalEntry) {
  return insertJournalEntry({
    graph,
    tenant_id: tenantId,
    op: entry.op,
    kind: entry.kind,
    name: entry.name,
    id: entry.id,
    display_name: entry.displayName,
    sends: entry.sends && JSON.stringify(entry.sends),
    listed: JSON.stringify(entry.listed),
    started_at: entry.startedAt,
    run: entry.run,
    request: entry.request,
  });
}

/** Answers its key; nothing when the entry is not open or of another tenant. */
export const answerJournalEntry = once(
  ({ graph, tenantId, key, id, at }: TenantIdentity & { key: number; id: string; at: string }) =>
    build
      .updateTable("journal")
      .set({ id, ended_at: at })
      .where("key", "=", key)
      .where("graph", "=", graph)
      .where("tenant_id", "=", tenantId)
      .where("result", "is", null)
      .returning("key")
      .compile(),
);

/** Answers its key; nothing when the entry is not open or of another tenant. */
export const closeJournalEntry = once(
  ({
    graph,
    tenantId,
    key,
    result,
    at,
  }: TenantIdentity & { key: number; result: string; at: string }) =>
    build
      .updateTable("journal")
      // What was answered ended then, whenever a read has shown it.
      .set(({ fn, val }) => ({ result, ended_at: fn.coalesce("ended_at", val(at)) }))
      .where("key", "=", key)
      .where("graph", "=", graph)
      .where("tenant_id", "=", tenantId)
      .where("result", "is", null)
      .returning("key")
      .compile(),
);

/** What was begun after this instant stays, however much it is. */
export const pruneJournal = once(
  ({ graph, tenantId, before }: TenantIdentity & { before: string }) =>
    build
      .deleteFrom("journal")
      .where("graph", "=", graph)
      .where("tenant_id", "=", tenantId)
      .where("result", "is not", null)
      .where("started_at", "<", before)
      .where("key", "<=", ({ selectFrom }) =>
        selectFrom("journal")
          .select("key")
          .where("graph", "=", graph)
          .where("tenant_id", "=", tenantId)
          .where("result", "is not", null)
          .orderBy("key", "desc")
          .limit(1)
          .offset(KEPT),
      )
      .compile(),
);

export function changeMemory(tenant: TenantIdentity, change: MemoryChange) {
  switch (change.op) {
    case "put":
    case "remove":
      return changeLedger(tenant, change);
    case "suspend":
      return putSuspension(tenant, change.suspension);
    case "resume":
      return removeSuspension(tenant, change);
    case "refused":
      return putRefusals(tenant, change.refusals);
    case "accept":
      return putAcceptance(tenant, change.acceptance);
    case "revoke":
      return removeAcceptance(tenant, change);
    default:
      return change satisfies never;
  }
}

function changeLedger(tenant: TenantIdentity, change: LedgerChange) {
  return change.op === "put" ? putEntry(tenant, change.entry) : removeEntry(tenant, change);
}

const upsertEntry = once((row: Tables["ledger"]) => {
  const { graph, tenant_id, kind, name, ...columns } = {
    graph: row.graph,
    tenant_id: row.tenant_id,
    kind: row.kind,
    name: row.name,
    id: row.id,
    display_name: row.display_name,
    protect: row.protect,
    announced_at: row.announced_at,
    secrets: row.secrets,
    sources: row.sources,
  };
  return build
    .insertInto("ledger")
    .values({ graph, tenant_id, kind, name, ...columns })
    .onConflict((conflict) =>
      conflict.columns(["graph", "tenant_id", "kind", "name"]).doUpdateSet(columns),
    )
    .compile();
});

function putEntry({ graph, tenantId }: TenantIdentity, entry: LedgerEntry) {
  return upsertEntry({
    graph,
    tenant_id: tenantId,
    kind: entry.kind,
    name: entry.name,
    id: entry.id,
    display_name: entry.displayName,
    protect: entry.protect ? 1 : 0,
    announced_at: entry.announcedAt,
    secrets: JSON.stringify(entry.secrets),
    sources: JSON.stringify(entry.sources),
  });
}

function removeEntry(
  { graph, tenantId }: TenantIdentity,
  { kind, name }: Pick<LedgerEntry, "kind" | "name">,
) {
  return build
    .deleteFrom("ledger")
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .compile();
}

/**
 * The first identity stays: were a run that is held for a changed tenantId to overwrite it, the next
 * run would pass.
 */
export function putKnown({ name, graph, tenantId }: TenantIdentity) {
  return build
    .insertInto("tenants")
    .values({ name, graph, tenant_id: tenantId })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .compile();
}

/** A run as columns hold it. */
interface RunValues extends Pick<Run, "tenant" | "startedAt" | "finishedAt" | "result"> {
  /** JSON of the whole. */
  readonly run: string;
}

/** Answers its sequence. */
export const insertRun = once(({ tenant, startedAt, finishedAt, result, run }: RunValues) =>
  build
    .insertInto("runs")
    .values(({ selectFrom }) => ({
      tenant,
      sequence: selectFrom("runs")
        .where("tenant", "=", tenant)
        .select(({ eb, fn, val }) =>
          eb(fn.coalesce(fn.max("sequence"), val(0)), "+", 1).as("next"),
        ),
      started_at: startedAt,
      finished_at: finishedAt,
      result,
      run,
    }))
    .returning("sequence")
    .compile(),
);

/** Whether the oldest runs are to be removed after the one of this sequence. */
export function isTimeToPrune(sequence: number): boolean {
  return sequence > KEPT && sequence % PRUNED_EVERY === 0;
}

export function pruneRuns(tenantName: string) {
  return build
    .deleteFrom("runs")
    .where("tenant", "=", tenantName)
    .where("sequence", "<=", ({ selectFrom }) =>
      selectFrom("runs")
        .where("tenant", "=", tenantName)
        .select(({ eb, fn }) => eb(fn.max("sequence"), "-", KEPT).as("last")),
    )
    .compile();
}

/** Of each tenant the last run stays, whenever it was: it says how the tenant is. */
export function pruneRunsBefore(before: string) {
  return build
    .deleteFrom("runs")
    .where("finished_at", "<", before)
    .where("sequence", "<", ({ selectFrom }) =>
      selectFrom("runs as others")
        .whereRef("others.tenant", "=", "runs.tenant")
        .select(({ fn }) => fn.max("others.sequence").as("last")),
    )
    .compile();
}

export function selectRuns(tenantName: string, limit: number) {
  return build
    .selectFrom("runs")
    .select(["key", "run"])
    .where("tenant", "=", tenantName)
    .orderBy("sequence", "desc")
    .limit(limit)
    .compile();
}

/** So many runs, the oldest first, after that key, in which an audit log of a tenant names somebody. */
export function selectNaming(tenantName: string, after: number, limit: number) {
  return build
    .selectFrom("runs")
    .select(["key", "run"])
    .where("tenant", "=", tenantName)
    .where("key", ">", after)
    .where("run", "like", '%"actor":{%')
    .orderBy("key")
    .limit(limit)
    .compile();
}

export function rewriteRun(key: number, run: string) {
  return build.updateTable("runs").set({ run }).where("key", "=", key).compile();
}

/** What a run is called: the digits of its start. */
const idOfRun = sql<string>`replace(replace(replace(started_at, '-', ''), ':', ''), '.', '')`;

export function selectRun(tenantName: string, id: string) {
  return build
    .selectFrom("runs")
    .select(["key", "run"])
    .where("tenant", "=", tenantName)
    .where(idOfRun, "=", id)
    .limit(1)
    .compile();
}

/** `before`: those that ended before the run of this id; none where there is no such run. */
export function selectOutlines(tenantName: string, limit: number, before?: string) {
  const query = build
    .selectFrom("runs")
    .select(["started_at", "finished_at", "result"])
    .where("tenant", "=", tenantName)
    .orderBy("sequence", "desc")
    .limit(limit);
  if (before === undefined) return query.compile();
  return query
    .where("sequence", "<", ({ selectFrom }) =>
      selectFrom("runs")
        .select("sequence")
        .where("tenant", "=", tenantName)
        .where(idOfRun, "=", before)
        .limit(1),
    )
    .compile();
}
