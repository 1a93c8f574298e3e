/**
 * What the practice tenant's own audit log holds of connectors and user flows, in the shape of
 * microsoft.graph.directoryAudit. Of entries of the service B2C Microsoft shows one example, of another
 * activity (https://learn.microsoft.com/azure/active-directory-b2c/view-audit-logs): what they call
 * their objects, and whether the client-request-id is handed on, are settings.
 */
import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "./reply.ts";
import type { Settings } from "./settings.ts";
import type { StoredConnector, StoredUserFlow, TenantState } from "./tenant-state.ts";

/** Who changed something. */
export type Initiator =
  | { readonly type: "app"; readonly clientId: string; readonly request: string }
  /** A person in the portal. */
  | { readonly type: "person" };

export interface AuditLog {
  /** One entry for each object that the two states tell apart. */
  note(before: TenantState, after: TenantState, by: Initiator): void;
  /** Any entry, as it is. It is there at once. */
  add(entry: JsonObject): void;
  /** What has arrived by now, in no order. */
  arrived(): readonly JsonObject[];
}

export interface AuditLogParts {
  now(): Date;
  settings(): Settings;
}

/** The oldest are forgotten, so that a service that runs for months does not grow. */
const MOST_KEPT = 10_000;

interface Entry {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly json: JsonObject;
}

export function createAuditLog({ now, settings }: AuditLogParts): AuditLog {
  let entries: Entry[] = [];
  let last = 0;
  const keep = (entry: Entry) => {
    if (entries.length >= MOST_KEPT) entries = entries.slice(MOST_KEPT / 10);
    entries.push(entry);
  };
  return {
    note(before, after, by) {
      for (const change of changes(before, after, by)) {
        last += 1;
        const at = now();
        const json = toEntry(change, { by, at, number: last, settings: settings() });
        keep({ from: at.getTime() + settings().auditDelay, json });
      }
    },
    add(json) {
      keep({ from: now().getTime(), json });
    },
    arrived: () => entries.filter(({ from }) => from <= now().getTime()).map(({ json }) => json),
  };
}

interface Changed {
  readonly activity: string;
  readonly id: string;
  readonly name: string | null;
}

/** A request that writes what is there already is an entry too; a person who does so changes nothing. */
function changes(before: TenantState, after: TenantState, by: Initiator): readonly Changed[] {
  const isSame = (one: unknown, other: unknown) =>
    one === other || (by.type === "person" && isDeepStrictEqual(one, other));
  const named = ({ id, displayName }: StoredConnector) => ({ id, name: displayName });
  const connectors = after.connectors.flatMap((now): Changed[] => {
    const then = before.connectors.find(({ id }) => id === now.id);
    if (then === undefined) return [{ activity: "Create Api connector", ...named(now) }];
    return isSame(then, now) ? [] : [{ activity: "Update Api connector", ...named(now) }];
  });
  const gone = before.connectors.filter(({ id }) => !after.connectors.some((one) => one.id === id));
  const flows = after.userFlows.filter((now: StoredUserFlow) => {
    const then = before.userFlows.find(({ id }) => id === now.id);
    return then !== undefined && !isSame(then, now);
  });
  return [
    ...connectors,
    ...gone.map((one): Changed => ({ activity: "Delete Api connector", ...named(one) })),
    ...flows.map(({ id }): Changed => ({ activity: "Update user flow", id, name: id })),
  ];
}

interface Circumstances {
  readonly by: Initiator;
  readonly at: Date;
  readonly number: number;
  readonly settings: Settings;
}

function toEntry({ activity, id, name }: Changed, circumstances: Circumstances): JsonObject {
  const { by, at, number, settings } = circumstances;
  const { auditTargets, auditCorrelation } = settings;
  const own = `00000000-0000-4000-9000-${number.toString(16).padStart(12, "0")}`;
  const isHandedOn = by.type === "app" && auditCorrelation === "client-request-id";
  const target = {
    id: auditTargets === "both" || auditTargets === "id" ? id : null,
    displayName: auditTargets === "both" || auditTargets === "name" ? name : null,
    type: "Other",
    userPrincipalName: null,
    groupType: null,
    modifiedProperties: [],
  };
  return {
    id: `B2C_SANDBOX_${number}`,
    category: "ResourceManagement",
    correlationId: isHandedOn ? by.request : own,
    result: "success",
    resultReason: "N/A",
    activityDisplayName: activity,
    activityDateTime: at.toISOString(),
    loggedByService: "B2C",
    operationType: "",
    initiatedBy: initiatedBy(by, settings),
    targetResources: auditTargets === "none" ? [] : [target],
    additionalDetails: [],
  };
}

/** As Microsoft's example has it for an app: its id stands in the place of its name. */
function initiatedBy(by: Initiator, { person }: Settings): JsonObject {
  if (by.type === "person") {
    const id = "00000000-5a4d-4000-8000-00000000beef";
    return {
      user: { id, displayName: null, userPrincipalName: person, ipAddress: null },
      app: null,
    };
  }
  const { clientId } = by;
  return {
    user: null,
    app: {
      appId: clientId,
      displayName: null,
      servicePrincipalId: null,
      servicePrincipalName: clientId,
    },
  };
}
