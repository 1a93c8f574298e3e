/** Which connector the steps of user flows call, as git says it and as it is. */
import { expect, test } from "vitest";
import { failure } from "../../src/model/fault.ts";
import type { Plan } from "../../src/model/generated/run.ts";
import { inTurns } from "../../src/plan/user-flow.ts";
import {
  allowing,
  desired,
  live,
  liveFlow,
  managedFlow,
  ours,
  planOf,
  type Situation,
  type Told,
  told,
  userFlow,
} from "./builders.ts";

const SIGN_UP = "B2X_1_signup";
const a = desired("a");
const b = desired("b");
const both = {
  desired: [a, b],
  live: [live("x1", a), live("x2", b)],
  ledger: [ours("x1", a), ours("x2", b), managedFlow(SIGN_UP)],
};
const calm = { unchanged: ["a x1", "b x2"] };
const postFederationSignup = "spec.apiConnectors.postFederationSignup";

interface Case extends Situation {
  readonly name: string;
  readonly want: Told;
}

test.for<Case>([
  {
    name: "a flow that calls what git says is unchanged",
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a", postAttributeCollection: null })],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x1" })],
    want: { unchanged: ["a x1", "b x2", `${SIGN_UP} ${SIGN_UP}`] },
  },
  {
    name: "a flow is found in whatever letter case git writes its id",
    ...both,
    flows: [userFlow("B2X_1_SIGNUP", { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x1" })],
    want: { unchanged: ["a x1", "b x2", `B2X_1_SIGNUP ${SIGN_UP}`] },
  },
  {
    name: "a flow that was never managed is adopted, also where nothing differs",
    ...both,
    ledger: both.ledger.slice(0, 2),
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x1" })],
    want: { ...calm, changes: [`adopt ${SIGN_UP} ${SIGN_UP}`] },
  },
  {
    name: "a step that is left out is not managed",
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x1", postAttributeCollection: "x9" })],
    want: { unchanged: ["a x1", "b x2", `${SIGN_UP} ${SIGN_UP}`] },
  },
  {
    name: "a binding that was removed by hand is drift",
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP)],
    want: {
      ...calm,
      changes: [`update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`],
    },
  },
  {
    name: "a step that git wants to call nothing is unbound",
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: null })],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x9" })],
    want: {
      ...calm,
      changes: [`update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`],
    },
  },
  {
    name: "a step is bound to a connector that the same plan creates",
    desired: [a],
    ledger: [managedFlow(SIGN_UP)],
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP)],
    want: {
      changes: [
        "create a: displayName, targetUrl, username, password; sends password",
        `update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`,
      ],
    },
  },
  {
    name: "a step is not bound to a connector whose create is held",
    desired: [a],
    ledger: [managedFlow(SIGN_UP)],
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP)],
    input: { policy: allowing(["adopt", "update"]) },
    want: {
      held: [
        "verb: create a: displayName, targetUrl, username, password; sends password",
        `target: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`,
      ],
    },
  },
  {
    name: "a step is not bound to a connector that may not be taken over",
    desired: [a],
    live: [live("x1", a)],
    ledger: [managedFlow(SIGN_UP)],
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP)],
    input: { policy: allowing(["create", "update"]) },
    want: {
      held: [
        "verb: adopt a x1",
        `target: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`,
      ],
    },
  },
  {
    name: "a connector that only the tenant has is bound by its id, in any letter case",
    ...both,
    live: [...both.live, live("x9", null)],
    flows: [userFlow(SIGN_UP, { postFederationSignup: { id: "X9" } })],
    liveFlows: [liveFlow(SIGN_UP)],
    want: {
      ...calm,
      unmanaged: ["x9"],
      changes: [`update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`],
    },
  },
  {
    name: "an id that no live connector has is held",
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: { id: "x9" } })],
    liveFlows: [liveFlow(SIGN_UP)],
    want: {
      ...calm,
      held: [`target: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`],
    },
  },
  {
    name: "a connector that only the tenant has is bound by its displayName",
    ...both,
    live: [...both.live, live("x9", null, { displayName: "Partner check" })],
    flows: [userFlow(SIGN_UP, { postFederationSignup: { displayName: "Partner check" } })],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x9" })],
    want: { unchanged: [...calm.unchanged, `${SIGN_UP} ${SIGN_UP}`], unmanaged: ["x9"] },
  },
  {
    name: "a displayName that two live connectors have is held",
    ...both,
    live: [...both.live, ...["x8", "x9"].map((id) => live(id, null, { displayName: "Twice" }))],
    flows: [userFlow(SIGN_UP, { postFederationSignup: { displayName: "Twice" } })],
    liveFlows: [liveFlow(SIGN_UP)],
    want: {
      ...calm,
      unmanaged: ["x8", "x9"],
      held: [`target: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`],
    },
  },
  {
    name: "a displayName of a connector that has a definition is held: git may rename it",
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: { displayName: "A connector" } })],
    liveFlows: [liveFlow(SIGN_UP)],
    want: {
      ...calm,
      held: [`target: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`],
    },
  },
  {
    name: "a flow that the tenant does not have is a fault of its definition",
    ...both,
    flows: [userFlow("B2X_1_gone", { postFederationSignup: "a" })],
    want: { ...calm, faults: ["not-live connectors/B2X_1_gone.yaml"] },
  },
  {
    name: "a flow of an unsupported version is held",
    ...both,
    flows: [userFlow("B2C_1_old", { postFederationSignup: "a" })],
    liveFlows: [liveFlow("B2C_1_old", {}, { version: 1, steps: null })],
    want: {
      ...calm,
      held: ["unsupported: adopt B2C_1_old B2C_1_old: apiConnectors.postFederationSignup"],
    },
  },
  {
    name: "a flow of an unsupported version that is to call nothing is as it should be",
    ...both,
    ledger: [...both.ledger, managedFlow("B2C_1_old")],
    flows: [userFlow("B2C_1_old", { postFederationSignup: null })],
    liveFlows: [liveFlow("B2C_1_old", {}, { version: 1, steps: null })],
    want: { unchanged: ["a x1", "b x2", "B2C_1_old B2C_1_old"] },
  },
  {
    name: "a step that Microsoft Graph does not show is held",
    ...both,
    flows: [userFlow("B2C_1_new", { preTokenIssuance: "a" })],
    liveFlows: [liveFlow("B2C_1_new", {}, { steps: liveFlow(SIGN_UP).steps })],
    want: {
      ...calm,
      held: ["unsupported: adopt B2C_1_new B2C_1_new: apiConnectors.preTokenIssuance"],
    },
  },
  {
    name: "a flow whose definition has gone is released with what it calls, and is said",
    ...both,
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x1" })],
    want: { ...calm, unmanaged: [SIGN_UP], faults: ["released undefined"] },
  },
  {
    name: "a flow that nobody manages is left alone",
    ...both,
    ledger: both.ledger.slice(0, 2),
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x9" })],
    want: { ...calm, unmanaged: [SIGN_UP] },
  },
  {
    name: "a flow is not rebound where updates are not allowed",
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: [liveFlow(SIGN_UP)],
    input: { policy: allowing(["adopt", "create"]) },
    want: {
      ...calm,
      held: [`verb: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`],
    },
  },
])("$name", ({ want, name: _, ...situation }) => {
  expect(told(planOf(situation))).toEqual(want);
});

const forbidden = failure("forbidden", "The app needs IdentityUserFlow.ReadWrite.All.");

test("flows that may not be read make nothing unreadable where git names none", () => {
  const made = planOf({ ...both, ledger: both.ledger.slice(0, 2), liveFlows: forbidden });
  expect(made).toMatchObject({ complete: true, unreadable: [], uses: null });
  expect(made.usesUnknown?.message).toContain("IdentityUserFlow.ReadWrite.All");
});

test("flows that may not be read are unreadable where git names one, and connectors go on", () => {
  const made = planOf({
    ...both,
    live: [live("x1", a), live("x2", b, { targetUrl: "https://old.example/" })],
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
    liveFlows: forbidden,
  });
  expect(made.complete).toBe(false);
  expect(made.unreadable).toEqual([{ kind: "UserFlow", fault: forbidden }]);
  expect(told(made).changes).toEqual(["update b x2: targetUrl"]);
});

test("while connectors cannot be read, a step that calls what the ledger says is unchanged", () => {
  const down = failure("unavailable", "Down.");
  const situation = {
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: "a", postAttributeCollection: "b" })],
  };
  const input = (called: Parameters<typeof liveFlow>[1]) => ({
    observations: [
      { kind: "ApiConnector", fault: down } as const,
      { kind: "UserFlow", objects: [liveFlow(SIGN_UP, called)] } as const,
    ],
  });
  const right = { postFederationSignup: "x1", postAttributeCollection: "x2" };
  expect(told(planOf({ ...situation, input: input(right) }))).toEqual({
    unchanged: [`${SIGN_UP} ${SIGN_UP}`],
  });
  const wrong = { postFederationSignup: "x1" };
  expect(told(planOf({ ...situation, input: input(wrong) })).held).toEqual([
    `target: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postAttributeCollection`,
  ]);
});

/** `before → after`, by step. */
function fieldsOf({ changes, held }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...changes, ...held].flatMap(({ fields }) =>
      fields.map(({ path, before, after }) => [path, `${before} → ${after}`]),
    ),
  );
}

test("connectors are told by the names of their definitions, others by displayName and id", () => {
  const outside = live("x9", null, { displayName: "Partner check" });
  const made = planOf({
    ...both,
    live: [...both.live, outside],
    flows: [
      userFlow(SIGN_UP, { postFederationSignup: "b", postAttributeCollection: { id: "x9" } }),
      userFlow("B2X_1_partners", { postFederationSignup: "a" }),
    ],
    liveFlows: [
      liveFlow(SIGN_UP, { postFederationSignup: "x1" }),
      liveFlow("B2X_1_partners", { postFederationSignup: "x9" }),
    ],
  });
  const [partners, signUp] = made.changes;
  expect(fieldsOf({ ...made, changes: [partners!] })).toEqual({
    [postFederationSignup]: "x9 (x9) → a",
  });
  expect(fieldsOf({ ...made, changes: [signUp!] })).toEqual({
    [postFederationSignup]: "a → b",
    "spec.apiConnectors.postAttributeCollection": "null → x9",
  });
  expect(partners?.reason).toContain("a connector that is not managed");
});

const deleting = { input: { policy: allowing(["update", "delete"], { deleteAfter: 0 }) } };

test("a connector goes whose last step is bound to another one by the same plan", () => {
  const others = ["c", "d"].map((name) => ours(`x-${name}`, desired(name)));
  const situation = {
    ...deleting,
    desired: [b, ...["c", "d"].map((name) => desired(name))],
    live: [...both.live, ...["c", "d"].map((name) => live(`x-${name}`, desired(name)))],
    ledger: [...both.ledger, ...others],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x1" })],
  };
  const moved = planOf({
    ...situation,
    flows: [userFlow(SIGN_UP, { postFederationSignup: "b" })],
  });
  expect(told(moved).changes).toEqual([
    `update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`,
    "delete a x1",
  ]);
  expect(moved.uses).toEqual([
    expect.objectContaining({ name: "a", id: "x1", before: true, after: false }),
    expect.objectContaining({ name: "b", id: "x2", before: false, after: true }),
  ]);
  const suspended = planOf({
    ...situation,
    flows: [userFlow(SIGN_UP, { postFederationSignup: "b" })],
    input: { policy: allowing(["create", "delete"], { deleteAfter: 0 }) },
  });
  expect(told(suspended).held).toEqual([
    `verb: update ${SIGN_UP} ${SIGN_UP}: apiConnectors.postFederationSignup`,
    "in-use: delete a x1",
  ]);
});

test("a plan binds before it unbinds, and deletes last", () => {
  const made = planOf({
    ...deleting,
    ...both,
    desired: [b],
    ledger: [...both.ledger, managedFlow("B2X_1_a"), managedFlow("B2X_1_z")].map((entry) =>
      entry.name === "a" ? { ...entry, announcedAt: "2026-08-01T00:00:00.000Z" } : entry,
    ),
    input: {
      policy: allowing(["update", "delete"], {
        deleteAfter: 0,
        limits: { deletes: 9, deletePercent: 100, changes: null },
      }),
    },
    flows: [
      userFlow("B2X_1_a", { postFederationSignup: null }),
      userFlow("B2X_1_z", { postFederationSignup: null, postAttributeCollection: "b" }),
    ],
    liveFlows: [
      liveFlow("B2X_1_a", { postFederationSignup: "x1" }),
      liveFlow("B2X_1_z", { postFederationSignup: "x1" }),
    ],
  });
  expect(made.changes.map(({ op, name }) => `${op} ${name}`)).toEqual([
    "update B2X_1_z",
    "update B2X_1_a",
    "delete a",
  ]);
  const [both2] = made.changes;
  expect(inTurns(both2!).map(({ fields }) => fields.map(({ after }) => after))).toEqual([
    ["b"],
    [null],
  ]);
});

test("a name that means another connector by now changes the digest", () => {
  const flows = [userFlow(SIGN_UP, { postFederationSignup: "a" })];
  const digestWith = (id: string) =>
    planOf({
      desired: [a],
      live: [live(id, a)],
      ledger: [ours(id, a), managedFlow(SIGN_UP)],
      flows,
      liveFlows: [liveFlow(SIGN_UP)],
    }).digest;
  expect(digestWith("x1")).not.toBe(digestWith("x2"));
});

test("what a flow calls that git does not manage leaves the digest as it is", () => {
  const digestWith = (liveFlows: Situation["liveFlows"]) =>
    planOf({ ...both, liveFlows: liveFlows ?? [] }).digest;
  expect(digestWith([liveFlow("B2X_1_other", { postFederationSignup: "x1" })])).toBe(
    digestWith([]),
  );
});

test("the displayName of a connector that nobody manages leaves the digest as it is", () => {
  const digestWith = (displayName: string) => {
    const flow = liveFlow(SIGN_UP);
    const calling = { id: "x9", displayName };
    const steps = flow.steps?.map((one) => ({ ...one, connector: calling })) ?? null;
    return planOf({
      ...both,
      flows: [userFlow(SIGN_UP, { postFederationSignup: "a" })],
      liveFlows: [{ ...flow, steps }],
    }).digest;
  };
  expect(digestWith("Old")).toBe(digestWith("New"));
});

test("the displayName of a managed connector is refused in a step, whatever the step calls now", () => {
  const { held } = planOf({
    ...both,
    flows: [userFlow(SIGN_UP, { postFederationSignup: { displayName: "A connector" } })],
    liveFlows: [liveFlow(SIGN_UP, { postFederationSignup: "x1" })],
  });
  expect(held[0]?.reason).toMatchObject({
    code: "target",
    message: '"A connector" is the connector of a: write a instead.',
  });
});
