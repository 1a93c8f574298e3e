/** When each tenant is run: once at start, then by its schedule or when asked, never twice at once. */
import { createTask, type ScheduledTask } from "node-cron";
import pLimit from "p-limit";
import type { Clock } from "../model/clock.ts";
import { FaultError, failure } from "../model/fault.ts";
import type { Run } from "../model/generated/run.ts";
import { isCutShort, isLockedOut } from "../model/result.ts";

/** Milliseconds of random delay, so that many tenants do not all start on the same second. */
const longestJitter = 10_000;
const firstBackoff = 30_000;
const longestBackoff = 30 * 60_000;
/** Ticks that may fall into one back-off: half an hour of a schedule of every 30 s. */
const lookAhead = 60;

export interface Scheduled {
  readonly name: string;
  /** Cron expression; null: at start alone. */
  readonly schedule: string | null;
  /** IANA name. */
  readonly timezone: string;
  /**
   * Must always resolve: what goes wrong is a fault in the run. `by`: who asked for it; left out: the
   * schedule did.
   */
  readonly run: (trigger: Run["trigger"], by?: string) => Promise<Run>;
  /** Called when a run has ended and the status tells of it. Must always resolve. */
  readonly told?: (run: Run) => Promise<void>;
}

export interface TenantStatus {
  readonly name: string;
  readonly result: Run["result"] | null;
  /** RFC 3339 instant; null before the first run has ended. */
  readonly finishedAt: string | null;
  /** RFC 3339 instant; null without a schedule. Jitter comes on top. */
  readonly nextRun: string | null;
  /** Runs in a row that did not get through. */
  readonly failures: number;
  /** A run is in hand, or waits for its turn. */
  readonly isRunning: boolean;
}

export interface Schedule {
  status(): readonly TenantStatus[];
  /** Resolves when every tenant has had its first run. */
  readonly started: Promise<void>;
  /**
   * Runs this tenant now, also while it is left alone after failures; null: there is none of this
   * name. Throws a FaultError with code `locked` while a run of it is in hand or waits for its turn:
   * that one may have read what the caller has changed since. Code `stopped` after `stop`.
   */
  runNow(name: string, by: string): Promise<Run | null>;
  /** Starts nothing more and resolves when the runs in hand have ended. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  readonly tenants: readonly Scheduled[];
  /** Most tenants that run at the same time. */
  readonly parallel: number;
  readonly clock: Clock;
  /** Jitter in milliseconds; 0 turns it off. */
  readonly jitter?: number;
}

/**
 * Whether a tenant is left alone for a while afterwards. A secret that somebody has to mend is no
 * reason: the other connectors of the tenant are to be kept meanwhile.
 */
function isFailure(run: Run): boolean {
  const { result } = run;
  return (
    result === "failed" || result === "unreadable" || (result === "partial" && isCutShort(run))
  );
}

/** How long a tenant is left alone after so many failures in a row, in milliseconds. */
export function backoff(failures: number): number {
  return failures === 0 ? 0 : Math.min(firstBackoff * 2 ** (failures - 1), longestBackoff);
}

export function startSchedule(options: ScheduleOptions): Schedule {
  const limit = pLimit(options.parallel);
  const runners = options.tenants.map((tenant) => startRunner(tenant, options, limit));
  const byName = new Map(options.tenants.map(({ name }, index) => [name, runners[index]]));
  return {
    status: () => runners.map(({ status }) => status()),
    runNow: async (name, by) => (await byName.get(name)?.runNow(by)) ?? null,
    started: Promise.all(runners.map(({ first }) => first)).then(() => undefined),
    stop: async () => {
      await Promise.all(runners.map(({ stop }) => stop()));
    },
  };
}

interface Runner {
  readonly first: Promise<void>;
  readonly status: () => TenantStatus;
  readonly runNow: (by: string) => Promise<Run>;
  readonly stop: () => Promise<void>;
}

function startRunner(
  tenant: Scheduled,
  { clock, jitter = longestJitter }: ScheduleOptions,
  limit: ReturnType<typeof pLimit>,
): Runner {
  let failures = 0;
  let last: Run | null = null;
  let quietUntil = 0;
  /** Answers null when the service stopped before its turn. */
  let running: Promise<Run | null> | null = null;
  let isStopped = false;

  const runOnce = async (trigger: Run["trigger"], by?: string) => {
    if (isStopped) return null;
    const run = await tenant.run(trigger, by);
    if (!isLockedOut(run)) {
      last = run;
      failures = isFailure(run) ? failures + 1 : 0;
      quietUntil = failures === 0 ? 0 : clock.now().getTime() + backoff(failures);
    }
    await tenant.told?.(run);
    return run;
  };
  /** A clock that was set back since must not keep a tenant waiting for as long. */
  const isQuiet = () => {
    const left = quietUntil - clock.now().getTime();
    return left > 0 && left <= longestBackoff;
  };
  const start = (trigger: Run["trigger"], by?: string): Promise<Run | null> => {
    running ??= limit(runOnce, trigger, by).finally(() => {
      running = null;
    });
    return running;
  };
  const runNow = async (by: string) => {
    if (isStopped) throw new FaultError(failure("stopped", STOPPING));
    if (running !== null) throw new FaultError(failure("locked", inHand(tenant.name)));
    const run = await start("command", by);
    if (run === null) throw new FaultError(failure("stopped", STOPPING));
    return run;
  };
  const first = start("start").then(() => undefined);
  const task =
    tenant.schedule === null
      ? null
      : cronTask(tenant, jitter, async () => {
          if (!isQuiet()) await start("schedule");
        });
  const nextRun = nextRuns(task, clock);
  return {
    first,
    runNow,
    status: () => ({
      name: tenant.name,
      result: last?.result ?? null,
      finishedAt: last?.finishedAt ?? null,
      nextRun: nextRun(quietUntil),
      failures,
      isRunning: running !== null,
    }),
    stop: async () => {
      isStopped = true;
      await task?.destroy();
      // A run that still waits for its turn ends at once, because isStopped is set.
      await running;
    },
  };
}

function inHand(tenant: string): string {
  return `A run of ${tenant} is in hand already. Ask again when it has ended.`;
}

const STOPPING = "Plumbline is stopping and starts nothing more. Ask again when it is back.";

function cronTask(
  { name, schedule, timezone }: Scheduled,
  jitter: number,
  tick: () => Promise<void>,
): ScheduledTask {
  const task = createTask(schedule ?? "", tick, {
    name,
    timezone,
    noOverlap: true,
    maxRandomDelay: jitter,
    // A tick missed while the machine slept is not worth a line: the next one reconciles the same.
    suppressMissedWarning: true,
    logger: silent,
  });
  void task.start();
  return task;
}

/** Runs tell what happened to them; the timer has nothing of its own to say. */
const silent = { info() {}, warn() {}, error() {}, debug() {} };

/**
 * Answers the first tick of the schedule that is not within the back-off. It is asked about every
 * tenant whenever anybody looks, and takes cron a while to find, so it is kept until it is over.
 */
function nextRuns(task: ScheduledTask | null, clock: Clock): (quietUntil: number) => string | null {
  let kept: Kept | null = null;
  const find = (quietUntil: number) => {
    const isQuiet = quietUntil > clock.now().getTime();
    const ticks = task?.getNextRuns(isQuiet ? lookAhead : 1) ?? [];
    return ticks.find((tick) => tick.getTime() >= quietUntil) ?? ticks.at(-1);
  };
  return (quietUntil) => {
    const now = clock.now();
    if (kept === null || kept.quietUntil !== quietUntil || isOver(kept, now)) {
      kept = { quietUntil, found: now, next: find(quietUntil) };
    }
    return kept.next?.toISOString() ?? null;
  };
}

interface Kept {
  readonly quietUntil: number;
  readonly found: Date;
  /** undefined without a schedule. */
  readonly next: Date | undefined;
}

/** Also when the clock was set back since. */
function isOver({ found, next }: Kept, now: Date): boolean {
  return next !== undefined && (next <= now || now < found);
}
