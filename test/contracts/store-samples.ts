/** Things that a store remembers. */
import type { Plan, Run } from "../../src/model/generated/run.ts";
import type { JournalEntry, LedgerChange, LedgerEntry } from "../../src/model/store.ts";
import type { TenantIdentity } from "../../src/model/tenant.ts";

export const production: TenantIdentity = {
  name: "production",
  graph: "https://graph.microsoft.com",
  tenantId: "11111111-2222-3333-4444-555555555555",
};

export const staging: TenantIdentity = {
  ...production,
  name: "staging",
  tenantId: "99999999-0000",
};

export function entry(name: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    kind: "ApiConnector",
    name,
    id: `id-of-${name}`,
    displayName: `The ${name}`,
    protect: false,
    announcedAt: null,
    secrets: {},
    sources: {},
    ...more,
  };
}

export function put(...names: readonly string[]): readonly LedgerChange[] {
  return names.map((name) => ({ op: "put", entry: entry(name) }));
}

export function creation(name: string): JournalEntry {
  return {
    op: "create",
    kind: "ApiConnector",
    name,
    id: null,
    displayName: `The ${name}`,
    sends: ["spec.authentication.basic.password"],
    listed: ["id-a", "id-b"],
    startedAt: "2026-09-01T12:00:00.000Z",
    request: "11111111-1111-4111-8111-111111111111",
    run: "20260901T120000000Z",
  };
}

/** Of a tenant that was read; whole unless it says otherwise. */
export function planned(complete = true): Plan {
  const nothing = { create: 0, update: 0, delete: 0, adopt: 0, unchanged: 0, held: 0 };
  return {
    tenant: "production",
    commit: null,
    digest: "sha256:0",
    complete,
    summary: { ...nothing, unmanaged: 0, unreadable: 0 },
    changes: [],
    unchanged: [],
    held: [],
    unmanaged: [],
    unreadable: [],
    secrets: [],
    certificates: [],
    accepted: [],
    uses: null,
    usesUnknown: null,
    suspended: [],
    window: null,
    faults: [],
  };
}

export function run(startedAt: string, more: Partial<Run> = {}): Run {
  return {
    id: startedAt.replaceAll(/[^0-9TZ]/g, ""),
    tenant: "production",
    trigger: "schedule",
    mode: "apply",
    startedAt,
    finishedAt: "2026-09-01T12:00:01.000Z",
    commit: null,
    plan: planned(),
    outcomes: [],
    faults: [],
    result: "clean",
    ...more,
  };
}
