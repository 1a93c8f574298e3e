/** The statements about differences over time, and about those that a person has accepted. */
import type { Drift } from "../model/generated/drift.ts";
import type { Acceptance, DamagedRow } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { build } from "./build.ts";
import { once } from "./once.ts";
import type { Tables } from "./tables.ts";

type Field = Pick<DamagedRow, "kind" | "name" | "path">;

export const selectAcceptances = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("acceptances")
    .select(["kind", "name", "path", "value", "since", "until", "by", "reason"])
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .orderBy("kind")
    .orderBy("name")
    .orderBy("path")
    .compile(),
);

/** Takes the place of an earlier one of the same field. */
export function putAcceptance({ graph, tenantId }: TenantIdentity, acceptance: Acceptance) {
  const { kind, name, path, ...said } = acceptance;
  return build
    .insertInto("acceptances")
    .values({ graph, tenant_id: tenantId, kind, name, path, ...said })
    .onConflict((conflict) =>
      conflict.columns(["graph", "tenant_id", "kind", "name", "path"]).doUpdateSet(said),
    )
    .compile();
}

export function removeAcceptance({ graph, tenantId }: TenantIdentity, { kind, name, path }: Field) {
  return build
    .deleteFrom("acceptances")
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .where("path", "=", path)
    .compile();
}

export const selectDrifts = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("drifts")
    .select(["kind", "name", "path", "drift"])
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .orderBy("kind")
    .orderBy("name")
    .orderBy("path")
    .compile(),
);

const upsertDrift = once((row: Tables["drifts"]) => {
  const { graph, tenant_id, kind, name, path, drift } = row;
  return build
    .insertInto("drifts")
    .values({ graph, tenant_id, kind, name, path, drift })
    .onConflict((conflict) =>
      conflict.columns(["graph", "tenant_id", "kind", "name", "path"]).doUpdateSet({ drift }),
    )
    .compile();
});

export function putDrift({ graph, tenantId }: TenantIdentity, drift: Drift) {
  const { kind, name, path } = drift;
  const columns = { graph, tenant_id: tenantId, kind, name, path };
  return upsertDrift({ ...columns, drift: JSON.stringify(drift) });
}

export function removeDrift({ graph, tenantId }: TenantIdentity, { kind, name, path }: Field) {
  return build
    .deleteFrom("drifts")
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .where("path", "=", path)
    .compile();
}
