/** `/auditLogs/directoryAudits` of the practice tenant (https://learn.microsoft.com/graph/api/directoryaudit-list). */
import { holds, readFilter } from "./filter.ts";
import { listPage } from "./page.ts";
import {
  type Call,
  type JsonObject,
  methodNotAllowed,
  type Reply,
  type Resource,
  refuse,
  unknownSegment,
} from "./reply.ts";
import type { TenantState } from "./tenant-state.ts";

export const directoryAudits: Resource = {
  root: "auditlogs",
  collection: "directoryaudits",
  versions: ["v1.0", "beta"],
  roles: () => ["AuditLog.Read.All"],
  forbidden: (roles) =>
    refuse(
      403,
      "Authentication_MSGraphPermissionMissing",
      `Calling principal does not have required MSGraph permissions ${roles.join(", ")}`,
    ),
  reply(call, state) {
    const [segment] = call.segments;
    if (segment !== undefined) return unknownSegment(segment);
    return call.method === "GET" ? list(call, state) : methodNotAllowed(call.method, ["GET"]);
  },
};

function list(call: Call, state: TenantState): Reply {
  const filter = readFilter(call.query.get("$filter"));
  if (filter === null) {
    return refuse(400, "BadRequest", "Invalid filter clause.");
  }
  const order = /^activityDateTime( asc| desc)?$/.exec(call.query.get("$orderby") ?? ORDER);
  if (order === null) {
    return refuse(400, "BadRequest", "Only activityDateTime can be ordered by.");
  }
  const sign = order[1] === " desc" ? -1 : 1;
  const found = call.audits.filter((entry) => holds(filter, entry));
  const sorted = found.toSorted((one, other) => sign * (instant(one) - instant(other)));
  const options = ["$filter", "$orderby"];
  return listPage(call, state, "auditLogs/directoryAudits", sorted, options);
}

/** The newest first, where nothing is asked. */
const ORDER = "activityDateTime desc";

function instant(entry: JsonObject): number {
  return Date.parse(String(entry["activityDateTime"]));
}
