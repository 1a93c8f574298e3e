/** A plan as people may see it: a tenant can show anything, also what is a secret elsewhere. */
import type { Change, FieldChange, HeldChange, Plan } from "../model/generated/run.ts";
import { freeze } from "./freeze.ts";

type Redact = (text: string) => string;

/** Where the key of a live URL stands in a path. */
const queryPath = /^(spec\.query\.)(.*)$/s;

/**
 * The same plan with every text that may come from the tenant redacted. The digest stays that of the
 * decisions; ids, names of definitions, paths in them and which secrets travel are as they were,
 * because a plan is carried out by these.
 */
export function redacted(plan: Plan, redact: Redact): Plan {
  const maybe = (text: string | null) => (text === null ? null : redact(text));
  const field = (one: FieldChange): FieldChange => ({
    ...one,
    path: one.path.replace(queryPath, (_, prefix: string, key: string) => prefix + redact(key)),
    before: maybe(one.before),
    after: maybe(one.after),
  });
  const item = <T extends Change | HeldChange>(one: T): T => ({
    ...one,
    displayName: redact(one.displayName),
    fields: one.fields.map(field),
  });
  return freeze({
    ...plan,
    changes: plan.changes.map((one) => ({ ...item(one), reason: redact(one.reason) })),
    held: plan.held.map((one) => ({
      ...item(one),
      reason: { ...one.reason, message: redact(one.reason.message) },
    })),
    unchanged: plan.unchanged.map((one) => ({ ...one, displayName: redact(one.displayName) })),
    unmanaged: plan.unmanaged.map((one) => ({
      ...one,
      displayName: maybe(one.displayName),
      targetUrl: maybe(one.targetUrl),
    })),
  });
}
