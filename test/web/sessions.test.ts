import { expect, test } from "vitest";
import { LONGEST, MOST, openSessions } from "../../src/web/sessions.ts";

const ops = { name: "ops", role: "operator", expiresAt: null } as const;

function open() {
  let time = Date.parse("2026-08-22T10:00:00Z");
  const sessions = openSessions(() => new Date(time));
  return {
    sessions,
    now: () => time,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

test("a session is whose it was begun for, until it is ended", () => {
  const { sessions } = open();
  const id = sessions.begin(ops);
  expect(sessions.callerOf(id)).toEqual(ops);
  sessions.end(id);
  expect(sessions.callerOf(id)).toBe(null);
});

test("no two sessions have the same id, and nobody has one by chance", () => {
  const { sessions } = open();
  const ids = Array.from({ length: 100 }, () => sessions.begin(ops));
  expect(new Set(ids).size).toBe(100);
  expect(ids.every((id) => /^[\w-]{43}$/.test(id))).toBe(true);
  for (const id of ["", "constructor", "__proto__"]) expect(sessions.callerOf(id)).toBe(null);
});

test("a session ends after a working day", () => {
  const { sessions, pass } = open();
  const id = sessions.begin(ops);
  pass(LONGEST - 1);
  expect(sessions.callerOf(id)).toEqual(ops);
  pass(1);
  expect(sessions.callerOf(id)).toBe(null);
});

test("a session does not outlive the token that it was begun with", () => {
  const { sessions, now, pass } = open();
  const id = sessions.begin({ ...ops, expiresAt: now() + 1_000 });
  pass(999);
  expect(sessions.callerOf(id)).not.toBe(null);
  pass(1);
  expect(sessions.callerOf(id)).toBe(null);
});

test("of too many sessions the oldest one ends", () => {
  const { sessions } = open();
  const [first = "", second = ""] = Array.from({ length: MOST }, () => sessions.begin(ops));
  const last = sessions.begin(ops);
  expect([first, second, last].map((id) => sessions.callerOf(id) !== null)).toEqual([
    ...[false, true, true],
  ]);
});
