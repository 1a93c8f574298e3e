/** How a connector's definition and its live state are compared, and what a difference would write. */
import type { ApiConnectorDefinition } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { Change, FieldChange } from "../model/generated/run.ts";
import type { Live, LiveAuthentication } from "../model/live.ts";
import type { DesiredSecret } from "./input.ts";
import type { Absent, Paired } from "./match.ts";

/** What differs, which secrets a write would carry, and why, in sentences. */
export interface Difference {
  readonly fields: readonly FieldChange[];
  /** Paths of secrets, sorted as the definition names them. */
  readonly sends: readonly string[];
  readonly reasons: readonly string[];
}

const REDACTED = "(redacted)";
const UNKNOWN = "(unknown)";

/** Compares one definition with what it met; an absent object differs in everything. */
export function compare(found: Paired | Absent): Difference {
  return found.type === "absent" ? compareAbsent(found) : comparePaired(found);
}

function compareAbsent({ desired: { definition }, recorded }: Absent): Difference {
  const { displayName, targetUrl, query, authentication } = definition;
  const fields: FieldChange[] = [
    { path: "spec.displayName", before: null, after: displayName },
    { path: "spec.targetUrl", before: null, after: targetUrl },
    ...query.map(({ value }) => secretField(value.path, null, REDACTED)),
    { path: "spec.authentication.basic.username", before: null, after: authentication.username },
    secretField(authentication.password.path, null, REDACTED),
  ];
  const reason = recorded
    ? `The tenant no longer has it: ${recorded.id} was deleted outside.`
    : "The tenant does not have it.";
  return { fields, sends: allSecrets(definition), reasons: [reason] };
}

function comparePaired(found: Paired): Difference {
  const { desired, live } = found;
  const { definition } = desired;
  const names = difference("spec.displayName", live.displayName, definition.displayName);
  const urls = [
    ...difference("spec.targetUrl", live.targetUrl, definition.targetUrl),
    ...compareQuery(definition, live, desired.secrets),
  ];
  const { fields: authentication, reason } = compareAuthentication(found);
  const fields = [...names, ...urls, ...authentication];
  const sends = [
    ...(urls.length > 0 ? definition.query.map(({ value }) => value.path) : []),
    ...(authentication.length > 0 ? [definition.authentication.password.path] : []),
  ];
  return { fields, sends, reasons: [...meetingReason(found), ...differenceReason(fields, reason)] };
}

/** Graph shows targetUrl in clear, so its keys are compared with what is live. */
function compareQuery(
  { query }: ApiConnectorDefinition,
  live: Live,
  secrets: Readonly<Record<string, DesiredSecret>>,
): readonly FieldChange[] {
  const liveByKey = new Map(live.query.map(({ key, value }) => [key, value]));
  const desired = query.flatMap(({ key, value }) => {
    const before = liveByKey.get(key);
    const secret = secrets[value.path];
    liveByKey.delete(key);
    if (before === undefined) return [secretField(value.path, null, REDACTED)];
    // Without its source nothing can be said; the policy holds the whole definition.
    if (!secret || "fault" in secret || secret.fingerprint === before) return [];
    return [secretField(value.path, REDACTED, REDACTED)];
  });
  const extra = [...liveByKey.keys()].map((key) =>
    secretField(`spec.query.${key}`, REDACTED, null),
  );
  return [...desired, ...extra];
}

/** Any field here means that user name and password are sent together: Graph overwrites the whole. */
function compareAuthentication(found: Paired): {
  readonly fields: readonly FieldChange[];
  readonly reason: string | null;
} {
  const { username, password } = found.desired.definition.authentication;
  const { authentication } = found.live;
  const path = "spec.authentication.basic.username";
  if (authentication.type !== "basic") {
    const fields = [
      { path: "spec.authentication", before: describe(authentication), after: "basic" },
      { path, before: null, after: username },
      secretField(password.path, null, REDACTED),
    ];
    return { fields, reason: null };
  }
  const names = difference(path, authentication.username, username);
  const reason = reasonToSend(found);
  const isSent = names.length > 0 || reason !== null;
  const secret = isSent ? [secretField(password.path, UNKNOWN, REDACTED)] : [];
  return { fields: [...names, ...secret], reason };
}

/** Why the password is sent although nothing that Graph shows differs; null when it is not. */
function reasonToSend({ desired, live, recorded, isUnanswered }: Paired): string | null {
  const { definition } = desired;
  const { path } = definition.authentication.password;
  const secret = desired.secrets[path];
  if (isUnanswered) return "The password is sent again: the answer to the last write was lost.";
  if (recorded?.id !== live.id) {
    return definition.policy.assertOnAdopt
      ? "The password is sent, because policy.assertOnAdopt is set."
      : null;
  }
  if (!secret || "fault" in secret) return null;
  const known = recorded.secrets[path];
  if (!known) return `The password (${secret.source}) was never sent by Plumbline.`;
  if (!isSameScheme(known.fingerprint, secret.fingerprint)) return null;
  return known.fingerprint === secret.fingerprint
    ? null
    : `The password changed at its source (${secret.source}).`;
}

/**
 * Another key or salt makes another fingerprint of the same value, so nothing can be concluded: a
 * warning, because a password that changed meanwhile would never be sent. null when all is known.
 */
export function unknownSince(found: Paired): Fault | null {
  const { desired, live, recorded } = found;
  const { path, at } = desired.definition.authentication.password;
  const secret = desired.secrets[path];
  const known = recorded?.id === live.id ? recorded.secrets[path] : undefined;
  if (!known || !secret || "fault" in secret) return null;
  if (isSameScheme(known.fingerprint, secret.fingerprint)) return null;
  if (compareAuthentication(found).fields.length > 0) return null;
  const message = `The fingerprint of ${secret.source} in ${desired.definition.name} was made with another key; whether it changed at its source since cannot be known. It is recorded anew and nothing is sent.`;
  return { severity: "warning", code: "secret-source", message, at };
}

function meetingReason({ live, recorded, by }: Paired): readonly string[] {
  if (recorded?.id === live.id) return [];
  if (by === "journal") return ["Plumbline created it, but the answer was lost."];
  if (by === "pinned") {
    return recorded
      ? [`metadata.id now names ${live.id}; the ledger held ${recorded.id}.`]
      : ["It exists with the pinned id and is taken over."];
  }
  if (recorded) return [`Replaced outside: the ledger held ${recorded.id}, live is ${live.id}.`];
  return ["It exists with this displayName and is taken over."];
}

function differenceReason(fields: readonly FieldChange[], sent: string | null): readonly string[] {
  const visible = fields.filter(({ before, secret }) => !(secret && before === UNKNOWN));
  const paths = visible.map(({ path }) => path.replace(/^spec\./, ""));
  const differs = paths.length === 0 ? [] : [`Differs in ${paths.join(", ")}.`];
  return sent === null ? differs : [...differs, sent];
}

function difference(path: string, before: string | null, after: string): readonly FieldChange[] {
  return before === after ? [] : [{ path, before, after }];
}

function secretField(path: string, before: string | null, after: string | null): FieldChange {
  return { path, before, after, secret: true };
}

function describe(authentication: LiveAuthentication): string {
  switch (authentication.type) {
    case "basic":
      return "basic";
    case "certificate":
      return `certificate ${authentication.certificates.map(({ thumbprint }) => thumbprint).join(", ")}`;
    case "other":
      return authentication.odataType ?? "none";
    default:
      return authentication satisfies never;
  }
}

function allSecrets({ query, authentication }: ApiConnectorDefinition): readonly string[] {
  return [...query.map(({ value }) => value.path), authentication.password.path];
}

function isSameScheme(one: string, other: string): boolean {
  const scheme = (fingerprint: string) => fingerprint.slice(0, fingerprint.indexOf("$"));
  return scheme(one) === scheme(other);
}

/** Which parts of a connector a change writes. */
export interface Parts {
  readonly displayName: boolean;
  readonly targetUrl: boolean;
  readonly authentication: boolean;
}

/** A part is written when one of its fields differs; what matches is not touched. */
export function partsOf({ fields }: Pick<Change, "fields">): Parts {
  const isUnder = (...prefixes: string[]) =>
    fields.some(({ path }) => prefixes.some((prefix) => path.startsWith(prefix)));
  return {
    displayName: isUnder("spec.displayName"),
    targetUrl: isUnder("spec.targetUrl", "spec.query"),
    authentication: isUnder("spec.authentication"),
  };
}
