/**
 * Sends what is queued, apart from all runs. At least once: a message is taken out of the store only
 * when its sink has it, and has the same id at each try. Each sink has a line of its own, in which a
 * message that fails lets the others pass, so that one sink that is down holds up nobody.
 */
import pLimit from "p-limit";
import type { Alerts, Delivery } from "../model/alert.ts";
import type { Clock } from "../model/clock.ts";
import { toFault } from "../model/fault.ts";
import { messageOf } from "./message.ts";
import type { Attempt, Sink } from "./sinks/sink.ts";

/** Milliseconds after the first failure; they double up to the longest. */
const FIRST_BACKOFF = 30_000;
const LONGEST_BACKOFF = 3_600_000;
/** Milliseconds after which a message that somebody took is due again: far longer than one try. */
const LEASE = 120_000;
/** Milliseconds between two looks for what is due. */
const POLL = 5_000;
/** The same after the store could not be used, and between two looks for what has expired. */
const LONG_POLL = 60_000;
const EXPIRY_POLL = 3_600_000;
/** Milliseconds after which a message that nobody took is of no use to anybody. */
export const KEPT = 7 * 86_400_000;
/** Milliseconds that what is being sent is given when the service stops. */
const GRACE = 3_000;
/** Most messages that are sent at the same time. */
const PARALLEL = 4;

/** That of pino will do. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface Dispatching {
  readonly alerts: Alerts;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

export interface Dispatcher {
  /** Starts nothing more and resolves when nothing is sent any more. What is left is sent after the next start. */
  stop(): Promise<void>;
}

/** Never throws, and never ends by itself: what goes wrong is in the log. */
export function startDispatcher(sinks: readonly Sink[], options: Dispatching): Dispatcher {
  const stopping = new AbortController();
  const aborting = new AbortController();
  const limit = pLimit(PARALLEL);
  const { clock } = options;
  const signals = { stopping: stopping.signal, aborting: aborting.signal };
  const lines = sinks.map((sink) => () => deliverDue(sink, options, signals, limit));
  const loops = [
    ...lines.map((work) => repeat(work, POLL, options, stopping.signal)),
    repeat(() => expire(options), EXPIRY_POLL, options, stopping.signal),
  ];
  const ended = Promise.all(loops);
  return {
    async stop() {
      stopping.abort(new Error("Asked to stop."));
      const late = clock.sleep(GRACE, aborting.signal).catch(() => undefined);
      await Promise.race([ended, late]);
      aborting.abort(new Error("Asked to stop."));
      await ended;
    },
  };
}

async function repeat(
  work: () => Promise<void>,
  every: number,
  { clock, log }: Dispatching,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const wait = await work().then(
      () => every,
      (thrown: unknown) => {
        const { code, message } = toFault(thrown);
        const err = code === "internal" ? thrown : undefined;
        log.warn({ code, err }, `Alerts cannot be sent now. ${message}`);
        return Math.max(every, LONG_POLL);
      },
    );
    await clock.sleep(wait, stopping).catch(() => undefined);
  }
}

interface Signals {
  readonly stopping: AbortSignal;
  readonly aborting: AbortSignal;
}

type Limit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Sends what is due for this sink, until nothing is or one has to wait. May throw a FaultError of the store. */
export async function deliverDue(
  sink: Sink,
  options: Dispatching,
  signals: Signals,
  limit: Limit = (work) => work(),
): Promise<void> {
  // Taken only when it is its turn, so that no lease runs out in a queue.
  while (await limit(() => deliverNext(sink, options, signals)));
}

/** Answers whether the next one of this sink may be sent at once. */
async function deliverNext(
  sink: Sink,
  options: Dispatching,
  { stopping, aborting }: Signals,
): Promise<boolean> {
  if (stopping.aborted) return false;
  const { alerts, clock } = options;
  const now = clock.now().getTime();
  const delivery = await alerts.take(sink.name, iso(now), iso(now + LEASE));
  if (delivery === null) return false;
  const attempt = await sink.send(messageOf(delivery), aborting);
  await settle(delivery, attempt, options, aborting.aborted);
  // The others of this sink would most likely fare the same; they are tried at the next look.
  return attempt.result !== "again";
}

async function settle(
  delivery: Delivery,
  attempt: Attempt,
  { alerts, clock, log, random = Math.random }: Dispatching,
  isAborted: boolean,
): Promise<void> {
  const { id, sink, attempts } = delivery;
  const facts = { sink, id, attempts };
  const now = clock.now().getTime();
  switch (attempt.result) {
    case "delivered":
      await alerts.delivered(id);
      if (attempt.but !== undefined) log.warn(facts, `${sink}: an alert was sent. ${attempt.but}`);
      else log.info(facts, `${sink}: an alert was sent`);
      return;
    case "refused":
      await alerts.dropped(id, iso(now), attempt.reason);
      log.warn(facts, `${sink}: an alert was refused, and is not sent again. ${attempt.reason}`);
      return;
    case "again": {
      const wait = isAborted ? 0 : Math.max(backoff(attempts, random()), attempt.after ?? 0);
      await alerts.postponed(id, iso(now + wait), attempt.reason);
      const next = `${attempt.reason} The next try is at ${iso(now + wait)}.`;
      const err = attempt.bug;
      log.warn(
        err === undefined ? facts : { ...facts, err },
        `${sink}: an alert was not sent. ${next}`,
      );
      return;
    }
    default:
      return attempt satisfies never;
  }
}

/** Milliseconds after so many tries; up to a quarter more by `random`, from 0 to 1. */
export function backoff(attempts: number, random: number): number {
  const base = Math.min(FIRST_BACKOFF * 2 ** (attempts - 1), LONGEST_BACKOFF);
  return Math.round(base * (1 + random / 4));
}

/** Takes away what is too old, also of sinks that are there no more. */
export async function expire({ alerts, clock, log }: Dispatching): Promise<void> {
  const gone = await alerts.expire(iso(clock.now().getTime() - KEPT));
  for (const { id, sink, attempts, lastError } of gone) {
    const why = lastError === null ? "" : ` ${lastError}`;
    log.warn(
      { sink, id, attempts },
      `${sink}: an alert was not sent within 7 days, and is dropped.${why}`,
    );
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
