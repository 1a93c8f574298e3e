/** What a plan is made from. */
import type { Outside } from "../model/attribution.ts";
import type { ApiConnectorDefinition, Kind, UserFlowDefinition } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { Snapshot, UserFlowSnapshot } from "../model/generated/audit.ts";
import type { Change } from "../model/generated/run.ts";
import type { Live, LiveUserFlow } from "../model/live.ts";
import type { ClientCertificate } from "../model/secret.ts";
import type { Memory } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import type { ChangeWindow } from "./windows.ts";

export type Verb = Change["op"];

/** A secret that a definition names: its fingerprint, or why there is none. */
export type DesiredSecret =
  | { readonly source: string; readonly fingerprint: string }
  | { readonly source: string; readonly fault: Fault };

/** A connector as git wants it. */
export interface Desired {
  readonly definition: ApiConnectorDefinition;
  /**
   * By path in the definition. A certificate is one secret, at `CERTIFICATE_PATH`, and its fingerprint
   * is `x509$` and its thumbprint.
   */
  readonly secrets: Readonly<Record<string, DesiredSecret>>;
  /** null where there is none, or none that can be used: then its secret has the fault. */
  readonly certificate: DesiredCertificate | null;
}

/** What is public in the certificate that a definition names. */
export type DesiredCertificate = Pick<
  ClientCertificate,
  "thumbprint" | "notBefore" | "notAfter" | "warnings"
>;

/** One kind of object as it was just listed: whole, or not at all. */
export type Observation = Listed | UnreadKind;

type Listed =
  | { readonly kind: "ApiConnector"; readonly objects: readonly Live[] }
  | { readonly kind: "UserFlow"; readonly objects: readonly LiveUserFlow[] };

interface UnreadKind {
  readonly kind: Kind;
  readonly fault: Fault;
}

/** Every connector; none when they could not be listed. */
export function liveConnectors(observations: readonly Observation[]): readonly Live[] {
  return observations.flatMap((seen) =>
    seen.kind === "ApiConnector" && "objects" in seen ? seen.objects : [],
  );
}

/** Every user flow; none when they could not be listed. */
export function liveUserFlows(observations: readonly Observation[]): readonly LiveUserFlow[] {
  return observations.flatMap((seen) =>
    seen.kind === "UserFlow" && "objects" in seen ? seen.objects : [],
  );
}

/** Why objects of this kind could not be listed; null when they could. */
export function unreadFault(kind: Kind, observations: readonly Observation[]): Fault | null {
  const seen = observations.find((one) => one.kind === kind);
  return seen && "fault" in seen ? seen.fault : null;
}

/** What the operator lets apply do. The mode is not part of it: it must not steer a plan. */
export interface Policy {
  readonly allow: readonly Verb[];
  readonly limits: Limits;
  /** Milliseconds that a delete is announced before it is carried out; 0: it is not. */
  readonly deleteAfter: number;
  /** Milliseconds before its end at which a certificate is warned of, in steps. */
  readonly expiryWarnings: readonly number[];
  /** When the tenant may be changed; empty: always. */
  readonly windows: readonly ChangeWindow[];
  /**
   * Whether a password is sent again after a change of its connector by somebody else, where the
   * definition does not say.
   */
  readonly reassertOnOutsideChange: boolean;
}

/** The most that one run may do; what is more is held as a whole. */
export interface Limits {
  readonly deletes: number;
  /** Percent of the ledger entries of a kind. */
  readonly deletePercent: number;
  /** Writes of any kind; null: no limit. */
  readonly changes: number | null;
}

/** What a person asked of this one run, by names of definitions. */
export interface Asked {
  /** Nothing else is changed; null: whatever differs. */
  readonly only: readonly string[] | null;
  /** Send the password of `only`, whether it changed or not. */
  readonly assert: boolean;
  /** Certificates that may replace one that would be valid for longer. */
  readonly allowEarlierExpiry: readonly string[];
  /** Carry out the deletes that a limit holds. The digest is made before it. */
  readonly liftDeletes: boolean;
  /** What is brought back to an earlier state, by name. The definitions say the same already. */
  readonly restored: Readonly<Record<string, Earlier>>;
}

/** An object as it was. */
export interface Earlier {
  /** null: it was not there. */
  readonly state: Snapshot | UserFlowSnapshot | null;
  /** Its Graph id of then. */
  readonly id: string | null;
  /** How many changes of it came afterwards. */
  readonly later: number;
}

export const nothingAsked: Asked = {
  only: null,
  assert: false,
  allowEarlierExpiry: [],
  liftDeletes: false,
  restored: {},
};

export interface PlanInput {
  readonly tenant: TenantIdentity;
  readonly commit: string | null;
  /** RFC 3339 instant at which the tenant was read. `nextTurn` says when it would matter next. */
  readonly now: string;
  readonly desired: readonly Desired[];
  /** The user flows whose steps git wants to call some connector. */
  readonly flows: readonly UserFlowDefinition[];
  readonly observations: readonly Observation[];
  readonly memory: Memory;
  /** Changes of the tenant by somebody else. */
  readonly outside: Outside;
  readonly policy: Policy;
  readonly asked: Asked;
  /** What is already known to be wrong; an error makes a plan that changes nothing. */
  readonly faults: readonly Fault[];
  /** Version of the program: another version may decide otherwise. */
  readonly version: string;
  /**
   * What only the store or the key of fingerprints can tell, and no plan shows. Without it whoever sees
   * a redacted plan could try what was redacted against its digest; empty where nothing was read.
   */
  readonly seal: string;
}
