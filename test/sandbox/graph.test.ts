import { request } from "node:http";
import { expect, test } from "vitest";
import { CONNECTORS, practise, START, written } from "./practice.ts";

test.for([
  "/v1.0/identity/apiConnectors",
  "/beta/identity/apiconnectors",
  "/V1.0/Identity/APICONNECTORS",
  "/v1.0/identity/apiConnectors/",
])("connectors are listed at %s", async (path) => {
  await using practice = await practise();
  const { status, json } = await practice.call("GET", path);
  expect([status, json.value]).toEqual([200, []]);
});

test.for(["/connector-1", "/CONNECTOR-1", "('connector-1')", "%28'connector-1'%29"])(
  "a connector is found at %s",
  async (key) => {
    await using practice = await practise();
    await practice.call("POST", CONNECTORS, written("Fraud check"));
    const { status, json } = await practice.call("GET", CONNECTORS + key);
    expect([status, json.displayName]).toEqual([200, "Fraud check"]);
  },
);

test.for([
  { path: "/v3.0/identity/apiConnectors", segment: "v3.0" },
  { path: "/v1.0/users", segment: "users" },
  { path: "/v1.0/identity/nothing", segment: "nothing" },
  { path: "/v1.0/identity/apiConnectors/connector-1/nothing", segment: "nothing" },
  { path: "/v1.0/identity/apiConnectors/connector-1/uploadClientCertificate/x", segment: "x" },
])("the path $path is not found by its segment $segment", async ({ path, segment }) => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  const { status, json } = await practice.call("GET", path);
  expect(status).toBe(404);
  expect(json.error.message).toBe(`Resource not found for the segment '${segment}'.`);
});

test.for([
  { method: "PUT", path: "" },
  { method: "DELETE", path: "" },
  { method: "POST", path: "/connector-1" },
  { method: "GET", path: "/connector-1/uploadClientCertificate" },
  { method: "PUT", path: "/connector-1/microsoft.graph.uploadClientCertificate" },
])("$method on a collection's $path is refused with 405", async ({ method, path }) => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  const { status, json, headers } = await practice.call(method, CONNECTORS + path);
  expect([status, json.error.code]).toEqual([405, "MethodNotAllowed"]);
  expect(headers.get("allow")).not.toContain(method);
});

test("HEAD is refused with 405", async () => {
  await using practice = await practise();
  expect((await practice.call("HEAD", CONNECTORS)).status).toBe(405);
});

test("every answer names the request, the caller's id for it, the server and the date", async () => {
  await using practice = await practise();
  const headers = { "client-request-id": "0f8fad5b-d9cb-469f-a165-70867728950e" };
  for (const path of [CONNECTORS, `${CONNECTORS}/absent`]) {
    const got = await practice.call("GET", path, undefined, headers);
    expect(got.headers.get("client-request-id")).toBe(headers["client-request-id"]);
    expect(got.headers.get("request-id")).toMatch(/^0{8}-0000-4000-8000-0{11}[12]$/);
    expect(JSON.parse(got.headers.get("x-ms-ags-diagnostic") ?? "")).toHaveProperty("ServerInfo");
    expect(got.headers.get("date")).toBe(START.toUTCString());
    expect(got.headers.get("content-type")).toBe(
      "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
    );
  }
});

test("an error has the shape of Graph's errors", async () => {
  await using practice = await practise();
  const headers = { "client-request-id": "mine" };
  const { json } = await practice.call("GET", `${CONNECTORS}/absent`, undefined, headers);
  const requestId = "00000000-0000-4000-8000-000000000001";
  expect(json).toEqual({
    error: {
      code: "AADB2C",
      message: "There is no API connector with the id 'absent'.",
      innerError: {
        correlationId: requestId,
        date: "2027-01-01T00:00:00",
        "request-id": requestId,
        "client-request-id": "mine",
      },
    },
  });
});

test.for([
  { name: "no token", authorization: "", says: "empty" },
  { name: "another scheme", authorization: "Basic eDp5", says: "empty" },
  { name: "an unknown token", authorization: "Bearer x.y.z", says: "validation failure" },
])("a request with $name is refused with 401", async ({ authorization, says }) => {
  await using practice = await practise();
  const { status, json, headers } = await practice.call("GET", CONNECTORS, undefined, {
    authorization,
  });
  expect([status, json.error.code]).toEqual([401, "InvalidAuthenticationToken"]);
  expect(json.error.message).toContain(says);
  expect(headers.get("www-authenticate")).toContain("Bearer");
});

test("a forged role makes a token unknown", async () => {
  await using practice = await practise();
  const [header, , signature] = practice.sandbox.token.split(".");
  const claims = Buffer.from(
    JSON.stringify({ appid: "x", roles: ["APIConnectors.ReadWrite.All"] }),
  ).toString("base64url");
  const authorization = `Bearer ${header}.${claims}.${signature}`;
  const { status } = await practice.call("GET", CONNECTORS, undefined, { authorization });
  expect(status).toBe(401);
});

test("an open sandbox asks for no token, but refuses a wrong one", async () => {
  await using practice = await practise({ open: true });
  expect((await fetch(practice.sandbox.url + CONNECTORS)).status).toBe(200);
  const { status } = await practice.call("GET", CONNECTORS, undefined, {
    authorization: "Bearer wrong",
  });
  expect(status).toBe(401);
});

test("a request whose body is larger than any connector is refused with 413", async () => {
  await using practice = await practise();
  const { status } = await practice.call("POST", CONNECTORS, "x".repeat(5_000_000));
  expect(status).toBe(413);
});

test("half a request does no harm", async () => {
  await using practice = await practise();
  await new Promise<void>((resolve) => {
    const half = request(practice.sandbox.url + CONNECTORS, {
      method: "POST",
      headers: { "content-length": "100" },
    });
    half.on("error", () => resolve());
    half.write("half", () => half.destroy(new Error("gone")));
  });
  expect((await practice.call("GET", CONNECTORS)).json.value).toEqual([]);
});
