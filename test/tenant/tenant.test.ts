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

test.each(["zanzi\n", "zanzi\r\nx: y", "zan zi", "zanzi\u0000", "zänzi", "“zanzi”", ""])(
  "the ready token %j is refused when it is opened, and not shown",
  (text) => {
    const credential = { type: "token", token: new Secret(text) } as const;
    const open = () => access("http://127.0.0.1:8090", { credential });
    expect(open).toThrow(/token of tenant production .* as one line/);
    expect(open).not.toThrow(/zi/);
  },
);

test.each(["zanzi\n", "zan\u0000zi", ""])(
  "the client secret %j is refused when it is opened, and not shown",
  (text) => {
    const credential = { type: "clientSecret", clientId: "c", secret: new Secret(text) } as const;
    const open = () => access("https://graph.microsoft.com", { credential });
    expect(open).toThrow(/client secret of tenant production .* as one line/);
    expect(open).not.toThrow(/zi/);
  },
);

test("a reader has no way to write", async () => {
  const { access: opened } = access("http://127.0.0.1:8090");
  expect(Object.keys(openReader(opened))).toEqual(["list", "userFlows", "userFlow", "audits"]);
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

test("a practice tenant refuses an app without permission, and the fault names what it needs", async () => {
  await using sandbox = await startSandbox({ port: 0 });
  const reading = { clientId: "reading", clientSecret: "pw", roles: ["APIConnectors.Read.All"] };
  const idle = { clientId: "idle", clientSecret: "pw", roles: [] };
  sandbox.control.setState({ apps: [reading, idle] });
  const signedIn = async (clientId: string) => {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: "pw",
      scope: `${sandbox.url}/.default`,
    });
    const address = `${sandbox.url}/${sandbox.tenantId}/oauth2/v2.0/token`;
    const response = await fetch(address, { method: "POST", body: form });
    const { access_token: token } = (await response.json()) as { access_token: string };
    const credential = { type: "token", token: new Secret(token) } as const;
    return openWriter(access(sandbox.url, { credential }).access);
  };
  const faultOf = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (thrown: FaultError) => thrown.fault,
    );
  const reader = await signedIn("reading");
  expect(await reader.list("ApiConnector")).toEqual([]);
  expect(
    await faultOf(reader.update("a", { kind: "ApiConnector", displayName: "x" })),
  ).toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171"),
  });
  expect(await faultOf((await signedIn("idle")).list("ApiConnector"))).toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("b86848a7-d5b1-41eb-a9b4-54a4e6306e97"),
    requestId: expect.any(String),
  });
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
