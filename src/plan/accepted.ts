/**
 * Differences that a person has accepted for a while: one live value of one field, which stays as it
 * is. Another value of the same field is drift again.
 */
import { isSameId } from "../model/definition.ts";
import { digestOf } from "../model/digest.ts";
import type { AcceptedDrift, Change, FieldChange, HoldReason } from "../model/generated/run.ts";
import type { Acceptance } from "../model/store.ts";
import { partsOf } from "./api-connector.ts";
import { REDACTED } from "./field.ts";
import type { PlanInput } from "./input.ts";
import { isActive } from "./instant.ts";
import { isChanged } from "./password.ts";
import type { Judged } from "./policy.ts";

type Met = Extract<Judged, { readonly type: "paired" | "flow" }>;

/**
 * Stands for the live value of a field: null where nobody can know it, because Microsoft Graph masks
 * it or a part of it, or takes it together with a password that it masks. Secrets in a URL by
 * fingerprint, connectors that a step calls by id.
 */
export function liveValueOf(found: Met, field: FieldChange): string | null {
  const { path, before, secret } = field;
  if (found.type === "flow") {
    const step = found.live.steps?.find((one) => path.endsWith(`.${one.step}`));
    return plainValue(step?.connector?.id.toLowerCase() ?? null);
  }
  if (partsOf({ fields: [field] }).authentication) return null;
  const [, key] = /^spec\.query\.(.*)$/s.exec(path) ?? [];
  if (key !== undefined) {
    return found.live.query.find((one) => one.key === key)?.value ?? plainValue(null);
  }
  return secret || before?.includes(REDACTED) ? null : plainValue(before);
}

/** What made with another key cannot be compared: then nothing says that it was changed. */
function isSameValue(accepted: string, live: string | null): boolean {
  if (live === null) return false;
  const areFingerprints = accepted.includes("$") && live.includes("$");
  return areFingerprints ? !isChanged({ fingerprint: accepted }, live) : accepted === live;
}

function plainValue(value: string | null): string {
  return digestOf(JSON.stringify(value));
}

/** Why a change is held that would overwrite what is accepted; null: it overwrites nothing of it. */
function overwritingReason(
  { name }: Pick<Change, "name">,
  overwritten: readonly AcceptedDrift[],
): HoldReason | null {
  const [first] = overwritten;
  if (first === undefined) return null;
  const paths = overwritten.map(({ path }) => path).join(", ");
  return {
    code: "accepted",
    message: `The live value of ${paths} is accepted, and Microsoft Graph takes it together with what differs.`,
    lift: `Run plumbline accept ${name} --field ${first.path} --revoke, or change git to the live value.`,
    until:
      overwritten
        .map(({ until }) => until)
        .toSorted()
        .at(-1) ?? null,
  };
}

/** Why a change is held that would write over what nobody can compare any more. */
function unreadableReason({ name }: Pick<Change, "name">, path: string): HoldReason {
  return {
    code: "accepted",
    message: `A live value of ${path} was accepted, and the store cannot tell any more which one.`,
    lift: `Run plumbline accept ${name} --field ${path} --revoke, or accept the live value anew with --until and --reason.`,
    until: null,
  };
}

/** A change without the differences that are accepted, and these. */
export interface Accepting {
  readonly change: Change;
  readonly accepted: readonly AcceptedDrift[];
  /** Why the rest is not written either; null: it may be. */
  readonly hold: HoldReason | null;
}

export function withoutAccepted(found: Met, change: Change, input: PlanInput): Accepting {
  const { memory, now, asked } = input;
  // Whoever restores something means all of it.
  if (Object.hasOwn(asked.restored, change.name)) return none(change);
  const names = namesOf(found, change, input);
  const isIts = ({ name }: Pick<Acceptance, "name">) => names.some((one) => isSameId(name, one));
  const active = memory.acceptances.filter(
    (one) => one.kind === change.kind && isIts(one) && isActive(one, now),
  );
  const damaged = memory.damaged.filter((one) => one.of === "acceptance" && isIts(one));
  if (active.length === 0 && damaged.length === 0) return none(change);
  const acceptanceOf = (field: FieldChange) =>
    active.find(
      ({ path, value }) => path === field.path && isSameValue(value, liveValueOf(found, field)),
    );
  const accepted = change.fields.flatMap((field): AcceptedDrift[] => {
    const acceptance = acceptanceOf(field);
    return acceptance ? [acceptedDrift(change, field, acceptance)] : [];
  });
  const fields = change.fields.filter((field) => acceptanceOf(field) === undefined);
  // Microsoft Graph takes a URL with its keys as one, and what it never shows is not accepted.
  const isUrlWritten = partsOf({ fields }).targetUrl;
  const sends = change.sends.filter((path) => isUrlWritten || !path.startsWith("spec.query."));
  const overwritten = accepted.filter((one) => isUrlWritten && isOfUrl(one));
  const unreadable = damaged.find(
    (one) => fields.some(({ path }) => path === one.path) || (isUrlWritten && isOfUrl(one)),
  );
  const stays = accepted.map(({ path }) => path.replace(/^spec\./, "")).join(", ");
  const reason = accepted.length === 0 ? change.reason : `${change.reason} Accepted: ${stays}.`;
  return {
    change: { ...change, fields, sends, reason },
    accepted,
    hold: unreadable
      ? unreadableReason(change, unreadable.path)
      : overwritingReason(change, overwritten),
  };
}

function isOfUrl({ path }: Pick<FieldChange, "path">): boolean {
  return partsOf({ fields: [{ path, before: null, after: null }] }).targetUrl;
}

/** A definition that was renamed is still the one that is meant, unless another has its old name. */
function namesOf(
  found: Met,
  { name }: Change,
  { desired }: Pick<PlanInput, "desired">,
): readonly string[] {
  if (found.type === "flow") return [name];
  const taken = new Set(desired.map(({ definition }) => definition.name));
  const known = [found.desired.definition.previously, found.known?.name ?? null];
  const earlier = known.filter((one) => one !== null);
  return [name, ...earlier.filter((one) => !taken.has(one))];
}

function none(change: Change): Accepting {
  return { change, accepted: [], hold: null };
}

function acceptedDrift(
  { kind, name, id }: Change,
  { path, before, after }: FieldChange,
  { since, until, by, reason }: Acceptance,
): AcceptedDrift {
  return { kind, name, id: id ?? "", path, before, after, since, until, by, reason };
}
