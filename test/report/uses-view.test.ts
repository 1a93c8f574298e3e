import { expect, test } from "vitest";
import type { Change, Outcome, Plan, Use } from "../../src/model/generated/run.ts";
import { type Format, render } from "../../src/report/report.ts";
import { affectsNotes, usesView } from "../../src/report/uses-view.ts";
import { created, heldDelete, outcomeOf, planOf, runOf, updated, usesPlan } from "./samples.ts";
import { heldGeoCheck, manyUses, rebound, takenFlow, unmanagedWithFlows, uses } from "./uses.ts";

const forPeople = ["text", "markdown", "html"] as const;

function told(plan: Plan, format: Format = "text", outcomes?: readonly Outcome[]): string {
  const options = { colour: false, width: 1_000 };
  if (outcomes === undefined) return render({ type: "plans", plans: [plan] }, format, options);
  const run = runOf({ plan, outcomes: [...outcomes], result: "partial" });
  return render({ type: "runs", runs: [run] }, format, options);
}

test("connectors that git names come first, and each has the steps that call it", () => {
  const { connectors } = usesView(usesPlan, []);
  expect(connectors.map(({ called }) => called?.slice(0, 12))).toEqual([
    "age-check",
    "fraud-check",
    "geo-check",
    "old-check",
    "Made by hand",
    'Say "hi"]; e',
  ]);
  expect(connectors[0]?.uses.map(({ flow, step }) => `${flow} ${step}`)).toEqual([
    "B2C_1_susi postAttributeCollection",
    "B2X_1_partners postFederationSignup",
    "B2X_1_partners postAttributeCollection",
  ]);
});

test("a connector that no definition names is told with its id, and as unmanaged when it is", () => {
  const plan = planOf({ uses, unmanaged: unmanagedWithFlows });
  const got = told(plan);
  expect(got).toContain('"Made by hand" (unmanaged, 77777777-0000-4000-8000-000000000007):');
  expect(got).toContain('"Old check" (d4c3b2a1-9999-4888-8777-666655554444):');
});

test("a connector whose delete is held is called as it was called in git", () => {
  expect(told(planOf({ uses, held: [heldDelete] }))).toMatch(/^ {2}old-check:$/m);
});

const stages = [
  { name: "planned", outcomes: undefined, bound: "is bound by this plan" },
  { name: "done", outcomes: [outcomeOf(rebound, "done")], bound: "was bound by this run" },
  { name: "failed", outcomes: [outcomeOf(rebound, "failed")], bound: "was to be bound" },
  { name: "skipped", outcomes: [outcomeOf(rebound, "skipped")], bound: "was to be bound" },
  { name: "not verified", outcomes: [outcomeOf(rebound, "unverified")], bound: "was to be bound" },
] as const;

for (const format of forPeople) {
  test.each(stages)(
    `the steps of a change that is $name are told so in ${format}`,
    ({ outcomes, bound }) => {
      const got = told(planOf({ uses, changes: [rebound] }), format, outcomes);
      expect(got).toContain(bound);
      expect(got).toContain(bound.replace("bound", "unbound"));
    },
  );
}

function withField(path: string): Change {
  return { ...updated, fields: [{ path, before: "a", after: "b" }], sends: [] };
}

const reached =
  "B2C_1_susi (postAttributeCollection), B2X_1_partners (postFederationSignup, postAttributeCollection)";

const reaching: readonly { name: string; change: Change; uses: Use[] | null; want: string[] }[] = [
  { name: "another URL", change: withField("spec.targetUrl"), uses, want: [reached] },
  { name: "another key", change: withField("spec.query.code"), uses, want: [reached] },
  {
    name: "another user",
    change: withField("spec.authentication.basic.username"),
    uses,
    want: [reached],
  },
  {
    name: "a password that is sent again",
    change: { ...updated, fields: [], sends: ["spec.authentication.basic.password"] },
    uses,
    want: [reached],
  },
  { name: "another displayName", change: withField("spec.displayName"), uses, want: [] },
  { name: "a create", change: { ...created, name: "age-check" }, uses, want: [] },
  {
    name: "an unknown use",
    change: withField("spec.targetUrl"),
    uses: null,
    want: [],
  },
  {
    name: "a connector that nothing calls",
    change: { ...withField("spec.targetUrl"), name: "quiet-check", id: "quiet" },
    uses,
    want: [],
  },
  {
    name: "a connector that is called for the last time",
    change: withField("spec.targetUrl"),
    uses: uses.slice(0, 1).map((use) => ({ ...use, after: false })),
    want: ["B2C_1_susi (postAttributeCollection)"],
  },
  {
    name: "a connector that is known by its id alone",
    change: withField("spec.targetUrl"),
    uses: uses.slice(0, 1).map((use) => ({ ...use, name: null })),
    want: ["B2C_1_susi (postAttributeCollection)"],
  },
];

test.each(reaching)("$name says which flows it reaches, if any", ({ change, uses, want }) => {
  expect(affectsNotes(change, planOf({ uses })).map(({ text }) => text)).toEqual(want);
});

test.each(forPeople)("a change that is held says which flows it would reach in %s", (format) => {
  const got = told(planOf({ uses, held: [heldGeoCheck] }), format).replaceAll("\\_", "_");
  expect(got.replaceAll(/<\/?b>/g, "")).toContain(
    "Affects sign-up and sign-in in: B2C_1_susi (preTokenIssuance)",
  );
});

test("flows that a change reaches are counted where they are many", () => {
  const [note] = affectsNotes(updated, planOf({ uses: manyUses }));
  expect(note?.text).toContain("B2X_1_flow19 (postFederationSignup) and 41 more");
});

test.each(forPeople)("a plan that could not be made says nothing of flows in %s", (format) => {
  const got = told(planOf({ uses: null, usesUnknown: null }), format);
  expect(got).not.toMatch(/user flow/i);
});

test.each(forPeople)("an unmanaged flow is told as a flow, and without a URL in %s", (format) => {
  const [flow] = unmanagedWithFlows.filter(({ kind }) => kind === "UserFlow");
  const got = told(planOf({ unmanaged: [flow!], uses: null }), format);
  expect(got).toContain("user flow");
  expect(got.match(/B2X_1_trial/g)).toHaveLength(1);
  expect(got).not.toContain("(no URL)");
});

test("a change of a flow says its name once", () => {
  const got = told(planOf({ changes: [takenFlow] }));
  expect(got).toMatch(/^ {2}= adopt {2}B2X_1_partners$/m);
});

test("a flow that was taken over as it is was not read back", () => {
  const got = told(planOf({ changes: [takenFlow] }), "text", [outcomeOf(takenFlow, "done")]);
  expect(got).toContain("Taken over as it is; nothing had to be written.");
  expect(got).not.toContain("password");
});

test("nobody's reason is told twice: an unreadable kind has told it", () => {
  const fault = {
    severity: "error",
    code: "forbidden",
    message: "No permission.",
    at: null,
  } as const;
  const unknown = { uses: null, usesUnknown: fault };
  const alone = "Which user flows call a connector is not known: No permission.";
  expect(told(planOf(unknown))).toContain(alone);
  const unreadable = [{ kind: "UserFlow", fault } as const];
  expect(told(planOf({ ...unknown, unreadable })).match(/No permission/g)).toHaveLength(1);
});
