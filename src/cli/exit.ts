/** The one table from results to exit statuses. */
import type { FaultCode } from "../model/fault.ts";
import type { Result } from "../model/generated/run.ts";

export const exitStatus: Readonly<Record<Result, number>> = {
  clean: 0,
  converged: 0,
  failed: 1,
  drift: 2,
  invalid: 3,
  refused: 4,
  partial: 5,
  unreadable: 6,
};

/** What a fault means that came before there was a plan or a run to tell it in. */
export function resultOf(code: FaultCode): Result {
  return results[code] ?? "failed";
}

const results: Readonly<Partial<Record<FaultCode, Result>>> = {
  configuration: "invalid",
  "secret-source": "invalid",
  "not-yet-supported": "invalid",
  refused: "refused",
  locked: "refused",
  store: "partial",
  stopped: "partial",
  unauthorised: "unreadable",
  forbidden: "unreadable",
  "not-found": "unreadable",
  throttled: "unreadable",
  unavailable: "unreadable",
  timeout: "unreadable",
  network: "unreadable",
  malformed: "unreadable",
  rejected: "unreadable",
};
