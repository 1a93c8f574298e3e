import { expect, test } from "vitest";
import { windowView } from "../../src/report/window-view.ts";

const until = "2026-08-22T20:00:00.000Z";
const next = { from: "2026-08-23T20:00:00.000Z", to: "2026-08-24T00:00:00.000Z" };

test.each([
  [
    { isOpen: true, until, next },
    "open until 2026-08-22 22:00:00 CEST; the next one is from 2026-08-23 22:00:00 CEST to 2026-08-24 02:00:00 CEST",
  ],
  [{ isOpen: true, until, next: null }, "open until 2026-08-22 22:00:00 CEST"],
  [{ isOpen: true, until: null, next: null }, "open"],
  [
    { isOpen: false, until: next.from, next },
    "closed; the next one is from 2026-08-23 22:00:00 CEST to 2026-08-24 02:00:00 CEST",
  ],
  [
    { isOpen: false, until: next.from, next: { ...next, to: null } },
    "closed; the next one opens on 2026-08-23 22:00:00 CEST",
  ],
  [{ isOpen: false, until: null, next: null }, "closed; no next one is known"],
])("%j is told as %s", (window, want) => {
  const { isOpen } = window;
  expect(windowView(window, "Europe/Berlin")).toEqual({ isOpen, text: want });
});

test("a tenant without windows tells nothing of them", () => {
  expect(windowView(null, "UTC")).toBeNull();
});

test("a window that was over when the run ended is told as closed", () => {
  const window = { isOpen: true, until, next: { ...next, to: null } };
  const isOpenAt = (endedAt: string) => windowView(window, "UTC", endedAt)?.isOpen;
  expect(isOpenAt("2026-08-22T19:59:59.999Z")).toBe(true);
  expect(windowView(window, "UTC", until)).toEqual({
    isOpen: false,
    text: "closed; the next one opens on 2026-08-23 20:00:00 UTC",
  });
});
