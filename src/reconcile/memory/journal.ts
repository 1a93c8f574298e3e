/** What was begun and is answered by now: pure, so that it can be read beside the plan. */
import type { ApiConnectorDefinition } from "../../model/definition.ts";
import type { Outcome, Plan } from "../../model/generated/run.ts";
import type { OpenJournalEntry } from "../../model/store.ts";
import { type Desired, liveConnectors, type PlanInput } from "../../plan/input.ts";
import { isAbout, leavesAuthenticationOpen, madeBy } from "../../plan/match.ts";
import { isAwaited } from "../../plan/unseen.ts";
import { liveIds } from "./ledger.ts";

/** What was begun, and how it ended. */
export interface Answered extends OpenJournalEntry {
  readonly result: string;
}

/**
 * Open journal entries that need no more looking, for a run that has waited for them to show: what a
 * create made was seen, their object was written since or matches, or their definition is gone. What
 * could not be read answers nothing. The memory of `input` must be what the store holds now.
 */
export function answered(
  { desired, memory, observations, now }: PlanInput,
  planned: Plan,
  outcomes: readonly Outcome[],
  /** Id of this run. */
  run: string,
): readonly Answered[] {
  const listed = new Set(observations.flatMap((seen) => ("objects" in seen ? [seen.kind] : [])));
  const live = liveIds(observations);
  const written = new Set(outcomes.filter(({ result }) => result === "done").map(({ id }) => id));
  const known = new Set(memory.ledger.map(({ id }) => id));
  // Until the ledger has it, nothing else says that it is ours. What the plan takes for nobody's, because
  // several creates under one name may have made it, must not become ours once one of them is closed.
  const hasMadeOurs = (begun: OpenJournalEntry) => {
    const made = begun.op === "create" ? madeBy(begun, liveConnectors(observations)) : [];
    const [id, ...others] = made.map((one) => one.id).filter((one) => !known.has(one));
    if (id === undefined || others.length > 0) return false;
    return isToBeAdopted(planned, id) || isToBeDeleted(planned, begun.name, id);
  };
  const flowResult = (begun: OpenJournalEntry): string | null => {
    const isDone = outcomes.some(
      ({ kind, name, result }) => kind === begun.kind && name === begun.name && result === "done",
    );
    if (begun.run === run) return isDone ? "written and seen" : null;
    // This run has waited, and looked: whatever came of it shows by now.
    return listed.has(begun.kind) ? "looked at" : null;
  };
  const resultOf = (begun: OpenJournalEntry): string | null => {
    if (begun.kind === "UserFlow") return flowResult(begun);
    const isOver = listed.has(begun.kind) && !isAwaited(begun, now);
    // What was answered is known by its id, whatever its definition is called by now.
    if (begun.op === "create" && begun.id !== null) {
      if (written.has(begun.id)) return "written and seen";
      if (live.has(begun.id)) return isToBeAdopted(planned, begun.id) ? null : "seen";
      return isOver ? "never seen" : null;
    }
    const about = desired.filter(
      ({ definition }) => isAbout(begun, definition) || isOwner(planned, definition, begun.id),
    );
    const isAmong = (items: readonly Pick<Outcome, "kind" | "name">[]) =>
      about.some(({ definition: { kind, name } }) =>
        items.some((one) => one.kind === kind && one.name === name),
      );
    if (isAmong(outcomes.filter(({ result }) => result === "done"))) return "written and seen";
    const isSettled = !leavesAuthenticationOpen(begun) || !about.some(isBasic);
    if (isAmong(planned.unchanged) && isSettled) return "nothing differs";
    return about.length === 0 && isOver && !hasMadeOurs(begun) ? "definition gone" : null;
  };
  return memory.journal.flatMap((begun) => {
    const result = resultOf(begun);
    return result === null ? [] : [{ ...begun, result }];
  });
}

/** Whether the plan pairs this definition with that object: it may have another name by now. */
function isOwner(
  planned: Plan,
  { kind, name }: ApiConnectorDefinition,
  id: string | null,
): boolean {
  return [...planned.changes, ...planned.unchanged, ...planned.held].some(
    (item) => id !== null && item.id === id && item.kind === kind && item.name === name,
  );
}

function isToBeAdopted({ changes, held }: Plan, id: string): boolean {
  return [...changes, ...held].some((one) => one.op === "adopt" && one.id === id);
}

function isToBeDeleted({ changes, held }: Plan, name: string, id: string): boolean {
  return [...changes, ...held].some(
    (one) => one.op === "delete" && one.name === name && one.id === id,
  );
}

function isBasic({ definition }: Desired): boolean {
  return definition.authentication.type === "basic";
}
