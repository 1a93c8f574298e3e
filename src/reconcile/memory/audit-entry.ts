/** One entry of the audit, made where something is done or decided. */
import { untold } from "../../model/audit.ts";
import type { Clock } from "../../model/clock.ts";
import type { Fault } from "../../model/fault.ts";
import type { AuditEntry } from "../../model/generated/audit.ts";
import type { TenantIdentity } from "../../model/tenant.ts";

/** Who acts, and in which run. */
export interface Actor extends Pick<AuditEntry, "run" | "commit" | "trigger" | "by"> {}

/** What an entry says of its own; what is left out is null, or an empty message. */
export type Told = Pick<AuditEntry, "action" | "result"> & Partial<AuditEntry>;

/** Makes entries of one actor in one tenant, at the moment in which it is called. */
export type Audit = (told: Told) => AuditEntry;

export function auditOf(
  { tenant, clock }: { readonly tenant: TenantIdentity; readonly clock: Clock },
  { run, commit, trigger, by }: Actor,
): Audit {
  const { name, graph, tenantId } = tenant;
  return (told) => ({
    at: clock.now().toISOString(),
    tenant: { name, graph, tenantId },
    ...untold,
    run,
    commit,
    trigger,
    by,
    ...told,
  });
}

/** What stands in the place of a result. */
type Failure = Pick<Fault, "code" | "message"> & { readonly requestId?: string | null };

/** A write that was begun and failed, or nobody knows. */
export function failed(begun: Told, { code, message, requestId = null }: Failure): Told {
  const { action, kind = null, name = null, id = null } = begun;
  return { action, kind, name, id, result: code, message, requestId };
}
