/**
 * Creating, where Graph makes the id and gives nothing to recognise a repeated request by: a lost
 * answer is resolved by reading, never by sending again blindly.
 */
import type { ApiConnectorDefinition } from "../../model/definition.ts";
import { type Fault, FaultError, failure } from "../../model/fault.ts";
import type { JournalEntry } from "../../model/store.ts";
import type { Written } from "../../model/tenant.ts";
import { liveConnectors } from "../../plan/input.ts";
import { madeBy } from "../../plan/match.ts";
import { listConnectors } from "../observe.ts";
import type { Writing } from "../subject.ts";
import { faultOf, hadNoEffect } from "./effect.ts";
import { poll } from "./poll.ts";
import { authenticationWrite, type Values, wholeWrite } from "./write.ts";

/** Throttled requests are tried again this often, and waited for no longer than this. */
const mostThrottled = 3;
const longestWait = 60_000;

/** Answers the id of the one connector that now exists for the definition, and the last answer's. */
export async function create(
  writing: Writing,
  definition: ApiConnectorDefinition,
  values: Values,
  begun: JournalEntry,
): Promise<Written & { readonly id: string }> {
  const write = wholeWrite(definition, values);
  const request = () => writing.writer.create(write, writing.aborting, begun.request);
  const send = () => resentWhenThrottled(writing, request);
  try {
    return await send();
  } catch (thrown) {
    if (hadNoEffect(thrown)) throw thrown;
    const made = await findMade(writing, begun);
    if (made === null) {
      // Enough time has passed for it to show: the request had no effect. Once more, not forever.
      if (writing.stopping.aborted) throw thrown;
      return await send().catch((cause) => {
        throw new FaultError(refusedNow(begun, faultOf(cause, writing.aborting)), { cause });
      });
    }
    // What it was created with is not known for sure.
    const again = authenticationWrite(definition, values);
    const sent = writing.writer.update(made, again, writing.aborting, begun.request);
    const written = await sent.catch((cause) => {
      throw new FaultError(notAsserted(begun, made, faultOf(cause, writing.aborting)), { cause });
    });
    return { id: made, ...written };
  }
}

/** A throttled request was refused, so sending it again after the wait is safe also for a POST. */
export async function resentWhenThrottled<T>(
  { subject, stopping }: Writing,
  request: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (thrown) {
      const wait = thrown instanceof FaultError ? thrown.retryAfter : null;
      const isThrottled = thrown instanceof FaultError && thrown.fault.code === "throttled";
      const mayWait = isThrottled && attempt < mostThrottled && (wait ?? 0) <= longestWait;
      if (!mayWait || stopping.aborted) throw thrown;
      await subject.clock.sleep(wait ?? 1_000 * attempt, stopping).catch(() => {
        throw thrown;
      });
    }
  }
}

async function findMade(writing: Writing, begun: JournalEntry): Promise<string | null> {
  const { subject, stopping, aborting, notify } = writing;
  const deadline = subject.clock.now().getTime() + subject.settle;
  notify({ type: "waiting", tenant: subject.tenant.name, for: "settle" });
  return await poll(subject.clock, deadline, stopping, async () => {
    const seen = await listConnectors(subject, aborting, notify);
    if ("fault" in seen) throw new FaultError(unknownEffect(begun, seen.fault.message));
    const made = madeBy(begun, liveConnectors([seen])).map(({ id }) => id);
    if (made.length > 1) throw new FaultError(severalMade(begun, made));
    return made[0] ?? null;
  });
}

function unknownEffect({ name }: JournalEntry, message: string) {
  const text = `The answer to the create of ${name} was lost, and the tenant could not be read: ${message} The next run resolves it by reading.`;
  return failure("unavailable", text);
}

/** Whatever refused it: the create had an effect, so its journal entry must stay open. */
function notAsserted({ name }: JournalEntry, id: string, { message }: Fault) {
  const text = `The answer to the create of ${name} was lost. It exists as ${id}, but its authentication could not be sent again: ${message} The next run sends it.`;
  return failure("unverified", text);
}

/** The first sending may still show, so its journal entry must stay open. */
function refusedNow({ name }: JournalEntry, { message, ...fault }: Fault): Fault {
  const text = `The answer to the create of ${name} was lost and nothing showed, so it was sent once more: ${message} The next run looks for both.`;
  // A bug stays one, so that the log has its stack.
  return { ...fault, code: fault.code === "internal" ? "internal" : "unavailable", message: text };
}

function severalMade({ name, displayName }: JournalEntry, ids: readonly string[]) {
  const text = `The answer to the create of ${name} was lost, and several new connectors are called ${JSON.stringify(displayName)}: ${ids.join(", ")}. Set metadata.id to the one that is meant and delete the others in the portal.`;
  return failure("unverified", text);
}
