/** RFC 3339 instants to milliseconds since 1970 and back: no clock is read. */

export function toMilliseconds(instant: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: takes an instant apart and reads no clock.
  return Date.parse(instant);
}

/** Whether something that lasts until then has not ended by itself. */
export function isActive({ until }: { readonly until: string }, now: string): boolean {
  return toMilliseconds(until) > toMilliseconds(now);
}

/** UTC, with milliseconds. */
export function toInstant(milliseconds: number): string {
  return toDate(milliseconds).toISOString();
}

/** What no calendar can hold becomes the last or first day that one can. */
export function toDate(milliseconds: number) {
  const bounded = Math.min(Math.max(milliseconds, -LARGEST), LARGEST);
  // biome-ignore lint/style/noRestrictedGlobals: writes an instant down and reads no clock.
  return new Date(bounded);
}

/** `2026-09-10 00:00:00 UTC`, as sentences have it. */
export function inWords(milliseconds: number): string {
  return toInstant(milliseconds)
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
}

/** Graph's notAfter is any Int64; a date holds this much on either side of 1970. */
const LARGEST = 8.64e15;

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
] as const;

/** `14d`, `36h`, `90s`: as plumbline.yaml writes durations, in the largest unit that fits. */
export function durationText(milliseconds: number): string {
  const unit = units.find(([, length]) => milliseconds >= length && milliseconds % length === 0);
  return unit ? `${milliseconds / unit[1]}${unit[0]}` : `${Math.floor(milliseconds / 1_000)}s`;
}
