import { expect, test } from "vitest";
import type { OutsideChange } from "../../src/model/attribution.ts";
import { failure } from "../../src/model/fault.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import {
  begun,
  certificatePath,
  desired,
  live,
  named,
  ours,
  passwordPath,
  planOf,
  recorded,
  type Situation,
} from "./builders.ts";

const day = 86_400_000;
const a = desired("a");
const of = (secret: ReturnType<typeof recorded>) => ({
  ledger: [ours("x1", a, { secrets: { [passwordPath]: secret } })],
});
const sent = "2026-08-01T00:00:00.000Z";
const run = "20260801T000000000Z";

/** An entry of that day about a connector of this name. */
function changedBy(day: string, over: Partial<OutsideChange> = {}): OutsideChange {
  const at = `${day}T00:00:00.000Z`;
  const told = { id: `e-${day}`, at, activity: "Update Api connector", request: null, actor: null };
  const named = { kind: "ApiConnector", op: "update", about: ["A connector"] } as const;
  return { ...told, ...named, seenAt: "2026-08-20T07:00:00.000Z", ...over };
}

test.for<Situation & { readonly name: string; readonly want: object; readonly sends?: boolean }>([
  {
    name: "a password that Plumbline sent is asserted, with when and by which run",
    ...of(recorded("v1$a", sent)),
    want: { state: "asserted", at: sent, run },
  },
  {
    name: "a password that was there before is not asserted",
    ...of(recorded("v1$a", null)),
    want: { state: "not-asserted", at: null, run: null },
  },
  {
    name: "a password that a person called right is trusted",
    ...of(recorded("v1$a", null, { trustedAt: sent, run })),
    want: { state: "trusted", at: sent, run },
  },
  {
    name: "a password that changed at its source says when the old one was sent",
    ...of(recorded("v1$before", sent)),
    sends: true,
    want: { state: "changed-at-source", at: sent, run },
  },
  {
    name: "a password that was trusted and changed at its source is sent",
    ...of(recorded("v1$before", null, { trustedAt: sent, run })),
    sends: true,
    want: { state: "changed-at-source", at: sent, run },
  },
  {
    name: "a password whose last write was not answered is unknown",
    ...of(recorded("v1$a", sent)),
    journal: [begun(a, { op: "update", id: "x1" })],
    sends: true,
    want: { state: "unknown" },
  },
  {
    name: "a password that is sent every so often says when next",
    ...of(recorded("v1$a", sent)),
    desired: [desired("a", { reassertEvery: 30 * day })],
    want: { state: "asserted", due: "2026-08-31T00:00:00.000Z" },
  },
  {
    name: "a password that was not sent for longer than policy.reassertEvery is overdue",
    ...of(recorded("v1$a", sent)),
    desired: [desired("a", { reassertEvery: 7 * day })],
    sends: true,
    want: { state: "overdue", at: sent, due: "2026-08-08T00:00:00.000Z" },
  },
  {
    name: "a password that was only taken over is overdue, counted from that day",
    ...of(recorded("v1$a", null)),
    desired: [desired("a", { reassertEvery: 7 * day })],
    sends: true,
    want: { state: "overdue", at: null },
  },
  {
    name: "a password of a connector that is not ours yet is not asserted",
    ledger: [],
    want: { state: "not-asserted", at: null },
  },
  {
    name: "a password of a connector that does not exist yet is new",
    ledger: [],
    live: [],
    sends: true,
    want: { state: "new" },
  },
  {
    name: "a password that takes the place of a certificate is new",
    live: [live("x1", a, { authentication: { type: "certificate", certificates: [] } })],
    sends: true,
    want: { state: "new" },
  },
  {
    name: "a password whose source cannot be read is unreadable",
    desired: [desired("a", { password: failure("secret-source", "env PASSWORD is not set.") })],
    want: { state: "unreadable" },
  },
  {
    name: "a password whose connector somebody else has changed since is in doubt, and left alone",
    ...of(recorded("v1$a", sent)),
    input: { outside: { changes: [changedBy("2026-08-02")], lookedAt: null } },
    want: { state: "possibly-changed-outside", at: sent, outside: { id: "e-2026-08-02" } },
  },
  {
    name: "one that was only taken over is in doubt as well",
    ...of(recorded("v1$a", null)),
    input: { outside: { changes: [changedBy("2026-08-02")], lookedAt: null } },
    want: { state: "possibly-changed-outside", at: null },
  },
  {
    name: "a password in doubt is sent where its policy says so",
    ...of(recorded("v1$a", sent)),
    desired: [desired("a", { reassertOnOutsideChange: true })],
    input: { outside: { changes: [changedBy("2026-08-02")], lookedAt: null } },
    sends: true,
    want: { state: "possibly-changed-outside" },
  },
  {
    name: "a change that a run had read of before it sent the password leaves no doubt",
    ...of(recorded("v1$a", sent)),
    input: {
      outside: { changes: [changedBy("2026-08-01", { seenAt: sent })], lookedAt: null },
    },
    want: { state: "asserted" },
  },
  {
    name: "a change that was made long before the password was sent, and arrives late, leaves no doubt",
    ...of(recorded("v1$a", sent)),
    input: { outside: { changes: [changedBy("2026-07-31")], lookedAt: null } },
    want: { state: "asserted" },
  },
  {
    name: "a change of another connector of the same name leaves no doubt",
    ...of(recorded("v1$a", sent)),
    input: {
      outside: {
        changes: [
          changedBy("2026-08-02", {
            about: ["00000000-0000-4000-8000-00000000000f", "A connector"],
          }),
        ],
        lookedAt: null,
      },
    },
    want: { state: "asserted" },
  },
  {
    name: "a change that names no object may be of any connector",
    ...of(recorded("v1$a", sent)),
    input: { outside: { changes: [changedBy("2026-08-02", { about: [] })], lookedAt: null } },
    want: { state: "possibly-changed-outside" },
  },
  {
    name: "a delete of a connector leaves no doubt of the one that is there",
    ...of(recorded("v1$a", sent)),
    input: { outside: { changes: [changedBy("2026-08-02", { op: "delete" })], lookedAt: null } },
    want: { state: "asserted" },
  },
  {
    name: "a change by the name that the connector has in the tenant puts it in doubt",
    ...of(recorded("v1$a", sent)),
    live: [live("x1", a, { displayName: "Renamed" })],
    input: {
      outside: { changes: [changedBy("2026-08-02", { about: ["renamed"] })], lookedAt: null },
    },
    want: { state: "possibly-changed-outside" },
  },
  {
    name: "a change by the name that it had when it was written last puts it in doubt",
    ledger: [
      ours("x1", a, {
        displayName: "Before",
        secrets: { [passwordPath]: recorded("v1$a", sent) },
      }),
    ],
    input: {
      outside: { changes: [changedBy("2026-08-02", { about: ["Before"] })], lookedAt: null },
    },
    want: { state: "possibly-changed-outside" },
  },
  {
    name: "a password that is overdue is sent for that, and says who changed its connector",
    ...of(recorded("v1$a", sent)),
    desired: [desired("a", { reassertEvery: 7 * day })],
    input: { outside: { changes: [changedBy("2026-08-02")], lookedAt: null } },
    sends: true,
    want: { state: "overdue", outside: { id: "e-2026-08-02" } },
  },
  {
    name: "a password that is asked for by name is sent, and its state stays what is known",
    ...of(recorded("v1$a", sent)),
    input: { asked: { ...nothingAsked, only: ["a"], assert: true } },
    sends: true,
    want: { state: "asserted", at: sent },
  },
])("$name", ({ want, sends = false, name: _, ...situation }) => {
  const plan = planOf({
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    ...situation,
  });
  expect(plan.secrets).toHaveLength(1);
  expect(plan.secrets[0]).toMatchObject({ name: "a", path: passwordPath, ...want });
  const carried = plan.changes.flatMap((change) => change.sends);
  expect(carried.includes(passwordPath)).toBe(sends);
});

test("what Graph shows is compared: a key in the URL and a certificate", () => {
  const certificate = named("AA", "2026-08-01", "2027-08-01");
  const b = desired("b", { query: { code: "v1$key" }, certificate });
  const plan = planOf({ desired: [b], live: [live("x1", b)], ledger: [ours("x1", b)] });
  expect(plan.secrets.map(({ path, source, state }) => [path, source, state])).toEqual([
    ["spec.query.code", "env code", "compared"],
    [certificatePath, "env PFX", "compared"],
  ]);
});

test("a certificate that is to take the place of a password is new", () => {
  const b = desired("b", { certificate: named("AA", "2026-08-01", "2027-08-01") });
  const authentication = { type: "basic", username: "entra" } as const;
  const plan = planOf({ desired: [b], live: [live("x1", b, { authentication })] });
  expect(plan.secrets).toMatchObject([{ path: certificatePath, state: "new" }]);
});

test("a run for one definition holds the others and counts them as no drift of it", () => {
  const b = desired("b", { displayName: "Other" });
  const plan = planOf({
    desired: [a, b],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    input: { asked: { ...nothingAsked, only: ["a"], assert: true } },
  });
  expect(plan.changes.map(({ name }) => name)).toEqual(["a"]);
  expect(plan.held.map(({ name, reason }) => [name, reason.code])).toEqual([["b", "scope"]]);
});
