import { expect, test } from "vitest";
import { parseUntil } from "../../src/cli/until.ts";

const now = new Date("2026-08-20T08:00:00.000Z");

test.for([
  ["30m", "2026-08-20T08:30:00.000Z"],
  ["8h", "2026-08-20T16:00:00.000Z"],
  ["7d", "2026-08-27T08:00:00.000Z"],
  ["2026-08-21T08:00:00Z", "2026-08-21T08:00:00.000Z"],
  ["2026-08-21 10:00+02:00", "2026-08-21T08:00:00.000Z"],
] as const)("%s is %s", ([text, instant]) => {
  expect(parseUntil(text, now)).toBe(instant);
});

test.for([
  ["tomorrow", "neither a duration"],
  ["2026-08-21T08:00:00", "neither a duration"],
  ["2026-13-41T08:00:00Z", "neither a duration"],
  ["0s", "neither a duration"],
  ["2026-08-20T08:00:00Z", "over already"],
  ["367d", "more than 366 days"],
] as const)("%s is no time until which something can be suspended", ([text, why]) => {
  expect(() => parseUntil(text, now)).toThrow(why);
});
