/** What a plan is made from. */
import type { Definition, Kind } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { Change } from "../model/generated/run.ts";
import type { Live } from "../model/live.ts";
import type { Memory } from "../model/store.ts";
import type { TenantIdentity } from "../model/tenant.ts";

export type Verb = Change["op"];

/** A secret that a definition names: its fingerprint, or why there is none. */
export type DesiredSecret =
  | { readonly source: string; readonly fingerprint: string }
  | { readonly source: string; readonly fault: Fault };

export interface Desired {
  readonly definition: Definition;
  /** By path in the definition; one for each of `secretUses(definition)`. */
  readonly secrets: Readonly<Record<string, DesiredSecret>>;
}

/** One kind of object as it was just listed: whole, or not at all. */
export type Observation =
  | { readonly kind: Kind; readonly objects: readonly Live[] }
  | { readonly kind: Kind; readonly fault: Fault };

/** What the operator lets apply do. The mode is not part of it: it must not steer a plan. */
export interface Policy {
  readonly allow: readonly Verb[];
}

export interface PlanInput {
  readonly tenant: TenantIdentity;
  readonly commit: string | null;
  /** RFC 3339 instant at which the tenant was read; matters only while a create is waited for. */
  readonly now: string;
  readonly desired: readonly Desired[];
  readonly observations: readonly Observation[];
  readonly memory: Memory;
  readonly policy: Policy;
  /** What is already known to be wrong; an error makes a plan that changes nothing. */
  readonly faults: readonly Fault[];
  /** Version of the program: another version may decide otherwise. */
  readonly version: string;
}
