import { expect, test } from "vitest";
import { failure } from "../../src/model/fault.ts";
import { emptyMemory } from "../../src/model/store.ts";
import {
  allowing,
  begun,
  desired,
  live,
  liveFlow,
  ours,
  planOf,
  type Situation,
  type Told,
  tenant,
  told,
} from "./builders.ts";

const a = desired("a");
const b = desired("b");
const unreadable = desired("a", { password: failure("secret-source", "env PASSWORD is not set.") });
/** Managed, but gone from the tenant: they only count. */
const others = ["y", "z"].map((name) => ours(`gone-${name}`, desired(name)));
const deleting = { policy: allowing(["adopt", "create", "update", "delete"] as const) };
const allow = (...verbs: ("adopt" | "create" | "update")[]) => ({ policy: allowing(verbs) });
const created = "create a: displayName, targetUrl, username, password; sends password";

const rows: readonly (Situation & { readonly name: string; readonly want: Told })[] = [
  {
    name: "a create is held where the tenant does not allow it",
    desired: [a],
    input: allow("update"),
    want: { held: [`verb: ${created}`] },
  },
  {
    name: "an update is held where the tenant does not allow it",
    desired: [a],
    live: [live("x1", a, { displayName: "B" })],
    ledger: [ours("x1", a)],
    input: allow("create"),
    want: { held: ["verb: update a x1: displayName"] },
  },
  {
    name: "an adoption is held where the tenant does not allow it",
    desired: [a],
    live: [live("x1", a)],
    input: allow("create", "update"),
    want: { held: ["verb: adopt a x1"] },
  },
  {
    name: "an adoption without differences needs no update",
    desired: [a],
    live: [live("x1", a)],
    input: allow("adopt"),
    want: { changes: ["adopt a x1"] },
  },
  {
    name: "an adoption with differences is an update too",
    desired: [a],
    live: [live("x1", a, { targetUrl: "https://other.example/" })],
    input: allow("adopt"),
    want: { held: ["verb: adopt a x1: targetUrl"] },
  },
  {
    name: "an adoption that asserts the password is an update too",
    desired: [desired("a", { assertOnAdopt: true })],
    live: [live("x1", a)],
    input: allow("adopt"),
    want: { held: ["verb: adopt a x1: password; sends password"] },
  },
  {
    name: "a secret that cannot be read holds its create",
    desired: [unreadable, b],
    live: [live("x2", b)],
    want: { held: [`secret: ${created}`], changes: ["adopt b x2"] },
  },
  {
    name: "a secret that cannot be read holds what would change besides it",
    desired: [unreadable],
    live: [live("x1", a, { displayName: "B" })],
    ledger: [ours("x1", a)],
    want: { held: ["secret: update a x1: displayName"] },
  },
  {
    name: "a secret that cannot be read holds what otherwise matches, because nobody knows",
    desired: [unreadable],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: { held: ["secret: update a x1"] },
  },
  {
    name: "a key that cannot be read holds the URL as it is",
    desired: [desired("a", { query: { code: failure("secret-source", "no") } })],
    live: [live("x1", a, { query: [{ key: "code", value: "v1$live" }] })],
    ledger: [ours("x1", a)],
    want: { held: ["secret: update a x1"] },
  },
  {
    name: "what a lost create of ours made needs create alone",
    desired: [a],
    live: [live("x1", a, { targetUrl: "https://old.example/" })],
    journal: [begun(a)],
    input: allow("create"),
    want: { changes: ["adopt a x1: targetUrl, password; sends password"] },
  },
  {
    name: "what others made needs adopt and update, whatever else is allowed",
    desired: [a],
    live: [live("x1", a, { targetUrl: "https://old.example/" })],
    input: allow("create"),
    want: { held: ["verb: adopt a x1: targetUrl"] },
  },
  {
    name: "a delete is held until somebody allows deletes",
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: { held: ["verb: delete a x1"] },
  },
  {
    name: "a delete of what a user flow calls is held, and says by which",
    live: [live("x1", a)],
    ledger: [ours("x1", a, { announcedAt: "2026-08-01T00:00:00.000Z" }), ...others],
    liveFlows: [liveFlow("B2X_1_signup", { postAttributeCollection: "x1" })],
    input: deleting,
    want: { unmanaged: ["B2X_1_signup"], held: ["in-use: delete a x1"] },
  },
  {
    name: "a delete is held while nobody knows whether a user flow calls it",
    live: [live("x1", a)],
    ledger: [ours("x1", a, { announcedAt: "2026-08-01T00:00:00.000Z" }), ...others],
    liveFlows: failure("forbidden", "No."),
    input: deleting,
    want: { held: ["use-unknown: delete a x1"] },
  },
  {
    name: "a delete is carried out where only others are called",
    live: [live("x1", a)],
    ledger: [ours("x1", a, { announcedAt: "2026-08-01T00:00:00.000Z" }), ...others],
    liveFlows: [liveFlow("B2X_1_signup", { postAttributeCollection: "x2" })],
    input: deleting,
    want: { unmanaged: ["B2X_1_signup"], changes: ["delete a x1"] },
  },
  {
    name: "a delete that was not announced is held, and says that it will be",
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    input: deleting,
    want: { held: ["announced: delete a x1"] },
  },
  {
    name: "a delete that was announced waits for its time",
    live: [live("x1", a)],
    ledger: [ours("x1", a, { announcedAt: "2026-08-20T07:00:00.001Z" })],
    input: deleting,
    want: { held: ["announced: delete a x1"] },
  },
  {
    name: "a delete that was announced is carried out when its time has come",
    live: [live("x1", a)],
    ledger: [ours("x1", a, { announcedAt: "2026-08-20T07:00:00.000Z" }), ...others],
    input: deleting,
    want: { changes: ["delete a x1"] },
  },
  {
    name: "a delete is carried out at once where the wait is turned off",
    live: [live("x1", a)],
    ledger: [ours("x1", a), ...others],
    input: { policy: allowing(["delete"], { deleteAfter: 0 }) },
    want: { changes: ["delete a x1"] },
  },
  {
    name: "what a lost create of ours seems to have made is never deleted by the run that finds it",
    live: [live("x1", a), live("x2", b)],
    ledger: others,
    journal: [begun(a)],
    input: { policy: allowing(["delete"], { deleteAfter: 0 }) },
    want: { held: ["announced: delete a x1"], unmanaged: ["x2"] },
  },
  {
    name: "a delete of what is protected is held for that reason first",
    live: [live("x1", a)],
    ledger: [ours("x1", a, { protect: true })],
    input: deleting,
    want: { held: ["protected: delete a x1"] },
  },
  {
    name: "a tenant name that stood for another tenantId holds everything that would change",
    desired: [a, b],
    live: [live("x1", a)],
    input: { memory: { ...emptyMemory, known: { ...tenant, tenantId: "t-2" } } },
    want: {
      held: ["tenant: adopt a x1", `tenant: ${created.replace("create a", "create b")}`],
    },
  },
  {
    name: "a tenant name that stood for another Graph root holds everything that would change",
    desired: [a],
    input: {
      memory: {
        ...emptyMemory,
        known: { ...tenant, graph: "https://graph.microsoft.us" },
      },
    },
    want: { held: [`tenant: ${created}`] },
  },
  {
    name: "a tenant name that stands for the same tenant holds nothing",
    desired: [a],
    input: { memory: { ...emptyMemory, known: tenant } },
    want: { changes: [created] },
  },
];

test.for(rows)("$name", ({ want, name: _, ...situation }) => {
  expect(told(planOf(situation))).toEqual(want);
});

test("a held change says why, and what lifts it unless the reason says so", () => {
  const { held } = planOf({
    desired: [unreadable, b],
    live: [live("x2", b, { displayName: "B" })],
    ledger: [ours("x2", b)],
    input: allow("adopt"),
  });
  expect(held.map(({ reason }) => reason)).toEqual([
    {
      code: "secret",
      message: "env PASSWORD is not set.",
      lift: null,
      until: null,
    },
    {
      code: "verb",
      message: "The tenant does not allow update.",
      lift: "Add update to the tenant's allow in plumbline.yaml.",
      until: null,
    },
  ]);
});

test("held deletes are counted as held", () => {
  const gone = [desired("c"), desired("d")];
  const { summary } = planOf({
    live: gone.map((one) => live(`x-${one.definition.name}`, one)),
    ledger: gone.map((one) => ours(`x-${one.definition.name}`, one)),
  });
  expect(summary).toMatchObject({ held: 2, delete: 0, unmanaged: 0 });
});
