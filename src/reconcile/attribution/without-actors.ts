/** A run as it is kept where names of people are to go before the run does: pure. */
import type { Attribution, Run } from "../../model/generated/run.ts";

export function withoutActors(run: Run): Run {
  const { plan } = run;
  if (plan === null) return run;
  const anonymous = <T extends { who?: Attribution }>(one: T): T =>
    one.who ? { ...one, who: { ...one.who, actor: null } } : one;
  return {
    ...run,
    plan: {
      ...plan,
      changes: plan.changes.map(anonymous),
      held: plan.held.map(anonymous),
      secrets: plan.secrets.map((one) =>
        one.outside ? { ...one, outside: { ...one.outside, actor: null } } : one,
      ),
    },
  };
}
