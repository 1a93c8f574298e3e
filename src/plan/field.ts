/** One property before and after, as a plan tells it. */
import type { FieldChange } from "../model/generated/run.ts";

/** What stands in the place of a secret. */
export const REDACTED = "(redacted)";
export const UNKNOWN = "(unknown)";

/** None when both are the same. */
export function difference(
  path: string,
  before: string | null,
  after: string,
): readonly FieldChange[] {
  return before === after ? [] : [{ path, before, after }];
}

/** `before` and `after` are words for the value, never the value. */
export function secretField(
  path: string,
  before: string | null,
  after: string | null,
): FieldChange {
  return { path, before, after, secret: true };
}
