/** The statements of the audit: an entry is appended and never changed; the oldest may be taken away. */
import { sql } from "kysely";
import type { AuditEntry } from "../model/generated/audit.ts";
import type { AuditQuery } from "../model/store.ts";
import { build } from "./build.ts";
import type { Step } from "./database.ts";

/** What a database calls the function that a link of the chain is made with. */
export const LINK = "plumbline_link";

/**
 * Appends within the transaction of what is audited: the database itself makes the hash, so that no
 * two processes can append after the same entry.
 */
export function append(entries: readonly AuditEntry[]): readonly Step[] {
  return entries.flatMap((entry) => [
    { query: insertEntry(entry), otherwise: HEADLESS },
    { query: moveHead() },
  ]);
}

const HEADLESS =
  "has lost the head of its audit, so nothing can be added to it and nothing is written. Restore it from a backup, or move it away: Plumbline then starts a new one and adopts the connectors again by name.";

function insertEntry(entry: AuditEntry) {
  const text = JSON.stringify(entry);
  return build
    .insertInto("audit")
    .columns(["sequence", "previous", "hash", "entry"])
    .expression(({ selectFrom }) =>
      selectFrom("audit_head").select([
        sql<number>`sequence + 1`.as("sequence"),
        "hash as previous",
        sql<string>`${sql.raw(LINK)}(sequence + 1, hash, ${text})`.as("hash"),
        sql<string>`${text}`.as("entry"),
      ]),
    )
    .returning("sequence")
    .compile();
}

function moveHead() {
  const newest = build
    .selectFrom("audit")
    .select(["sequence", "hash"])
    .orderBy("sequence", "desc")
    .limit(1);
  return build
    .updateTable("audit_head")
    .from(newest.as("newest"))
    .set(({ ref }) => ({ sequence: ref("newest.sequence"), hash: ref("newest.hash") }))
    .compile();
}

export function selectHead() {
  return build.selectFrom("audit_head").select(["sequence", "hash"]).compile();
}

/** The next ones after a sequence, oldest first. */
export function selectLinks(after: number, limit: number) {
  return build
    .selectFrom("audit")
    .select(["sequence", "previous", "hash", "entry"])
    .where("sequence", ">", after)
    .orderBy("sequence")
    .limit(limit)
    .compile();
}

/** Newest first. */
export function selectEntries({ tenants, name, id, run, before, limit }: AuditQuery) {
  let query = build
    .selectFrom("audit")
    .select(["sequence", "previous", "hash", "entry"])
    .orderBy("sequence", "desc")
    .limit(limit);
  if (tenants !== undefined) query = query.where("tenant", "in", tenants);
  const about = [
    ...(name === undefined ? [] : [["name", name] as const]),
    ...(id === undefined ? [] : [["id", id] as const]),
  ];
  if (about.length > 0) {
    query = query.where(({ or, eb }) => or(about.map(([column, value]) => eb(column, "=", value))));
  }
  if (run !== undefined) query = query.where("run", "=", run);
  if (before !== undefined) query = query.where("sequence", "<", before);
  return query.compile();
}

/** The newest entry of those that are older than an RFC 3339 instant, all before it being so too. */
export function selectOutdated(before: string) {
  return build
    .selectFrom("audit")
    .select(["sequence", "hash"])
    .where("sequence", "<", ({ selectFrom, fn }) =>
      fn.coalesce(
        selectFrom("audit")
          .select(({ fn }) => fn.min("sequence").as("first"))
          .where("at", ">=", before),
        selectFrom("audit_head").select(sql<number>`sequence + 1`.as("next")),
      ),
    )
    .orderBy("sequence", "desc")
    .limit(1)
    .compile();
}

export function deleteThrough(sequence: number) {
  return build.deleteFrom("audit").where("sequence", "<=", sequence).compile();
}
