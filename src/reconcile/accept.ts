/** Takes a person's word that one live value of one field may stay for a while. */
import { FaultError, failure } from "../model/fault.ts";
import type { FieldChange } from "../model/generated/run.ts";
import { liveValueOf } from "../plan/accepted.ts";
import { nothingAsked, type PlanInput } from "../plan/input.ts";
import { type Met, metObjects } from "../plan/objects.ts";
import { isAnotherTenant } from "../plan/policy.ts";
import { auditOf } from "./audit.ts";
import { observe } from "./observe.ts";
import type { Notify, PlanSubject } from "./subject.ts";

export interface Accepting {
  /** `metadata.name`. */
  readonly name: string;
  /** Path in the definition, such as `spec.targetUrl`. */
  readonly path: string;
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
  const { name, path, until, by, reason } = accepting;
  const { store, tenant, clock, redactor } = subject;
  const { input } = await observe(subject, nothingAsked, signal, notify);
  const { kind, id, field, value } = differing(input, name, path);
  const since = clock.now().toISOString();
  const said = { since, until, by, reason: redactor.redact(reason) };
  const told = {
    ...({ action: "accept", result: "done", kind, name, id, until } as const),
    message: `${path}: ${said.reason}`,
  };
  const actor = { run: null, commit: input.commit, trigger: null, by };
  await store.settle(
    tenant,
    null,
    "accepted",
    [{ op: "accept", acceptance: { kind, name, path, value, ...said } }],
    [auditOf(subject, actor)(told)],
  );
  return { ...field, before: field.before && redactor.redact(field.before) };
}

/** Ends it before its time. Throws a FaultError `refused` where nothing of the kind is accepted. */
export async function revokeAcceptance(
  subject: PlanSubject,
  { name, path, by }: Pick<Accepting, "name" | "path" | "by">,
): Promise<void> {
  const { store, tenant } = subject;
  const { acceptances } = await store.recall(tenant);
  const found = acceptances.find((one) => one.name === name && one.path === path);
  if (!found) throw refused(`Nothing is accepted of ${path} of ${name} in ${tenant.name}.`);
  const { kind, reason } = found;
  const actor = { run: null, commit: null, trigger: null, by };
  const message = `${path}: no longer accepted. It was: ${reason}`;
  const entry = auditOf(
    subject,
    actor,
  )({ action: "accept", result: "revoked", kind, name, message });
  await store.settle(tenant, null, "revoked", [{ op: "revoke", kind, name, path }], [entry]);
}

function differing(input: PlanInput, name: string, path: string) {
  const fault = input.faults.find(({ severity }) => severity === "error");
  if (fault) throw refused(`The definitions have errors: ${fault.message}`);
  if (isAnotherTenant(input)) throw refused(`${input.tenant.name} is known as another tenant.`);
  const met = metObjects(input).find(({ whole }) => whole.name === name);
  if (!met) throw refused(unknown(input, name));
  const { found, whole } = met;
  const field = whole.fields.find((one) => one.path === path);
  if (!field) throw refused(sameOf(met, path));
  const value = liveValueOf(found, field);
  if (value === null) {
    throw refused(
      `Microsoft Graph does not show ${path}, so nobody knows which value would be accepted. plumbline trust ${name} records that a live password is right.`,
    );
  }
  return { kind: whole.kind, id: whole.id, field, value };
}

function unknown({ desired, flows, tenant, observations }: PlanInput, name: string): string {
  const unread = observations.find((seen) => "fault" in seen);
  if (unread && "fault" in unread) return unread.fault.message;
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
