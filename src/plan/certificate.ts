/** What is to be done with a connector's client certificates, so that one is valid at every moment. */
import { CERTIFICATE_PATH } from "../model/definition.ts";
import type { LiveAuthentication, LiveCertificate } from "../model/live.ts";
import type { RecordedSecret } from "../model/store.ts";
import type { DesiredCertificate, PlanInput } from "./input.ts";
import { inWords, toInstant, toMilliseconds } from "./instant.ts";
import type { Absent, Paired } from "./match.ts";

/**
 * none: what is live stays as it is. upload: added, and the others stay. replace: it alone is there
 * afterwards, in the place of a password or of the whole list.
 */
export type Step = "none" | "upload" | "replace";

export interface Rotation {
  readonly step: Step;
  /** Why, as a sentence; null for none. */
  readonly reason: string | null;
  /** Why it must not be done, or is not enough; null when all is well. */
  readonly hold: Hold | null;
}

export interface Hold {
  /** It cannot be used at all, or only if somebody wants it so. */
  readonly code: "certificate" | "earlier-expiry";
  readonly message: string;
  readonly lift: string | null;
  /** RFC 3339 instant at which it ends by itself. */
  readonly until: string | null;
}

/** What of a plan's input decides. */
type Context = Pick<PlanInput, "now" | "asked">;

/** A certificate as git and Graph both have it. Seconds since 1970. */
export type Validity = Pick<LiveCertificate, "notBefore" | "notAfter">;

/**
 * For a certificate that git names and that can be opened:
 *
 * | live                     | git's certificate is     | becomes                                  |
 * |--------------------------|--------------------------|------------------------------------------|
 * | anything                 | expired                  | held                                     |
 * | no certificate           | valid                    | replace (PATCH in place; or the create)  |
 * | no certificate           | not valid yet            | held until it is                         |
 * | others                   | valid, or not valid yet  | upload; the active one stays till then   |
 * | others, valid for longer | the same                 | held, unless allowed by name             |
 * | it is active             | valid                    | none; replace when others are to retire  |
 * | it is there, not active  | not valid yet            | none: Graph activates it by itself       |
 * | it is there, not active  | valid                    | upload again: the last upload is active  |
 * | twice, not active        | valid, sent just before  | held for an hour, then uploaded again    |
 *
 * Graph's rule for the active one: the last that was uploaded, is valid and has not expired
 * (https://learn.microsoft.com/graph/api/resources/pkcs12certificateinformation).
 */
export function rotation(
  found: Paired | Absent,
  desired: DesiredCertificate,
  context: Context,
): Rotation {
  const now = toMilliseconds(context.now) / 1_000;
  const live = liveCertificates(found);
  const name = short(desired.thumbprint);
  const source = found.desired.secrets[CERTIFICATE_PATH]?.source ?? "its source";
  if (desired.notAfter <= now) return held(none, expired(name, desired, source, live, now));
  if (live.length === 0) {
    const first = { step: "replace", reason: null } as const;
    return desired.notBefore <= now
      ? { ...first, hold: null }
      : held(first, tooEarly(name, desired));
  }
  const own = live.filter((one) => isDesired(one, desired));
  if (own.some(({ isActive }) => isActive)) return retirement(found, desired, context);
  if (own.length > 0 && desired.notBefore > now) return none;
  const upload = uploading(desired, live, own.length > 0, now);
  const active = live.filter(({ isActive }) => isActive);
  const later = active.find(({ notAfter }) => notAfter > desired.notAfter);
  const isAllowed = context.asked.allowEarlierExpiry.includes(found.desired.definition.name);
  if (later && !isAllowed)
    return held(upload, endsSooner(desired, later, source, found, context.asked));
  // Without this, a Graph that does not activate it would be sent it at every run.
  const again = (sentAt(found, desired) ?? -Infinity) + UPLOAD_AGAIN_AFTER;
  const isWorthTrying = again <= now * 1_000 || own.length < 2;
  return isWorthTrying ? upload : held(upload, notActivated(name, again));
}

/** Milliseconds after which a certificate that is there several times is uploaded once more. */
export const UPLOAD_AGAIN_AFTER = 3_600_000;

/**
 * Whether a live certificate is the one that git names. Should Graph not show a SHA-1 thumbprint, the
 * validity tells: https://learn.microsoft.com/graph/api/resources/pkcs12certificateinformation does
 * not say which hash it is.
 */
export function isDesired(live: LiveCertificate, desired: DesiredCertificate): boolean {
  const isSha1 = /^[0-9A-F]{40}$/.test(live.thumbprint ?? "");
  if (isSha1 || live.thumbprint === desired.thumbprint)
    return live.thumbprint === desired.thumbprint;
  return live.notBefore === desired.notBefore && live.notAfter === desired.notAfter;
}

const none: Rotation = { step: "none", reason: null, hold: null };

function held(rotation: Pick<Rotation, "step" | "reason">, hold: Hold): Rotation {
  return { ...rotation, hold };
}

/** Empty for a password, for an unknown kind of authentication, and where nothing is live. */
export function liveCertificates(found: Paired | Absent): readonly LiveCertificate[] {
  return found.type === "paired" ? certificatesOf(found.live.authentication) : [];
}

export function certificatesOf(authentication: LiveAuthentication): readonly LiveCertificate[] {
  return authentication.type === "certificate" ? authentication.certificates : [];
}

function uploading(
  desired: DesiredCertificate,
  live: readonly LiveCertificate[],
  isAgain: boolean,
  now: number,
): Rotation {
  const active = live.find(({ isActive }) => isActive);
  const other = active ? short(active.thumbprint) : null;
  const name = short(desired.thumbprint);
  const stays = other === null ? "" : ` ${other} stays beside it.`;
  if (isAgain) {
    const why = other === null ? "is not active" : `is not active, but ${other}`;
    return upload(`${name} ${why}: it is uploaded again, so that it becomes active.`);
  }
  if (desired.notBefore <= now) {
    const effect = isOver(live, now) ? `${NONE_VALID} ` : "";
    return upload(`${effect}${name} is not there: it is added and becomes active at once.${stays}`);
  }
  const end = validUntil(live, now) ?? now;
  const gap = end < desired.notBefore && other !== null ? `, but only up to ${instant(end)}` : "";
  return upload(
    `${name} is not there: it is added ahead of time and becomes active on ${instant(desired.notBefore)}; until then ${other ?? "none"} is${gap}.`,
  );
}

function upload(reason: string): Rotation {
  return { step: "upload", reason, hold: null };
}

/** Git's certificate is the active one: older ones may have served their time. */
function retirement(
  found: Paired | Absent,
  desired: DesiredCertificate,
  { now }: Context,
): Rotation {
  const due = retiresAt(found, desired, recordedSince(found, desired));
  if (due === null || due > toMilliseconds(now)) return none;
  const older = othersBeside(found, desired);
  const names = older.map(({ thumbprint }) => short(thumbprint)).join(", ");
  const reason = `${short(desired.thumbprint)} is active, and policy.retireAfter has passed since it was put in place: ${names} ${older.length === 1 ? "is" : "are"} retired.`;
  return { step: "replace", reason, hold: null };
}

/**
 * When the certificates beside git's are taken away, in milliseconds since 1970, if git's was put in
 * place at `since`; null: never, or not known. One that would be valid for longer was put there by
 * somebody: it stays.
 */
export function retiresAt(
  found: Paired | Absent,
  desired: DesiredCertificate,
  since: number | null,
): number | null {
  const { retireAfter } = found.desired.definition.policy;
  const others = othersBeside(found, desired);
  if (retireAfter === null || since === null || others.length === 0) return null;
  if (others.some(({ notAfter }) => notAfter > desired.notAfter)) return null;
  return Math.max(since, desired.notBefore * 1_000) + retireAfter;
}

function othersBeside(
  found: Paired | Absent,
  desired: DesiredCertificate,
): readonly LiveCertificate[] {
  return liveCertificates(found).filter((one) => !isDesired(one, desired));
}

/** Since when git's certificate is in place, as the ledger knows; null when that has another one. */
export function recordedSince(found: Paired | Absent, desired: DesiredCertificate): number | null {
  const since = recordedCertificate(found, desired)?.recordedAt ?? null;
  return sentAt(found, desired) ?? (since === null ? null : toMilliseconds(since));
}

/** When we sent it last, in milliseconds since 1970; null: never, or not known. */
function sentAt(found: Paired | Absent, desired: DesiredCertificate): number | null {
  const at = recordedCertificate(found, desired)?.assertedAt ?? null;
  return at === null ? null : toMilliseconds(at);
}

/** What the ledger holds of this certificate; undefined when it has another one. */
function recordedCertificate(
  found: Paired | Absent,
  { thumbprint }: Pick<LiveCertificate, "thumbprint">,
): RecordedSecret | undefined {
  const known = found.type === "paired" ? found.known?.secrets[CERTIFICATE_PATH] : undefined;
  return known?.fingerprint === certificateFingerprint(thumbprint ?? "") ? known : undefined;
}

/** What stands for a certificate where other secrets have a fingerprint: it is public. */
export function certificateFingerprint(thumbprint: string): string {
  return `x509$${thumbprint}`;
}

/**
 * Until when one of them is valid without a gap from now on, in the unit of what is given; null when
 * none is valid now.
 */
export function validUntil(certificates: readonly Validity[], now: number): number | null {
  let end = now;
  for (;;) {
    const next = certificates
      .filter(({ notBefore, notAfter }) => notBefore <= end && notAfter > end)
      .reduce((latest, { notAfter }) => Math.max(latest, notAfter), end);
    if (next === end) return end === now ? null : end;
    end = next;
  }
}

/** The sentence about a time without any valid certificate that is known to come; null: there is none. */
export function gap(
  found: Paired | Absent,
  desired: DesiredCertificate,
  { now }: Pick<PlanInput, "now">,
): string | null {
  const seconds = toMilliseconds(now) / 1_000;
  const live = liveCertificates(found);
  if (live.length === 0 || desired.notBefore <= seconds) return null;
  const end = validUntil(live, seconds);
  if (end !== null && end >= desired.notBefore) return null;
  const { name } = found.desired.definition;
  const from = end === null ? "now" : instant(end);
  return `${name} has no valid certificate from ${from} until ${instant(desired.notBefore)}, when ${short(desired.thumbprint)} becomes valid: every sign-up that calls it fails. Put a certificate in place that is valid now.`;
}

function expired(
  name: string,
  { notAfter }: DesiredCertificate,
  source: string,
  live: readonly LiveCertificate[],
  now: number,
): Hold {
  const effect = isOver(live, now) ? ` ${NONE_VALID}` : "";
  return {
    code: "certificate",
    message: `The certificate ${name} in ${source} expired on ${instant(notAfter)}.${effect}`,
    lift: `Put a new certificate into ${source}.`,
    until: null,
  };
}

const NONE_VALID = "No certificate of this connector is valid: every sign-up that calls it fails.";

function isOver(live: readonly LiveCertificate[], now: number): boolean {
  return live.length > 0 && validUntil(live, now) === null;
}

function tooEarly(name: string, { notBefore }: DesiredCertificate): Hold {
  return {
    code: "certificate",
    message: `The certificate ${name} is not valid before ${instant(notBefore)}, and there is no other: the connector would have none that is valid.`,
    lift: "Name a certificate that is valid now, or wait.",
    until: toInstant(notBefore * 1_000),
  };
}

function notActivated(name: string, again: number): Hold {
  return {
    code: "certificate",
    message: `The certificate ${name} was uploaded more than once, the last time less than an hour ago, but Microsoft Graph does not show it as the active one. It is uploaded again on ${inWords(again)}.`,
    lift: "Put a new certificate in its place if that does not help either.",
    until: toInstant(again),
  };
}

function endsSooner(
  desired: DesiredCertificate,
  live: LiveCertificate,
  source: string,
  found: Paired | Absent,
  { restored }: PlanInput["asked"],
): Hold {
  const { name } = found.desired.definition;
  const verb = Object.hasOwn(restored, name) ? "restore ..." : "apply";
  const why = recordedCertificate(found, live)
    ? ""
    : " Somebody may have renewed it outside of git.";
  return {
    code: "earlier-expiry",
    message: `The certificate ${short(desired.thumbprint)} in ${source} expires on ${instant(desired.notAfter)}, sooner than ${short(live.thumbprint)}, which is active until ${instant(live.notAfter)}.${why}`,
    lift: `Put the certificate that ends later into ${source}, or run: plumbline ${verb} --allow-earlier-expiry ${name}`,
    until: null,
  };
}

/** Enough of a thumbprint to find it by. */
export function short(thumbprint: string | null): string {
  if (thumbprint === null) return "(no thumbprint)";
  return thumbprint.length > 8 ? `${thumbprint.slice(0, 8)}…` : thumbprint;
}

/** As sentences have it. */
function instant(seconds: number): string {
  return inWords(seconds * 1_000);
}
