import { expect, test } from "vitest";
import { CONNECTORS, practise, written } from "./practice.ts";

test("a created connector comes back with 201, an id of the server and a masked password", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  const created = await call("POST", CONNECTORS, written("Fraud check"));
  const want = {
    id: "connector-1",
    displayName: "Fraud check",
    targetUrl: "https://api.contoso.example/hook",
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "entra",
      password: "******",
    },
  };
  expect(created.status).toBe(201);
  expect(created.json).toEqual({
    "@odata.context": `${sandbox.url}/v1.0/$metadata#identity/apiConnectors/$entity`,
    ...want,
  });
  const got = await call("GET", `${CONNECTORS}/connector-1`);
  expect([got.status, got.json]).toEqual([200, created.json]);
  const listed = await call("GET", CONNECTORS);
  expect(listed.json).toEqual({
    "@odata.context": `${sandbox.url}/v1.0/$metadata#identity/apiConnectors`,
    value: [want],
  });
  expect(sandbox.control.password("connector-1")).toBe("open sesame");
});

test("connectors are listed in the order in which they were created, and may share a name", async () => {
  await using practice = await practise();
  for (const name of ["Zebra", "Ant", "Zebra"]) {
    const { status } = await practice.call("POST", CONNECTORS, written(name));
    expect(status).toBe(201);
  }
  const { json } = await practice.call("GET", CONNECTORS);
  expect(json.value.map((each) => each.displayName)).toEqual(["Zebra", "Ant", "Zebra"]);
});

test("a patch answers 204 without body and changes what it names alone", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  await call("POST", CONNECTORS, written("Fraud check"));
  const patched = await call("PATCH", `${CONNECTORS}/connector-1`, { displayName: "Fraud" });
  expect([patched.status, patched.json]).toEqual([204, null]);
  expect(patched.headers.get("content-type")).toBeNull();
  const { json } = await call("GET", `${CONNECTORS}/connector-1`);
  expect(json).toMatchObject({ displayName: "Fraud", targetUrl: written("").targetUrl });
  expect(sandbox.control.password("connector-1")).toBe("open sesame");
});

test("a patch replaces the authentication as a whole, and a mask is taken at its word", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  await call("POST", CONNECTORS, written("Fraud check"));
  const { authenticationConfiguration } = written("", "******");
  const { status } = await call("PATCH", `${CONNECTORS}/connector-1`, {
    authenticationConfiguration,
  });
  expect(status).toBe(204);
  expect(sandbox.control.password("connector-1")).toBe("******");
  const { password: _, ...partial } = authenticationConfiguration;
  const refused = await call("PATCH", `${CONNECTORS}/connector-1`, {
    authenticationConfiguration: partial,
  });
  expect(refused.status).toBe(400);
});

test("a discriminator is known with and without its number sign", async () => {
  await using practice = await practise();
  for (const sign of ["", "#"]) {
    const body = written("Fraud check");
    body.authenticationConfiguration["@odata.type"] = `${sign}microsoft.graph.basicAuthentication`;
    const { status, json } = await practice.call("POST", CONNECTORS, body);
    expect(status).toBe(201);
    expect(json.authenticationConfiguration["@odata.type"]).toBe(
      "#microsoft.graph.basicAuthentication",
    );
  }
});

test("a deleted connector answers 204 and is not found from then on", async () => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  const gone = await practice.call("DELETE", `${CONNECTORS}/connector-1`);
  expect([gone.status, gone.json]).toEqual([204, null]);
  for (const method of ["GET", "PATCH", "DELETE"]) {
    const body = method === "PATCH" ? { displayName: "x" } : undefined;
    const { status, json } = await practice.call(method, `${CONNECTORS}/connector-1`, body);
    expect([method, status, json.error.code]).toEqual([method, 404, "AADB2C"]);
    expect(json.error.message).toContain("connector-1");
  }
});

const basic = written("").authenticationConfiguration;

const refusals: readonly {
  readonly name: string;
  readonly body: unknown;
  readonly says: string;
}[] = [
  { name: "text that is no JSON", body: "{", says: "bad format" },
  { name: "an empty body", body: "", says: "bad format" },
  { name: "a list", body: [], says: "bad format" },
  { name: "an id", body: { ...written("a"), id: "mine" }, says: "'id' is read-only" },
  {
    name: "a property of another type",
    body: { ...written("a"), description: "" },
    says: "description",
  },
  {
    name: "no displayName",
    body: { ...written("a"), displayName: undefined },
    says: "displayName",
  },
  { name: "no targetUrl", body: { ...written("a"), targetUrl: undefined }, says: "targetUrl" },
  {
    name: "no authentication",
    body: { ...written("a"), authenticationConfiguration: undefined },
    says: "authenticationConfiguration",
  },
  { name: "an empty displayName", body: written(""), says: "displayName" },
  {
    name: "a displayName that is null",
    body: { ...written("a"), displayName: null },
    says: "displayName",
  },
  {
    name: "a targetUrl that is no URL",
    body: { ...written("a"), targetUrl: "hook" },
    says: "targetUrl",
  },
  {
    name: "authentication without a discriminator",
    body: { ...written("a"), authenticationConfiguration: { username: "u", password: "p" } },
    says: "should be of a subtype",
  },
  {
    name: "authentication in the form in which certificates are read",
    body: {
      ...written("a"),
      authenticationConfiguration: {
        "@odata.type": "#microsoft.graph.clientCertificateAuthentication",
        certificateList: [],
      },
    },
    says: "cannot be written",
  },
  {
    name: "a key that basic authentication has not",
    body: { ...written("a"), authenticationConfiguration: { ...basic, realm: "x" } },
    says: "realm",
  },
  {
    name: "a username that is empty",
    body: { ...written("a"), authenticationConfiguration: { ...basic, username: "" } },
    says: "username",
  },
  {
    name: "a password that is a number",
    body: { ...written("a"), authenticationConfiguration: { ...basic, password: 7 } },
    says: "password",
  },
];

test.for(refusals)("creating with $name is refused with 400", async ({ body, says }) => {
  await using practice = await practise();
  const { status, json } = await practice.call("POST", CONNECTORS, body);
  expect([status, json.error.code]).toEqual([400, "AADB2C"]);
  expect(json.error.message).toContain(says);
  expect(practice.sandbox.control.state().connectors).toEqual([]);
});

test("a patch with a property that Graph does not know changes nothing", async () => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  const body = { displayName: "Fraud", colour: "red" };
  const { status } = await practice.call("PATCH", `${CONNECTORS}/connector-1`, body);
  expect(status).toBe(400);
  expect(practice.sandbox.control.state().connectors?.[0]?.displayName).toBe("Fraud check");
});

test("a body that is not declared as JSON is refused with 415", async () => {
  await using practice = await practise();
  const headers = { "content-type": "text/plain" };
  const { status } = await practice.call("POST", CONNECTORS, written("Fraud check"), headers);
  expect(status).toBe(415);
});

test("the 21st connector is refused with the limit", async () => {
  await using practice = await practise();
  for (let count = 1; count <= 20; count += 1) {
    const { status } = await practice.call("POST", CONNECTORS, written(`Connector ${count}`));
    expect(status).toBe(201);
  }
  const { status, json } = await practice.call("POST", CONNECTORS, written("One too many"));
  expect([status, json.error.code]).toEqual([400, "AADB2C"]);
  expect(json.error.message).toContain("20 API connectors");
  await practice.call("DELETE", `${CONNECTORS}/connector-3`);
  expect((await practice.call("POST", CONNECTORS, written("Now it fits"))).status).toBe(201);
});

test("of several certificates the newest upload that is valid now is active", async () => {
  await using practice = await practise();
  const { sandbox, call, pass } = practice;
  sandbox.control.setState({
    connectors: [
      {
        id: "legacy",
        displayName: "Legacy",
        targetUrl: "https://api.contoso.example/legacy",
        authentication: {
          certificates: [
            { thumbprint: "AA", notBefore: "2026-01-01", notAfter: "2028-01-01T00:00:00Z" },
            { thumbprint: "BB", notBefore: 1_767_225_600, notAfter: "2027-06-01T00:00:00Z" },
            {
              thumbprint: "CC",
              notBefore: "2027-01-02T00:00:00Z",
              notAfter: "2027-02-01T00:00:00Z",
            },
          ],
        },
      },
    ],
  });
  const active = async () => {
    const { json } = await call("GET", `${CONNECTORS}/legacy`);
    const { "@odata.type": type, certificateList } = json.authenticationConfiguration;
    expect(type).toBe("#microsoft.graph.clientCertificateAuthentication");
    return certificateList.filter((each) => each.isActive);
  };
  const seconds = (instant: string) => Date.parse(instant) / 1000;
  expect(await active()).toEqual([
    { thumbprint: "BB", notBefore: 1_767_225_600, notAfter: seconds("2027-06-01"), isActive: true },
  ]);
  pass(24 * 3600);
  expect((await active())[0]?.thumbprint).toBe("CC");
  pass(40 * 24 * 3600);
  expect((await active())[0]?.thumbprint).toBe("BB");
  pass(200 * 24 * 3600);
  expect((await active())[0]?.thumbprint).toBe("AA");
  pass(365 * 24 * 3600);
  expect(await active()).toEqual([]);
});

test("basic authentication takes the place of certificates", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  sandbox.control.setState({
    connectors: [{ id: "legacy", authentication: { certificates: [] } }],
  });
  const { authenticationConfiguration } = written("");
  await call("PATCH", `${CONNECTORS}/legacy`, { authenticationConfiguration });
  const { json } = await call("GET", `${CONNECTORS}/legacy`);
  expect(json.authenticationConfiguration).toEqual({
    ...authenticationConfiguration,
    password: "******",
  });
});

test("counting is said to be missing", async () => {
  await using practice = await practise();
  expect((await practice.call("GET", `${CONNECTORS}/$count`)).status).toBe(501);
});
