/** Takes a person's word that one live value of one field may stay for a while. */
import { isSameId, kindOfName } from "../model/definition.ts";
import { seenDigest } from "../model/drift.ts";
import { type Fault, FaultError, failure } from "../model/fault.ts";
import type { FieldChange } from "../model/generated/run.ts";
import type { Acceptance, DamagedRow, Memory, MemoryChange } from "../model/store.ts";
import { liveValueOf } from "../plan/accepted.ts";
import { REDACTED } from "../plan/field.ts";
import { nothingAsked, type PlanInput } from "../plan/input.ts";
import { type Met, metObjects } from "../plan/objects.ts";
import { isAnotherTenant } from "../plan/policy.ts";
import { planFor } from "./last-plan.ts";
import { auditOf } from "./memory/audit-entry.ts";
import { observe } from "./observe.ts";
import type { Notify, PlanSubject } from "./subject.ts";

type Redactor = PlanSubject["redactor"];

/** Milliseconds that a run in progress is waited for. */
const LOCK_WAIT = 10_000;

export interface Accepting {
  /** `metadata.name`. */
  readonly name: string;
  /** Path in the definition, such as `spec.targetUrl`. */
  readonly path: string;
  /** `seenDigest` of the live value that somebody saw; left out: whichever is live now. */
  readonly seen?: string;
  /** Digest of the plan that shows the value; left out: the one that is live now is meant. */
  readonly plan?: string;
  /** RFC 3339 instant. */
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * Answers the difference that is accepted from now on, redacted. Reads the tenant, and writes to the
 * store alone. Throws a FaultError `refused` for what does not differ or cannot be seen.
 */
export async function acceptDrift(
  subject: PlanSubject,
  accepting: Accepting,
  notify: Notify,
  signal: AbortSignal,
): Promise<FieldChange> {
  const { name, path, seen, until, by, reason } = accepting;
  const { store, tenant, clock, redactor } = subject;
  // A run that is under way has made its plan, and would write over what is accepted meanwhile.
  await using lock = await store.lock(tenant, LOCK_WAIT, signal);
  if (lock === null) throw new FaultError(failure("locked", busy(tenant.name)));
  const { input } = await observe(subject, nothingAsked, signal, notify);
  const { kind, id, field, value } = differing(input, accepting, redactor);
  const shown = { ...field, before: field.before && redactor.redact(field.before) };
  const isSeen = shown.before === null || !shown.before.includes(REDACTED);
  if (seen !== undefined && !isSeen) throw refused(unseen(name, path));
  if (seen !== undefined && seen !== seenDigest(shown)) throw refused(changedSince(name, path));
  const { digest } = planFor(subject, input);
  if (accepting.plan !== undefined && accepting.plan !== digest) {
    throw refused(otherPlan(tenant.name, digest));
  }
  const since = clock.now().toISOString();
  const said = { since, until, by, reason: redactor.redact(reason) };
  const told = {
    ...({ action: "accept", result: "done", kind, name, id, until } as const),
    message: `${path}: ${said.reason}`,
  };
  const actor = { run: null, commit: input.commit, trigger: null, by };
  const changes: readonly MemoryChange[] = [
    ...acceptancesOf(input.memory, accepting).filter(isDamaged).map(revoking),
    { op: "accept", acceptance: { kind, name, path, value, ...said } },
  ];
  await store.settle(tenant, null, "accepted", changes, [auditOf(subject, actor)(told)]);
  return shown;
}

function unseen(name: string, path: string): string {
  return `Of the live ${path} of ${name} not all is shown, so that nobody can tell whether it is still what you saw. Accept it with plumbline accept ${name} --field ${path}.`;
}

function changedSince(name: string, path: string): string {
  return `The live ${path} of ${name} is another one by now, so that what you saw was not accepted. Look at it again.`;
}

function busy(tenant: string): string {
  return `Another run of ${tenant} is in progress on this store, and may write what is to be accepted. Try again.`;
}

/** Ends it before its time. Answers false where nothing of the kind is accepted. */
export async function revokeAcceptance(
  subject: PlanSubject,
  { name, path, by }: Pick<Accepting, "name" | "path" | "by">,
): Promise<boolean> {
  const { store, tenant } = subject;
  const found = acceptancesOf(await store.recall(tenant), { name, path });
  if (found.length === 0) return false;
  const audited = auditOf(subject, { run: null, commit: null, trigger: null, by });
  const entries = found.map((one) => {
    const was = isDamaged(one) ? "Nobody can read what it was." : `It was: ${one.reason}`;
    const told = { name: one.name, message: `${path}: no longer accepted. ${was}` };
    return audited({ action: "accept", result: "revoked", kind: kindOfName(name), ...told });
  });
  await store.settle(tenant, null, "revoked", found.map(revoking), entries);
  return true;
}

/** What is accepted of a field, whether it can be read or not. */
function acceptancesOf(
  { acceptances, damaged }: Memory,
  { name, path }: Pick<Accepting, "name" | "path">,
): readonly (Acceptance | DamagedRow)[] {
  // Flows may have been written in other letters since.
  return [...acceptances, ...damaged.filter((one) => one.of === "acceptance")].filter(
    (one) => isSameId(one.name, name) && one.path === path,
  );
}

function isDamaged(one: Acceptance | DamagedRow): one is DamagedRow {
  return "fault" in one;
}

function revoking({ kind, name, path }: Acceptance | DamagedRow): MemoryChange {
  return { op: "revoke", kind, name, path };
}

function otherPlan(tenant: string, digest: string): string {
  return `The plan of ${tenant} is now ${digest}, which is not the one that was looked at, so nothing is accepted. Look at the new plan: what is live may have changed.`;
}

function differing(
  input: PlanInput,
  { name, path }: Pick<Accepting, "name" | "path">,
  redactor: Redactor,
) {
  const fault = input.faults.find(({ severity }) => severity === "error");
  if (fault) throw told(fault, redactor);
  if (isAnotherTenant(input)) throw refused(`${input.tenant.name} is known as another tenant.`);
  const met = metObjects(input).find(({ whole }) => whole.name === name);
  if (!met) throw refused(unknown(input, name, redactor));
  const { found, whole } = met;
  const field = whole.fields.find((one) => one.path === path);
  const isShown = redactor.redact(path) === path;
  if (!field || !isShown) throw refused(redactor.redact(sameOf(met, path)));
  const value = liveValueOf(found, field);
  if (value === null) throw refused(hiddenText(name, path));
  // Unlike a fingerprint, the digest of a short text that nobody may see would give it away.
  const text = field.before ?? "";
  if (redactor.redact(text) !== text) throw refused(secretText(name, path));
  return { kind: whole.kind, id: whole.id, field, value };
}

function hiddenText(name: string, path: string): string {
  return path.startsWith("spec.authentication")
    ? `Microsoft Graph takes an authentication as a whole, with a password or a private key that it never shows, so no part of it is accepted. plumbline trust ${name} records that a live password is right; plumbline suspend ${name} leaves it alone for a while.`
    : `Plumbline never looks at all of the live ${path}, so nobody knows which value would be accepted. plumbline suspend ${name} leaves it alone for a while.`;
}

function secretText(name: string, path: string): string {
  return `A secret of a definition stands in the live ${path} of ${name}, where everybody can read it, so it is not accepted. Change it in the tenant, or let the next run put git's value back.`;
}

/** As it was met, so that the exit status is that of any other verb. */
function told(fault: Fault, redactor: Redactor): FaultError {
  return new FaultError({ ...fault, message: redactor.redact(fault.message) });
}

function unknown(
  { desired, flows, tenant, observations }: PlanInput,
  name: string,
  redactor: Redactor,
): string {
  const unread = observations.find((seen) => "fault" in seen);
  if (unread && "fault" in unread) throw told(unread.fault, redactor);
  const known = [...desired.map(({ definition }) => definition), ...flows].map((one) => one.name);
  const isDefined = known.includes(name);
  return isDefined
    ? `${name} has no live object in ${tenant.name}, so there is no live value to accept.`
    : `No definition of ${tenant.name} is called ${name}. Its definitions are ${known.join(", ")}.`;
}

function sameOf({ whole }: Met, path: string): string {
  const paths = whole.fields.map((field) => field.path);
  const differs =
    paths.length === 0 ? "Nothing of it differs." : `It differs in ${paths.join(", ")}.`;
  return `${whole.name} does not differ in ${path}. ${differs}`;
}

function refused(message: string): FaultError {
  return new FaultError(failure("refused", message));
}
