/**
 * What can be known of a password that Graph never shows: when we last sent it, whether its source has
 * changed since, and whether the tenant's audit log has a change of its connector by somebody else.
 * Whether that one changed the password cannot.
 */
import type { OutsideChange } from "../model/attribution.ts";
import type { BasicAuthentication } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { SecretState } from "../model/generated/run.ts";
import type { SecretUse } from "../model/secret.ts";
import type { RecordedSecret } from "../model/store.ts";
import type { PlanInput } from "./input.ts";
import { inWords, toInstant, toMilliseconds } from "./instant.ts";
import type { Paired } from "./match.ts";
import { type Called, isAbout, isAfter, toAttribution } from "./outside.ts";

/** How it stands with a password, as a plan tells it. */
export type Standing = Pick<SecretState, "state" | "at" | "run" | "due" | "outside">;

type Context = Pick<PlanInput, "now" | "asked" | "policy" | "outside">;

/**
 * The first line that fits, for a connector that is live with a password and whose source can be read:
 *
 * | what is known                                        | state                    | is it sent?                  |
 * |------------------------------------------------------|--------------------------|------------------------------|
 * | the answer to a write that carried it was lost       | unknown                  | yes                          |
 * | the ledger does not have this object                 | not-asserted             | with assertOnAdopt           |
 * | the ledger has no fingerprint of it                  | not-asserted             | yes                          |
 * | the source's fingerprint is another, of the same key | changed-at-source        | yes                          |
 * | policy.reassertEvery has passed                      | overdue                  | yes                          |
 * | somebody else has changed the connector since        | possibly-changed-outside | with reassertOnOutsideChange |
 * | a person said that it is right                       | trusted                  | when asked for by name       |
 * | we sent it                                           | asserted                 | when asked for by name       |
 * | it was there when we took the connector over         | not-asserted             | when asked for by name       |
 */
export function passwordStanding(found: Paired, { path }: SecretUse, context: Context): Standing {
  const known = recordedOf(found, path);
  const due = dueOf(found, known);
  const outside = changedOutside(found, known, context);
  const standing = {
    at: known?.trustedAt ?? known?.assertedAt ?? null,
    run: known?.run ?? null,
    due,
    ...(outside && { outside: toAttribution(outside) }),
  };
  const secret = found.desired.secrets[path];
  if (!secret || "fault" in secret) return { ...standing, state: "unreadable" };
  if (found.isUnanswered) return { ...standing, state: "unknown" };
  if (!known) return { ...standing, state: "not-asserted" };
  if (isChanged(known, secret.fingerprint)) return { ...standing, state: "changed-at-source" };
  if (due !== null && due <= context.now) return { ...standing, state: "overdue" };
  if (outside !== null) return { ...standing, state: "possibly-changed-outside" };
  if (known.trustedAt !== null) return { ...standing, state: "trusted" };
  return { ...standing, state: known.assertedAt === null ? "not-asserted" : "asserted" };
}

/** Why it is sent although nothing that Graph shows differs, as a sentence; null when it is not. */
export function passwordReason(found: Paired, use: SecretUse, context: Context): string | null {
  const { path } = use;
  const { definition, secrets } = found.desired;
  const source = secrets[path]?.source ?? "its source";
  const { state, at, outside } = passwordStanding(found, use, context);
  if (state === "unknown") {
    return "The password is sent again: the answer to the last write was lost.";
  }
  if (context.asked.assert && context.asked.only?.includes(definition.name)) {
    return "The password is sent, because it was asked for.";
  }
  if (found.known === null) {
    return definition.policy.assertOnAdopt
      ? "The password is sent, because policy.assertOnAdopt is set."
      : null;
  }
  switch (state) {
    case "not-asserted":
      return recordedOf(found, path)
        ? null
        : `The password (${source}) was never sent by Plumbline.`;
    case "changed-at-source":
      return `The password changed at its source (${source}).`;
    case "overdue":
      return at === null
        ? "policy.reassertEvery has passed since the connector was taken over: the password is sent."
        : `policy.reassertEvery has passed since ${inWords(toMilliseconds(at))}: the password is sent again.`;
    case "possibly-changed-outside":
      // Whoever did it is told apart from the reason, which is kept for longer than names may be.
      return isReasserted(found, context) && outside && contestedUntil(found, context) === null
        ? `Somebody else changed the connector at ${inWords(toMilliseconds(outside.at))}: the password is sent again.`
        : null;
    default:
      return null;
  }
}

/**
 * Another key or salt makes another fingerprint of the same value, so nothing can be concluded: a
 * warning, because a password that changed meanwhile would never be sent. null when all is known. For
 * a password that is not sent anyway.
 */
export function unknownSince(found: Paired, { password }: BasicAuthentication): Fault | null {
  const { path, at } = password;
  const secret = found.desired.secrets[path];
  const known = recordedOf(found, path);
  if (!known || !secret || "fault" in secret) return null;
  if (isSameScheme(known.fingerprint, secret.fingerprint)) return null;
  const message = `The fingerprint of ${secret.source} in ${found.desired.definition.name} was made with another key; whether it changed at its source since cannot be known. It is recorded anew and nothing is sent.`;
  return { severity: "warning", code: "secret-source", message, at };
}

function isReasserted({ desired }: Paired, { policy }: Context): boolean {
  return desired.definition.policy.reassertOnOutsideChange ?? policy.reassertOnOutsideChange;
}

/**
 * The latest change of the connector by somebody else since the password was last sent, taken on trust
 * or recorded; null when none is known.
 */
function changedOutside(
  found: Paired,
  known: RecordedSecret | undefined,
  context: Pick<Context, "outside">,
): OutsideChange | null {
  const since = sinceOf(known);
  if (since === null) return null;
  return changesOutside(found, context).findLast((one) => isAfter(one, since)) ?? null;
}

/** Changes of the connector by others, the oldest first. One that names no object may be about any. */
function changesOutside(
  { desired, live, known: entry }: Paired,
  { outside }: Pick<Context, "outside">,
): readonly OutsideChange[] {
  const names = [desired.definition.displayName, live.displayName, entry?.displayName ?? null];
  const object: Called = {
    kind: "ApiConnector",
    ids: [live.id],
    names: names.filter((name) => name !== null),
  };
  const isIt = ({ about }: OutsideChange) => about.length === 0 || isAbout(about, object);
  return outside.changes.filter(
    (one) => one.kind === object.kind && one.op !== "delete" && isIt(one),
  );
}

/** Within so many milliseconds no more changes by others than these are answered with the password. */
export const CONTESTED_WITHIN = 86_400_000;
const MOST_ANSWERED = 3;

/**
 * RFC 3339 instant until which a change outside is not answered with the password, because several
 * were and another one came each time: two programs that send theirs in turn would never end, in a
 * path that people sign up by. Changes that one run read count as one. null: it is.
 */
function contestedUntil(found: Paired, context: Context): string | null {
  const since = toMilliseconds(context.now) - CONTESTED_WITHIN;
  const read = changesOutside(found, context).map(({ seenAt }) => toMilliseconds(seenAt));
  const lately = [...new Set(read)].filter((at) => at > since).sort((one, other) => other - one);
  const first = lately[MOST_ANSWERED];
  return first === undefined ? null : toInstant(first + CONTESTED_WITHIN);
}

/** Where somebody answers each sending of a password: a warning. For one that is not sent anyway. */
export function contested(
  found: Paired,
  { password }: BasicAuthentication,
  context: Context,
): Fault | null {
  if (passwordStanding(found, password, context).state !== "possibly-changed-outside") return null;
  const until = isReasserted(found, context) ? contestedUntil(found, context) : null;
  if (until === null) return null;
  const { name } = found.desired.definition;
  const message = `Somebody else changes the connector of ${name} again and again, and each time its password was sent again. Until ${inWords(toMilliseconds(until))} it is not. Find out who it is, by the tenant's audit log; plumbline assert ${name} sends the password at once, plumbline trust ${name} says that the live one is right.`;
  return { severity: "warning", code: "contested", message, at: password.at };
}

/** RFC 3339 instant since which it is known which password is live; null: it is not. */
export function sinceOf(known: RecordedSecret | undefined): string | null {
  return known?.trustedAt ?? known?.assertedAt ?? known?.recordedAt ?? null;
}

/** When it is sent again whatever happens, an RFC 3339 instant; null: never. */
function dueOf({ desired }: Paired, known: RecordedSecret | undefined): string | null {
  const { reassertEvery } = desired.definition.policy;
  const since = sinceOf(known);
  if (reassertEvery === null || since === null) return null;
  return toInstant(toMilliseconds(since) + reassertEvery);
}

function recordedOf({ known }: Paired, path: string): RecordedSecret | undefined {
  return known?.secrets[path];
}

/** Whether the source is known to hold another value than the one that was recorded. */
export function isChanged({ fingerprint }: Pick<RecordedSecret, "fingerprint">, now: string) {
  return fingerprint !== now && isSameScheme(fingerprint, now);
}

function isSameScheme(one: string, other: string): boolean {
  const scheme = (fingerprint: string) => fingerprint.slice(0, fingerprint.indexOf("$"));
  return scheme(one) === scheme(other);
}
