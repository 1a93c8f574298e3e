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
  `
  -- What happened, one chain for the whole store. entry: JSON as in schemas/audit.schema.json; hash:
  -- SHA-256 of sequence, previous and entry with a newline between them. The other columns are read
  -- out of entry, so that nobody can make them say something else.
  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL,
    entry    TEXT NOT NULL,
    at       TEXT AS (entry ->> '$.at'),
    tenant   TEXT AS (entry ->> '$.tenant.name'),
    run      TEXT AS (entry ->> '$.run'),
    name     TEXT AS (entry ->> '$.name'),
    id       TEXT AS (entry ->> '$.id')
  ) STRICT;
  CREATE INDEX audit_run ON audit (run);
  CREATE INDEX audit_name ON audit (name);
  CREATE INDEX audit_id ON audit (id);

  -- The newest entry, kept apart so that a chain that was cut at its end is noticed.
  CREATE TABLE audit_head (
    sequence INTEGER NOT NULL,
    hash     TEXT NOT NULL
  ) STRICT;
  INSERT INTO audit_head VALUES (0, '${"0".repeat(64)}');

  -- What is left alone, on the word of a person. kind and name: '' for the whole tenant.
  CREATE TABLE suspensions (
    graph     TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    since     TEXT NOT NULL,
    until     TEXT NOT NULL,
    by        TEXT NOT NULL,
    reason    TEXT NOT NULL,
    PRIMARY KEY (graph, tenant_id, kind, name)
  ) STRICT, WITHOUT ROWID;

  -- What the last run that applied would not do. refusals: a JSON array.
  CREATE TABLE refusals (
    graph     TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    refusals  TEXT NOT NULL,
    PRIMARY KEY (graph, tenant_id)
  ) STRICT, WITHOUT ROWID;

  -- Where the last definition took its secrets from: JSON, by path, references only.
  ALTER TABLE ledger ADD COLUMN sources TEXT NOT NULL DEFAULT '{}';

  -- Which run began it; NULL: written before there was this column.
  ALTER TABLE journal ADD COLUMN run TEXT;
  `,
  `
  -- Live values that a person has accepted for a while. value: digest of the live value.
  CREATE TABLE acceptances (
    graph     TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    path      TEXT NOT NULL,
    value     TEXT NOT NULL,
    since     TEXT NOT NULL,
    until     TEXT NOT NULL,
    by        TEXT NOT NULL,
    reason    TEXT NOT NULL,
    PRIMARY KEY (graph, tenant_id, kind, name, path)
  ) STRICT, WITHOUT ROWID;

  -- One difference between git and the tenant over time. path: '' for a whole object. drift: JSON.
  CREATE TABLE drifts (
    graph     TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    path      TEXT NOT NULL,
    drift     TEXT NOT NULL,
    PRIMARY KEY (graph, tenant_id, kind, name, path)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What was told of a tenant last. told: JSON.
  CREATE TABLE told (
    graph     TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    told      TEXT NOT NULL,
    PRIMARY KEY (graph, tenant_id)
  ) STRICT, WITHOUT ROWID;

  -- Messages on their way. sink: its name alone; its address is a secret. alerts: JSON as in
  -- schemas/alert.schema.json. latest_at: until then more alerts may join while attempts is 0.
  -- dropped_at: NULL while it is to be sent.
  CREATE TABLE deliveries (
    id         TEXT NOT NULL PRIMARY KEY,
    sink       TEXT NOT NULL,
    cause      TEXT NOT NULL,
    created_at TEXT NOT NULL,
    due_at     TEXT NOT NULL,
    latest_at  TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    last_error TEXT,
    dropped_at TEXT,
    alerts     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_due ON deliveries (sink, due_at) WHERE dropped_at IS NULL;
  `,
  `
  -- The newest entries of one tenant, however many the others have.
  CREATE INDEX audit_tenant ON audit (tenant);
  `,
  `
  -- client-request-id of its requests, and when they were answered; NULL: not known.
  ALTER TABLE journal ADD COLUMN request TEXT;
  ALTER TABLE journal ADD COLUMN ended_at TEXT;

  -- Changes of a tenant by somebody else, by the id of their entry in its audit log. change: JSON.
  CREATE TABLE outside_changes (
    graph     TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    id        TEXT NOT NULL,
    at        TEXT NOT NULL,
    change    TEXT NOT NULL,
    PRIMARY KEY (graph, tenant_id, id)
  ) STRICT, WITHOUT ROWID;

  -- How far the audit log of a tenant was read.
  CREATE TABLE audit_readings (
    graph      TEXT NOT NULL,
    tenant_id  TEXT NOT NULL,
    begins     TEXT,
    looked_at  TEXT,
    refused_at TEXT,
    PRIMARY KEY (graph, tenant_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What earlier tries have come to: JSON; NULL: nothing.
  ALTER TABLE deliveries ADD COLUMN progress TEXT;
  -- How many alerts it has, so that none of them is read when another one joins.
  ALTER TABLE deliveries ADD COLUMN length INTEGER NOT NULL DEFAULT 0;
  UPDATE deliveries SET length = json_array_length(alerts) WHERE json_valid(alerts);
  `,
];
