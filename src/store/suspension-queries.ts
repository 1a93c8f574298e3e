/** The statements about what is left alone, and about what was refused. */
import type { Suspension } from "../model/generated/run.ts";
import type { Suspended } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import { build } from "./build.ts";
import { once } from "./once.ts";

export const selectSuspensions = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("suspensions")
    .select(["kind", "name", "since", "until", "by", "reason"])
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .orderBy("kind")
    .orderBy("name")
    .compile(),
);

/** Takes the place of an earlier one of the same. */
export function putSuspension({ graph, tenantId }: TenantIdentity, suspension: Suspension) {
  const { since, until, by, reason } = suspension;
  const columns = { since, until, by, reason };
  return build
    .insertInto("suspensions")
    .values({ graph, tenant_id: tenantId, ...keyOf(suspension), ...columns })
    .onConflict((conflict) =>
      conflict.columns(["graph", "tenant_id", "kind", "name"]).doUpdateSet(columns),
    )
    .compile();
}

export function removeSuspension({ graph, tenantId }: TenantIdentity, suspended: Key) {
  const { kind, name } = keyOf(suspended);
  return build
    .deleteFrom("suspensions")
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .where("kind", "=", kind)
    .where("name", "=", name)
    .compile();
}

/** Of a damaged one, as its row says. */
type Key = { readonly [Part in keyof Suspended]: string | null };

/** No column of a key may be NULL, and no object has an empty name. */
function keyOf({ kind, name }: Key) {
  return { kind: kind ?? "", name: name ?? "" };
}

export const selectRefusals = once(({ graph, tenantId }: TenantIdentity) =>
  build
    .selectFrom("refusals")
    .select("refusals")
    .where("graph", "=", graph)
    .where("tenant_id", "=", tenantId)
    .compile(),
);

export function putRefusals({ graph, tenantId }: TenantIdentity, refusals: readonly string[]) {
  const columns = { refusals: JSON.stringify(refusals) };
  return build
    .insertInto("refusals")
    .values({ graph, tenant_id: tenantId, ...columns })
    .onConflict((conflict) => conflict.columns(["graph", "tenant_id"]).doUpdateSet(columns))
    .compile();
}
