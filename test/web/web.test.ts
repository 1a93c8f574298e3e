import { connect } from "node:net";
import { text as streamText } from "node:stream/consumers";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { silent, type WebLog } from "../../src/web/log.ts";
import { type Health, startWeb, type Web } from "../../src/web/web.ts";

const production = {
  name: "production",
  result: "converged",
  finishedAt: "2026-03-01T10:00:00Z",
  nextRun: "2026-03-01T10:15:00Z",
  failures: 0,
};
const ready: Health = { ready: true, tenants: [production] };
const starting: Health = {
  ready: false,
  tenants: [
    production,
    { name: "sandbox", result: null, finishedAt: null, nextRun: null, failures: 0 },
  ],
};

const metrics = { contentType: "text/plain; version=0.0.4", text: async () => "up 1\n" };

function start(health: () => Health, log?: WebLog): Promise<Web> {
  return startWeb({ host: "127.0.0.1", port: 0, health, metrics, ...(log ? { log } : {}) });
}

test("a living process is healthy before any tenant has run", async () => {
  await using web = await start(() => starting);
  const response = await fetch(`${web.url}/healthz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok" });
});

test("the service is ready when every tenant has finished its first run", async () => {
  let health = starting;
  await using web = await start(() => health);
  const before = await fetch(`${web.url}/readyz`);
  expect(before.status).toBe(503);
  expect(await before.json()).toEqual({ status: "starting", tenants: starting.tenants });

  health = ready;
  const after = await fetch(`${web.url}/readyz?verbose`);
  expect(after.status).toBe(200);
  expect(await after.json()).toEqual({ status: "ready", tenants: [production] });
});

test("metrics are answered as the type that their format has", async () => {
  await using web = await start(() => starting);
  const response = await fetch(`${web.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(metrics.contentType);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.text()).toBe("up 1\n");
  const refused = await fetch(`${web.url}/metrics`, { method: "POST", body: "up 2" });
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("only the named fields of a tenant are published", async () => {
  const tenants = [{ ...production, password: "canary" }];
  await using web = await start(() => ({ ready: true, tenants }));
  expect(await (await fetch(`${web.url}/readyz`)).text()).not.toContain("canary");
});

test.for(["/healthz", "/readyz", "/metrics"])(
  "HEAD %s answers like GET without a body",
  async (path) => {
    await using web = await start(() => ready);
    const response = await fetch(web.url + path, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  },
);

test.for([
  { method: "POST", body: "{}", type: "application/json" },
  { method: "POST", body: "<a/>", type: "text/xml" },
  { method: "PUT", body: "a".repeat(100_000), type: "text/plain" },
  { method: "DELETE", body: null, type: "text/plain" },
  { method: "OPTIONS", body: null, type: "text/plain" },
])(
  "$method with $type is refused with the methods that are accepted",
  async ({ method, body, type }) => {
    await using web = await start(() => ready);
    const response = await fetch(`${web.url}/healthz`, {
      method,
      body,
      headers: { "content-type": type },
    });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
    expect(await response.json()).toMatchObject({ error: "method-not-allowed" });
  },
);

test.for([
  { path: "/", error: "not-found" },
  { path: "/healthz/", error: "not-found" },
  { path: "/api/tenants", error: "not-found" },
  { path: "/toString", error: "not-found" },
])("$path is answered 404, $error, with a sentence", async ({ path, error }) => {
  await using web = await start(() => ready);
  const response = await fetch(web.url + path);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error, message: expect.stringMatching(/^[A-Z].*\.$/) });
});

test.for(["/healthz", "/readyz", "/", "/nothing", "/%zz"])(
  "the answer to %s is neither stored, sniffed nor rendered",
  async (path) => {
    await using web = await start(() => ready);
    const { headers } = await fetch(web.url + path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
  },
);

test("a path that is not well-formed is a bad request", async () => {
  await using web = await start(() => ready);
  const response = await fetch(`${web.url}/%zz`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: "bad-request" });
});

test("an unexpected error is logged, and its detail is kept from the caller", async () => {
  const logged: unknown[] = [];
  const bug = new TypeError("canary");
  const broken = () => {
    throw bug;
  };
  const warn: WebLog["warn"] = (_message, error) => logged.push(error);
  await using web = await start(broken, { ...silent, warn });
  const response = await fetch(`${web.url}/readyz`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("canary");
  expect(logged).toEqual([bug]);
});

test("a port that is taken is a fault of the configuration that names the key", async () => {
  await using first = await start(() => ready);
  const port = Number(new URL(first.url).port);
  const second = startWeb({ host: "127.0.0.1", port, health: () => ready, metrics });
  await expect(second).rejects.toBeInstanceOf(FaultError);
  await expect(second).rejects.toMatchObject({
    fault: { code: "configuration", message: expect.stringContaining("http.listen") },
  });
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
});

test("an address of another machine is a fault of the configuration", async () => {
  await expect(
    startWeb({ host: "192.0.2.1", port: 0, health: () => ready, metrics }),
  ).rejects.toMatchObject({ fault: { code: "configuration" } });
});

test("closing drops a connection that says nothing", async () => {
  const web = await start(() => ready);
  const socket = connect(Number(new URL(web.url).port), "127.0.0.1");
  const dropped = new Promise((resolve) => {
    socket.once("close", resolve);
    socket.once("error", () => {});
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  await (await fetch(`${web.url}/healthz`)).text();
  await web.close();
  await dropped;
  await expect(fetch(`${web.url}/healthz`)).rejects.toThrow();
});

test.for([
  {
    what: "headers that are too long",
    sent: `GET / HTTP/1.1\r\na: ${"b".repeat(20_000)}`,
    status: 431,
  },
  { what: "no HTTP", sent: "nonsense\r\n\r\n", status: 400 },
])("$what are answered as anything else that cannot be", async ({ sent, status }) => {
  await using web = await start(() => ready);
  const socket = connect(Number(new URL(web.url).port), "127.0.0.1");
  socket.end(sent);
  const answer = await streamText(socket);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain("x-content-type-options: nosniff");
  expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({
    message: "The request cannot be read.",
  });
});
