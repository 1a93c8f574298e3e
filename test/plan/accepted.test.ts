import { expect, test } from "vitest";
import { liveValueOf } from "../../src/plan/accepted.ts";
import { metObjects } from "../../src/plan/objects.ts";
import { plan } from "../../src/plan/plan.ts";
import { desired, inputOf, live, ours } from "./builders.ts";

const [a, b] = [desired("a", { id: "x1" }), desired("b", { id: "x2" })];
const said = { since: "2026-08-20T08:00:00.000Z", until: "2027-01-01T00:00:00.000Z" };

/** Both differ in the same way, and what the ledger calls `known` is live as x1. */
function accepting(name: string, known: string) {
  const input = inputOf({
    desired: [a, b],
    live: [live("x1", a, { displayName: "Old" }), live("x2", b, { displayName: "Old" })],
    ledger: [{ ...ours("x1", a), name: known }],
  });
  const [met] = metObjects(input);
  const [field] = met!.whole.fields;
  const value = liveValueOf(met!.found, field!)!;
  const { kind } = met!.whole;
  const acceptance = { kind, name, path: field!.path, value, by: "x", reason: "y", ...said };
  const made = plan({ ...input, memory: { ...input.memory, acceptances: [acceptance] } });
  return made.accepted.map((one) => `${one.name} ${one.path}`);
}

test("what is accepted of a definition is so under its next name", () => {
  expect(accepting("was-a", "was-a")).toEqual(["a spec.displayName"]);
});

test("what is accepted of a name is not accepted of the definition that had it before", () => {
  expect(accepting("b", "b")).toEqual(["b spec.displayName"]);
});
