/** What ends a run between two writes: asked again before each, so that the one in hand is finished. */
import { type Fault, failure } from "../../model/fault.ts";
import type { Change } from "../../model/generated/run.ts";
import { inWords } from "../../plan/instant.ts";
import { suspendedReason, suspensionOf } from "../../plan/suspensions.ts";
import { windowState } from "../../plan/windows.ts";
import type { Writing } from "../subject.ts";
import { notAttempted } from "./effect.ts";

type Halt = (writing: Writing, change: Change) => Fault | null | Promise<Fault | null>;

const askedToStop: Halt = ({ stopping }) => (stopping.aborted ? notAttempted() : null);

const windowClosed: Halt = ({ subject: { policy, clock } }) => {
  const { isOpen, until } = windowState(policy.windows, clock.now().getTime());
  if (isOpen) return null;
  const opens = until === null ? "No other opens." : `The next one opens on ${inWords(until)}.`;
  const message = `The change window closed before this was attempted. ${opens}`;
  return failure("refused", message);
};

/** Somebody may have asked for it since the run began. */
const suspended: Halt = async ({ subject: { store, tenant, clock }, asked }, { name, id }) => {
  const memory = await store.recall(tenant);
  const others = memory.ledger.filter((entry) => entry.id === id).map((entry) => entry.name);
  const suspension = suspensionOf([name, ...others], {
    memory,
    now: clock.now().toISOString(),
    asked,
  });
  if (suspension === null) return null;
  const { message } = suspendedReason(suspension, { tenant });
  return failure("refused", `${message} This was not attempted any more.`);
};

const halts: readonly Halt[] = [askedToStop, windowClosed, suspended];

/** Why a change may not be begun any more; null: it may. */
export async function haltOf(writing: Writing, change: Change): Promise<Fault | null> {
  for (const halt of halts) {
    const fault = await halt(writing, change);
    if (fault) return fault;
  }
  return null;
}
