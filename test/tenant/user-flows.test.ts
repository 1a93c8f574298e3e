/** User flows with the connectors that their steps call, read from a practice tenant over HTTP. */
import { expect, test } from "vitest";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { openReader } from "../../src/tenant/tenant.ts";
import {
  asked,
  CUSTOMERS,
  calledBy,
  faultOf,
  flow,
  GUESTS,
  practised,
  readerOf,
} from "./practised-flows.ts";
import { access, startGraph } from "./scripted-graph.ts";

const CONFIGURATION = /apiConnectorConfiguration/;

test("every flow is told with what its steps call, and only GET is sent", async () => {
  await using sandbox = await practised();
  const flows = await readerOf(sandbox).userFlows([]);
  expect(calledBy(flows)).toEqual({ ...GUESTS, ...CUSTOMERS });
  expect(flows[0]).toEqual({
    kind: "UserFlow",
    id: "B2X_1_signup",
    type: "signUpOrSignIn",
    version: 1,
    steps: [
      { step: "postFederationSignup", connector: null },
      { step: "postAttributeCollection", connector: { id: "fraud", displayName: "The fraud" } },
    ],
  });
  expect(new Set(sandbox.control.requests().map(({ method }) => method))).toEqual(new Set(["GET"]));
});

test("reading costs one request for each family and flow, and none for a flow that only resets passwords", async () => {
  await using sandbox = await practised();
  await readerOf(sandbox).userFlows([]);
  const guests = "?$expand=postFederationSignup,postAttributeCollection";
  const configuration = (id: string) => `identity/${id}/apiConnectorConfiguration${guests}`;
  expect([...asked(sandbox)].sort()).toEqual([
    "GET /beta/identity/b2cUserFlows",
    `GET /beta/${configuration("b2cUserFlows/B2C_1_customer")},preTokenIssuance`,
    `GET /beta/${configuration("b2cUserFlows/B2C_1_old")}`,
    "GET /v1.0/identity/b2xUserFlows",
    `GET /v1.0/${configuration("b2xUserFlows/B2X_1_partners")}`,
    `GET /v1.0/${configuration("b2xUserFlows/B2X_1_signup")}`,
  ]);
});

test("flows that come on several pages are all read", async () => {
  await using sandbox = await practised();
  sandbox.control.configure({ pageSize: 1 });
  expect(calledBy(await readerOf(sandbox).userFlows([]))).toEqual({ ...GUESTS, ...CUSTOMERS });
});

test.for([400, 403, 404])(
  "a tenant whose flows of Azure AD B2C answer %i is read without them",
  async (status) => {
    await using sandbox = await practised({ kind: "status", status, path: "/b2cUserFlows" });
    expect(calledBy(await readerOf(sandbox).userFlows(["B2X_1_signup"]))).toEqual(GUESTS);
  },
);

test("a flow that git names is never taken as absent because its family is refused", async () => {
  await using sandbox = await practised({
    kind: "status",
    status: 403,
    path: "/b2cUserFlows",
    count: 9,
  });
  const reading = readerOf(sandbox).userFlows(["b2c_1_CUSTOMER"]);
  expect(await faultOf(reading)).toMatchObject({ code: "forbidden" });
});

test.for<{ what: string; fault: InjectedFault; code: string }>([
  {
    what: "may not be read",
    fault: { kind: "status", status: 403, path: "UserFlows", count: 99 },
    code: "forbidden",
  },
  {
    what: "are listed in half",
    fault: { kind: "torn-body", path: "b2xUserFlows$" },
    code: "malformed",
  },
  {
    what: "stop after a page",
    fault: { kind: "status", status: 404, path: "b2cUserFlows.*skiptoken", count: 9 },
    code: "not-found",
  },
  {
    what: "do not show their connectors",
    fault: { kind: "status", status: 403, path: "apiConnectorConfiguration", count: 99 },
    code: "forbidden",
  },
  {
    what: "refuse to show one step",
    fault: { kind: "status", status: 400, path: "B2C_1_customer/", count: 9 },
    code: "rejected",
  },
  {
    what: "answer a page for people",
    fault: { kind: "html-body", path: "apiConnectorConfiguration", count: 9 },
    code: "malformed",
  },
  {
    what: "answer nothing",
    fault: { kind: "status", status: 204, path: "apiConnectorConfiguration", count: 9 },
    code: "malformed",
  },
  {
    what: "are there but hide their connectors",
    fault: { kind: "status", status: 404, path: "B2X_1_signup/", count: 9 },
    code: "not-found",
  },
])("user flows that $what are unknown, and never none", async ({ fault, code }) => {
  await using sandbox = await practised(fault);
  sandbox.control.configure({ pageSize: 2 });
  expect(await faultOf(readerOf(sandbox).userFlows([]))).toMatchObject({ code });
});

test("a flow that is deleted between listing and reading is left out", async () => {
  await using sandbox = await practised({ kind: "delay", milliseconds: 60_000, path: "b2cUser" });
  const { control } = sandbox;
  const listing = control.arrival("GET", /b2cUserFlows/);
  const reading = readerOf(sandbox).userFlows(["B2X_1_partners"]);
  await listing;
  control.deleteUserFlow("B2X_1_partners");
  control.clearFaults();
  const { B2X_1_signup } = GUESTS;
  expect(calledBy(await reading)).toEqual({ B2X_1_signup, ...CUSTOMERS });
});

test("one flow is read as it is now, and is null when it is gone", async () => {
  await using sandbox = await practised();
  const reader = readerOf(sandbox);
  const [signup] = await reader.userFlows([]);
  const change = { apiConnectors: { postFederationSignup: "crm", postAttributeCollection: null } };
  sandbox.control.changeUserFlow("B2X_1_signup", change);
  expect(await reader.userFlow(signup ?? flow(""))).toMatchObject({
    id: "B2X_1_signup",
    version: 1,
    steps: [{ connector: { id: "crm" } }, { connector: null }],
  });
  for (const id of ["B2X_1_signup", "B2C_1_customer"]) {
    sandbox.control.deleteUserFlow(id);
    expect(await reader.userFlow(flow(id))).toBeNull();
  }
});

test.for(["preTokenIssuance", "preSendingClaims"] as const)(
  "the step before the token is read where Graph calls it %s, and the name is remembered",
  async (tokenStep) => {
    await using sandbox = await practised();
    const { control } = sandbox;
    control.configure({ tokenStep });
    const reader = readerOf(sandbox);
    expect(calledBy(await reader.userFlows([]))).toEqual({ ...GUESTS, ...CUSTOMERS });
    control.clearRequests();
    expect(calledBy(await reader.userFlows([]))).toEqual({ ...GUESTS, ...CUSTOMERS });
    expect(asked(sandbox, /B2C_1_customer/)).toEqual([expect.stringMatching(`,${tokenStep}$`)]);
  },
);

test("a step before the token is not lost when Graph comes to call it by its other name", async () => {
  await using sandbox = await practised();
  const reader = readerOf(sandbox);
  for (const tokenStep of ["preTokenIssuance", "preSendingClaims", "preTokenIssuance"] as const) {
    sandbox.control.configure({ tokenStep });
    expect(calledBy(await reader.userFlows([]))).toMatchObject(CUSTOMERS);
  }
});

test.for([
  { what: "before any other showed one", reads: 0 },
  { what: "though others have one", reads: 1 },
])("a flow without a step before the token is read $what", async ({ reads }) => {
  await using sandbox = await practised();
  const reader = readerOf(sandbox);
  for (let read = 0; read < reads; read += 1) await reader.userFlows([]);
  const path = "B2C_1_customer/.*(?:preTokenIssuance|preSendingClaims)";
  sandbox.control.injectFault({ kind: "status", status: 400, path, count: 9 });
  const { B2C_1_customer } = calledBy(await reader.userFlows([]));
  expect(B2C_1_customer).toEqual({ postFederationSignup: "fraud", postAttributeCollection: null });
});

/** Listings of both families, then whatever the flow answers. */
function graphWith(flows: readonly object[], ...steps: readonly object[]) {
  const [guests, customers] = ["B2X", "B2C"].map((family) => ({
    body: { value: flows.filter((one) => JSON.stringify(one).includes(`"${family}`)) },
  }));
  return startGraph(guests ?? {}, customers ?? {}, ...steps.map((body) => ({ body })));
}

test("a flow of an older version that takes connectors all the same shows every step", async () => {
  const old = { id: "B2C_1_old", userFlowType: "signUp", userFlowTypeVersion: 1 };
  const bound = { postFederationSignup: { id: "a", displayName: null } };
  const full = { ...bound, preTokenIssuance: { id: "b", displayName: "B" } };
  await using graph = await graphWith([old], bound, full);
  const [read] = await openReader(access(graph.url).access).userFlows([]);
  expect(read).toEqual({
    kind: "UserFlow",
    id: "B2C_1_old",
    type: "signUp",
    version: 1,
    steps: [
      { step: "postFederationSignup", connector: { id: "a", displayName: null } },
      { step: "postAttributeCollection", connector: null },
      { step: "preTokenIssuance", connector: { id: "b", displayName: "B" } },
    ],
  });
});

test("a strange id stays one segment of the address", async () => {
  await using graph = await graphWith([{ id: "B2X_1_a/../b?c#d%é" }], {});
  const flows = await openReader(access(graph.url).access).userFlows([]);
  expect(flows).toMatchObject([{ id: "B2X_1_a/../b?c#d%é", type: null, version: null }]);
  expect(graph.seen.at(-1)?.url).toBe(
    "/v1.0/identity/b2xUserFlows/B2X_1_a%2F..%2Fb%3Fc%23d%25%C3%A9/apiConnectorConfiguration?$expand=postFederationSignup,postAttributeCollection",
  );
});

test.for<{ what: string; listed: object; steps?: object }>([
  { what: "has no id", listed: { about: "B2X_1_x" } },
  { what: "is of the other family", listed: { id: "B2C_1_x", about: '"B2X"' } },
  { what: "has an id without end", listed: { id: `B2X_${"x".repeat(256)}` } },
  { what: "has a type that is no text", listed: { id: "B2X_1_x", userFlowType: 7 } },
  {
    what: "calls a connector without id",
    listed: { id: "B2X_1_x" },
    steps: { postFederationSignup: {} },
  },
  { what: "calls a word", listed: { id: "B2X_1_x" }, steps: { postFederationSignup: "x" } },
  { what: "is a list of steps", listed: { id: "B2X_1_x" }, steps: [] },
])("a flow that $what makes the answer unusable", async ({ listed, steps = {} }) => {
  await using graph = await startGraph(
    { body: { value: [listed] } },
    { body: { value: [] } },
    { body: steps },
  );
  const reading = openReader(access(graph.url).access).userFlows([]);
  expect(await faultOf(reading)).toMatchObject({ code: "malformed" });
});

test("a missing permission is named with its id", async () => {
  await using sandbox = await practised({ kind: "status", status: 403, count: 99 });
  expect(await faultOf(readerOf(sandbox).userFlows([]))).toMatchObject({
    message: expect.stringContaining(
      "IdentityUserFlow.ReadWrite.All (65319a09-a2be-469d-8782-f6b07debf789)",
    ),
  });
});

/** A tenant with so many flows, whose configurations are held until the faults are cleared. */
async function held(flows: number, ...faults: readonly InjectedFault[]): Promise<Sandbox> {
  const sandbox = await practised(...faults);
  const userFlows = Array.from({ length: flows }, (_, index) => ({ id: `B2X_1_flow${index}` }));
  sandbox.control.setState({ userFlows });
  const path = "apiConnectorConfiguration";
  sandbox.control.injectFault({ kind: "delay", milliseconds: 600_000, path, count: flows });
  return sandbox;
}

/** Until so many configurations were asked for, and whatever was sent with the last has arrived. */
async function arrivals(sandbox: Sandbox, count: number): Promise<void> {
  while (asked(sandbox, CONFIGURATION).length < count) {
    await sandbox.control.arrival("GET", CONFIGURATION);
  }
  await fetch(`${sandbox.url}/_sandbox`);
}

test("four flows are read at a time, and in the end all of them", async () => {
  await using sandbox = await held(9);
  const reading = readerOf(sandbox).userFlows([]);
  await arrivals(sandbox, 4);
  expect(asked(sandbox, CONFIGURATION)).toHaveLength(4);
  sandbox.control.clearFaults();
  const flows = await reading;
  expect(flows.map(({ id }) => id)).toEqual(flows.map((_, index) => `B2X_1_flow${index}`));
  expect(asked(sandbox, CONFIGURATION)).toHaveLength(9);
});

test("whoever aborts is not kept waiting, and no flow that waits for its turn is read", async () => {
  await using sandbox = await held(9);
  const aborting = new AbortController();
  const reading = readerOf(sandbox).userFlows([], aborting.signal);
  await arrivals(sandbox, 4);
  aborting.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  await arrivals(sandbox, 4);
  expect(asked(sandbox, CONFIGURATION)).toHaveLength(4);
});

test("the first flow that cannot be read ends the reading of all the others", async () => {
  const path = "B2X_1_flow1/";
  await using sandbox = await held(9, { kind: "status", status: 403, path });
  const reading = readerOf(sandbox).userFlows([]);
  expect(await faultOf(reading)).toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("B2X_1_flow1"),
  });
  expect(asked(sandbox, CONFIGURATION).length).toBeLessThanOrEqual(4);
});
