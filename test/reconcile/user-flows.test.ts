/** Which connector sign-up steps call, brought in line with git on a practice tenant. */
import { expect, test } from "vitest";
import { nothingAsked, type Policy } from "../../src/plan/input.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice, told, userFlow } from "./practice-tenant.ts";

const SIGN_UP = "B2X_1_signup";
const signUp = (steps: string) => ({ "flow.yaml": userFlow(SIGN_UP, steps) });
const deleting = (over: Partial<Policy> = {}) => ({
  policy: allowing(["adopt", "create", "update", "delete"], {
    deleteAfter: 0,
    limits: { deletes: 5, deletePercent: 100, changes: null },
    ...over,
  }),
});
const both = { "a.yaml": connector("a"), "b.yaml": connector("b") };

/** A tenant with a flow that calls nothing. */
async function opened(): Promise<Practice> {
  const practice = await openPractice();
  practice.sandbox.control.setState({ userFlows: [{ id: SIGN_UP }, { id: "B2C_1_customer" }] });
  return practice;
}

/** One in which both connectors are managed, and the flow as these steps say. */
async function managed(steps: string): Promise<Practice> {
  const practice = await opened();
  practice.define({ ...both, ...signUp(steps) });
  await practice.run();
  practice.requests();
  return practice;
}

/** What the steps call, by displayName. */
function called({ sandbox }: Practice, id = SIGN_UP) {
  const { connectors = [], userFlows = [] } = sandbox.control.state();
  const steps = Object.entries(userFlows.find((flow) => flow.id === id)?.apiConnectors ?? {});
  const nameOf = (wanted: string | null) =>
    connectors.find((one) => one.id === wanted)?.displayName;
  return Object.fromEntries(steps.map(([step, connectorId]) => [step, nameOf(connectorId)]));
}

const live = ({ sandbox }: Practice) =>
  (sandbox.control.state().connectors ?? []).map(({ displayName }) => displayName);

const idOf = ({ sandbox }: Practice, name: string) =>
  sandbox.control.state().connectors?.find(({ displayName }) => displayName === name)?.id;

test("a connector is created and bound by the same run, and the next one writes nothing", async () => {
  await using practice = await opened();
  practice.define({ "a.yaml": connector("a"), ...signUp("postFederationSignup: a") });
  expect(told(await practice.run())).toEqual([
    "converged",
    "create a done",
    `adopt ${SIGN_UP} done`,
  ]);
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
  expect(practice.flowRequests().filter((line) => line.startsWith("PUT"))).toEqual(["PUT 204"]);
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(new Set(practice.flowRequests())).toEqual(new Set(["GET 200"]));
});

test("a step of Azure AD B2C before the token is bound as well", async () => {
  await using practice = await opened();
  const steps = "preTokenIssuance: a, postAttributeCollection: b";
  practice.define({ ...both, "flow.yaml": userFlow("B2C_1_customer", steps) });
  expect((await practice.run()).result).toBe("converged");
  expect(called(practice, "B2C_1_customer")).toEqual({
    preTokenIssuance: "a",
    postAttributeCollection: "b",
  });
});

test("two connectors swap their steps by one request each, and no step calls nothing in between", async () => {
  await using practice = await managed("postFederationSignup: a, postAttributeCollection: b");
  practice.define({ ...both, ...signUp("postFederationSignup: b, postAttributeCollection: a") });
  expect(told(await practice.run())).toEqual(["converged", `update ${SIGN_UP} done`]);
  expect(called(practice)).toEqual({ postFederationSignup: "b", postAttributeCollection: "a" });
  expect(practice.flowRequests().filter((line) => line.startsWith("PUT"))).toEqual([
    "PUT 204",
    "PUT 204",
  ]);
});

test("a bound connector keeps its steps when its displayName and its key change", async () => {
  await using practice = await managed("postFederationSignup: a");
  const id = idOf(practice, "a");
  const renamed = connector("z", { displayName: "Z", metadata: "previously: a" }).replace(
    "Z_PASSWORD",
    "A_PASSWORD",
  );
  practice.define({ "z.yaml": renamed, ...signUp("postFederationSignup: z") });
  expect(told(await practice.run())).toEqual(["refused", "update z done"]);
  expect(called(practice)).toEqual({ postFederationSignup: "Z" });
  expect(idOf(practice, "Z")).toBe(id);
  expect(practice.flowRequests()).not.toContain("PUT 204");
});

test("a step moves from one connector to another, and the first one goes in the same run", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({ "b.yaml": connector("b"), ...signUp("postFederationSignup: b") });
  expect(told(await practice.run(deleting()))).toEqual([
    "converged",
    `update ${SIGN_UP} done`,
    "delete a done",
  ]);
  expect(called(practice)).toEqual({ postFederationSignup: "b" });
  expect(live(practice)).toEqual(["b"]);
});

test("a connector stays when Microsoft Graph says that a step was bound, and did nothing", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({ "b.yaml": connector("b"), ...signUp("postFederationSignup: b") });
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "PUT" });
  const run = await practice.run(deleting());
  expect(told(run)).toEqual(["partial", `update ${SIGN_UP} unverified`, "delete a skipped"]);
  expect(run.outcomes[1]?.error?.message).toBe(
    `a was not deleted, because ${SIGN_UP} still calls it. The next run looks again.`,
  );
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
  expect(told(await practice.run(deleting()))).toEqual([
    "converged",
    `update ${SIGN_UP} done`,
    "delete a done",
  ]);
});

test("a binding that was removed by hand is put back", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.sandbox.control.changeUserFlow(SIGN_UP, {
    apiConnectors: { postFederationSignup: null },
  });
  const plan = await practice.plan();
  expect(plan.changes[0]?.fields).toEqual([
    { path: "spec.apiConnectors.postFederationSignup", before: null, after: "a" },
  ]);
  expect(told(await practice.run())).toEqual(["converged", `update ${SIGN_UP} done`]);
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
});

test("a step that calls a connector that nobody manages is told, and bound as git says", async () => {
  await using practice = await managed("postFederationSignup: a");
  const { control } = practice.sandbox;
  const byHand = { displayName: "by hand", targetUrl: "https://elsewhere.example/" };
  const authentication = { basic: { username: "x", password: "y" } };
  const { connectors = [], ...state } = control.state();
  control.setState({ ...state, connectors: [...connectors, { ...byHand, authentication }] });
  control.changeUserFlow(SIGN_UP, { apiConnectors: { postFederationSignup: "by hand" } });
  const { changes, uses } = await practice.plan();
  const id = idOf(practice, "by hand");
  expect(changes[0]?.fields[0]).toMatchObject({ before: `by hand (${id})`, after: "a" });
  expect(uses).toContainEqual(
    expect.objectContaining({ name: null, displayName: "by hand", before: true, after: false }),
  );
  expect((await practice.run()).result).toBe("converged");
});

test("a flow that was deleted outside is a fault, and nothing is applied", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.sandbox.control.deleteUserFlow(SIGN_UP);
  practice.define({
    ...both,
    "a.yaml": connector("a", { displayName: "A" }),
    ...signUp("postFederationSignup: a"),
  });
  const run = await practice.run();
  expect(told(run)).toEqual(["invalid"]);
  expect(run.plan?.faults[0]).toMatchObject({
    code: "not-live",
    at: { file: "connectors/flow.yaml" },
    message: expect.stringContaining("it was deleted outside"),
  });
  expect(live(practice)).toEqual(["a", "b"]);
});

test("a flow whose definition has gone keeps what it calls, and that is said once", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define(both);
  const run = await practice.run();
  expect(told(run)).toEqual(["clean"]);
  expect(run.plan?.faults).toEqual([
    expect.objectContaining({ code: "released", severity: "warning" }),
  ]);
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
  expect((await practice.run()).plan?.faults).toEqual([]);
});

test("without the permission for user flows connectors are reconciled all the same", async () => {
  await using practice = await opened();
  practice.define({ ...both, ...signUp("postFederationSignup: a") });
  practice.sandbox.control.injectFault({
    kind: "status",
    status: 403,
    path: "UserFlows",
    count: 99,
  });
  const run = await practice.run();
  expect(told(run)).toEqual(["unreadable", "create a done", "create b done"]);
  expect(run.plan?.unreadable).toEqual([
    {
      kind: "UserFlow",
      fault: expect.objectContaining({
        message: expect.stringContaining(
          "IdentityUserFlow.ReadWrite.All (65319a09-a2be-469d-8782-f6b07debf789)",
        ),
      }),
    },
  ]);
  practice.sandbox.control.clearFaults();
  expect(told(await practice.run())).toEqual(["converged", `adopt ${SIGN_UP} done`]);
});

test("with connectors alone in git a tenant without the permission is read whole, and deletes wait", async () => {
  await using practice = await opened();
  practice.define(both);
  await practice.run();
  practice.sandbox.control.injectFault({
    kind: "status",
    status: 403,
    path: "UserFlows",
    count: 99,
  });
  const clean = await practice.run();
  expect(told(clean)).toEqual(["clean"]);
  expect(clean.plan).toMatchObject({ complete: true, uses: null });
  expect(clean.plan?.usesUnknown?.message).toContain("IdentityUserFlow.ReadWrite.All");
  practice.define({ "a.yaml": connector("a") });
  const held = await practice.run(deleting());
  expect(held.plan?.held[0]?.reason.code).toBe("use-unknown");
});

test("a step is not bound to a connector that could not be created, and the rest goes on", async () => {
  await using practice = await opened();
  practice.define({
    ...both,
    ...signUp("postFederationSignup: a"),
    "other.yaml": userFlow("B2C_1_customer", "postFederationSignup: b"),
  });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST" });
  expect(told(await practice.run())).toEqual([
    "partial",
    "create a failed",
    "create b done",
    "adopt B2C_1_customer done",
    `adopt ${SIGN_UP} skipped`,
  ]);
  expect(called(practice)).toEqual({});
  expect((await practice.run()).result).toBe("converged");
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
});

test("a step does not begin to call a connector that could not be brought in line", async () => {
  await using practice = await managed("postFederationSignup: a");
  const b = connector("b", { displayName: "B" });
  practice.define({ ...both, "b.yaml": b, ...signUp("postFederationSignup: b") });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "PATCH" });
  expect(told(await practice.run())).toEqual([
    "partial",
    "update b failed",
    `update ${SIGN_UP} skipped`,
  ]);
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
  expect((await practice.run()).result).toBe("converged");
});

test("every step is bound before any is unbound, whatever flows they belong to", async () => {
  await using practice = await managed("postFederationSignup: a");
  const { control } = practice.sandbox;
  control.addUserFlow({ id: "B2X_1_z" });
  practice.define({
    ...both,
    ...signUp("postFederationSignup: null, postAttributeCollection: b"),
    "other.yaml": userFlow("B2X_1_z", "postFederationSignup: a"),
  });
  control.clearRequests();
  expect((await practice.run()).result).toBe("converged");
  const puts = control.requests().flatMap(({ method, path }) => (method === "PUT" ? [path] : []));
  expect(puts.map((path) => path.split("/").slice(-4).join("/"))).toEqual([
    `${SIGN_UP}/apiConnectorConfiguration/postAttributeCollection/$ref`,
    "B2X_1_z/apiConnectorConfiguration/postFederationSignup/$ref",
    `${SIGN_UP}/apiConnectorConfiguration/postFederationSignup/$ref`,
  ]);
});

test("a flow of which binding fails is not unbound either", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({ ...both, ...signUp("postFederationSignup: null, postAttributeCollection: b") });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "PUT" });
  expect(told(await practice.run())).toEqual(["partial", `update ${SIGN_UP} failed`]);
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
});

test("a binding whose answer is lost is seen to be done", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({ ...both, ...signUp("postFederationSignup: b") });
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "PUT", count: 9 });
  const run = await practice.run();
  expect(run.result).toMatch(/converged|partial/);
  practice.sandbox.control.clearFaults();
  expect(told(await practice.run())).toEqual(["clean"]);
  await using store = await practice.openStore();
  expect((await store.recall(practice.subject().tenant)).journal).toEqual([]);
});

test("flows that come on many pages are read with a few requests at a time and no write", async () => {
  await using practice = await opened();
  practice.define(both);
  const ids = Array.from({ length: 12 }, (_, index) => `B2X_1_flow${index}`);
  practice.sandbox.control.setState({ userFlows: ids.map((id) => ({ id })) });
  practice.sandbox.control.configure({ pageSize: 5 });
  const plan = await practice.plan();
  expect(plan.unmanaged.map(({ id }) => id).sort()).toEqual(ids.sort());
  // Three pages, one listing of the other family, and each flow.
  expect(practice.flowRequests()).toEqual(Array(3 + 1 + 12).fill("GET 200"));
});

test("a step that calls a connector deleted outside is bound to the one made in its place", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.sandbox.control.configure({ deleteInUse: 204 });
  practice.sandbox.control.deleteConnector("a");
  expect(told(await practice.run())).toEqual([
    "converged",
    "create a done",
    `update ${SIGN_UP} done`,
  ]);
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
});

const LOWER = "abcdef00-0000-4000-8000-00000000abcd";

/** One in which `a` has an id with letters in it, and Graph takes whatever is asked of it. */
async function managedById(): Promise<Practice> {
  const practice = await openPractice();
  const { control } = practice.sandbox;
  control.configure({ deleteInUse: 204 });
  const basic = { username: "entra", password: "secret of A_PASSWORD" };
  control.setState({
    userFlows: [{ id: SIGN_UP }],
    connectors: [
      {
        id: LOWER,
        displayName: "a",
        targetUrl: "https://a.contoso.com/",
        authentication: { basic },
      },
    ],
  });
  practice.define(both);
  await practice.run();
  return practice;
}

test("a connector that left git is not deleted by the run that binds a step to its id", async () => {
  await using practice = await managedById();
  const id = LOWER.toUpperCase();
  practice.define({ "b.yaml": connector("b"), ...signUp(`postFederationSignup: { id: ${id} }`) });
  const run = await practice.run(deleting());
  expect(told(run)).toEqual(["refused", `adopt ${SIGN_UP} done`]);
  expect(run.plan?.held[0]?.reason.code).toBe("in-use");
  expect(called(practice)).toEqual({ postFederationSignup: "a" });
});

/** Ids of what steps call as another part of Graph might write them. */
function shouting(practice: Practice) {
  const { reader, writer } = practice.subject();
  const louder = <T extends Awaited<ReturnType<typeof reader.userFlow>>>(flow: T): T =>
    flow && {
      ...flow,
      steps:
        flow.steps?.map(({ step, connector: one }) => ({
          step,
          connector: one && { ...one, id: one.id.toUpperCase() },
        })) ?? null,
    };
  const own = {
    userFlows: async (...given: Parameters<typeof reader.userFlows>) =>
      (await reader.userFlows(...given)).map(louder),
    userFlow: async (...given: Parameters<typeof reader.userFlow>) =>
      louder(await reader.userFlow(...given)),
  };
  return { reader: { ...reader, ...own }, writer: writer && { ...writer, ...own } };
}

test("a step that is bound without effect guards its connector, however Graph writes the id", async () => {
  await using practice = await managedById();
  practice.define({ ...both, ...signUp("postFederationSignup: a") });
  await practice.run();
  practice.define({ "b.yaml": connector("b"), ...signUp("postFederationSignup: b") });
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "PUT", count: 9 });
  const run = await practice.run({ ...shouting(practice), ...deleting() });
  expect(told(run)).toEqual(["partial", `update ${SIGN_UP} unverified`, "delete a skipped"]);
  expect(live(practice)).toEqual(["a", "b"]);
});

test("a password that was typed into the name of a connector is not told by what steps call", async () => {
  await using practice = await managedById();
  const { control } = practice.sandbox;
  control.changeConnector(LOWER, { displayName: "secret of A_PASSWORD" });
  practice.define({ ...both, ...signUp(`postFederationSignup: { id: ${LOWER} }`) });
  expect(JSON.stringify(await practice.plan())).not.toContain("secret of A_PASSWORD");
});

async function openEntries(practice: Practice): Promise<number> {
  await using store = await practice.openStore();
  return (await store.recall(practice.subject().tenant)).journal.length;
}

test("a binding that never takes effect is waited for once, and leaves one entry open", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({ ...both, ...signUp("postFederationSignup: b") });
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "PUT", count: 99 });
  for (let run = 0; run < 4; run += 1) await practice.run();
  expect(await openEntries(practice)).toBe(1);
});

test("a flow that is held after a binding without effect makes no later run wait", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({ ...both, ...signUp("postFederationSignup: b") });
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "PUT" });
  await practice.run();
  const policy = allowing(["adopt", "create"]);
  await practice.run({ policy });
  expect(await openEntries(practice)).toBe(0);
  const run = await practice.run({ policy });
  expect(Date.parse(run.finishedAt) - Date.parse(run.startedAt)).toBe(0);
});

test("what was bound in a first turn is told when the second one fails", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({ ...both, ...signUp("postFederationSignup: null, postAttributeCollection: b") });
  practice.sandbox.control.injectFault({ kind: "status", status: 403, method: "PUT", skip: 1 });
  const run = await practice.run();
  expect(run.outcomes).toEqual([
    expect.objectContaining({
      result: "failed",
      error: expect.objectContaining({
        code: "unverified",
        message: expect.stringContaining(
          "The other parts of this change were written before that.",
        ),
      }),
    }),
  ]);
  expect(called(practice)).toEqual({ postFederationSignup: "a", postAttributeCollection: "b" });
});

test("a connector that could not be updated keeps no other step from being bound", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define({
    "a.yaml": connector("a", { displayName: "A" }),
    "b.yaml": connector("b"),
    ...signUp("postFederationSignup: a, postAttributeCollection: b"),
  });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "PATCH" });
  expect(told(await practice.run())).toEqual([
    "partial",
    "update a failed",
    `update ${SIGN_UP} done`,
  ]);
  expect(called(practice)).toEqual({ postFederationSignup: "a", postAttributeCollection: "b" });
});

test("whoever takes the flows out of git and the permission away at once has a whole tenant", async () => {
  await using practice = await managed("postFederationSignup: a");
  practice.define(both);
  practice.sandbox.control.injectFault({
    kind: "status",
    status: 403,
    path: "UserFlows",
    count: 99,
  });
  expect(told(await practice.run())).toEqual(["clean"]);
  await using store = await practice.openStore();
  const { ledger } = await store.recall(practice.subject().tenant);
  expect(ledger.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("a flow whose letter case changed in git has one entry, and stays suspended", async () => {
  await using practice = await managed("postFederationSignup: a");
  const shouted = SIGN_UP.toUpperCase().replace("B2X", "B2X");
  const { tenant, store } = practice.subject();
  const suspension = { since: "2026-08-20T08:00:00.000Z", until: "2026-08-21T08:00:00.000Z" };
  const said = { kind: "UserFlow", name: SIGN_UP, by: "somebody", reason: "hands off" } as const;
  await store.settle(tenant, null, "suspended", [
    { op: "suspend", suspension: { ...suspension, ...said } },
  ]);
  practice.define({ ...both, "flow.yaml": userFlow(shouted, "postFederationSignup: b") });
  const held = await practice.run();
  expect(held.plan?.held[0]?.reason.code).toBe("suspended");
  await store.settle(tenant, null, "resumed", [{ op: "resume", kind: "UserFlow", name: SIGN_UP }]);
  expect((await practice.run()).result).toBe("converged");
  const { ledger } = await store.recall(tenant);
  expect(ledger.filter(({ kind }) => kind === "UserFlow").map(({ name }) => name)).toEqual([
    shouted,
  ]);
});

test("nobody asserts a user flow, and is told so", async () => {
  await using practice = await managed("postFederationSignup: a");
  const asked = { ...nothingAsked, only: [SIGN_UP], assert: true };
  const run = await practice.run({}, { asked });
  expect(run.faults[0]?.message).toContain("is a user flow, which has no password");
});
