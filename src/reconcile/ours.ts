/** Which differences Plumbline has ended itself, by its own record of what it did. */
import { withoutEffect } from "../model/fault.ts";
import type { AuditEntry } from "../model/generated/audit.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Store } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";

/** More entries than runs leave of one object between two that see it. */
const RECENT = 100;

/**
 * A process may die between a write and the note of what came of it, and a restore notes nothing: the
 * audit tells of both, in the transaction of each write.
 */
export async function endedByUs(
  { store, tenant }: { readonly store: Store; readonly tenant: TenantIdentity },
  gone: readonly Drift[],
): Promise<ReadonlySet<Drift>> {
  const ours = new Set<Drift>();
  for (const drift of gone) {
    const query = { tenants: [tenant.name], name: drift.name, limit: RECENT };
    const entries = drift.attempted ? [] : await store.audit(query);
    const told = entries.map(({ entry }) => entry);
    if (isOurs(drift, told)) ours.add(drift);
  }
  return ours;
}

/** `told`: of objects of this name, the oldest first. */
export function isOurs(drift: Drift, told: readonly AuditEntry[]): boolean {
  const since = told.filter(({ at, kind }) => at > drift.lastSeen && kind === drift.kind);
  const byRun = Map.groupBy(since, ({ run }) => run);
  return [...byRun.values()].some((entries) => isEnding(drift, entries));
}

const writes: ReadonlySet<AuditEntry["action"]> = new Set(["create", "update", "adopt", "delete"]);

/** `entries`: of one run. */
function isEnding({ path, state }: Drift, entries: readonly AuditEntry[]): boolean {
  const isTrusted = entries.some(({ action }) => action === "override");
  if (isTrusted && path.startsWith("spec.authentication")) return true;
  // A run leaves alone what is accepted, and a restore means all of it.
  const isRestore = entries.some(({ action }) => action === "restore");
  if (state === "accepted" && !isRestore) return false;
  const last = entries.findLast(({ action }) => writes.has(action));
  return last !== undefined && !withoutEffect.has(last.result);
}
