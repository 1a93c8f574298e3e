/** What git says: definitions as they are after parsing, validation and replacing variables. */
import type { Fault, Position } from "./fault.ts";
import type { CertificateSource, SecretUse } from "./secret.ts";

export const kinds = ["ApiConnector", "UserFlow"] as const;

export type Kind = (typeof kinds)[number];

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
     * Whether it is sent again after a change of the connector by somebody else; null: as the tenant
     * says.
     */
    readonly reassertOnOutsideChange: boolean | null;
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

/** Which connector the steps of a user flow call. The flow itself is not managed. */
export interface UserFlowDefinition {
  readonly kind: "UserFlow";
  /** `metadata.name`: the id of the flow. */
  readonly name: string;
  /** Where the document stands: its `metadata.name`. */
  readonly at: Position;
  /** In the order of `steps`; one that is left out is not managed. */
  readonly steps: readonly {
    readonly step: Step;
    readonly at: Position;
    /** null: none. */
    readonly connector: ConnectorReference | null;
  }[];
}

/**
 * Where a user flow may call a connector, in the order in which it gets there
 * (https://learn.microsoft.com/graph/api/resources/userflowapiconnectorconfiguration).
 */
export const steps = [
  "postFederationSignup",
  "postAttributeCollection",
  "preTokenIssuance",
] as const;

export type Step = (typeof steps)[number];

/** The step that the user flows of Azure AD B2C alone have. */
export const TOKEN_STEP = "preTokenIssuance" satisfies Step;

/** Which connector a step is to call: one that a definition names, or one that only the tenant has. */
export type ConnectorReference =
  | { readonly type: "definition"; readonly name: string }
  | { readonly type: "id"; readonly id: string }
  | { readonly type: "displayName"; readonly displayName: string };

export type Definition = ApiConnectorDefinition | UserFlowDefinition;

export function isConnector(definition: Definition): definition is ApiConnectorDefinition {
  return definition.kind === "ApiConnector";
}

/** Definitions of each kind have names of their own: those of user flows are ids that Graph gave. */
export function kindOfName(name: string): Kind {
  return /^B2[XC]_1_/i.test(name) ? "UserFlow" : "ApiConnector";
}

/** Graph takes ids in any letter case, and people copy them in either. */
export function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

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
  if (!isConnector(definition)) return [];
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
