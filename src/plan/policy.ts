/** What may not be carried out, why, and what lifts it. */
import { isSameId } from "../model/definition.ts";
import type { Change, HoldReason } from "../model/generated/run.ts";
import { rotation } from "./certificate.ts";
import type { PlanInput, Verb } from "./input.ts";
import { durationText, toInstant, toMilliseconds } from "./instant.ts";
import type { Match, Orphan } from "./match.ts";
import { suspendedReason, suspensionOf } from "./suspensions.ts";
import { awaitedUntil } from "./unseen.ts";
import { type FlowMatch, problemsOf } from "./user-flow.ts";
import type { Uses } from "./uses.ts";

/** What a definition, or a ledger entry without one, has met. */
export type Judged =
  | Exclude<Match, Orphan>
  /** With the use of the connector as it will be once the plan is carried out. */
  | (Orphan & { readonly uses: Uses })
  | FlowMatch;

type Rule = (found: Judged, change: Change, input: PlanInput) => HoldReason | null;

/** null: it may be carried out. The first rule that holds a change gives its reason. */
export function holdReason(found: Judged, change: Change, input: PlanInput): HoldReason | null {
  for (const rule of rules) {
    const reason = rule(found, change, input);
    if (reason) return reason;
  }
  return null;
}

/** True when the store knows this tenant's name with another identity. */
export function isAnotherTenant({
  tenant,
  memory: { known },
}: Pick<PlanInput, "tenant" | "memory">): boolean {
  return known !== null && (known.tenantId !== tenant.tenantId || known.graph !== tenant.graph);
}

const anotherTenant: Rule = (_found, _change, input) => {
  if (!isAnotherTenant(input)) return null;
  const { tenant, memory } = input;
  return reason(
    "tenant",
    `The store knows ${tenant.name} as tenant ${memory.known?.tenantId} at ${memory.known?.graph}, but plumbline.yaml now says ${tenant.tenantId} at ${tenant.graph}.`,
    "Correct plumbline.yaml, or give the other tenant a name of its own.",
  );
};

const unseen: Rule = (found) => {
  if (found.type !== "unseen") return null;
  return {
    code: "unseen",
    message: `Plumbline created it as ${found.recorded.id}, but no read has shown it since.`,
    lift: null,
    until: awaitedUntil(found.begun),
  };
};

const ambiguous: Rule = (found, { displayName }) => {
  if (found.type !== "ambiguous") return null;
  const ids = found.candidates.map(({ id }) => id).sort();
  return reason(
    "ambiguous",
    `${ids.length} live connectors are called ${JSON.stringify(displayName)}: ${ids.join(", ")}. Plumbline does not choose.`,
    "Set metadata.id to the one that is meant.",
  );
};

const unreadableSecret: Rule = (found) => {
  if (found.type !== "paired" && found.type !== "absent") return null;
  const faults = Object.values(found.desired.secrets).flatMap((secret) =>
    "fault" in secret ? [secret.fault.message] : [],
  );
  if (faults.length === 0) return null;
  // What is wrong with a secret says already what to do.
  return reason("secret", faults.join(" "), null);
};

/** Never a moment without a valid certificate, and none that would end sooner by accident. */
const unfitCertificate: Rule = (found, _change, input) => {
  if (found.type !== "paired" && found.type !== "absent") return null;
  const { definition, certificate } = found.desired;
  if (definition.authentication.type !== "certificate" || certificate === null) return null;
  const { hold } = rotation(found, certificate, input);
  return hold;
};

/** Somebody asked for some definitions by name: the rest waits for a run of its own. */
const notAskedFor: Rule = (_found, { name }, { asked: { only } }) =>
  only === null || only.includes(name)
    ? null
    : reason("scope", `This run is for ${only.join(", ")} alone.`, "Run plumbline apply.");

/** A definition that was renamed meanwhile is still the one that is meant. */
const suspended: Rule = (found, { name }, input) => {
  const previously =
    found.type === "paired" || found.type === "absent" ? found.desired.definition.previously : null;
  const known =
    found.type === "paired" ? found.known : found.type === "flow" ? found.recorded : null;
  const names = [name, previously, known?.name ?? null].filter((one) => one !== null);
  const suspension = suspensionOf(names, input);
  return suspension === null ? null : suspendedReason(suspension, input);
};

const protectedObject: Rule = (found, { op }) =>
  op === "delete" && found.type === "orphan" && found.recorded.protect
    ? reason(
        "protected",
        "Its last definition said policy.protect.",
        "Put the definition back without policy.protect, apply, and remove it again.",
      )
    : null;

/** What the flow cannot call, and what it cannot call yet. */
const unbindable: Rule = (found, change) => {
  if (found.type !== "flow") return null;
  const { unsupported, targets } = problemsOf(found, change);
  if (unsupported.length > 0) {
    const lift = "Make the flow anew in the Recommended version, or remove the step from git.";
    return reason("unsupported", unsupported.join(" "), lift);
  }
  return targets.length > 0 ? reason("target", targets.join(" "), null) : null;
};

/** A sign-up that calls what is no longer there fails. */
const inUse: Rule = (found, { op }) => {
  if (op !== "delete" || found.type !== "orphan") return null;
  const { uses, live } = found;
  if ("fault" in uses) {
    const message = `Whether a user flow calls it is not known. ${uses.fault.message}`;
    return reason("use-unknown", message, null);
  }
  const steps = uses.uses
    .filter(({ id, after }) => after && isSameId(id ?? "", live.id))
    .map(({ flow, step }) => `${flow} in ${step}`)
    .sort();
  if (steps.length === 0) return null;
  const flows = steps.length === 1 ? "The user flow" : "These user flows";
  const calls = steps.length === 1 ? "calls" : "call";
  return reason(
    "in-use",
    `${flows} ${calls} it: ${steps.join(", ")}.`,
    "Take it out of the user flow first, or put the definition back.",
  );
};

/** First said, then done: whoever took a definition away by mistake has the time to put it back. */
const announcement: Rule = (
  found,
  { op, name },
  { policy: { deleteAfter }, memory, now, asked },
) => {
  if (op !== "delete" || found.type !== "orphan") return null;
  // Whoever undoes a create has named it.
  if (isUndone(name, found.recorded.id, asked) && memory.ledger.includes(found.recorded))
    return null;
  if (deleteAfter === 0) return memory.ledger.includes(found.recorded) ? null : recordedFirst;
  const { announcedAt } = found.recorded;
  if (announcedAt === null) {
    const message = `It is announced first, and deleted ${durationText(deleteAfter)} after the first run that applies.`;
    return reason("announced", message, "Put the definition back to cancel it.");
  }
  const due = deletedAt(announcedAt, deleteAfter);
  if (toMilliseconds(now) >= due) return null;
  return {
    code: "announced",
    message: "It is announced to be deleted.",
    lift: "Put the definition back to cancel it.",
    until: toInstant(due),
  };
};

/** Whether just this connector is to be as before it was made. */
export function isUndone(name: string, id: string, { restored }: PlanInput["asked"]): boolean {
  const earlier = Object.hasOwn(restored, name) ? restored[name] : undefined;
  return earlier?.state === null && earlier.id === id;
}

/** What is not in the ledger is never deleted, not even what a create of ours seems to have made. */
const recordedFirst = reason(
  "announced",
  "A create of Plumbline that was not answered made it, and its definition has gone since: it is recorded first, and deleted by the run after the first that applies.",
  "Put the definition back to cancel it.",
);

/** When what was announced may be deleted, in milliseconds since 1970. */
export function deletedAt(announcedAt: string, deleteAfter: number): number {
  return toMilliseconds(announcedAt) + deleteAfter;
}

const verb: Rule = (found, change, { policy }) => {
  // What a create of ours made is only recognised again.
  const isOurs = found.type === "paired" && found.by === "journal";
  if (isOurs && policy.allow.includes("create")) return null;
  const missing = verbsOf(change).filter((needed) => !policy.allow.includes(needed));
  if (missing.length === 0) return null;
  return reason(
    "verb",
    `The tenant does not allow ${missing.join(" and ")}.`,
    `Add ${missing.join(" and ")} to the tenant's allow in plumbline.yaml.`,
  );
};

const rules: readonly Rule[] = [
  anotherTenant,
  notAskedFor,
  suspended,
  unseen,
  ambiguous,
  unreadableSecret,
  unfitCertificate,
  unbindable,
  protectedObject,
  verb,
  inUse,
  announcement,
];

/** Adopting alone writes nothing; adopting with differences is also an update. */
function verbsOf({ op, fields }: Change): readonly Verb[] {
  return op === "adopt" && fields.length > 0 ? ["adopt", "update"] : [op];
}

function reason(code: HoldReason["code"], message: string, lift: string | null): HoldReason {
  return { code, message, lift, until: null };
}
