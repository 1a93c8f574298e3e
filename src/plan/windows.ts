/**
 * When a tenant may be changed. Windows begin at the ticks of a cron expression in a time zone, and
 * croner knows what those are on the days on which clocks are put forward and back.
 */
import { Cron } from "croner";
import type { HoldReason, ChangeWindow as PlannedWindow } from "../model/generated/run.ts";
import { toDate, toInstant } from "./instant.ts";

/** One rule of a tenant: when a time begins, again and again, in which it may or must not be changed. */
export interface ChangeWindow {
  /** Five fields. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  /** Milliseconds that really pass, whatever clocks on walls do meanwhile. */
  readonly duration: number;
  readonly effect: "allow" | "deny";
}

/** Instants are milliseconds since 1970. */
export interface WindowState {
  readonly isOpen: boolean;
  /** Closed by an open deny window, whatever the others are. */
  readonly isDenied: boolean;
  /** When `isOpen` changes next; null when that is never, or too far away to be found. */
  readonly until: number | null;
  /** The first opening after now, and when it ends; null as above. */
  readonly next: { readonly from: number; readonly to: number | null } | null;
  /** The first instant at which any part of this may be another; Infinity when there is none. */
  readonly turn: number;
}

/** What a tenant is at one instant. */
interface Moment {
  readonly isOpen: boolean;
  readonly isDenied: boolean;
  /** The next instant at which a window begins or ends; Infinity when there is none. */
  readonly until: number;
}

/** Begins and ends of windows that are looked at: windows that never close would have no end. */
const farthest = 128;

/** The last state of each list of windows, which stands until its turn. */
const states = new WeakMap<readonly ChangeWindow[], { since: number; state: WindowState }>();

/** `now` in milliseconds since 1970. Same windows and instant, same answer. */
export function windowState(windows: readonly ChangeWindow[], now: number): WindowState {
  const last = states.get(windows);
  if (last && last.since <= now && now < last.state.turn) return last.state;
  const state = stateAt(windows, now);
  states.set(windows, { since: now, state });
  return state;
}

/** As a plan has it; null for a tenant that may always be changed. */
export function plannedWindow(
  windows: readonly ChangeWindow[],
  { isOpen, until, next }: WindowState,
): PlannedWindow | null {
  if (windows.length === 0) return null;
  const instant = (at: number | null) => (at === null ? null : toInstant(at));
  return {
    isOpen,
    until: instant(until),
    next: next && { from: toInstant(next.from), to: instant(next.to) },
  };
}

/** Why nothing may be carried out now. */
export function closedReason({ isDenied, until }: WindowState): HoldReason {
  const others = "other windows for this tenant in plumbline.yaml.";
  return {
    code: "window",
    message: isDenied
      ? "A window of this tenant that denies changes is open."
      : "It is outside the change windows of this tenant.",
    lift: until === null ? `Set ${others}` : `Wait for the next window, or set ${others}`,
    until: until === null ? null : toInstant(until),
  };
}

/** What is wrong with a cron expression for windows; null: nothing. */
export function cronProblem(cron: string): "no cron expression" | "never" | null {
  try {
    return firstOf(ticksOf(cron, "UTC"), 0) === null ? "never" : null;
  } catch {
    return "no cron expression";
  }
}

function stateAt(windows: readonly ChangeWindow[], now: number): WindowState {
  const moment = momentAt(windows, now);
  const { isOpen, isDenied, until } = moment;
  const [first = null, second = null, third = null] = changes(windows, moment);
  const [from, to] = isOpen ? [second, third] : [first, second];
  // A window that is open already may begin anew.
  const begins = windows.map((window) => nextTick(window, now) ?? Infinity);
  return {
    isOpen,
    isDenied,
    until: first,
    next: from === null ? null : { from, to },
    turn: Math.min(until, ...begins),
  };
}

/** The next three instants after that moment at which the tenant opens or closes, if they are found. */
function changes(windows: readonly ChangeWindow[], moment: Moment): readonly number[] {
  const found: number[] = [];
  let before = moment;
  for (let looked = 0; looked < farthest && found.length < 3; looked++) {
    if (before.until === Infinity) break;
    const after = momentAt(windows, before.until);
    if (after.isOpen !== before.isOpen) found.push(before.until);
    before = after;
  }
  return found;
}

/** Deny wins; without a window that allows, whatever is not denied is allowed. */
function momentAt(windows: readonly ChangeWindow[], at: number): Moment {
  const spans = windows.map((window) => ({ ...spanAt(window, at), effect: window.effect }));
  const isWithin = (effect: ChangeWindow["effect"]) =>
    spans.some((span) => span.isOpen && span.effect === effect);
  const isDenied = isWithin("deny");
  const isAllowed = isWithin("allow") || spans.every(({ effect }) => effect === "deny");
  return {
    isOpen: isAllowed && !isDenied,
    isDenied,
    until: Math.min(Infinity, ...spans.map(({ until }) => until)),
  };
}

/** Whether the window is open, and until when at least. */
function spanAt(window: ChangeWindow, at: number): { isOpen: boolean; until: number } {
  const begun = lastTick(window, at);
  const end = begun === null ? at : begun + window.duration;
  if (end > at) return { isOpen: true, until: end };
  return { isOpen: false, until: nextTick(window, at) ?? Infinity };
}

const SECOND = 1_000;

/** The last one that is not after `at`. Ticks are on whole seconds. */
function lastTick(window: ChangeWindow, at: number): number | null {
  const after = toDate(Math.floor(at / SECOND) * SECOND + SECOND);
  const found = ticks(window).flatMap((times) => times.previousRuns(1, after));
  return found.length === 0 ? null : Math.max(...found.map(Number));
}

/** The first one after `at`. */
function nextTick(window: ChangeWindow, at: number): number | null {
  return firstOf(ticks(window), at);
}

function firstOf(all: readonly Cron[], at: number): number | null {
  const before = toDate(Math.floor(at / SECOND) * SECOND);
  const found = all.flatMap((times) => times.nextRun(before) ?? []);
  return found.length === 0 ? null : Math.min(...found.map(Number));
}

const parsed = new WeakMap<ChangeWindow, readonly Cron[]>();

function ticks(window: ChangeWindow): readonly Cron[] {
  const known = parsed.get(window);
  if (known) return known;
  const made = ticksOf(window.cron, window.timezone);
  parsed.set(window, made);
  return made;
}

/**
 * As in a schedule, a day has to match both its date and its weekday. croner moves a time that clocks
 * skip, and has one that comes twice once, only where minute and hour are one number each: so a list
 * of them is taken apart. Throws where it is no cron expression of five fields.
 */
function ticksOf(cron: string, timezone: string): readonly Cron[] {
  const [minutes = "", hours = "", ...days] = cron.trim().split(/\s+/);
  const times = minutes
    .split(",")
    .flatMap((minute) => hours.split(",").map((hour) => [minute, hour, ...days].join(" ")));
  return times.map((time) => new Cron(time, { timezone, mode: "5-part", domAndDow: true }));
}
