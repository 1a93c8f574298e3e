/**
 * Sends what is queued, apart from all runs. At least once: a message is taken out of the store only
 * when its sink has it, and has the same id at each try. Each sink has a line of its own, in which a
 * message that fails lets the others pass, so that one sink that is down or slow holds up nobody.
 */
import type { Alerts, Delivery } from "../model/alert.ts";
import type { Clock } from "../model/clock.ts";
import { toFault } from "../model/fault.ts";
import { messageOf } from "./message.ts";
import type { Attempt, Sink } from "./sinks/sink.ts";
import type { Tally } from "./tally.ts";

/** Milliseconds after the first failure, which double up to the longest. */
interface Backoff {
  readonly first: number;
  readonly longest: number;
}

const whileDown: Backoff = { first: 30_000, longest: 3_600_000 };
/** Of a sink that waits for a person. */
const whileBarred: Backoff = { first: 15 * 60_000, longest: 2 * 3_600_000 };
/** Milliseconds after which a message that somebody took is due again: far longer than one try. */
const LEASE = 120_000;
/** Milliseconds beyond any wait that is meant: what is due later was queued by a clock that ran ahead. */
const LONGEST_WAIT = 8 * 3_600_000;
/** Milliseconds between two looks for what is due. */
const POLL = 5_000;
/** The same after the store could not be used, and between two looks for what has expired. */
const LONG_POLL = 60_000;
const EXPIRY_POLL = 3_600_000;
/** Milliseconds that what is being sent is given when the service stops. */
const GRACE = 3_000;

/** That of pino will do. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface Dispatching {
  readonly alerts: Alerts;
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  /** Milliseconds after which a message that nobody took is of no use to anybody. */
  readonly keep: number;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

export interface Dispatcher {
  /** Starts nothing more and resolves when nothing is sent any more. What is left is sent after the next start. */
  stop(): Promise<void>;
}

/**
 * Never throws, and never ends by itself: what goes wrong is in the log. Without any sink, what an
 * earlier configuration has left still expires.
 */
export function startDispatcher(sinks: readonly Sink[], options: Dispatching): Dispatcher {
  const stopping = new AbortController();
  const aborting = new AbortController();
  const { clock } = options;
  const signals = { stopping: stopping.signal, aborting: aborting.signal };
  const lines = sinks.map((sink) => openLine(sink, options));
  const ended = Promise.all([
    repeat(() => expire(options), EXPIRY_POLL, options, stopping.signal),
    ...lines.map((line) => repeat(() => line(signals), POLL, options, stopping.signal)),
  ]);
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

/** Sends what is due for one sink, until nothing is or one has to wait. May throw a FaultError of the store. */
export type Line = (signals: Signals) => Promise<void>;

/** How a sink takes what it is sent. */
interface Standing {
  /** When it was last said that it takes nothing, in milliseconds; null: it takes some. */
  barredAt: number | null;
}

export function openLine(sink: Sink, options: Dispatching): Line {
  const standing: Standing = { barredAt: null };
  options.tally.barred(sink.name, false);
  return async (signals) => {
    while (await deliverNext(sink, standing, options, signals));
  };
}

/** Answers whether the next one of this sink may be sent at once. */
async function deliverNext(
  sink: Sink,
  standing: Standing,
  options: Dispatching,
  { stopping, aborting }: Signals,
): Promise<boolean> {
  const { alerts, clock } = options;
  const now = clock.now().getTime();
  if (stopping.aborted || isLeftAlone(standing, now)) return false;
  const due = { now: iso(now), until: iso(now + LEASE), latest: iso(now + LONGEST_WAIT) };
  const delivery = await alerts.take(sink.name, due);
  if (delivery === null) return false;
  const attempt = await sink.send(messageOf(delivery), aborting);
  await settle(delivery, attempt, options, aborting.aborted);
  notice(attempt, standing, sink.name, options);
  // The others of this sink would most likely fare the same; they are tried at the next look.
  return attempt.result !== "again" && attempt.result !== "barred";
}

/** One message alone asks a sink that takes nothing whether it does so again. */
function isLeftAlone({ barredAt }: Standing, now: number): boolean {
  return barredAt !== null && Math.abs(now - barredAt) < whileBarred.first;
}

async function settle(
  delivery: Delivery,
  attempt: Attempt,
  options: Dispatching,
  isAborted: boolean,
): Promise<void> {
  const { alerts, clock, log, tally } = options;
  const { id, sink, attempts } = delivery;
  const facts = { sink, id, attempts };
  switch (attempt.result) {
    case "delivered":
      await alerts.delivered(id);
      tally.delivered(sink, delivery.alerts.length);
      if (attempt.but !== undefined) log.warn(facts, `${sink}: an alert was sent. ${attempt.but}`);
      else log.info(facts, `${sink}: an alert was sent`);
      return;
    case "refused":
      await alerts.dropped(id, iso(clock.now().getTime()), attempt.reason);
      tally.givenUp(sink, delivery.alerts.length);
      log.error(facts, `${sink}: an alert is given up, for it is never taken. ${attempt.reason}`);
      return;
    case "barred":
      return postpone(delivery, attempt.reason, whileBarred, options);
    case "again": {
      const { after, bug } = attempt;
      const least = isAborted ? null : (after ?? 0);
      return postpone(delivery, attempt.reason, whileDown, options, { least, bug });
    }
    default:
      return attempt satisfies never;
  }
}

/** `least`: milliseconds; null: it is due at once, for it was not the sink that failed. */
async function postpone(
  { id, sink, attempts }: Delivery,
  reason: string,
  backoff: Backoff,
  { alerts, clock, log, random = Math.random }: Dispatching,
  { least = 0, bug }: { readonly least?: number | null; readonly bug?: unknown } = {},
): Promise<void> {
  const wait = least === null ? 0 : Math.max(backoffAfter(attempts, random(), backoff), least);
  const next = iso(clock.now().getTime() + wait);
  await alerts.postponed(id, next, reason);
  const facts = { sink, id, attempts, ...(bug !== undefined && { err: bug }) };
  log.warn(facts, `${sink}: an alert was not sent. ${reason} The next try is at ${next}.`);
}

/** Says it loudly when a sink begins to take nothing, and once. */
function notice(attempt: Attempt, standing: Standing, sink: string, options: Dispatching): void {
  const { clock, log, tally } = options;
  const wasBarred = standing.barredAt !== null;
  if (attempt.result === "barred") {
    standing.barredAt = clock.now().getTime();
    tally.barred(sink, true);
    if (!wasBarred)
      log.error({ sink }, `${sink}: it takes no alerts. ${attempt.reason} ${MENDING}`);
  } else if (attempt.result === "delivered" && wasBarred) {
    standing.barredAt = null;
    tally.barred(sink, false);
    log.info({ sink }, `${sink}: it takes alerts again`);
  }
}

const MENDING =
  "Renew its address, its key or its rights. What it is to be sent is kept for as long as alerts.keep says, and tried again and again.";

/** Milliseconds after so many tries; up to a quarter more by `random`, from 0 to 1. */
export function backoffAfter(attempts: number, random: number, backoff = whileDown): number {
  const base = Math.min(backoff.first * 2 ** (attempts - 1), backoff.longest);
  return Math.round(base * (1 + random / 4));
}

/** Takes away what is too old, also of sinks that are there no more. */
export async function expire({ alerts, clock, log, tally, keep }: Dispatching): Promise<void> {
  const gone = await alerts.expire(iso(clock.now().getTime() - keep));
  for (const { id, sink, attempts, lastError, alerts: lost } of gone) {
    tally.givenUp(sink, lost.length);
    const why = lastError === null ? "" : ` ${lastError}`;
    const facts = { sink, id, attempts };
    log.error(facts, `${sink}: an alert is given up, for alerts.keep is over.${why}`);
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
