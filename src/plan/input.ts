/** What a plan is made from. */
import type { Definition, Kind } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { Snapshot } from "../model/generated/audit.ts";
import type { Change } from "../model/generated/run.ts";
import type { Live } from "../model/live.ts";
import type { ClientCertificate } from "../model/secret.ts";
import type { Memory } from "../model/store.ts";
import type { TenantIdentity, Use } from "../model/tenant.ts";
import type { ChangeWindow } from "./windows.ts";

export type Verb = Change["op"];

/** A secret that a definition names: its fingerprint, or why there is none. */
export type DesiredSecret =
  | { readonly source: string; readonly fingerprint: string }
  | { readonly source: string; readonly fault: Fault };

export interface Desired {
  readonly definition: Definition;
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
export type Observation =
  | { readonly kind: Kind; readonly objects: readonly Live[] }
  | { readonly kind: Kind; readonly fault: Fault };

export type Uses = { readonly uses: readonly Use[] } | { readonly fault: Fault };

/** Whether anything may be deleted, so that it has to be known whether a user flow calls it. */
export function mayDelete({
  desired,
  memory,
  policy,
}: Pick<PlanInput, "desired" | "memory" | "policy">): boolean {
  if (!policy.allow.includes("delete")) return false;
  const known = new Set(memory.ledger.map(({ name }) => name));
  // A name before a rename counts only for what has none under its own.
  const names = new Set(
    desired.flatMap(({ definition: { name, previously } }) =>
      known.has(name) ? [name] : [name, previously],
    ),
  );
  const creates = memory.journal.filter(({ op }) => op === "create");
  return [...memory.ledger, ...creates].some(({ name }) => !names.has(name));
}

/** Everything that could be listed, of any kind. */
export function liveObjects(observations: readonly Observation[]): readonly Live[] {
  return observations.flatMap((seen) => ("objects" in seen ? seen.objects : []));
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
  readonly state: Snapshot | null;
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
  readonly observations: readonly Observation[];
  readonly memory: Memory;
  /** Which user flows call which connector, or why nobody knows; null: nothing is to be deleted. */
  readonly uses: Uses | null;
  readonly policy: Policy;
  readonly asked: Asked;
  /** What is already known to be wrong; an error makes a plan that changes nothing. */
  readonly faults: readonly Fault[];
  /** Version of the program: another version may decide otherwise. */
  readonly version: string;
}
