/** What git says: definitions as they are after parsing, validation and replacing variables. */
import type { Fault, Position } from "./fault.ts";
import type { CertificateSource, SecretUse } from "./secret.ts";

export type Kind = "ApiConnector";

export interface ApiConnectorDefinition {
  readonly kind: "ApiConnector";
  /** `metadata.name`, the key in git. */
  readonly name: string;
  /** Where the document stands: its `metadata.name`. */
  readonly at: Position;
  /** `metadata.id`: pins one live connector. */
  readonly id: string | null;
  /** `metadata.previously`: the key before a rename. */
  readonly previously: string | null;
  readonly displayName: string;
  /** Normalised as the URL standard says, without query and fragment. */
  readonly targetUrl: string;
  /** Parameters of the URL: those in targetUrl first, then those of `spec.query`. Values are secrets. */
  readonly query: readonly { readonly key: string; readonly value: SecretUse }[];
  readonly authentication: BasicAuthentication | CertificateAuthentication;
  readonly policy: {
    readonly protect: boolean;
    readonly assertOnAdopt: boolean;
    /** Milliseconds after which the password is sent again; null: only when it changes. */
    readonly reassertEvery: number | null;
    /**
     * Milliseconds that the certificate must have been active before older ones are taken away; null:
     * they stay.
     */
    readonly retireAfter: number | null;
  };
}

export interface BasicAuthentication {
  readonly type: "basic";
  readonly username: string;
  readonly password: SecretUse;
}

export interface CertificateAuthentication extends CertificateSource {
  readonly type: "certificate";
}

export type Definition = ApiConnectorDefinition;

/** All that a folder gave. With an error among the faults, nothing may be applied. */
export interface Loaded {
  /** Sorted by kind and name; empty places are left out, so it may be incomplete when there are errors. */
  readonly definitions: readonly Definition[];
  /** Sorted by file, line, column. */
  readonly faults: readonly Fault[];
}

/** Where a plan and the ledger keep a certificate: with its key and passphrase it is one secret. */
export const CERTIFICATE_PATH = "spec.authentication.certificate";

/** Where a plan and the ledger keep the one secret that Microsoft Graph masks. */
export const PASSWORD_PATH = "spec.authentication.basic.password";

/** Every secret that a definition names, in the order in which it names them. */
export function secretUses(definition: Definition): readonly SecretUse[] {
  return [
    ...definition.query.map(({ value }) => value),
    ...authenticationUses(definition.authentication),
  ];
}

/** The secrets of the authentication alone. */
export function authenticationUses(
  authentication: ApiConnectorDefinition["authentication"],
): readonly SecretUse[] {
  if (authentication.type === "basic") return [authentication.password];
  const { content, key, passphrase } = authentication;
  return [content, key, passphrase].filter((use) => use !== null);
}
