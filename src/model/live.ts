/** What the tenant holds, as Microsoft Graph shows it. */
import type { Step } from "./definition.ts";
import type { Secret } from "./secret.ts";

/** One entry of certificateList (microsoft.graph.pkcs12CertificateInformation). */
export interface LiveCertificate {
  /** SHA-1, upper-case hex. */
  readonly thumbprint: string | null;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly notAfter: number;
  readonly isActive: boolean;
}

export type LiveAuthentication =
  /** Graph masks the password: it is unknown, always. */
  | { readonly type: "basic"; readonly username: string | null }
  | { readonly type: "certificate"; readonly certificates: readonly LiveCertificate[] }
  /** A type that this version does not know, or none. */
  | { readonly type: "other"; readonly odataType: string | null };

/**
 * microsoft.graph.identityApiConnector. Graph returns targetUrl in clear, so its query may hold keys:
 * `Value` is what stands for each of them.
 */
export interface ApiConnectorState<Value> {
  readonly kind: "ApiConnector";
  readonly id: string;
  readonly displayName: string | null;
  /** Normalised as the URL standard says, without query; as it is where it is no URL. */
  readonly targetUrl: string | null;
  /** In the order of the URL. A key that comes again is named `key[1]`, `key[2]`. */
  readonly query: readonly { readonly key: string; readonly value: Value }[];
  readonly authentication: LiveAuthentication;
}

/** As just read: query values are secrets. */
export type Observed = ApiConnectorState<Secret>;

/** As the plan sees it: query values are fingerprints. */
export type Live = ApiConnectorState<string>;

/**
 * microsoft.graph.b2xIdentityUserFlow or b2cIdentityUserFlow, as far as API connectors go
 * (https://learn.microsoft.com/graph/api/resources/userflowapiconnectorconfiguration).
 */
export interface LiveUserFlow {
  readonly kind: "UserFlow";
  /** Such as `B2X_1_signup`. */
  readonly id: string;
  /** userFlowType, such as `signUpOrSignIn`; null when Graph does not tell. */
  readonly type: string | null;
  /** userFlowTypeVersion; null when Graph does not tell. */
  readonly version: number | null;
  /** Every step that the flow has, in the order of the model; null: it takes no connectors. */
  readonly steps: readonly LiveStep[] | null;
}

export interface LiveStep {
  readonly step: Step;
  /** What it calls; null: nothing. */
  readonly connector: { readonly id: string; readonly displayName: string | null } | null;
}
