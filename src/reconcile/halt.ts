/** What ends a run between two writes: asked again before each, so that the one in hand is finished. */
import { type Fault, failure } from "../model/fault.ts";
import { inWords } from "../plan/instant.ts";
import { windowState } from "../plan/windows.ts";
import { notAttempted } from "./effect.ts";
import type { Writing } from "./subject.ts";

type Halt = (writing: Writing) => Fault | null;

const asked: Halt = ({ stopping }) => (stopping.aborted ? notAttempted() : null);

const windowClosed: Halt = ({ subject: { policy, clock } }) => {
  const { isOpen, until } = windowState(policy.windows, clock.now().getTime());
  if (isOpen) return null;
  const opens = until === null ? "No other opens." : `The next one opens on ${inWords(until)}.`;
  const message = `The change window closed before this was attempted. ${opens}`;
  return failure("refused", message);
};

const halts: readonly Halt[] = [asked, windowClosed];

/** Why nothing more may be written; null: the next change may be begun. */
export function haltOf(writing: Writing): Fault | null {
  for (const halt of halts) {
    const fault = halt(writing);
    if (fault) return fault;
  }
  return null;
}
