/** The client certificates of one tenant, in words that hold for every format. */
import type { Certificate, ConnectorCertificates, Outcome, Plan } from "../model/generated/run.ts";
import { changeOf, type Expiring, isOf } from "./expiry.ts";
import { day, moment } from "./instants.ts";
import { outcomeOf } from "./outcomes.ts";
import { name } from "./printable.ts";
import { certificateTones, certificateWords, type Stage, type Tone } from "./wording.ts";

export interface CertificateView {
  /** Its first 8 digits. */
  readonly short: string;
  readonly thumbprint: string;
  readonly from: string;
  readonly until: string;
  /** `2025-11-01 to 2026-11-01`. */
  readonly days: string;
  /** What it is and becomes. */
  readonly state: string;
  readonly tone: Tone;
  readonly isInGit: boolean;
  /** How near its end is; null when it is far, or when another one ends first. */
  readonly expiry: { readonly label: string; readonly tone: Tone } | null;
}

export interface ConnectorView {
  /** Its name in git; for one that has none its name in the portal, null when it has none either. */
  readonly called: string | null;
  readonly isUnmanaged: boolean;
}

export interface CertificatesView extends ConnectorView {
  readonly list: readonly CertificateView[];
}

export interface ExpiryView extends ConnectorView {
  readonly tone: Tone;
  readonly label: "expired" | "expires";
  readonly short: string;
  readonly thumbprint: string;
  readonly sentence: string;
}

const NO_THUMBPRINT = "(no thumbprint)";
const DIGITS = 8;

export function certificatesViews(
  plan: Plan,
  outcomes: readonly Outcome[],
  expiring: readonly Expiring[],
  timezone: string | undefined,
): readonly CertificatesView[] {
  return plan.certificates.map((of) => {
    const end = expiring.find((other) => other.of === of) ?? null;
    const stage = stageOf(of, plan, outcomes);
    return {
      ...connectorView(of, plan),
      list: of.list.map((one) => certificateView(one, stage, end, timezone)),
    };
  });
}

/** Those of the connector that is changed or held. */
export function certificatesOf(
  change: Plan["changes"][number] | Plan["held"][number],
  plan: Plan,
  views: readonly CertificatesView[],
): readonly CertificateView[] {
  return views[plan.certificates.findIndex((of) => isOf(of, change))]?.list ?? [];
}

/** What time brings to connectors of which nothing has to be changed. */
export interface AwaitedView extends ConnectorView {
  readonly short: string;
  readonly thumbprint: string;
  readonly state: string;
}

export function awaitedViews(
  plan: Plan,
  views: readonly CertificatesView[],
): readonly AwaitedView[] {
  return plan.certificates.flatMap((of, index) => {
    const isUnchanged = plan.unchanged.some((one) => one.kind === of.kind && one.name === of.name);
    const { list = [], called = null, isUnmanaged = false } = views[index] ?? {};
    return list.flatMap(({ short, thumbprint, state }, place) =>
      isUnchanged && (of.list[place]?.at ?? null) !== null
        ? [{ called, isUnmanaged, short, thumbprint, state }]
        : [],
    );
  });
}

export function expiryViews(
  plan: Plan,
  expiring: readonly Expiring[],
  timezone: string | undefined,
): readonly ExpiryView[] {
  return expiring.map((one) => ({
    ...connectorView(one.of, plan),
    ...thumbprints(one.certificate),
    tone: one.tone,
    label: one.warning === "expired" ? "expired" : "expires",
    sentence: expirySentence(one, timezone),
  }));
}

function connectorView({ name: called, displayName, id }: ConnectorCertificates, plan: Plan) {
  const label = called ?? displayName;
  return {
    called: label === null ? null : name(label),
    // A definition that is gone leaves no name either, and its connector is managed still.
    isUnmanaged: called === null && plan.unmanaged.some((other) => other.id === id),
  };
}

function stageOf(of: ConnectorCertificates, plan: Plan, outcomes: readonly Outcome[]): Stage {
  const change = changeOf(of, plan.changes);
  const outcome = change === null ? null : outcomeOf(change, outcomes);
  if (outcome === null) return "planned";
  return outcome.result === "done" ? "done" : "undone";
}

function certificateView(
  one: Certificate,
  stage: Stage,
  end: Expiring | null,
  timezone: string | undefined,
): CertificateView {
  const when = one.at === null ? null : moment(one.at, timezone);
  return {
    ...thumbprints(one),
    from: moment(one.notBefore, timezone),
    until: moment(one.notAfter, timezone),
    days: `${day(one.notBefore, timezone)} to ${day(one.notAfter, timezone)}`,
    state: certificateWords(one, stage, when),
    tone: one.becomes === null ? "quiet" : certificateTones[one.becomes],
    isInGit: one.desired,
    expiry: end?.certificate === one ? { label: expiryLabel(end.warning), tone: end.tone } : null,
  };
}

/** Only what looks like a thumbprint is shortened: half of something else says nothing. */
function thumbprints(one: Certificate | null) {
  const thumbprint = one === null || one.thumbprint === null ? NO_THUMBPRINT : name(one.thumbprint);
  const isLong = /^[0-9a-f]{9,}$/i.test(thumbprint);
  return { thumbprint, short: isLong ? `${thumbprint.slice(0, DIGITS)}…` : thumbprint };
}

function expiryLabel(warning: string): string {
  return warning === "expired" ? "expired" : `within ${name(warning)}`;
}

function expirySentence(
  { of, certificate, warning, isRenewed, isLive }: Expiring,
  timezone: string | undefined,
): string {
  const label = expiryLabel(warning);
  const end = certificate === null ? null : moment(certificate.notAfter, timezone);
  const words =
    end === null
      ? label
      : warning === "expired"
        ? `expired on ${end}`
        : `valid until ${end}, ${label}`;
  const where = certificate === null || isLive ? "" : "in git alone, ";
  const { validUntil } = of;
  const isOutlived = validUntil !== null && validUntil > (certificate?.notAfter ?? "");
  const rest = isOutlived ? `; what is live lasts until ${moment(validUntil, timezone)}` : "";
  return `${where}${words}${isRenewed ? ", renewed by this plan" : ""}${rest}`;
}
