/** The catalogue: for each kind, where Graph keeps it, its JSON, and what an app must be allowed. */
import type { Observed } from "../model/live.ts";
import type { Write, WrittenKind } from "../model/tenant.ts";
import { toGraph, toObserved } from "./api-connector.ts";
import type { Collection } from "./clouds.ts";
import type { AskedKind } from "./exchange.ts";

/** An application permission of Microsoft Graph (https://learn.microsoft.com/graph/permissions-reference). */
export interface Permission {
  readonly name: string;
  /** Its id in app registrations. */
  readonly id: string;
}

/** What is said of a kind. */
export interface KindWords {
  readonly one: string;
  readonly many: string;
  /** Any one of these allows reading. */
  readonly read: readonly Permission[];
  /** Any one of these allows writing. */
  readonly write: readonly Permission[];
}

/** How Graph keeps a kind that is created, changed and deleted as a whole. */
export interface KindOfObject {
  readonly collection: Collection;
  /** Throws NotAsExpected. */
  readonly toObserved: (json: unknown) => Observed;
  /** Throws a FaultError for what must never be sent. */
  readonly toGraph: (write: Write) => Readonly<Record<string, unknown>>;
  /** The action that adds a certificate, below an object. */
  readonly upload: string;
}

const readConnectors = {
  name: "APIConnectors.Read.All",
  id: "b86848a7-d5b1-41eb-a9b4-54a4e6306e97",
};
const writeConnectors = {
  name: "APIConnectors.ReadWrite.All",
  id: "1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171",
};

export const kinds: Readonly<Record<WrittenKind, KindOfObject>> = {
  ApiConnector: {
    collection: "apiConnectors",
    toObserved,
    toGraph,
    upload: "uploadClientCertificate",
  },
};

/**
 * Microsoft documents this permission for reading the connectors of a flow as well
 * (https://learn.microsoft.com/graph/api/b2xidentityuserflow-get-apiconnectorconfiguration).
 */
const userFlows = {
  name: "IdentityUserFlow.ReadWrite.All",
  id: "65319a09-a2be-469d-8782-f6b07debf789",
};

/** https://learn.microsoft.com/graph/api/directoryaudit-list */
const readAudits = { name: "AuditLog.Read.All", id: "b0afded3-3588-46d8-8b3d-9842eff778da" };

export const kindWords: Readonly<Record<AskedKind, KindWords>> = {
  ApiConnector: {
    one: "API connector",
    many: "API connectors",
    read: [readConnectors, writeConnectors],
    write: [writeConnectors],
  },
  UserFlow: { one: "user flow", many: "user flows", read: [userFlows], write: [userFlows] },
  DirectoryAudit: {
    one: "entry of the audit log",
    many: "entries of the audit log",
    read: [readAudits],
    write: [],
  },
};
