/** The order in which things stand in a plan and are carried out. */
import type { Change, ConnectorCertificates, Unmanaged } from "../model/generated/run.ts";
import { bindsSteps } from "./user-flow.ts";

interface Named {
  readonly kind: string;
  readonly name: string;
}

/**
 * Dependency levels, carried out from the lowest:
 *
 *   0  create, update and adopt connectors
 *   1  bind steps of user flows, which may call a connector that was just created
 *   2  unbind steps
 *   3  delete connectors, when nothing can need them any more
 *
 * A flow of which steps are bound and unbound stands where it is bound.
 */
function level(change: Leveled): number {
  if (change.op === "delete") return 3;
  if (change.kind !== "UserFlow") return 0;
  return bindsSteps(change) || change.fields.length === 0 ? 1 : 2;
}

type Leveled = Pick<Change, "op" | "kind" | "fields">;

export function byLevel(a: Named & Leveled, b: Named & Leveled): number {
  return level(a) - level(b) || byKindAndName(a, b);
}

export function byKindAndName(a: Named, b: Named): number {
  return byText(a.kind, b.kind) || byText(a.name, b.name);
}

/** Those without a name, which no definition owns, come last. */
export function byOwner(a: ConnectorCertificates, b: ConnectorCertificates): number {
  if (a.name === null || b.name === null) {
    return Number(a.name === null) - Number(b.name === null) || byText(a.id ?? "", b.id ?? "");
  }
  return byText(a.kind, b.kind) || byText(a.name, b.name);
}

export function byDisplayName(a: Unmanaged, b: Unmanaged): number {
  return (
    byText(a.kind, b.kind) || byText(a.displayName ?? "", b.displayName ?? "") || byText(a.id, b.id)
  );
}

/** What stands for an object: no two have the same. */
export function keyOf({ kind, name }: Named): string {
  return `${kind}/${name}`;
}

/** By code unit, so that no locale changes a plan. */
function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
