/** The catalogue: for each kind, where Graph keeps it, its JSON, and what an app must be allowed. */
import type { Kind } from "../model/definition.ts";
import type { Observed } from "../model/live.ts";
import type { CertificateWrite, Write } from "../model/tenant.ts";
import { toGraph, toObserved, uploadToGraph } from "./api-connector.ts";

/** An application permission of Microsoft Graph (https://learn.microsoft.com/graph/permissions-reference). */
export interface Permission {
  readonly name: string;
  /** Its id in app registrations. */
  readonly id: string;
}

export interface KindOfObject {
  /** Below the version. */
  readonly path: string;
  readonly one: string;
  readonly many: string;
  /** Any one of these allows reading. */
  readonly read: readonly Permission[];
  /** Any one of these allows writing. */
  readonly write: readonly Permission[];
  /** Throws NotAsExpected. */
  readonly toObserved: (json: unknown) => Observed;
  /** Throws a FaultError for what must never be sent. */
  readonly toGraph: (write: Write) => Readonly<Record<string, unknown>>;
  /** The action that adds a certificate, below an object. */
  readonly upload: {
    readonly action: string;
    readonly toGraph: (certificate: CertificateWrite) => Readonly<Record<string, unknown>>;
  };
}

const readConnectors = {
  name: "APIConnectors.Read.All",
  id: "b86848a7-d5b1-41eb-a9b4-54a4e6306e97",
};
const writeConnectors = {
  name: "APIConnectors.ReadWrite.All",
  id: "1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171",
};

export const kinds: Readonly<Record<Kind, KindOfObject>> = {
  ApiConnector: {
    path: "/identity/apiConnectors",
    one: "API connector",
    many: "API connectors",
    read: [readConnectors, writeConnectors],
    write: [writeConnectors],
    toObserved,
    toGraph,
    upload: { action: "uploadClientCertificate", toGraph: uploadToGraph },
  },
};
