/** Ports: how the engine reaches one tenant. */
import type { DirectoryAudits } from "./attribution.ts";
import type { Step } from "./definition.ts";
import type { LiveUserFlow, Observed } from "./live.ts";
import type { ClientCertificate, Secret } from "./secret.ts";

/** Which tenant an entry of the store belongs to. `name` is only what people call it. */
export interface TenantIdentity {
  readonly name: string;
  /** Root of Microsoft Graph, without version and without a trailing slash. */
  readonly graph: string;
  readonly tenantId: string;
}

/** What is written. A property that is left out is not touched. */
export interface ApiConnectorWrite {
  readonly kind: "ApiConnector";
  readonly displayName?: string;
  /** With its query, and so with its keys. */
  readonly targetUrl?: Secret;
  /** Always whole: Graph overwrites all of it, and every certificate that was there. */
  readonly authentication?:
    | { readonly type: "basic"; readonly username: string; readonly password: Secret }
    | ({ readonly type: "certificate" } & CertificateWrite);
}

/** What Graph is given of a certificate. */
export type CertificateWrite = Pick<ClientCertificate, "pfx" | "passphrase">;

export type Write = ApiConnectorWrite;

/** What is created, changed and deleted as a whole: of a user flow, only the steps are written. */
export type WrittenKind = Write["kind"];

export interface TenantReader {
  /**
   * Every object of the kind. The listing is whole or it fails: must throw a FaultError for any
   * page that is missing, torn or refused. Must send GET and nothing else.
   */
  list(kind: WrittenKind, signal?: AbortSignal): Promise<readonly Observed[]>;
  /**
   * Every user flow, with what its steps call. Must be whole or fail, as a listing, and must send GET
   * and nothing else. A tenant need not have both families of flows; one to which an id of `named`
   * belongs must be read all the same.
   */
  userFlows(named: readonly string[], signal?: AbortSignal): Promise<readonly LiveUserFlow[]>;
  /** One of them as it is now; null when it is gone. */
  userFlow(flow: LiveUserFlow, signal?: AbortSignal): Promise<LiveUserFlow | null>;
  /**
   * Who changed connectors and user flows, from this RFC 3339 instant on, by the tenant's own audit
   * log. Nothing depends on it, so it is asked once and must not hold up anything else: Graph's wish to
   * wait is this question's alone. Must send GET and nothing else. A FaultError `forbidden`,
   * `not-found` or `rejected` says that this app or tenant has no such log to read.
   */
  audits(since: string, signal?: AbortSignal): Promise<DirectoryAudits>;
}

/** What Graph says of a write that it carried out. */
export interface Written {
  /** `request-id` of its answer, for Microsoft's support; null when it gave none. */
  readonly requestId: string | null;
}

/** `request`, a GUID, goes with each as client-request-id: the tenant's audit log may tell by it whose it was. */
export interface TenantWriter extends TenantReader {
  /**
   * Must never be sent twice. A FaultError whose code is `rejected`, `conflict`, `unauthorised`,
   * `forbidden`, `not-found` or `throttled` says that there was no effect; any other leaves it open.
   */
  create(
    write: Write,
    signal?: AbortSignal,
    request?: string | null,
  ): Promise<Written & { readonly id: string }>;
  /**
   * May be sent again after a lost answer: it says the same each time. The codes above say that
   * there was no effect here too, so a refusal that follows a lost try must have another one.
   */
  update(id: string, write: Write, signal?: AbortSignal, request?: string | null): Promise<Written>;
  /**
   * Adds a certificate and keeps the ones that are there. Must never be sent twice, as a create: what
   * became of a lost one, a read shows.
   */
  upload(
    kind: WrittenKind,
    id: string,
    certificate: CertificateWrite,
    signal?: AbortSignal,
    request?: string | null,
  ): Promise<Written>;
  /** As an update; an object that is already gone is a success. */
  delete(
    kind: WrittenKind,
    id: string,
    signal?: AbortSignal,
    request?: string | null,
  ): Promise<Written>;
  /**
   * Makes one step of a user flow call this connector, or none (null), in one request, whatever it
   * called before. As an update; Graph may say that it did and have done nothing: a read shows it.
   */
  bind(
    flow: LiveUserFlow,
    step: Step,
    connectorId: string | null,
    signal?: AbortSignal,
    request?: string | null,
  ): Promise<Written>;
}
