import fc from "fast-check";
import { expect, test } from "vitest";
import { duration, epochMilliseconds, moment } from "../../src/report/instants.ts";

test("every instant between the years 1 and 9999 is understood as the platform does", () => {
  const dates = fc.date({
    min: new Date("0001-01-01T00:00:00.000Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(dates, (date) => {
      expect(epochMilliseconds(date.toISOString())).toBe(date.getTime());
    }),
  );
});

test.each([
  ["2026-08-22T10:15:00Z", Date.UTC(2026, 7, 22, 10, 15)],
  ["2026-08-22T10:15:00.5Z", Date.UTC(2026, 7, 22, 10, 15, 0, 500)],
  ["2026-08-22T10:15:00.1234567Z", Date.UTC(2026, 7, 22, 10, 15, 0, 123)],
  ["2026-08-22T10:15:00+02:00", null],
  ["yesterday", null],
])("%s is %s", (instant, want) => {
  expect(epochMilliseconds(instant)).toBe(want);
});

test.each([
  ["10:00:00.000", "10:00:00.000", "0.0 s"],
  ["10:00:00.000", "10:00:01.249", "1.2 s"],
  ["10:00:00.000", "10:00:59.949", "59.9 s"],
  ["10:00:00.000", "10:00:59.960", "1 min 0 s"],
  ["10:00:00.000", "10:02:05.000", "2 min 5 s"],
  ["10:00:00.000", "13:04:59.000", "3 h 4 min"],
  ["10:00:01.000", "10:00:00.000", "0.0 s"],
])("from %s to %s takes %s", (start, end, want) => {
  expect(duration(`2026-08-22T${start}Z`, `2026-08-22T${end}Z`)).toBe(want);
});

test("a duration with an end that is no instant is not told", () => {
  expect(duration("2026-08-22T10:00:00.000Z", "later")).toBeNull();
});

test.each([
  [undefined, "2026-08-22 22:15:07 UTC"],
  ["UTC", "2026-08-22 22:15:07 UTC"],
  ["Europe/Berlin", "2026-08-23 00:15:07 CEST"],
  ["Asia/Kolkata", "2026-08-23 03:45:07 GMT+5:30"],
])("in %s the clock shows %s", (timezone, want) => {
  expect(moment("2026-08-22T22:15:07.000Z", timezone)).toBe(want);
});

test("a text that is no instant is shown as it is, harmless", () => {
  expect(moment("soon\u001b[0m")).toBe("soon⟨U+001B⟩[0m");
});
