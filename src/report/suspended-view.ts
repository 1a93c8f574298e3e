/** What is left alone for a while, in words that hold for every format. */
import type { Plan, Suspension } from "../model/generated/run.ts";
import { moment } from "./instants.ts";
import { name, sentence } from "./printable.ts";

/** One text for each, such as `fraud-check until 2026-08-22 10:15:00 UTC, by somebody: a release`. */
export function suspendedTexts(
  { suspended }: Pick<Plan, "suspended">,
  timezone: string | undefined,
): readonly string[] {
  return suspended.map(({ name: known, until, by, reason }: Suspension) => {
    const what = known === null ? "the whole tenant" : name(known);
    return `${what} until ${moment(until, timezone)}, by ${name(by)}: ${sentence(reason)}`;
  });
}

/** What of the live tenant is taken for right although git says otherwise. */
export function acceptedTexts(
  { accepted }: Pick<Plan, "accepted">,
  timezone: string | undefined,
): readonly string[] {
  return accepted.map(({ name: known, path, before, until, by, reason }) => {
    const value = before === null ? "nothing" : `"${name(before)}"`;
    return `${name(known)} ${name(path)} is ${value} until ${moment(until, timezone)}, by ${name(by)}: ${sentence(reason)}`;
  });
}
