import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { failure } from "../../src/model/fault.ts";
import type { Plan } from "../../src/model/generated/run.ts";
import { plan } from "../../src/plan/plan.ts";
import {
  allowing,
  desired,
  inputOf,
  live,
  ours,
  planOf,
  type Situation,
  told,
} from "./builders.ts";

const a = desired("a");
const b = desired("b");
const c = desired("c");
const d = desired("d");
const e = desired("e");

/** Something of everything. */
const mixed: Situation = {
  desired: [e, c, a, b],
  live: [
    live("x2", b, { displayName: "Drifted" }),
    live("x9", null),
    live("x3", c),
    live("x4", d),
    live("x8", null, { displayName: "Theirs", targetUrl: "https://theirs.example/" }),
    live("x1", a),
  ],
  ledger: [ours("x1", a), ours("x2", b), ours("x4", d)],
};

test("every list of a plan has its order, and the counts are those of the lists", () => {
  const made = planOf(mixed);
  expect(told(made)).toEqual({
    changes: [
      "update b x2: displayName",
      "adopt c x3",
      "create e: displayName, targetUrl, username, password; sends password",
    ],
    unchanged: ["a x1"],
    held: ["verb: delete d x4"],
    unmanaged: ["x9", "x8"],
  });
  expect(made.summary).toEqual({
    create: 1,
    update: 1,
    delete: 0,
    adopt: 1,
    unchanged: 1,
    held: 1,
    unmanaged: 2,
    unreadable: 0,
  });
  expect(made.complete).toBe(true);
});

test("deletes come after everything else, whatever their names", () => {
  const { held } = planOf({
    desired: [e],
    live: [live("x1", a), live("x2", b)],
    ledger: [ours("x2", b), ours("x1", a)],
    input: { policy: allowing([]) },
  });
  expect(held.map(({ op, name }) => `${op} ${name}`)).toEqual(["create e", "delete a", "delete b"]);
});

test("the same input in any order gives the same bytes", () => {
  const faulty = ["f", "g", "h"].map((name) => desired(name, { id: `gone-${name}` }));
  const desiredToo = [...(mixed.desired ?? []), ...faulty];
  const backwards = { ...mixed, desired: desiredToo.toReversed(), live: mixed.live!.toReversed() };
  const forwards = { ...mixed, desired: desiredToo };
  expect(JSON.stringify(planOf(backwards))).toBe(JSON.stringify(planOf(forwards)));
});

test("a plan is frozen through and through", () => {
  const isFrozen = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  expect(isFrozen(planOf(mixed))).toBe(true);
});

test("planning leaves its input as it was", () => {
  const input = inputOf(mixed);
  const before = JSON.stringify(input);
  plan(input);
  expect(JSON.stringify(input)).toBe(before);
  expect(Object.isFrozen(input.desired)).toBe(false);
});

test("an error among the definitions makes a plan that does nothing and looks at nothing", () => {
  const faults = [failure("schema", "No.", { file: "a.yaml", line: 1, column: 1 })];
  const made = planOf({ ...mixed, input: { faults } });
  expect(told(made)).toEqual({ faults: ["schema a.yaml"] });
  expect(made.complete).toBe(false);
});

test("a warning among the definitions stops nothing", () => {
  const faults = [{ ...failure("url", "Hm.", null), severity: "warning" } as const];
  const made = planOf({ ...mixed, input: { faults } });
  expect(made.changes).toEqual(planOf(mixed).changes);
  expect(made.faults).toEqual(faults);
});

test("what could not be read is unreadable and never absent", () => {
  const fault = failure("forbidden", "No permission.");
  const made = planOf({ ...mixed, input: { observations: [{ kind: "ApiConnector", fault }] } });
  expect(told(made)).toEqual({});
  expect(made.unreadable).toEqual([{ kind: "ApiConnector", fault }]);
  expect(made.complete).toBe(false);
});

test("an unmanaged connector is shown without the keys in its URL", () => {
  const [shown] = planOf({
    live: [
      live("x1", null, {
        displayName: "Theirs",
        targetUrl: "https://theirs.example/",
        query: [{ key: "code", value: "v1$canary" }],
      }),
    ],
  }).unmanaged;
  expect(shown).toEqual({
    kind: "ApiConnector",
    id: "x1",
    displayName: "Theirs",
    targetUrl: "https://theirs.example/",
  });
});

test.for<{ readonly name: string; readonly made: Plan }>([
  { name: "of everything", made: planOf(mixed) },
  { name: "of nothing", made: planOf({}) },
  {
    name: "with faults",
    made: planOf({
      input: { faults: [failure("schema", "No.", { file: "a", line: 1, column: 1 })] },
    }),
  },
  {
    name: "with an ambiguity",
    made: planOf({ desired: [a], live: [live("x1", a), live("x2", a)] }),
  },
  {
    name: "of an unreadable tenant",
    made: planOf({
      input: {
        observations: [
          { kind: "ApiConnector", fault: { ...failure("forbidden", "No."), requestId: "r-1" } },
        ],
      },
    }),
  },
])("a plan $name is as its published schema says", ({ made }) => {
  const schema: unknown = JSON.parse(readFileSync("schemas/plan.schema.json", "utf8"));
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const validate = ajv.compile(schema as object);
  validate(JSON.parse(JSON.stringify({ version: 1, plans: [made] })));
  expect(validate.errors).toBeNull();
});
