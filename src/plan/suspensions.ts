/** What is left alone for a while, on the word of a person. */
import type { HoldReason, Suspension } from "../model/generated/run.ts";
import type { PlanInput } from "./input.ts";
import { isActive } from "./instant.ts";

/** Those that have not ended by themselves, the whole tenant's first. */
export function activeSuspensions({
  memory,
  now,
}: Pick<PlanInput, "memory" | "now">): readonly Suspension[] {
  return memory.suspensions.filter((one) => isActive(one, now));
}

/**
 * The one that holds what is known by these names, if any does. Whoever restores something means it,
 * whatever is suspended.
 */
export function suspensionOf(
  names: readonly string[],
  input: Pick<PlanInput, "memory" | "now" | "asked">,
): Suspension | null {
  const { restored } = input.asked;
  if (names.some((name) => Object.hasOwn(restored, name))) return null;
  const holds = ({ name }: Suspension) => name === null || names.includes(name);
  return activeSuspensions(input).find(holds) ?? null;
}

/** Why what is suspended is not carried out. */
export function suspendedReason(
  { name, until, by, reason }: Suspension,
  { tenant }: Pick<PlanInput, "tenant">,
): HoldReason {
  const what = name === null ? "The whole tenant" : "It";
  const target = name === null ? tenant.name : `${name} --tenant ${tenant.name}`;
  return {
    code: "suspended",
    message: `${what} is suspended by ${by}: ${reason}`,
    lift: `Run plumbline resume ${target}.`,
    until,
  };
}
