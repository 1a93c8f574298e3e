/**
 * The shape of the SQLite file, as a list of plain SQL. Number N stands at place N - 1 and brings
 * `PRAGMA user_version` from N - 1 to N. What has been released is never edited: add one at the end.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Under which identity a tenant's name was first read whole.
  CREATE TABLE tenants (
    name      TEXT NOT NULL PRIMARY KEY,
    graph     TEXT NOT NULL,
    tenant_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- What is ours. secrets: JSON, by path in the definition, fingerprints only.
  CREATE TABLE ledger (
    graph        TEXT NOT NULL,
    tenant_id    TEXT NOT NULL,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    id           TEXT NOT NULL,
    display_name TEXT NOT NULL,
    protect      INTEGER NOT NULL CHECK (protect IN (0, 1)),
    secrets      TEXT NOT NULL,
    PRIMARY KEY (graph, tenant_id, kind, name)
  ) STRICT, WITHOUT ROWID;

  -- What was about to be written. listed: JSON array of ids. result: NULL while it is not known.
  CREATE TABLE journal (
    key          INTEGER PRIMARY KEY AUTOINCREMENT,
    graph        TEXT NOT NULL,
    tenant_id    TEXT NOT NULL,
    op           TEXT NOT NULL CHECK (op IN ('create', 'update', 'adopt', 'delete')),
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    id           TEXT,
    display_name TEXT NOT NULL,
    listed       TEXT NOT NULL,
    started_at   TEXT NOT NULL,
    result       TEXT
  ) STRICT;
  CREATE INDEX journal_open ON journal (graph, tenant_id) WHERE result IS NULL;
  CREATE INDEX journal_closed ON journal (graph, tenant_id, key) WHERE result IS NOT NULL;

  -- Finished runs; sequence counts per tenant. run: JSON as in schemas/run.schema.json.
  CREATE TABLE runs (
    key         INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    result      TEXT NOT NULL,
    run         TEXT NOT NULL,
    UNIQUE (tenant, sequence)
  ) STRICT;
  `,
  `
  -- Paths of the secrets that travelled, a JSON array; NULL: written before there was this column.
  ALTER TABLE journal ADD COLUMN sends TEXT;
  `,
  `
  -- When the delete of what left git was announced; NULL while its definition is there.
  ALTER TABLE ledger ADD COLUMN announced_at TEXT;
  `,
];
