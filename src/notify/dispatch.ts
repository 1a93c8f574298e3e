/**
 * Sends what is queued, apart from all runs. At least once: a message is taken out of the store only
 * when its sink has it, and has the same id at each try. Each sink has a line of its own, in which a
 * message that fails lets the others pass, so that one sink that is down or slow holds up nobody.
 */
import type { Alerts, Delivery, Progress } from "../model/alert.ts";
import type { Clock } from "../model/clock.ts";
import { toFault } from "../model/fault.ts";
import { messageOf } from "./message.ts";
import type { Attempt, Failed, Sink } from "./sinks/sink.ts";
import type { Tally } from "./tally.ts";

/** Milliseconds after the first failure, which double up to the longest. */
interface Backoff {
  readonly first: number;
  readonly longest: number;
}

const whileDown: Backoff = { first: 30_000, longest: 3_600_000 };
/** Milliseconds between two tries of a sink that waits for a person, of whichever message. */
const WHILE_BARRED = 15 * 60_000;
/** Of a message that may have arrived: each try may be a copy. */
const whileUnanswered: Backoff = { first: 30 * 60_000, longest: 6 * 3_600_000 };
const MOST_UNANSWERED = 4;
/** Milliseconds beyond the longest try, after which a message that somebody took is due again. */
const LEASE = 90_000;
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
  isBarred: boolean;
  /** For how many milliseconds it is left alone, and since when; null: it is not. */
  rest: { readonly since: number; readonly length: number } | null;
  /** Messages that it has taken. */
  passed: number;
  /** How many these were when it last refused one for which it may never take any, by id. */
  readonly doubts: Map<string, number>;
}

export function openLine(sink: Sink, options: Dispatching): Line {
  const standing: Standing = { isBarred: false, rest: null, passed: 0, doubts: new Map() };
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
  const until = iso(now + sink.longest + LEASE);
  const delivery = await alerts.take(sink.name, { now: iso(now), until, latest: latestAt(now) });
  if (delivery === null) return false;
  const attempt = judged(await sink.send(messageOf(delivery), aborting), delivery.id, standing);
  await settle(delivery, attempt, options, aborting.aborted);
  notice(attempt, standing, sink.name, options);
  // The others of this sink would most likely fare the same; they are tried at the next look.
  return attempt.result === "delivered" || attempt.result === "refused";
}

function latestAt(now: number): string {
  return iso(now + LONGEST_WAIT);
}

/**
 * Of a sink that takes nothing, one message alone asks whether it does so again. One that asked for
 * time asked it for all of its messages. A clock that was set back puts off neither for longer.
 */
function isLeftAlone({ rest }: Standing, now: number): boolean {
  return rest !== null && Math.abs(now - rest.since) < rest.length;
}

type Judged = Exclude<Attempt, { readonly result: "doubtful" }>;

/** It was this message's fault when it is refused again although another one has passed meanwhile. */
function judged(attempt: Attempt, id: string, standing: Standing): Judged {
  const { doubts, passed } = standing;
  const before = doubts.get(id);
  doubts.delete(id);
  if (attempt.result !== "doubtful") return attempt;
  if (before !== undefined && passed > before) return { ...attempt, result: "refused" };
  doubts.set(id, passed);
  return { ...attempt, result: "barred" };
}

async function settle(
  delivery: Delivery,
  attempt: Judged,
  options: Dispatching,
  isAborted: boolean,
): Promise<void> {
  const { alerts, log, tally } = options;
  const { id, sink, attempts } = delivery;
  switch (attempt.result) {
    case "delivered": {
      await alerts.delivered(id);
      tally.delivered(sink, delivery.alerts.length);
      const facts = { sink, id, attempts };
      if (attempt.but !== undefined) log.warn(facts, `${sink}: an alert was sent. ${attempt.but}`);
      else log.info(facts, `${sink}: an alert was sent`);
      return;
    }
    case "refused":
      return giveUp(delivery, `for it is never taken. ${attempt.reason}`, options);
    case "barred":
      return postpone(delivery, attempt, WHILE_BARRED, options);
    case "unanswered":
      return repeatSeldom(delivery, attempt, options);
    case "again": {
      const wait = Math.max(backoffOf(attempts, whileDown, options), attempt.after ?? 0);
      // It was not the sink that failed.
      return postpone(delivery, attempt, isAborted ? 0 : wait, options);
    }
    default:
      return attempt satisfies never;
  }
}

async function giveUp(
  { id, sink, attempts, alerts: lost }: Delivery,
  why: string,
  { alerts, clock, log, tally }: Dispatching,
): Promise<void> {
  await alerts.dropped(id, iso(clock.now().getTime()), why);
  tally.givenUp(sink, lost.length);
  log.error({ sink, id, attempts }, `${sink}: an alert is given up, ${why}`);
}

/** It has most likely arrived, and more often with each try. */
async function repeatSeldom(
  delivery: Delivery,
  attempt: Failed,
  options: Dispatching,
): Promise<void> {
  const unanswered = delivery.progress.unanswered + 1;
  if (unanswered >= MOST_UNANSWERED) {
    const why = `for it may have arrived each of ${unanswered} times. ${attempt.reason}`;
    return giveUp(delivery, why, options);
  }
  const wait = backoffOf(unanswered, whileUnanswered, options);
  return postpone(delivery, attempt, wait, options, unanswered);
}

/** `wait`: milliseconds. */
async function postpone(
  { id, sink, attempts, progress }: Delivery,
  attempt: Failed,
  wait: number,
  { alerts, clock, log }: Dispatching,
  unanswered = progress.unanswered,
): Promise<void> {
  const { reason, done = [] } = attempt;
  const next = iso(clock.now().getTime() + wait);
  const after: Progress = { done: [...progress.done, ...done], unanswered };
  await alerts.postponed(id, next, reason, after);
  const bug = attempt.result === "again" ? attempt.bug : undefined;
  const facts = { sink, id, attempts, ...(bug !== undefined && { err: bug }) };
  log.warn(facts, `${sink}: an alert was not sent. ${reason} The next try is at ${next}.`);
}

/** Says it loudly when a sink begins to take nothing, and once. */
function notice(attempt: Judged, standing: Standing, sink: string, options: Dispatching): void {
  const { clock, log, tally } = options;
  const since = clock.now().getTime();
  if (attempt.result === "again" && attempt.after !== null) {
    standing.rest = { since, length: attempt.after };
  } else if (attempt.result === "barred") {
    standing.rest = { since, length: WHILE_BARRED };
    tally.barred(sink, true);
    if (!standing.isBarred)
      log.error({ sink }, `${sink}: it takes no alerts. ${attempt.reason} ${MENDING}`);
    standing.isBarred = true;
  } else if (attempt.result === "delivered") {
    standing.rest = null;
    standing.passed += 1;
    if (!standing.isBarred) return;
    standing.isBarred = false;
    tally.barred(sink, false);
    log.info({ sink }, `${sink}: it takes alerts again`);
  }
}

const MENDING =
  "Renew its address, its key or its rights; of mail, those of its sender. What it is to be sent is kept for as long as alerts.keep says, and tried again and again.";

function backoffOf(attempts: number, backoff: Backoff, { random = Math.random }: Dispatching) {
  return backoffAfter(attempts, random(), backoff);
}

/** Milliseconds after so many tries; up to a quarter more by `random`, from 0 to 1. */
export function backoffAfter(attempts: number, random: number, backoff = whileDown): number {
  const base = Math.min(backoff.first * 2 ** (attempts - 1), backoff.longest);
  return Math.round(base * (1 + random / 4));
}

/** Takes away what is too old, also of sinks that are there no more. */
export async function expire({ alerts, clock, log, tally, keep }: Dispatching): Promise<void> {
  const gone = await alerts.expire(iso(clock.now().getTime() - keep));
  for (const { id, sink, attempts, lastError, alerts: lost } of gone) {
    tally.givenUp(sink, lost);
    const why = lastError === null ? "" : ` ${lastError}`;
    const facts = { sink, id, attempts };
    log.error(facts, `${sink}: an alert is given up, for alerts.keep is over.${why}`);
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
