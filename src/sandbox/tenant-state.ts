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
  readonly apps: readonly App[];
}

export const EMPTY_STATE: TenantState = { connectors: [], apps: [] };
