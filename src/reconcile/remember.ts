/** What a run leaves in the store. */
import type { Outcome, Plan } from "../model/generated/run.ts";
import { answered, learned } from "./ledger.ts";
import type { World } from "./observe.ts";
import type { Subject } from "./subject.ts";

/** Closes what this or an earlier run left open and is answered by now, and keeps what reading taught. */
export async function remember(
  subject: Subject,
  world: World,
  planned: Plan,
  outcomes: readonly Outcome[],
): Promise<void> {
  const { store, tenant, clock } = subject;
  const memory = outcomes.length === 0 ? world.input.memory : await store.recall(tenant);
  const input = { ...world.input, memory };
  for (const { key, result } of answered(input, planned, outcomes)) {
    await store.settle(tenant, key, result, []);
  }
  const changes = learned(input, planned, clock.now().toISOString());
  if (changes.length > 0) await store.settle(tenant, null, "learned", changes);
}
