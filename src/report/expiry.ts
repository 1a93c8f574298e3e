/** Which certificates come to their end, and how loudly that is told. */
import type {
  Certificate,
  Change,
  ConnectorCertificates,
  Outcome,
  Plan,
} from "../model/generated/run.ts";
import { epochMilliseconds } from "./instants.ts";
import { outcomeOf } from "./outcomes.ts";
import type { Tone } from "./wording.ts";

export interface Expiring {
  readonly of: ConnectorCertificates;
  /** The one whose end is the nearest; null when none is listed. */
  readonly certificate: Certificate | null;
  /** `expired`, or a step such as `14d`. */
  readonly warning: string;
  readonly tone: Tone;
  /** True when the plan, once carried out, has another one take over in time. */
  readonly isRenewed: boolean;
  /** Whether the tenant has it, as far as the outcome tells. */
  readonly isLive: boolean;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** Within a week an end is told as loudly as what went wrong. */
const LOUD_SECONDS = 7 * 86_400;

/** Those of a plan. What a run has renewed ends without harm and is not among them. */
export function expiringOf(plan: Plan, outcomes: readonly Outcome[]): readonly Expiring[] {
  return plan.certificates.flatMap((of): readonly Expiring[] => {
    const change = changeOf(of, plan.changes);
    const outcome = change === null ? null : outcomeOf(change, outcomes);
    const warning = outcome?.result === "done" ? of.warningAfter : of.warning;
    if (warning === null) return [];
    const tone = stepSeconds(warning) <= LOUD_SECONDS ? "bad" : "update";
    const isRenewed = change !== null && outcome === null && of.warningAfter === null;
    const certificate = nearestEnd(of);
    const isWritten = outcome?.result === "done" && (certificate?.becomes ?? null) !== null;
    const isLive = certificate?.live === true || isWritten;
    return [{ of, certificate, warning, tone, isRenewed, isLive }];
  });
}

/** A delete has no definition, so its certificates are found by id. */
export function isOf(of: ConnectorCertificates, change: Pick<Change, "kind" | "name" | "id">) {
  if (of.kind !== change.kind) return false;
  return of.name === null ? of.id !== null && of.id === change.id : of.name === change.name;
}

export function changeOf(of: ConnectorCertificates, changes: readonly Change[]): Change | null {
  return changes.find((change) => isOf(of, change)) ?? null;
}

/** `expired` is the shortest step there is; what is no step is longer than any. */
export function stepSeconds(step: string): number {
  if (step === "expired") return 0;
  const [, count = "", unit = ""] = /^(\d+)([smhd])$/.exec(step) ?? [];
  const seconds = UNIT_SECONDS[unit];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(count) * seconds;
}

/**
 * When all that the tenant has are over, the last of them to end is the one that is missed. Otherwise
 * it is the end of what the tenant has or of what the definition names, whichever is nearer.
 */
function nearestEnd({ list, validUntil, warning }: ConnectorCertificates): Certificate | null {
  const begun = list.filter(({ live, becomes }) => live && becomes !== "pending");
  if (warning === "expired" && validUntil === null && begun.length > 0) {
    return byEnd(begun).at(-1) ?? null;
  }
  const near = list.filter(({ live, notAfter, desired }) => {
    return desired || (live && notAfter === validUntil);
  });
  return byEnd(near.length > 0 ? near : list)[0] ?? null;
}

function byEnd(list: readonly Certificate[]): readonly Certificate[] {
  return list.toSorted((one, other) => at(one.notAfter) - at(other.notAfter));
}

function at(instant: string): number {
  return epochMilliseconds(instant) ?? 0;
}
