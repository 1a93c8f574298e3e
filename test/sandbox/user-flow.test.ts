import { expect, test } from "vitest";
import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { CONNECTORS, type Practice, practise } from "./practice.ts";

const B2X = "/v1.0/identity/b2xUserFlows";
const B2C = "/beta/identity/b2cUserFlows";
const SIGN_UP = `${B2X}/B2X_1_signup/apiConnectorConfiguration`;
const CUSTOMER = `${B2C}/B2C_1_customer/apiConnectorConfiguration`;
const ALL = "?$expand=postFederationSignup,postAttributeCollection";

const basic = { basic: { username: "entra", password: "open sesame" } };

/** Two connectors, and flows of both families; one step of the B2X flow is bound. */
async function practiseFlows(options: Partial<SandboxOptions> = {}): Promise<Practice> {
  const practice = await practise(options);
  practice.sandbox.control.setState({
    connectors: [
      { id: "fraud", displayName: "Fraud check", authentication: basic },
      { id: "crm", displayName: "CRM sync" },
    ],
    userFlows: [
      { id: "B2X_1_signup", apiConnectors: { postAttributeCollection: "Fraud check" } },
      { id: "B2C_1_customer" },
      { id: "B2X_1_partners" },
      { id: "B2C_1_reset", userFlowType: "passwordReset" },
      { id: "B2C_1_old", userFlowTypeVersion: 1 },
    ],
    apps: [
      { clientId: "connectors", clientSecret: "x", roles: ["APIConnectors.ReadWrite.All"] },
      { clientId: "reader", clientSecret: "x", roles: ["IdentityUserFlow.Read.All"] },
    ],
  });
  return practice;
}

function reference(practice: Practice, id: string, version = "v1.0") {
  return { "@odata.id": `${practice.sandbox.url}/${version}/identity/apiConnectors/${id}` };
}

function boundOf({ sandbox }: Practice, flow: string) {
  return sandbox.control.userFlows().find(({ id }) => id === flow)?.apiConnectors ?? {};
}

test("flows of a family are listed in their order, and show no binding", async () => {
  await using practice = await practiseFlows();
  const { status, json } = await practice.call("GET", B2X);
  const shown = (id: string) => ({
    id,
    userFlowType: "signUpOrSignIn",
    userFlowTypeVersion: 1,
    apiConnectorConfiguration: {},
  });
  expect([status, json]).toEqual([
    200,
    {
      "@odata.context": `${practice.sandbox.url}/v1.0/$metadata#identity/b2xUserFlows`,
      value: [shown("B2X_1_signup"), shown("B2X_1_partners")],
    },
  ]);
  const one = await practice.call("GET", `${B2X}/b2x_1_SIGNUP`);
  expect(one.json).toEqual({
    "@odata.context": `${practice.sandbox.url}/v1.0/$metadata#identity/b2xUserFlows/$entity`,
    ...shown("B2X_1_signup"),
  });
  const beta = await practice.call("GET", B2C);
  expect(beta.json.value).toMatchObject([
    { id: "B2C_1_customer", userFlowTypeVersion: 3, apiConnectorConfiguration: {} },
    { id: "B2C_1_reset", userFlowType: "passwordReset" },
    { id: "B2C_1_old", userFlowTypeVersion: 1 },
  ]);
  expect((await practice.call("GET", "/beta/identity/b2xUserFlows")).json.value).toHaveLength(2);
});

test("a listing of flows comes in pages when the tenant has pages", async () => {
  await using practice = await practiseFlows({ pageSize: 2 });
  const first = await practice.call("GET", B2C);
  expect(first.json.value.map(({ id }) => id)).toEqual(["B2C_1_customer", "B2C_1_reset"]);
  const next = await practice.call("GET", first.json["@odata.nextLink"] ?? "");
  expect(next.json.value.map(({ id }) => id)).toEqual(["B2C_1_old"]);
});

test("v1.0 knows no B2C user flows", async () => {
  await using practice = await practiseFlows();
  for (const path of ["", "/B2C_1_customer", "/B2C_1_customer/apiConnectorConfiguration"]) {
    const got = await practice.call("GET", `/v1.0/identity/b2cUserFlows${path}`);
    expect([got.status, got.json.error.message]).toEqual([
      404,
      "Resource not found for the segment 'b2cUserFlows'.",
    ]);
  }
});

test("a configuration is empty unless its steps are expanded", async () => {
  await using practice = await practiseFlows();
  const context = `${practice.sandbox.url}/v1.0/$metadata#identity/b2xUserFlows('B2X_1_signup')/apiConnectorConfiguration`;
  const bare = await practice.call("GET", SIGN_UP);
  expect([bare.status, bare.json]).toEqual([200, { "@odata.context": context }]);
  const { json } = await practice.call("GET", SIGN_UP + ALL);
  expect(json).toEqual({
    "@odata.context": `${context}(postFederationSignup(),postAttributeCollection())`,
    postFederationSignup: null,
    "postAttributeCollection@odata.context": `${context}/microsoft.graph.userFlowApiConnectorConfiguration/postAttributeCollection/$entity`,
    postAttributeCollection: {
      id: "fraud",
      displayName: "Fraud check",
      targetUrl: null,
      authenticationConfiguration: {
        "@odata.type": "#microsoft.graph.basicAuthentication",
        username: "entra",
        password: "******",
      },
    },
  });
  const one = await practice.call("GET", `${SIGN_UP}?$expand=postFederationSignup`);
  expect(Object.keys(one.json)).toEqual(["@odata.context", "postFederationSignup"]);
});

test.for([
  `${SIGN_UP}?$expand=preSendingClaims`,
  `${SIGN_UP}?$expand=postFederationSignup,*`,
  `${SIGN_UP}?$select=postFederationSignup`,
  `/beta/identity/b2xUserFlows/B2X_1_signup/apiConnectorConfiguration?$expand=preTokenIssuance`,
  `${B2C}/B2C_1_reset/apiConnectorConfiguration`,
  `${B2C}/B2C_1_old/apiConnectorConfiguration${ALL}`,
  `${B2X}/B2X_1_signup?$expand=identityProviders`,
  `${B2X}?$filter=id eq 'B2X_1_signup'`,
])("GET %s is refused with 400", async (path) => {
  await using practice = await practiseFlows();
  const { status, json } = await practice.call("GET", path);
  expect([status, json.error.code]).toEqual([400, "AADB2C"]);
});

test.for([
  { tokenStep: "preTokenIssuance", unknown: "preSendingClaims" },
  { tokenStep: "preSendingClaims", unknown: "preTokenIssuance" },
] as const)(
  "the step before the token is bound in Azure AD B2C as $tokenStep where that is set, and $unknown is unknown",
  async ({ tokenStep, unknown }) => {
    await using practice = await practiseFlows();
    practice.sandbox.control.configure({ tokenStep });
    const put = (step: string) =>
      practice.call("PUT", `${CUSTOMER}/${step}/$ref`, reference(practice, "crm", "beta"));
    expect((await put(unknown)).status).toBe(404);
    const bound = await put(tokenStep);
    expect([bound.status, bound.json]).toEqual([204, null]);
    expect(boundOf(practice, "B2C_1_customer")).toEqual({ preTokenIssuance: "crm" });
    const { json } = await practice.call("GET", `${CUSTOMER}${ALL},${tokenStep}`);
    expect(json).toMatchObject({
      "@odata.context": expect.stringContaining(`,${tokenStep}())`),
      postFederationSignup: null,
      postAttributeCollection: null,
      [`${tokenStep}@odata.context`]: expect.stringContaining(`/${tokenStep}/$entity`),
      [tokenStep]: { id: "crm" },
    });
    const refused = await practice.call("GET", `${CUSTOMER}${ALL},${unknown}`);
    expect([refused.status, refused.json.error.message]).toEqual([
      400,
      expect.stringContaining(`'${unknown}'`),
    ]);
  },
);

test("a step is bound, bound to another connector in one call, and unbound by an empty object", async () => {
  await using practice = await practiseFlows();
  const path = `${SIGN_UP}/postAttributeCollection/$ref`;
  const { status, text } = await practice.call("PUT", path, reference(practice, "crm"));
  expect([status, text]).toEqual([204, ""]);
  expect(boundOf(practice, "B2X_1_signup")).toEqual({ postAttributeCollection: "crm" });
  for (let time = 1; time <= 2; time += 1) {
    expect((await practice.call("PUT", path, {})).status).toBe(204);
    expect(boundOf(practice, "B2X_1_signup")).toEqual({});
  }
});

test.for([
  { bindAgain: 409, status: 409 },
  { bindAgain: 204, status: 204 },
] as const)("binding what is bound already answers $bindAgain where that is set", async (row) => {
  await using practice = await practiseFlows();
  practice.sandbox.control.configure({ bindAgain: row.bindAgain });
  const path = `${SIGN_UP}/postAttributeCollection/$ref`;
  const { status } = await practice.call("PUT", path, reference(practice, "fraud"));
  expect(status).toBe(row.status);
  expect(boundOf(practice, "B2X_1_signup")).toEqual({ postAttributeCollection: "fraud" });
});

test.for([
  { name: "another root", id: "https://graph.microsoft.com/v1.0/identity/apiConnectors/crm" },
  { name: "another version", id: "{url}/beta/identity/apiConnectors/crm" },
  { name: "another kind", id: "{url}/v1.0/identity/b2xUserFlows/B2X_1_partners" },
  { name: "the collection", id: "{url}/v1.0/identity/apiConnectors" },
  { name: "an id alone", id: "crm" },
  { name: "no text", id: 7 },
  { name: "an unknown connector", id: "{url}/v1.0/identity/apiConnectors/gone", status: 404 },
])("a step is not bound to $name", async ({ id, status = 400 }) => {
  await using practice = await practiseFlows();
  const target = typeof id === "string" ? id.replace("{url}", practice.sandbox.url) : id;
  const path = `${SIGN_UP}/postAttributeCollection/$ref`;
  const got = await practice.call("PUT", path, { "@odata.id": target });
  expect([got.status, got.json.error.code]).toEqual([status, "AADB2C"]);
  expect(boundOf(practice, "B2X_1_signup")).toEqual({ postAttributeCollection: "fraud" });
});

test("a body without @odata.id that is not empty does not unbind", async () => {
  await using practice = await practiseFlows();
  const path = `${SIGN_UP}/postAttributeCollection/$ref`;
  for (const body of [{ id: "crm" }, [], "{"]) {
    expect((await practice.call("PUT", path, body)).status).toBe(400);
  }
  expect(boundOf(practice, "B2X_1_signup")).toEqual({ postAttributeCollection: "fraud" });
});

test.for([
  { method: "GET", path: `${B2X}/B2X_1_absent`, status: 404 },
  { method: "GET", path: `${B2X}/B2C_1_customer`, status: 404 },
  { method: "GET", path: `${B2X}/B2X_1_absent/apiConnectorConfiguration`, status: 404 },
  { method: "GET", path: `${B2X}/B2X_1_signup/weather`, status: 404 },
  { method: "PUT", path: `${SIGN_UP}/preTokenIssuance/$ref`, status: 404 },
  { method: "PUT", path: `${SIGN_UP}/postFederationSignup/$value`, status: 404 },
  { method: "PUT", path: `${SIGN_UP}/postFederationSignup/$ref/more`, status: 404 },
  { method: "PUT", path: `${B2C}/B2C_1_reset/apiConnectorConfiguration/x/$ref`, status: 400 },
  { method: "PATCH", path: SIGN_UP, status: 405 },
  { method: "DELETE", path: `${SIGN_UP}/postAttributeCollection/$ref`, status: 405 },
  { method: "DELETE", path: `${SIGN_UP}/postAttributeCollection`, status: 501 },
  { method: "POST", path: B2X, status: 501 },
  { method: "DELETE", path: `${B2X}/B2X_1_signup`, status: 501 },
  { method: "GET", path: `${B2X}/$count`, status: 501 },
])("$method $path is refused with $status", async ({ method, path, status }) => {
  await using practice = await practiseFlows();
  const before = practice.sandbox.control.state();
  const got = await practice.call(method, path, method === "PUT" ? {} : undefined);
  expect(got.status).toBe(status);
  expect(practice.sandbox.control.state()).toEqual(before);
});

test("user flows need a permission of their own, and their configuration the larger one", async () => {
  await using practice = await practiseFlows();
  const { tenantId, url } = practice.sandbox;
  const statuses = async (clientId: string) => {
    const form = { grant_type: "client_credentials", scope: `${url}/.default` };
    const body = new URLSearchParams({ ...form, client_id: clientId, client_secret: "x" });
    const said = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, { method: "POST", body });
    const { access_token: token } = (await said.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}` };
    const ask = async (method: string, path: string, content?: unknown) =>
      (await practice.call(method, path, content, headers)).status;
    return [
      await ask("GET", CONNECTORS),
      await ask("GET", B2X),
      await ask("GET", SIGN_UP + ALL),
      await ask("PUT", `${SIGN_UP}/postFederationSignup/$ref`, {}),
    ];
  };
  expect(await statuses("connectors")).toEqual([200, 403, 403, 403]);
  expect(await statuses("reader")).toEqual([403, 200, 403, 403]);
});

test("a success without effect binds nothing", async () => {
  await using practice = await practiseFlows();
  const { control } = practice.sandbox;
  control.injectFault({ kind: "no-effect", method: "PUT", path: "postFederationSignup/\\$ref" });
  const put = () =>
    practice.call("PUT", `${SIGN_UP}/postFederationSignup/$ref`, reference(practice, "crm"));
  expect((await put()).status).toBe(204);
  expect((await practice.call("GET", SIGN_UP + ALL)).json).toHaveProperty(
    "postFederationSignup",
    null,
  );
  expect((await put()).status).toBe(204);
  expect(boundOf(practice, "B2X_1_signup")).toHaveProperty("postFederationSignup", "crm");
});

test("reads lag behind a binding as long as they are told to", async () => {
  await using practice = await practiseFlows();
  practice.sandbox.control.injectFault({ kind: "stale-reads", reads: 1, method: "PUT" });
  await practice.call("PUT", `${SIGN_UP}/postAttributeCollection/$ref`, {});
  const read = async () => (await practice.call("GET", SIGN_UP + ALL)).json;
  expect(await read()).toHaveProperty("postAttributeCollection.id", "fraud");
  expect(await read()).toHaveProperty("postAttributeCollection", null);
});

test.for([
  { kind: "drop-before-effect", bound: {} },
  { kind: "drop-after-effect", bound: { postFederationSignup: "crm" } },
] as const)("with $kind on a binding the flow calls $bound", async ({ kind, bound }) => {
  await using practice = await practiseFlows();
  practice.sandbox.control.injectFault({ kind, path: "/b2xUserFlows/" });
  const path = `${B2X}/B2X_1_partners/apiConnectorConfiguration/postFederationSignup/$ref`;
  await expect(practice.call("PUT", path, reference(practice, "crm"))).rejects.toThrow();
  expect(boundOf(practice, "B2X_1_partners")).toEqual(bound);
});

test("a status may come on user flows alone", async () => {
  await using practice = await practiseFlows();
  const fault = { kind: "status", status: 403, path: "/b2[xc]UserFlows", count: 9 } as const;
  practice.sandbox.control.injectFault(fault);
  expect((await practice.call("GET", B2X)).status).toBe(403);
  expect((await practice.call("GET", CONNECTORS)).status).toBe(200);
  expect((await practice.call("GET", SIGN_UP)).status).toBe(403);
});

test.for([
  { deleteInUse: 409, bound: { postAttributeCollection: "fraud" } },
  { deleteInUse: 400, bound: { postAttributeCollection: "fraud" } },
  { deleteInUse: 204, bound: {} },
] as const)(
  "deleting a connector that a flow calls answers $deleteInUse where that is set, and the flow calls $bound",
  async ({ deleteInUse, bound }) => {
    await using practice = await practiseFlows();
    practice.sandbox.control.configure({ deleteInUse });
    const { status, text } = await practice.call("DELETE", `${CONNECTORS}/fraud`);
    expect(status).toBe(deleteInUse);
    if (deleteInUse !== 204) expect(text).toContain("in use by B2X_1_signup");
    expect(boundOf(practice, "B2X_1_signup")).toEqual(bound);
    expect((await practice.call("DELETE", `${CONNECTORS}/crm`)).status).toBe(204);
  },
);
