/**
 * What the practice tenant holds, as frozen-in-spirit data: a change makes a new value. Passwords
 * are plain strings here, because the whole state is written to a file and shown by the control.
 */

/** microsoft.graph.pkcs12CertificateInformation without `isActive`, which is computed when read. */
export interface StoredCertificate {
  readonly thumbprint: string | null;
  /** Seconds since 1970. */
  readonly notBefore: number;
  /** Seconds since 1970. */
  readonly notAfter: number;
}

export type StoredAuthentication =
  | { readonly type: "basic"; readonly username: string | null; readonly password: string | null }
  /** In the order of upload, the newest last. */
  | { readonly type: "certificates"; readonly certificates: readonly StoredCertificate[] };

export interface StoredConnector {
  readonly id: string;
  readonly displayName: string | null;
  readonly targetUrl: string | null;
  readonly authentication: StoredAuthentication | null;
}

/**
 * The steps of a sign-up that can call a connector, as beta has them; v1.0 has the first two.
 * https://learn.microsoft.com/graph/api/resources/userflowapiconnectorconfiguration
 */
export type Step = "postFederationSignup" | "postAttributeCollection" | "preTokenIssuance";

/** The values of microsoft.graph.userFlowType. */
export type UserFlowType =
  | "signUp"
  | "signIn"
  | "signUpOrSignIn"
  | "passwordReset"
  | "profileUpdate"
  | "resourceOwner";

export interface StoredUserFlow {
  /** Begins with B2X_1_ or B2C_1_. */
  readonly id: string;
  readonly userFlowType: UserFlowType;
  readonly userFlowTypeVersion: number;
  /** Id of the connector that each step calls; a step that calls none is left out. */
  readonly apiConnectors: { readonly [Each in Step]?: string };
}

/** An app registration that may sign in, besides the built-in one. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Application permissions such as `APIConnectors.Read.All`. */
  readonly roles: readonly string[];
}

export interface TenantState {
  /** In the order of creation. */
  readonly connectors: readonly StoredConnector[];
  /** In the order of creation. Every connector that a step calls is there. */
  readonly userFlows: readonly StoredUserFlow[];
  readonly apps: readonly App[];
}

export const EMPTY_STATE: TenantState = { connectors: [], userFlows: [], apps: [] };
