/** How a connector's definition and its live state are compared, and what a difference would write. */
import type { ApiConnectorDefinition } from "../model/definition.ts";
import type { Change, FieldChange } from "../model/generated/run.ts";
import type { Live } from "../model/live.ts";
import { compareAuthentication, newAuthentication } from "./authentication.ts";
import { difference, REDACTED, secretField, UNKNOWN } from "./field.ts";
import type { DesiredSecret, PlanInput } from "./input.ts";
import type { Absent, Paired } from "./match.ts";

/** What differs, which secrets a write would carry, and why, in sentences. */
export interface Difference {
  readonly fields: readonly FieldChange[];
  /** Paths of secrets, sorted as the definition names them. */
  readonly sends: readonly string[];
  readonly reasons: readonly string[];
  /** The certificate is added to those that are there; otherwise authentication is overwritten. */
  readonly isUpload: boolean;
}

/** Compares one definition with what it met; an absent object differs in everything. */
export function compare(found: Paired | Absent, input: PlanInput): Difference {
  return found.type === "absent" ? compareAbsent(found) : comparePaired(found, input);
}

function compareAbsent({ desired, recorded }: Absent): Difference {
  const { displayName, targetUrl, query } = desired.definition;
  const authentication = newAuthentication(desired);
  const fields: FieldChange[] = [
    { path: "spec.displayName", before: null, after: displayName },
    { path: "spec.targetUrl", before: null, after: targetUrl },
    ...query.map(({ value }) => secretField(value.path, null, REDACTED)),
    ...authentication.fields,
  ];
  const reason = recorded
    ? `The tenant no longer has it: ${recorded.id} was deleted outside.`
    : "The tenant does not have it.";
  const sends = [...query.map(({ value }) => value.path), ...authentication.sends];
  return { fields, sends, reasons: [reason], isUpload: false };
}

function comparePaired(found: Paired, input: PlanInput): Difference {
  const { desired, live } = found;
  const { definition } = desired;
  const names = difference("spec.displayName", live.displayName, definition.displayName);
  const urls = [
    ...difference("spec.targetUrl", live.targetUrl, definition.targetUrl),
    ...compareQuery(definition, live, desired.secrets),
  ];
  const authentication = compareAuthentication(found, input);
  const fields = [...names, ...urls, ...authentication.fields];
  const sends = [
    ...(urls.length > 0 ? definition.query.map(({ value }) => value.path) : []),
    ...authentication.sends,
  ];
  const reasons = [...meetingReason(found), ...differenceReason(fields, authentication.reason)];
  return { fields, sends, reasons, isUpload: authentication.isUpload };
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
