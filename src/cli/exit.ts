/** The one table from results to exit statuses. */
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
