import { expect, test } from "vitest";
import { begun, desired, live, ours, planOf, type Situation, type Told, told } from "./builders.ts";

const a = desired("a");
const b = desired("b");
const renamed = desired("z", { displayName: "A connector", targetUrl: "https://a.contoso.com/" });
const twin = live("x2", a);
/** Answered just before, and not seen since. */
const created = begun(a, { id: "x1", startedAt: "2026-08-20T07:59:00.000Z" });

const rows: readonly (Situation & { readonly name: string; readonly want: Told })[] = [
  {
    name: "a pinned id wins over the ledger and over the displayName",
    desired: [desired("a", { id: "x3" })],
    live: [
      live("x1", a),
      live("x2", a, { displayName: "Other" }),
      live("x3", a, { displayName: "Old" }),
    ],
    ledger: [ours("x2", a)],
    want: { changes: ["adopt a x3: displayName"], unmanaged: ["x1", "x2"] },
  },
  {
    name: "a pinned id in other letter case is the same id",
    desired: [desired("a", { id: "AB-12" })],
    live: [live("ab-12", a)],
    want: { changes: ["adopt a ab-12"] },
  },
  {
    name: "a pinned id that is not live is a fault and never a create",
    desired: [desired("a", { id: "gone" })],
    want: { faults: ["not-live connectors/a.yaml"] },
  },
  {
    name: "a pinned id that the ledger holds for another definition is a fault of that one",
    desired: [a, desired("b", { id: "x1" })],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: {
      // Its password is known to be another one: a's was sent.
      changes: ["adopt b x1: displayName, targetUrl, password; sends password"],
      faults: ["duplicate connectors/a.yaml"],
    },
  },
  {
    name: "an id that two definitions pin is given to one and a fault of the other",
    desired: [desired("b", { id: "X1" }), desired("a", { id: "x1" })],
    live: [live("x1", a)],
    want: { changes: ["adopt a x1"], faults: ["duplicate connectors/b.yaml"] },
  },
  {
    name: "the ledger's id wins over the displayName",
    desired: [a],
    live: [live("x1", a, { displayName: "Renamed in the portal" }), twin],
    ledger: [ours("x1", a)],
    want: { changes: ["update a x1: displayName"], unmanaged: ["x2"] },
  },
  {
    name: "a ledger id that is not live falls through to the displayName",
    desired: [a],
    live: [twin],
    ledger: [ours("x1", a)],
    want: { changes: ["adopt a x2"] },
  },
  {
    name: "what an unanswered create made is told from others of the same name",
    desired: [a],
    live: [live("x1", a), twin],
    journal: [begun(a, { listed: ["x1"] })],
    want: { changes: ["adopt a x2: password; sends password"], unmanaged: ["x1"] },
  },
  {
    name: "several that an unanswered create may have made are held",
    desired: [a],
    live: [live("x1", a), twin],
    journal: [begun(a)],
    want: { held: ["ambiguous: adopt a"] },
  },
  {
    name: "an unanswered create that made nothing is made again",
    desired: [a],
    live: [live("x1", b)],
    journal: [begun(a, { listed: ["x1"] })],
    want: {
      changes: ["create a: displayName, targetUrl, username, password; sends password"],
      unmanaged: ["x1"],
    },
  },
  {
    name: "an unanswered create is found under the displayName that it was sent with",
    desired: [desired("a", { displayName: "New name" })],
    live: [live("x1", a)],
    journal: [begun(a)],
    want: { changes: ["adopt a x1: displayName, password; sends password"] },
  },
  {
    name: "an unanswered create is found after its definition was renamed with previously",
    desired: [
      desired("z", { previously: "a", displayName: "New", targetUrl: "https://a.contoso.com/" }),
    ],
    live: [live("x1", a)],
    journal: [begun(a)],
    want: { changes: ["adopt z x1: displayName, password; sends password"] },
  },
  {
    name: "the later one of two unanswered creates is found as well",
    desired: [desired("a", { displayName: "Third name" })],
    live: [live("x1", a, { displayName: "Second name" })],
    journal: [begun(a), begun(a, { key: 2, displayName: "Second name" } as object)],
    want: { changes: ["adopt a x1: displayName, password; sends password"] },
  },
  {
    name: "what an unanswered create made stays ours after its definition left git",
    live: [live("x1", a)],
    journal: [begun(a)],
    want: { held: ["verb: delete a x1"] },
  },
  {
    name: "a connector that was created and does not show yet is not created again",
    desired: [a],
    ledger: [ours("x1", a)],
    journal: [created],
    want: { held: ["unseen: create a"] },
  },
  {
    name: "another connector does not take the place of one that was created and does not show yet",
    desired: [a],
    live: [twin],
    ledger: [ours("x1", a)],
    journal: [created],
    want: { held: ["unseen: create a"], unmanaged: ["x2"] },
  },
  {
    name: "a connector that was created and shows is known, and its password is not sent again",
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    journal: [created],
    want: { unchanged: ["a x1"] },
  },
  {
    name: "what was created is told by its id, not by its displayName",
    live: [twin],
    journal: [created],
    want: { unmanaged: ["x2"] },
  },
  {
    name: "a connector that was created a day ago and never showed is created again",
    desired: [a],
    ledger: [ours("x1", a)],
    journal: [{ ...created, startedAt: "2026-08-19T08:00:00.000Z" }],
    want: { changes: ["create a: displayName, targetUrl, username, password; sends password"] },
  },
  {
    name: "a connector that was seen and is gone does not wait for a create of another name",
    desired: [a],
    ledger: [ours("x1", a)],
    journal: [{ ...created, id: "x9" }],
    want: { changes: ["create a: displayName, targetUrl, username, password; sends password"] },
  },
  {
    name: "several that an unanswered create may have made are nobody's after its definition left git",
    live: [live("x1", a), twin],
    journal: [begun(a)],
    want: { unmanaged: ["x1", "x2"] },
  },
  {
    name: "an unanswered write of the name alone leaves the password as it is",
    desired: [a],
    live: [live("x1", a, { displayName: "Old" })],
    ledger: [ours("x1", a)],
    journal: [begun(a, { op: "update", id: "x1", sends: ["spec.query.code"] })],
    want: { changes: ["update a x1: displayName"] },
  },
  {
    name: "an unanswered write of which nobody knows what it carried sends the password again",
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    journal: [begun(a, { op: "update", id: "x1", sends: null })],
    want: { changes: ["update a x1: password; sends password"] },
  },
  {
    name: "the only connector with the displayName is adopted",
    desired: [a],
    live: [live("x1", a)],
    want: { changes: ["adopt a x1"] },
  },
  {
    name: "a displayName in other letter case is another name",
    desired: [a],
    live: [live("x1", a, { displayName: "A CONNECTOR" })],
    want: {
      changes: ["create a: displayName, targetUrl, username, password; sends password"],
      unmanaged: ["x1"],
    },
  },
  {
    name: "several connectors with the displayName are held, and are not unmanaged",
    desired: [a],
    live: [twin, live("x1", a)],
    want: { held: ["ambiguous: adopt a"] },
  },
  {
    name: "two of one name are no choice when another definition holds one of them",
    desired: [a, desired("b", { displayName: "B connector" })],
    live: [live("x1", a), live("x2", a)],
    ledger: [ours("x1", b)],
    want: { changes: ["adopt a x2", "update b x1: displayName, targetUrl"] },
  },
  {
    name: "a connector without any match is created",
    desired: [a],
    want: { changes: ["create a: displayName, targetUrl, username, password; sends password"] },
  },
  {
    name: "a connector that was deleted outside is created again",
    desired: [a],
    ledger: [ours("x1", a)],
    want: { changes: ["create a: displayName, targetUrl, username, password; sends password"] },
  },
  {
    name: "a rename with previously keeps the connector",
    desired: [
      desired("z", {
        previously: "a",
        displayName: "A connector",
        targetUrl: "https://a.contoso.com/",
        password: "v1$a",
      }),
    ],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: { unchanged: ["z x1"] },
  },
  {
    name: "a rename without previously adopts what has the displayName instead of deleting it",
    desired: [{ ...renamed, secrets: a.secrets }],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: { changes: ["adopt z x1"] },
  },
  {
    name: "a rename without previously sends the password that changed with it",
    desired: [renamed],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: { changes: ["adopt z x1: password; sends password"] },
  },
  {
    name: "a rename without previously sends a password whose last write was not answered",
    desired: [{ ...renamed, secrets: a.secrets }],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    journal: [begun(a, { op: "update", id: "x1" })],
    want: { changes: ["adopt z x1: password; sends password"] },
  },
  {
    name: "a connector whose definition left git is a delete, and is held",
    desired: [b],
    live: [live("x1", a), live("x2", b)],
    ledger: [ours("x1", a), ours("x2", b)],
    want: { held: ["verb: delete a x1"], unchanged: ["b x2"] },
  },
  {
    name: "a ledger entry without definition and without live object is nothing to do",
    ledger: [ours("x1", a)],
    want: {},
  },
  {
    name: "everything else that is live is unmanaged, with or without a name",
    live: [live("x2", null), live("x1", a)],
    want: { unmanaged: ["x2", "x1"] },
  },
];

test.for(rows)("$name", ({ want, name: _, ...situation }) => {
  expect(told(planOf(situation))).toEqual(want);
});

test("a held ambiguity names every candidate, sorted", () => {
  const [held] = planOf({ desired: [a], live: [twin, live("x1", a)] }).held;
  expect(held?.candidates).toEqual(["x1", "x2"]);
  expect(held?.reason.message).toContain("x1, x2");
});

test.for([
  { by: "a pin", wish: { id: "x2" }, ledger: [], says: "It exists with the pinned id" },
  { by: "its displayName", wish: {}, ledger: [], says: "It exists with this displayName" },
  {
    by: "its displayName again",
    wish: {},
    ledger: [ours("x1", a)],
    says: "Replaced outside: the ledger held x1, live is x2.",
  },
  {
    by: "a new pin",
    wish: { id: "x2" },
    ledger: [ours("x1", a)],
    says: "metadata.id now names x2; the ledger held x1.",
  },
])("an adoption by $by says so", ({ wish, ledger, says }) => {
  const [change] = planOf({ desired: [desired("a", wish)], live: [twin], ledger }).changes;
  expect(change?.op).toBe("adopt");
  expect(change?.reason).toContain(says);
});

test("a create says whether the connector was deleted outside", () => {
  const reasonFor = (ledger: Situation["ledger"]) =>
    planOf({ desired: [a], ledger: ledger ?? [] }).changes[0]?.reason;
  expect(reasonFor([])).toBe("The tenant does not have it.");
  expect(reasonFor([ours("x1", a)])).toBe("The tenant no longer has it: x1 was deleted outside.");
});

test("a create that does not show yet says so, and when it counts as gone", () => {
  const { held } = planOf({ desired: [a], ledger: [ours("x1", a)], journal: [created] });
  expect(held[0]?.reason).toEqual({
    code: "unseen",
    message: "Plumbline created it as x1, but no read has shown it since.",
    lift: null,
    until: "2026-08-21T07:59:00.000Z",
  });
});
