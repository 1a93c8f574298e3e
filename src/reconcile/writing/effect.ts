/** What a write that failed has done, and what is said of it. */
import { type Fault, FaultError, failure, toFault, withoutEffect } from "../../model/fault.ts";

/** True when Graph said no: the object is as it was before. Otherwise nobody knows. */
export function hadNoEffect(thrown: unknown): boolean {
  return thrown instanceof FaultError && withoutEffect.has(thrown.fault.code);
}

/** The fault of a write or of a reading after it; one that was broken off on purpose is no bug. */
export function faultOf(thrown: unknown, aborting: AbortSignal): Fault {
  if (thrown instanceof FaultError || !aborting.aborted) return toFault(thrown);
  return failure("stopped", "It was broken off; the next run resolves it by reading.");
}

/** Before it was begun. */
export function notAttempted(): Fault {
  return failure("stopped", "Plumbline was asked to stop before this was attempted.");
}
