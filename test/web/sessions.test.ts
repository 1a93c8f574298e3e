import { expect, test } from "vitest";
import { LONGEST, MOST, MOST_OF_ONE, openSessions } from "../../src/web/sessions.ts";

const ops = { name: "ops", role: "operator", expiresAt: null, ended: null } as const;

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
  const caller = sessions.callerOf(id);
  expect(caller).toMatchObject({ name: "ops", role: "operator" });
  expect(caller?.ended?.aborted).toBe(false);
  sessions.end(id);
  expect(sessions.callerOf(id)).toBe(null);
  expect(caller?.ended?.aborted).toBe(true);
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
  expect(sessions.callerOf(id)).not.toBe(null);
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

test("a session ends with the token that it was begun with", () => {
  const { sessions } = open();
  const ending = new AbortController();
  const id = sessions.begin({ ...ops, ended: ending.signal });
  const caller = sessions.callerOf(id);
  ending.abort();
  expect(sessions.callerOf(id)).toBe(null);
  expect(caller?.ended?.aborted).toBe(true);
});

test("of too many sessions the oldest one ends", () => {
  const { sessions } = open();
  const ids = Array.from({ length: MOST }, (_, index) =>
    sessions.begin({ ...ops, name: `person ${index}` }),
  );
  const last = sessions.begin(ops);
  expect([ids[0] ?? "", ids[1] ?? "", last].map((id) => sessions.callerOf(id) !== null)).toEqual([
    ...[false, true, true],
  ]);
});

test("of too many sessions of one caller its oldest one ends, and nobody else's", () => {
  const { sessions } = open();
  const other = sessions.begin({ ...ops, name: "wall" });
  const ids = Array.from({ length: MOST_OF_ONE + 1 }, () => sessions.begin(ops));
  expect([other, ids[0] ?? "", ids[1] ?? ""].map((id) => sessions.callerOf(id) !== null)).toEqual([
    ...[true, false, true],
  ]);
});
