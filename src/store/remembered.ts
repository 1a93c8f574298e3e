/** What was read from the store, for as long as nobody has written since. */
import type { DamagedRow, DriftChanges, Memory } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";

/** A bound for a process that meets ever new tenants. */
const MOST = 2_000;

export interface Remembered {
  /**
   * The very same object as long as nothing was written, else what `read` answers now. `version` is
   * that of the database and must be asked for before: it tells that another process has written.
   */
  recall(tenant: TenantIdentity, version: number, read: () => Promise<Memory>): Promise<Memory>;
  /** Must be told right before this process writes anything about the tenant, whatever its name. */
  forget(tenant: TenantIdentity): void;
  /**
   * Must be asked for right before this process writes about nothing but differences; what it answers,
   * right after. What was read stays known, unless somebody else has written meanwhile.
   */
  noting(tenant: TenantIdentity, changes: DriftChanges): () => void;
  /** Must be told after this process offered the identity that a new name stands for. */
  learn(tenant: TenantIdentity): void;
  /** False when it is not known whether the store knows the tenant's name. */
  isKnown(tenant: TenantIdentity): boolean;
}

interface Entry {
  readonly name: string;
  /** null while it is read. An entry that is forgotten meanwhile is no longer among the others. */
  memory: Memory | null;
}

export function openRemembered(): Remembered {
  // By graph root and tenantId, as the ledger is; two names of one tenant take turns.
  const entries = new Map<string, Entry>();
  let current: number | null = null;
  return {
    async recall(tenant, version, read) {
      if (version !== current || entries.size > MOST) entries.clear();
      current = version;
      const known = entries.get(keyOf(tenant));
      if (known?.name === tenant.name && known.memory !== null) return known.memory;
      const entry: Entry = { name: tenant.name, memory: null };
      entries.set(keyOf(tenant), entry);
      const memory = await read();
      entry.memory = memory;
      return memory;
    },
    forget(tenant) {
      entries.delete(keyOf(tenant));
    },
    noting(tenant, changes) {
      const key = keyOf(tenant);
      const own = entries.get(key);
      return () => {
        if (own === undefined || own.memory === null || entries.get(key) !== own) {
          entries.delete(key);
        } else entries.set(key, { ...own, memory: withDrifts(own.memory, changes) });
      };
    },
    learn(tenant) {
      const own = entries.get(keyOf(tenant));
      for (const [key, { name }] of entries) if (name === tenant.name) entries.delete(key);
      if (own?.name !== tenant.name || own.memory === null) return;
      // Nothing else has changed, and the first identity of a name stays.
      const memory = { ...own.memory, known: own.memory.known ?? tenant };
      entries.set(keyOf(tenant), { name: tenant.name, memory });
    },
    isKnown(tenant) {
      const entry = entries.get(keyOf(tenant));
      return entry?.name === tenant.name && (entry.memory?.known ?? null) !== null;
    },
  };
}

/** As a recall would answer it: sorted, and without the damaged rows that are written over or gone. */
function withDrifts(memory: Memory, { put, forget }: DriftChanges): Memory {
  const changed = new Set([...put, ...forget].map(fieldOf));
  const kept = memory.drifts.filter((drift) => !changed.has(fieldOf(drift)));
  const isLeft = (row: DamagedRow) => row.of !== "drift" || !changed.has(fieldOf(row));
  return {
    ...memory,
    drifts: [...kept, ...put].sort(byField),
    damaged: memory.damaged.every(isLeft) ? memory.damaged : memory.damaged.filter(isLeft),
  };
}

type Field = DriftChanges["forget"][number];

function fieldOf({ kind, name, path }: Field): string {
  return `${kind}\n${name}\n${path}`;
}

function byField(one: Field, other: Field): number {
  for (const key of ["kind", "name", "path"] as const) {
    if (one[key] !== other[key]) return one[key] < other[key] ? -1 : 1;
  }
  return 0;
}

function keyOf({ graph, tenantId }: TenantIdentity): string {
  return `${graph}\n${tenantId}`;
}
