import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { openWriter } from "../../src/tenant/tenant.ts";
import { access, graphError, type Reply, startGraph } from "./scripted-graph.ts";

const whole = {
  kind: "ApiConnector",
  displayName: "Fraud check",
  targetUrl: new Secret("https://api.contoso.com/?code=k"),
  authentication: { type: "basic", username: "entra", password: new Secret("pw") },
} as const;

const faultOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (thrown: unknown) => (thrown instanceof FaultError ? thrown.fault : thrown),
  );

test("a create sends everything and answers the id that Graph gave", async () => {
  const headers = { "request-id": "r-1" };
  await using graph = await startGraph({ status: 201, headers, body: { id: "new-id" } });
  const writer = openWriter(access(graph.url).access);
  expect(await writer.create(whole)).toEqual({ id: "new-id", requestId: "r-1" });
  const [seen] = graph.seen;
  expect(seen).toMatchObject({ method: "POST", url: "/v1.0/identity/apiConnectors" });
  expect(seen?.headers["content-type"]).toBe("application/json");
  expect(seen?.headers["content-length"]).toBe(`${Buffer.byteLength(seen?.body ?? "")}`);
  expect(JSON.parse(seen?.body ?? "")).toEqual({
    displayName: "Fraud check",
    targetUrl: "https://api.contoso.com/?code=k",
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "entra",
      password: "pw",
    },
  });
});

test.each<{ name: string; reply: Reply }>([
  { name: "a torn body", reply: { status: 201, body: '{"id":"x"' } },
  { name: "no id", reply: { status: 201, body: {} } },
  { name: "no body", reply: { status: 204 } },
  { name: "an id without end", reply: { status: 201, body: { id: "x".repeat(257) } } },
  { name: "a body without end", reply: { status: 201, body: " ".repeat(2 ** 23 + 1) } },
  { name: "a refusal without end", reply: { status: 400, body: " ".repeat(2 ** 20 + 1) } },
  { name: "a page", reply: { body: "<html>", headers: { "content-type": "text/html" } } },
])("a create answered with $name leaves open whether it was made", async ({ reply }) => {
  await using graph = await startGraph(reply);
  expect(await faultOf(openWriter(access(graph.url).access).create(whole))).toMatchObject({
    code: "malformed",
    message: expect.stringContaining("not known"),
  });
});

test("an update sends exactly the parts that are given", async () => {
  await using graph = await startGraph({ status: 204 });
  const writer = openWriter(access(graph.url).access);
  await writer.update("an id/1", { kind: "ApiConnector", displayName: "New" });
  expect(graph.seen).toMatchObject([
    {
      method: "PATCH",
      url: "/v1.0/identity/apiConnectors/an%20id%2F1",
      body: '{"displayName":"New"}',
    },
  ]);
});

test("an update with nothing in it sends nothing", async () => {
  await using graph = await startGraph({ status: 204 });
  await openWriter(access(graph.url).access).update("a", { kind: "ApiConnector" });
  expect(graph.seen).toEqual([]);
});

test("an update may be answered with the object", async () => {
  await using graph = await startGraph({ status: 200, body: { id: "a" } });
  const writer = openWriter(access(graph.url).access);
  expect(await faultOf(writer.update("a", whole))).toBeNull();
});

test.each<{ name: string; reply: Reply; code: string }>([
  {
    name: "a page",
    reply: { body: "<html>", headers: { "content-type": "text/html" } },
    code: "malformed",
  },
  { name: "a promise", reply: { status: 202 }, code: "malformed" },
  { name: "that it is gone", reply: graphError(404, "AADB2C", "gone"), code: "not-found" },
  { name: "a conflict", reply: graphError(409, "AADB2C", "busy"), code: "conflict" },
])("an update answered with $name fails as $code", async ({ reply, code }) => {
  await using graph = await startGraph(reply);
  const writer = openWriter(access(graph.url).access);
  expect(await faultOf(writer.update("a", whole))).toMatchObject({ code });
});

test("the mask is refused before anything is sent", async () => {
  await using graph = await startGraph({ status: 201, body: { id: "a" } });
  const authentication = { type: "basic", username: "e", password: new Secret("******") } as const;
  const writer = openWriter(access(graph.url).access);
  const masked = { kind: "ApiConnector", authentication } as const;
  expect(await faultOf(writer.create(masked))).toMatchObject({ code: "rejected" });
  expect(await faultOf(writer.update("a", masked))).toMatchObject({ code: "rejected" });
  expect(graph.seen).toEqual([]);
});

test("deleting what is already gone is a success", async () => {
  await using graph = await startGraph({ status: 204 }, graphError(404, "AADB2C", "gone"));
  const writer = openWriter(access(graph.url).access);
  expect(await faultOf(writer.delete("ApiConnector", "a"))).toBeNull();
  expect(await faultOf(writer.delete("ApiConnector", "a"))).toBeNull();
  expect(graph.seen).toHaveLength(2);
});

test("a page that says 404 does not say that the object is gone", async () => {
  const page = { status: 404, body: "<html>", headers: { "content-type": "text/html" } };
  await using graph = await startGraph(page);
  const writer = openWriter(access(graph.url).access);
  expect(await faultOf(writer.delete("ApiConnector", "a"))).toMatchObject({ code: "malformed" });
});

test.each(["", ".", ".."])("the id '%s' never becomes another address", async (id) => {
  await using graph = await startGraph({ status: 204 });
  const writer = openWriter(access(graph.url).access);
  expect(await faultOf(writer.delete("ApiConnector", id))).toMatchObject({ code: "rejected" });
  expect(graph.seen).toEqual([]);
});

test("what Graph says of a refused write never shows its secrets", async () => {
  const echo = "value https://api.contoso.com/?code=k with pw-canary is bad";
  await using graph = await startGraph(graphError(400, "AADB2C", echo));
  const { access: opened } = access(graph.url);
  opened.context.redactor.add(new Secret("pw-canary"));
  const fault = await faultOf(openWriter(opened).create(whole));
  expect(fault).toMatchObject({ code: "rejected" });
  expect(JSON.stringify(fault)).not.toMatch(/code=k|pw-canary/);
});
