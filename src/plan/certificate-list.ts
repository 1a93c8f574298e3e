/** The certificates of a connector on both sides, what becomes of each, and how near the end is. */
import type { Certificate, ConnectorCertificates } from "../model/generated/run.ts";
import type { LiveCertificate } from "../model/live.ts";
import {
  certificatesOf,
  isDesired,
  liveCertificates,
  recordedSince,
  retiresAt,
  rotation,
  type Step,
  type Validity,
  validUntil,
} from "./certificate.ts";
import type { DesiredCertificate, PlanInput } from "./input.ts";
import { durationText, toInstant, toMilliseconds } from "./instant.ts";
import type { Absent, Match, Paired } from "./match.ts";

/** null for an object that neither has nor will have any. `isHeld`: nothing becomes of the change. */
export function certificateList(
  found: Match,
  isHeld: boolean,
  input: PlanInput,
): ConnectorCertificates | null {
  if (found.type === "paired" || found.type === "absent") return ofDefinition(found, isHeld, input);
  if (found.type !== "unmanaged" && found.type !== "orphan") return null;
  const { kind, id, displayName, authentication } = found.live;
  const live = certificatesOf(authentication);
  if (live.length === 0) return null;
  const name = found.type === "orphan" ? found.recorded.name : null;
  const subject = { kind, name, id, displayName, at: null };
  return { ...subject, ...judged(live, null, "none", null, input) };
}

function ofDefinition(
  found: Paired | Absent,
  isHeld: boolean,
  input: PlanInput,
): ConnectorCertificates | null {
  const { definition, certificate } = found.desired;
  const live = liveCertificates(found);
  if (live.length === 0 && definition.authentication.type === "basic") return null;
  const { kind, name, displayName, at } = definition;
  const id = found.type === "paired" ? found.live.id : null;
  const step = isHeld ? "none" : stepOf(found, input);
  // What is uploaded now is in place from now on.
  const since = (one: DesiredCertificate) =>
    step === "upload" ? toMilliseconds(input.now) : recordedSince(found, one);
  const due = certificate === null ? null : retiresAt(found, certificate, since(certificate));
  return { kind, name, id, displayName, at, ...judged(live, certificate, step, due, input) };
}

/** A password takes the place of every certificate. */
function stepOf(found: Paired | Absent, input: PlanInput): Step | "clear" {
  const { definition, certificate } = found.desired;
  if (definition.authentication.type === "basic") return "clear";
  return certificate === null ? "none" : rotation(found, certificate, input).step;
}

function judged(
  live: readonly LiveCertificate[],
  desired: DesiredCertificate | null,
  step: Step | "clear",
  due: number | null,
  input: PlanInput,
): Pick<ConnectorCertificates, "list" | "validUntil" | "warning" | "warningAfter"> {
  const now = toMilliseconds(input.now) / 1_000;
  const seen = live.map((one) => ({
    ...one,
    isLive: true,
    isDesired: desired !== null && isDesired(one, desired),
  }));
  const isThere = seen.some(({ isDesired }) => isDesired);
  const all =
    desired === null || isThere
      ? seen
      : [...seen, { ...desired, isActive: false, isLive: false, isDesired: true }];
  const until = validUntil(live, now);
  const left = all.filter((one) => isLeft(becomesOf(one, all, step, now)));
  return {
    list: all.map((one) => certificate(one, all, step, due, now)),
    validUntil: until === null ? null : instant(until),
    warning: warningOf(live, desired, now, input),
    warningAfter: warningOf(left, desired, now, input),
  };
}

/** Whether the tenant has it once the plan is carried out. */
function isLeft(becomes: Certificate["becomes"]): boolean {
  return becomes !== null && becomes !== "retired";
}

interface Sided extends LiveCertificate {
  readonly isLive: boolean;
  readonly isDesired: boolean;
}

function certificate(
  one: Sided,
  all: readonly Sided[],
  step: Step | "clear",
  due: number | null,
  now: number,
): Certificate {
  const { thumbprint, notBefore, notAfter, isActive, isLive, isDesired } = one;
  const becomes = becomesOf(one, all, step, now);
  const at = becomes === "pending" ? instant(notBefore) : becomes === "standby" ? due : null;
  return {
    thumbprint,
    notBefore: instant(notBefore),
    notAfter: instant(notAfter),
    live: isLive,
    active: isActive,
    desired: isDesired,
    becomes,
    at: typeof at === "number" ? toInstant(at) : at,
  };
}

function becomesOf(
  one: Sided,
  all: readonly Sided[],
  step: Step | "clear",
  now: number,
): Certificate["becomes"] {
  const isWritten = one.isDesired && (step === "upload" || step === "replace");
  if (!one.isLive && !isWritten) return null;
  if (step === "clear" || (step === "replace" && !one.isDesired)) return "retired";
  if (one.notAfter <= now) return "expired";
  if (one.notBefore > now) return "pending";
  const isOvertaken =
    step === "upload" && all.some((other) => other.isDesired && other.notBefore <= now);
  if (isWritten) return "active";
  return one.isActive && !isOvertaken ? "active" : "standby";
}

/** How near the end is of what a tenant has, if it has any, and of what git names. */
function warningOf(
  live: readonly Validity[],
  desired: DesiredCertificate | null,
  now: number,
  { policy }: PlanInput,
): string | null {
  const until = live.length === 0 ? Infinity : (validUntil(live, now) ?? now);
  const left = (Math.min(until, desired?.notAfter ?? Infinity) - now) * 1_000;
  if (left <= 0) return "expired";
  const reached = policy.expiryWarnings.filter((step) => left <= step);
  return reached.length === 0 ? null : durationText(Math.min(...reached));
}

function instant(seconds: number): string {
  return toInstant(seconds * 1_000);
}
