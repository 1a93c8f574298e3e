/** Faults carry no causes: those go to whoever listens, so that the log has them. */
import { type Fault, FaultError, toFault } from "../model/fault.ts";
import type { Notify } from "./subject.ts";

/** The fault that something thrown stands for, told with its cause. */
export function tell(thrown: unknown, tenant: string, notify: Notify): Fault {
  const fault = toFault(thrown);
  notify({ type: "fault", tenant, fault, cause: thrown });
  return fault;
}

/** The same where the plan tells every fault: only a bug has a cause that nobody would see. */
export function tellBug(thrown: unknown, tenant: string, notify: Notify): Fault {
  return thrown instanceof FaultError ? thrown.fault : tell(thrown, tenant, notify);
}
