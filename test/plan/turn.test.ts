import fc from "fast-check";
import { expect, test } from "vitest";
import type { OutsideChange } from "../../src/model/attribution.ts";
import { toInstant, toMilliseconds } from "../../src/plan/instant.ts";
import { plan } from "../../src/plan/plan.ts";
import { nextTurn } from "../../src/plan/turn.ts";
import type { ChangeWindow } from "../../src/plan/windows.ts";
import {
  allowing,
  certificatePath,
  desired,
  inputOf,
  listed,
  live,
  named,
  ours,
  passwordPath,
  recorded,
} from "./builders.ts";

const day = 86_400_000;

/** A rotation with everything that time decides about, and a password that is sent every so often. */
function situation(now: string, windows: readonly ChangeWindow[] = []) {
  const certificate = named("NEW", "2026-08-01", "2027-08-01");
  const a = desired("a", { certificate, retireAfter: 7 * day });
  const b = desired("b", { reassertEvery: 30 * day });
  const certificates = [
    listed("OLD", "2025-09-01", "2026-09-01"),
    listed("NEW", "2026-08-01", "2027-08-01", "active"),
  ];
  const sentAt = "2026-08-10T00:00:00.000Z";
  // Four runs have read of a change by others: the fifth answer waits until the first is a day ago.
  const changes = [12, 13, 14, 15].map((hours) => contesting(`2026-08-10T${hours}:00:00.000Z`));
  return inputOf({
    desired: [a, b],
    live: [live("x1", a, { authentication: { type: "certificate", certificates } }), live("x2", b)],
    ledger: [
      ours("x1", a, { secrets: { [certificatePath]: recorded("x509$NEW", sentAt) } }),
      ours("x2", b, {
        secrets: { [passwordPath]: recorded("v1$b", sentAt, { recordedAt: sentAt }) },
      }),
    ],
    input: {
      now,
      policy: allowing(["adopt", "create", "update"], { windows, reassertOnOutsideChange: true }),
      outside: { changes, lookedAt: null },
    },
  });
}

function contesting(at: string): OutsideChange {
  const told = { id: at, at, activity: "Update Api connector", request: null, actor: null };
  return { ...told, kind: "ApiConnector", op: "update", about: ["x2"], seenAt: at };
}

const someWindows: ChangeWindow[] = [
  { cron: "0 22 * * 1-5", timezone: "Europe/Berlin", duration: 4 * 3_600_000, effect: "allow" },
  { cron: "0 0 1 * *", timezone: "UTC", duration: 2 * day, effect: "deny" },
];

test("time changes a plan at its next turn and not before", () => {
  const first = toMilliseconds("2026-08-10T00:00:00.000Z");
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 * day }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.subarray(someWindows),
      (since, share, chosen) => {
        const now = first + since;
        const input = situation(toInstant(now), chosen);
        const turn = nextTurn(input);
        const until = Number.isFinite(turn) ? turn - 1 : now + 1_000 * day;
        const later = Math.floor(now + share * (until - now));
        expect(plan({ ...input, now: toInstant(later) })).toEqual(plan(input));
      },
    ),
  );
});

test("the turns of a rotation are the steps of the warnings, the ends, the retirement and the next sending", () => {
  const turns: string[] = [];
  let now = toMilliseconds("2026-08-10T00:00:00.000Z");
  for (;;) {
    const next = nextTurn(situation(toInstant(now)));
    if (!Number.isFinite(next)) break;
    turns.push(toInstant(next).slice(0, 10));
    now = next;
  }
  expect(turns).toEqual([
    // From now on NEW would be uploaded again.
    "2026-08-10",
    // One change by others after the other is a day ago.
    ...Array.from({ length: 4 }, () => "2026-08-11"),
    // Retirement; two weeks, then one before OLD ends; its end.
    "2026-08-17",
    "2026-08-18",
    "2026-08-25",
    "2026-09-01",
    // b is sent again.
    "2026-09-09",
    // NEW nears its end.
    "2027-06-02",
    "2027-07-02",
    "2027-07-18",
    "2027-07-25",
    "2027-08-01",
  ]);
});
