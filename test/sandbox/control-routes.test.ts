import { request } from "node:http";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { CONNECTORS, practise, written } from "./practice.ts";

test("the sandbox introduces itself with all that is needed to use it", async () => {
  await using practice = await practise();
  const { status, text } = await practice.call("GET", "/_sandbox");
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    sandbox: "plumbline",
    url: practice.sandbox.url,
    tenantId: practice.sandbox.tenantId,
    token: practice.sandbox.token,
    clientId: "00000000-5a4d-4000-8000-000000000002",
    clientSecret: "practice-only-client-secret",
    settings: {
      requestLimit: 200,
      pageSize: null,
      bindAgain: 409,
      deleteInUse: 409,
      tokenStep: "preTokenIssuance",
      auditDelay: 0,
      auditTargets: "both",
      auditCorrelation: "client-request-id",
      person: "someone@sandbox.example",
    },
  });
});

test("settings change while the sandbox runs", async () => {
  await using practice = await practise();
  practice.sandbox.control.setState({ connectors: [{ id: "a" }, { id: "b" }] });
  await practice.call("PATCH", "/_sandbox", { pageSize: 1 });
  expect((await practice.call("GET", CONNECTORS)).json).toHaveProperty(["@odata.nextLink"]);
  for (const wrong of [
    { pageSize: 0 },
    { requestLimit: "many" },
    { bindAgain: 200 },
    { deleteInUse: null },
    { tokenStep: "postFederationSignup" },
    { colour: 1 },
  ]) {
    expect((await practice.call("PATCH", "/_sandbox", wrong)).status).toBe(400);
  }
});

test.for([
  { form: "JSON", write: JSON.stringify },
  { form: "YAML", write: (value: unknown) => stringify(value) },
])("the state goes out and comes back in as $form", async ({ write }) => {
  await using first = await practise();
  await using second = await practise();
  await first.call("POST", CONNECTORS, written("Fraud check", "pass: word # 1"));
  const { text } = await first.call("GET", "/_sandbox/state");
  const { status } = await second.call("PUT", "/_sandbox/state", write(JSON.parse(text)));
  expect(status).toBe(204);
  expect(second.sandbox.control.state()).toEqual(first.sandbox.control.state());
  expect(second.sandbox.control.password("connector-1")).toBe("pass: word # 1");
});

test("a state that is wrong is refused with its place, and changes nothing", async () => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  const text = "apiVersion: plumbline/v1\nkind: Sandbox\nconnectors:\n  - displayname: a\n";
  const { status, json } = await practice.call("PUT", "/_sandbox/state", text);
  expect([status, json.error]).toMatchObject([400, { line: 4, column: 5 }]);
  expect(practice.sandbox.control.state().connectors).toHaveLength(1);
});

test("the request log shows what was sent, but no password and no key", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  const body = { ...written("Fraud check"), targetUrl: "https://a.example/x?code=k1&sig=k2" };
  await call("POST", CONNECTORS, body, { "client-request-id": "mine" });
  await call("GET", CONNECTORS, undefined, { authorization: "" });
  const { text } = await call("GET", "/_sandbox/requests");
  expect(JSON.parse(text)).toEqual([
    {
      number: 1,
      method: "POST",
      path: CONNECTORS,
      status: 201,
      clientId: "00000000-5a4d-4000-8000-000000000002",
      clientRequestId: "mine",
      body: {
        displayName: "Fraud check",
        targetUrl: "https://a.example/x?code=[sent]&sig=[sent]",
        authenticationConfiguration: {
          ...written("").authenticationConfiguration,
          password: "[sent]",
        },
      },
    },
    {
      number: 2,
      method: "GET",
      path: CONNECTORS,
      status: 401,
      clientId: null,
      clientRequestId: null,
      body: null,
    },
  ]);
  expect((await call("DELETE", "/_sandbox/requests")).status).toBe(204);
  expect(sandbox.control.requests()).toEqual([]);
});

test("faults are queued, shown and cleared over HTTP", async () => {
  await using practice = await practise();
  const fault = { kind: "status", status: 500, count: 2 };
  expect((await practice.call("POST", "/_sandbox/faults", fault)).status).toBe(204);
  await practice.call("GET", CONNECTORS);
  const { text } = await practice.call("GET", "/_sandbox/faults");
  expect(JSON.parse(text)).toEqual([{ fault, skip: 0, count: 1 }]);
  await practice.call("DELETE", "/_sandbox/faults");
  expect((await practice.call("GET", CONNECTORS)).status).toBe(200);
  expect((await practice.call("POST", "/_sandbox/faults", "{")).status).toBe(400);
});

test("a connector drifts by its name, without a token and without a trace in Graph's log", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  await call("POST", CONNECTORS, written("Fraud / check"));
  sandbox.control.clearRequests();
  const path = `/_sandbox/connectors/${encodeURIComponent("Fraud / check")}`;
  const changed = await fetch(sandbox.url + path, {
    method: "PATCH",
    body: JSON.stringify({ targetUrl: "https://rogue.example/" }),
  });
  expect([changed.status, await changed.json()]).toMatchObject([
    200,
    { id: "connector-1", targetUrl: "https://rogue.example/" },
  ]);
  expect(sandbox.control.password("connector-1")).toBe("open sesame");
  expect((await fetch(sandbox.url + path, { method: "DELETE" })).status).toBe(204);
  expect(sandbox.control.state().connectors).toEqual([]);
  expect(sandbox.control.requests()).toEqual([]);
});

test("a user flow is made, bound, unbound and taken away by hand", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  await call("POST", CONNECTORS, written("Fraud check"));
  sandbox.control.clearRequests();
  const made = await call("POST", "/_sandbox/userFlows", { id: "B2X_1_signup" });
  const bare = { id: "B2X_1_signup", userFlowType: "signUpOrSignIn", userFlowTypeVersion: 1 };
  expect([made.status, made.json]).toEqual([200, bare]);
  const path = "/_sandbox/userFlows/B2X_1_signup";
  const bound = await call("PATCH", path, {
    apiConnectors: { postFederationSignup: "Fraud check", postAttributeCollection: "connector-1" },
  });
  expect(bound.json).toEqual({
    ...bare,
    apiConnectors: { postFederationSignup: "connector-1", postAttributeCollection: "connector-1" },
  });
  const unbound = await call("PATCH", path, { apiConnectors: { postFederationSignup: null } });
  const want = { ...bare, apiConnectors: { postAttributeCollection: "connector-1" } };
  expect(unbound.json).toEqual(want);
  expect((await call("GET", "/_sandbox/userFlows")).json).toEqual([want]);
  expect((await call("DELETE", path)).status).toBe(204);
  expect(sandbox.control.userFlows()).toEqual([]);
  expect(sandbox.control.requests()).toEqual([]);
});

test("a connector that goes by hand leaves its steps without one", async () => {
  await using practice = await practise();
  const { control } = practice.sandbox;
  control.setState({
    connectors: [{ id: "a" }, { id: "b" }],
    userFlows: [
      { id: "B2X_1_x", apiConnectors: { postFederationSignup: "a", postAttributeCollection: "b" } },
    ],
  });
  await practice.call("DELETE", "/_sandbox/connectors/a");
  expect(control.userFlows()).toMatchObject([{ apiConnectors: { postAttributeCollection: "b" } }]);
});

test.for([
  { change: { apiConnectors: { postFederationSignup: "Nobody" } }, says: '"Nobody"' },
  { change: { apiConnectors: { preTokenIssuance: "a" } }, says: "The steps of B2X_1_x are" },
  { change: { apiConnectors: "a" }, says: "apiConnectors" },
  { change: { userFlowType: "passwordReset" }, says: "always signUpOrSignIn" },
  { change: { colour: "red" }, says: '"colour"' },
  { change: null, says: "object" },
])("a user flow takes no $change by hand", async ({ change, says }) => {
  await using practice = await practise();
  const { control } = practice.sandbox;
  control.setState({ connectors: [{ id: "a" }], userFlows: [{ id: "B2X_1_x" }] });
  const before = control.state();
  const { status, json } = await practice.call("PATCH", "/_sandbox/userFlows/B2X_1_x", change);
  expect([status, json.error.message]).toEqual([400, expect.stringContaining(says)]);
  expect(control.state()).toEqual(before);
});

test("a name that is unknown or not the only one is refused with what there is", async () => {
  await using practice = await practise();
  const { call } = practice;
  for (const name of ["Twin", "Twin"]) await call("POST", CONNECTORS, written(name));
  const absent = await call("DELETE", "/_sandbox/connectors/Nobody");
  expect([absent.status, absent.json.error.message]).toEqual([
    404,
    expect.stringContaining("Twin"),
  ]);
  const twin = await call("PATCH", "/_sandbox/connectors/Twin", { displayName: "Single" });
  expect(twin.status).toBe(400);
  expect(twin.json.error.message).toContain("connector-1, connector-2");
  const byId = await call("PATCH", "/_sandbox/connectors/connector-2", { displayName: "Single" });
  expect(byId.json).toMatchObject({ id: "connector-2", displayName: "Single" });
});

test.for([
  { method: "GET", path: "/_sandbox/weather", status: 404 },
  { method: "GET", path: "/_sandbox/state/x", status: 404 },
  { method: "PATCH", path: "/_sandbox/connectors", status: 404 },
  { method: "POST", path: "/_sandbox/connectors/", status: 404 },
  { method: "POST", path: "/_sandbox/connectors/Nobody/certificates", status: 404 },
  { method: "POST", path: "/_sandbox/connectors/Nobody", status: 405 },
  { method: "DELETE", path: "/_sandbox/connectors/Nobody/certificates", status: 405 },
  { method: "PATCH", path: "/_sandbox/userFlows", status: 405 },
  { method: "DELETE", path: "/_sandbox/userFlows/B2X_1_nothing", status: 404 },
  { method: "PATCH", path: "/_sandbox/userFlows/B2X_1_nothing/certificates", status: 404 },
  { method: "POST", path: "/_sandbox/state", status: 405 },
])("$method $path is refused with $status", async ({ method, path, status }) => {
  await using practice = await practise();
  expect((await practice.call(method, path, method === "GET" ? undefined : "{}")).status).toBe(
    status,
  );
});

test.for([
  { name: "a name that is not of this machine", headers: { host: "rebound.example" } },
  { name: "a page of another site", headers: { origin: "https://rogue.example" } },
])("the control is closed to $name", async ({ headers }) => {
  await using practice = await practise();
  const status = await new Promise((resolve, reject) => {
    request(`${practice.sandbox.url}/_sandbox`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
});
