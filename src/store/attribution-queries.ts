/** What is kept of the tenants' own audit logs. */
import type { AuditReading, OutsideChange } from "../model/attribution.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { build } from "./build.ts";
import { once } from "./once.ts";

export const selectOutsideChanges = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("outside_changes")
    .select(["id", "change"])
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .orderBy("at")
    .orderBy("id")
    .compile(),
);

export function putOutsideChange({ graph, tenantId }: TenantIdentity, change: OutsideChange) {
  const { id, at } = change;
  const columns = { at, change: JSON.stringify(change) };
  return build
    .insertInto("outside_changes")
    .values({ graph, tenant_id: tenantId, id, ...columns })
    .onConflict((conflict) => conflict.columns(["graph", "tenant_id", "id"]).doUpdateSet(columns))
    .compile();
}

export function removeOutsideChange({ graph, tenantId }: TenantIdentity, id: string) {
  return build
    .deleteFrom("outside_changes")
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .compile();
}

export const selectAuditReading = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("audit_readings")
    .select(["begins", "looked_at", "refused_at"])
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .compile(),
);

export const putAuditReading = once(
  ({ graph, tenantId, from, lookedAt, refusedAt }: TenantIdentity & AuditReading) =>
    build
      .insertInto("audit_readings")
      .values({
        graph,
        tenant_id: tenantId,
        begins: from,
        looked_at: lookedAt,
        refused_at: refusedAt,
      })
      .onConflict((conflict) =>
        conflict
          .columns(["graph", "tenant_id"])
          .doUpdateSet({ begins: from, looked_at: lookedAt, refused_at: refusedAt }),
      )
      .compile(),
);

export const selectWrites = once(
  ({ graph, tenantId, since }: TenantIdentity & { readonly since: string }) =>
    build
      .selectFrom("journal")
      .select(["op", "kind", "id", "display_name", "started_at", "ended_at", "request"])
      .where("graph", "=", graph)
      .where("tenant_id", "=", tenantId)
      .where("started_at", ">=", since)
      .orderBy("key")
      .compile(),
);
