import fc from "fast-check";
import { expect, test } from "vitest";
import { type Attempted, delayBeforeRetry, readRetryAfter } from "../../src/tenant/retry.ts";

const first: Attempted = {
  method: "GET",
  status: 503,
  retryAfter: null,
  tries: 1,
  elapsed: 10,
  waited: 0,
};

test.each<{ name: string; attempted: Partial<Attempted>; want: number | null }>([
  { name: "a read without an answer is tried again", attempted: { status: null }, want: 500 },
  { name: "the second wait is twice as long", attempted: { tries: 2, elapsed: 510 }, want: 1_000 },
  { name: "a third failure is final", attempted: { tries: 3, elapsed: 1_600 }, want: null },
  {
    name: "a slow failure leaves no time for another try",
    attempted: { elapsed: 4_900 },
    want: null,
  },
  { name: "a 503 is waited for as it asks", attempted: { retryAfter: 20_000 }, want: 20_000 },
  {
    name: "a 429 is waited for as it asks, far beyond three tries",
    attempted: { status: 429, retryAfter: 20_000, tries: 5, elapsed: 80_000, waited: 80_000 },
    want: 20_000,
  },
  {
    name: "a 429 that never ends is given up",
    attempted: { status: 429, retryAfter: 0, tries: 6 },
    want: null,
  },
  {
    name: "waits of more than five minutes together are not waited for",
    attempted: { status: 429, retryAfter: 200_000, tries: 2, elapsed: 200_000, waited: 200_000 },
    want: null,
  },
  {
    name: "a wait of more than five minutes is not waited for",
    attempted: { status: 429, retryAfter: 300_001 },
    want: null,
  },
  {
    name: "a 502 says nothing about when",
    attempted: { status: 502, retryAfter: 60_000 },
    want: 500,
  },
  { name: "a PATCH is repeated like a read", attempted: { method: "PATCH" }, want: 500 },
  { name: "a DELETE is repeated like a read", attempted: { method: "DELETE" }, want: 500 },
  { name: "a 400 is final", attempted: { status: 400 }, want: null },
  { name: "a 501 is final", attempted: { status: 501 }, want: null },
  { name: "a success is final", attempted: { status: 200 }, want: null },
])("$name", ({ attempted, want }) => {
  expect(delayBeforeRetry({ ...first, ...attempted }, 0)).toBe(want);
});

test("a POST is never repeated, whatever came back", () => {
  fc.assert(
    fc.property(
      fc.option(fc.integer({ min: 100, max: 599 })),
      fc.option(fc.nat()),
      (status, retryAfter) => {
        const attempted: Attempted = { ...first, method: "POST", status, retryAfter };
        expect(delayBeforeRetry(attempted, 0.5)).toBeNull();
      },
    ),
  );
});

test("three tries without advice end within five seconds, whatever the jitter", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(6_000), (random, took) => {
      let elapsed = took;
      for (let tries = 1; ; tries += 1) {
        const delay = delayBeforeRetry({ ...first, tries, elapsed }, random);
        if (delay === null) {
          expect(tries).toBeLessThanOrEqual(3);
          return;
        }
        elapsed += delay;
        expect(elapsed).toBeLessThanOrEqual(5_000);
      }
    }),
  );
});

test.each([
  { name: "seconds", header: "12", want: 12_000 },
  { name: "parts of a second, rounded up", header: "0.0011", want: 2 },
  { name: "a date to come", header: "Sun, 01 Mar 2026 12:00:30 GMT", want: 30_000 },
  { name: "a date that has passed", header: "Sun, 01 Mar 2026 11:00:00 GMT", want: 0 },
  { name: "nonsense", header: "soon", want: null },
  { name: "seconds without end", header: "9".repeat(400), want: 86_400_000 },
  { name: "a date of another age", header: "Sun, 01 Mar 2926 12:00:30 GMT", want: 86_400_000 },
  { name: "nothing", header: " ", want: null },
])("Retry-After is read from $name", ({ header, want }) => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  expect(readRetryAfter(new Headers({ "retry-after": header }), now)).toBe(want);
});

test("an answer without Retry-After asks to wait for nothing", () => {
  expect(readRetryAfter(new Headers(), 0)).toBeNull();
});
