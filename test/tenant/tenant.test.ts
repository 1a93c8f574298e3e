import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import {
  type AccessOptions,
  openReader,
  openWriter,
  type RequestEvent,
} from "../../src/tenant/tenant.ts";
import { access } from "./scripted-graph.ts";

const secret = { type: "clientSecret", clientId: "c", secret: new Secret("s") } as const;

function openFault(graph: string, options: Partial<AccessOptions> = {}) {
  try {
    access(graph, options);
    return null;
  } catch (thrown) {
    return thrown instanceof FaultError ? thrown.fault.code : thrown;
  }
}

test.each([
  "http://graph.microsoft.com",
  "http://127.0.0.1.contoso.com",
  "http://10.0.0.1",
  "ftp://127.0.0.1",
  "https://graph.microsoft.com/",
  "https://graph.microsoft.com/v1.0",
  "https://joe:pw@graph.microsoft.com",
  "graph.microsoft.com",
])("the graph address %s is refused", (graph) => {
  expect(openFault(graph, { credential: secret })).toBe("configuration");
});

test.each(["http://127.0.0.1:8090", "http://localhost:8090", "http://[::1]:8090"])(
  "the graph address %s is on this machine and may be reached with a ready token",
  (graph) => {
    expect(openFault(graph)).toBeNull();
  },
);

test("a ready token never leaves this machine", () => {
  expect(openFault("https://graph.microsoft.com")).toBe("configuration");
});

test("signing in needs an authority over https", () => {
  const graph = "https://graph.microsoft.com";
  expect(openFault(graph, { credential: secret, authority: "http://127.0.0.1" })).toBe(
    "configuration",
  );
  expect(openFault(graph, { credential: secret })).toBeNull();
});

test("a reader has no way to write", async () => {
  const { access: opened } = access("http://127.0.0.1:8090");
  expect(Object.keys(openReader(opened))).toEqual(["list"]);
});

test("what is written to a practice tenant is what is read from it", async () => {
  await using sandbox = await startSandbox({ port: 0, pageSize: 2 });
  const events: RequestEvent[] = [];
  const { access: opened } = access(sandbox.url, {
    credential: { type: "token", token: new Secret(sandbox.token) },
    onRequest: (event) => events.push(event),
  });
  const writer = openWriter(opened);
  const ids: string[] = [];
  for (const name of ["one", "two", "three"]) {
    const targetUrl = new Secret(`https://api.contoso.com/${name}?code=key-of-${name}`);
    const authentication = { type: "basic", username: name, password: new Secret("pw") } as const;
    const write = { kind: "ApiConnector", displayName: name, targetUrl, authentication } as const;
    ids.push((await writer.create(write)).id);
  }
  const [one = "", two = ""] = ids;
  await writer.update(one, { kind: "ApiConnector", displayName: "renamed" });
  await writer.delete("ApiConnector", two);
  await writer.delete("ApiConnector", two);

  const listed = await openReader(opened).list("ApiConnector");
  expect(listed.map(({ displayName }) => displayName).sort()).toEqual(["renamed", "three"]);
  const renamed = listed.find(({ id }) => id === one);
  expect(renamed?.targetUrl).toBe("https://api.contoso.com/one");
  expect(renamed?.query.map(({ key, value }) => [key, value.reveal()])).toEqual([
    ["code", "key-of-one"],
  ]);
  expect(sandbox.control.password(one)).toBe("pw");
  expect(JSON.stringify(events)).not.toContain("key-of");
  expect(events.map(({ method, status }) => `${method} ${status}`)).toEqual([
    "POST 201",
    "POST 201",
    "POST 201",
    "PATCH 204",
    "DELETE 204",
    "DELETE 404",
    "GET 200",
  ]);
  expect(events.every(({ requestId }) => requestId !== null)).toBe(true);
});

test("a practice tenant's refusal names the permission that is missing", async () => {
  await using sandbox = await startSandbox({ port: 0 });
  const { access: opened } = access(sandbox.url);
  const thrown = await openReader(opened)
    .list("ApiConnector")
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({ fault: { code: "unauthorised" } });
});

test("a create whose answer is lost is in the tenant once", async () => {
  await using sandbox = await startSandbox({ port: 0 });
  const { access: opened } = access(sandbox.url, {
    credential: { type: "token", token: new Secret(sandbox.token) },
  });
  sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
  const writer = openWriter(opened);
  const targetUrl = new Secret("https://api.contoso.com/x");
  const authentication = { type: "basic", username: "e", password: new Secret("pw") } as const;
  const write = { kind: "ApiConnector", displayName: "x", targetUrl, authentication } as const;
  const thrown = await writer.create(write).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ fault: { code: "network" } });
  expect(await writer.list("ApiConnector")).toHaveLength(1);
});
