/** What a run leaves in the store. */
import type { Outcome, Plan } from "../../model/generated/run.ts";
import type { PlanInput } from "../../plan/input.ts";
import { isAnotherTenant } from "../../plan/policy.ts";
import type { World } from "../observe.ts";
import type { Subject } from "../subject.ts";
import { resolved } from "./audit.ts";
import type { Audit } from "./audit-entry.ts";
import { answered } from "./journal.ts";
import { learned, movedWithNames } from "./ledger.ts";

/** Closes what this or an earlier run left open and is answered by now, and keeps what reading taught. */
export async function remember(
  subject: Subject,
  world: World,
  planned: Plan,
  outcomes: readonly Outcome[],
  { run, audit }: { readonly run: string; readonly audit: Audit },
): Promise<void> {
  // Whatever its definitions are, they say nothing about the tenant that the name now points at.
  if (isAnotherTenant(world.input)) return;
  const { store, tenant, clock } = subject;
  const memory = outcomes.length === 0 ? world.input.memory : await store.recall(tenant);
  const input = { ...world.input, memory };
  const closed = answered(input, planned, outcomes, run).filter(
    ({ name }) => !isAboutRestored(name, input, outcomes),
  );
  const journal = memory.journal.filter(({ key }) => closed.every((one) => one.key !== key));
  const left = { ...input, memory: { ...memory, journal } };
  const changes = learned(left, planned, { now: clock.now().toISOString(), run });
  // First what an open entry has taught: once it is closed, nothing else says that it is ours.
  const kept = [...changes, ...movedWithNames(changes, memory)];
  if (kept.length > 0) await store.settle(tenant, null, "learned", kept);
  for (const begun of closed) {
    // What this run began itself, it has told of.
    const told = begun.run === run ? [] : [audit(resolved(begun))];
    await store.settle(tenant, begun.key, begun.result, [], told);
  }
}

/** Other definitions stand in the place of git's: they say nothing about what git began. */
function isAboutRestored(
  name: string,
  { asked }: PlanInput,
  outcomes: readonly Outcome[],
): boolean {
  const isWritten = outcomes.some((one) => one.name === name && one.result === "done");
  return Object.hasOwn(asked.restored, name) && !isWritten;
}
