/** RFC 3339 instants in UTC as people read them, worked out from their digits. */
import { name } from "./printable.ts";

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?Z$/;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Milliseconds since 1970; null when the text is no instant in UTC. */
export function epochMilliseconds(instant: string): number | null {
  const match = INSTANT.exec(instant);
  if (match === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const days = daysBeforeYear(year) - daysBeforeYear(1970) + dayOfYear(year, month, day);
  const fraction = Number((match[7] ?? "0").padEnd(3, "0"));
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + fraction;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days of all years before this one. */
function daysBeforeYear(year: number): number {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

/** From 0. */
function dayOfYear(year: number, month: number, day: number): number {
  const leapDay = month > 2 && isLeap(year) ? 1 : 0;
  return (DAYS_BEFORE_MONTH[month - 1] ?? 0) + leapDay + day - 1;
}

/** `1.2 s`, `2 min 5 s`, `1 h 3 min`; null when either text is no instant. */
export function duration(start: string, end: string): string | null {
  const from = epochMilliseconds(start);
  const to = epochMilliseconds(end);
  if (from === null || to === null) return null;
  const tenths = Math.round(Math.max(0, to - from) / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(tenths / 10);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** `2026-08-22 10:15:00 UTC`, or in another IANA time zone: `2026-08-22 12:15:00 GMT+2`. */
export function moment(instant: string, timezone = "UTC"): string {
  const milliseconds = epochMilliseconds(instant);
  if (milliseconds === null) return name(instant);
  if (timezone === "UTC") return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
  const parts = new Map(
    inZone(timezone)
      .formatToParts(milliseconds)
      .map(({ type, value }) => [type, value]),
  );
  const date = `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
  const time = `${parts.get("hour")}:${parts.get("minute")}:${parts.get("second")}`;
  return `${date} ${time} ${parts.get("timeZoneName")}`;
}

/** `2026-08-22`: the day of that moment. */
export function day(instant: string, timezone?: string): string {
  const told = moment(instant, timezone);
  return epochMilliseconds(instant) === null ? told : told.slice(0, 10);
}

/** Throws a RangeError for an unknown zone: configuration has been checked before. */
function inZone(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
}
