/** A plan as people may see it: a tenant can show anything, also what is a secret of its definitions. */
import type { Change, FieldChange, HeldChange, Plan } from "../model/generated/run.ts";
import { freeze } from "./freeze.ts";

type Redact = (text: string) => string;

/** Where the key of a live URL stands in a path. */
const queryPath = /^(spec\.query\.)(.*)$/s;

/**
 * The same plan with every text that comes from the tenant redacted. What comes from git stays as it
 * is: whoever looks must see it, and a definition must not be able to black anything out. The digest
 * stays that of the decisions; ids, names and which secrets travel are as they were, because a plan
 * is carried out by these.
 */
export function redacted(plan: Plan, redact: Redact): Plan {
  const maybe = (text: string | null) => (text === null ? null : redact(text));
  const field = (one: FieldChange) => ({
    ...one,
    path: isOnlyLive(one)
      ? one.path.replace(queryPath, (_, prefix: string, key: string) => prefix + redact(key))
      : one.path,
    before: maybe(one.before),
  });
  const item = <T extends Change | HeldChange>(one: T): T => ({
    ...one,
    displayName: one.op === "delete" ? redact(one.displayName) : one.displayName,
    fields: one.fields.map(field),
  });
  return freeze({
    ...plan,
    changes: plan.changes.map((one) => ({ ...item(one), reason: redact(one.reason) })),
    held: plan.held.map((one) => ({
      ...item(one),
      reason: {
        ...one.reason,
        message: redact(one.reason.message),
        lift: maybe(one.reason.lift),
      },
    })),
    unmanaged: plan.unmanaged.map((one) => ({
      ...one,
      displayName: maybe(one.displayName),
      targetUrl: maybe(one.targetUrl),
    })),
    accepted: plan.accepted.map((one) => ({ ...one, ...field(one) })),
    certificates: plan.certificates.map((one) => ({
      ...one,
      displayName: one.at === null ? maybe(one.displayName) : one.displayName,
      list: one.list.map((entry) => ({ ...entry, thumbprint: maybe(entry.thumbprint) })),
    })),
    uses:
      // Git may say which connector by its id alone: then its name is what the tenant shows.
      plan.uses?.map((use) => ({ ...use, displayName: maybe(use.displayName) })) ?? null,
    usesUnknown: plan.usesUnknown && {
      ...plan.usesUnknown,
      message: redact(plan.usesUnknown.message),
    },
    unreadable: plan.unreadable.map(({ kind, fault }) => ({
      kind,
      fault: { ...fault, message: redact(fault.message) },
    })),
  });
}

/** A key that the tenant alone has: no definition names it. */
function isOnlyLive({ before, after }: FieldChange): boolean {
  return before !== null && after === null;
}
