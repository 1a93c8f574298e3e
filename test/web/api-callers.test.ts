import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultError, failure } from "../../src/model/fault.ts";
import type { Run } from "../../src/model/generated/run.ts";
import { OF_CALLER, OF_STRANGERS } from "../../src/web/limit.ts";
import { faultsBy } from "../cli/published-schemas.ts";
import {
  type ApiWorld,
  bearer,
  holders,
  json,
  openApiWorld,
  operator,
  problem,
  raw,
  viewer,
} from "./api-world.ts";

const tenant = "/api/v1/tenants/production";

describe("asking for a run", () => {
  test("runs the tenant under the name of this machine, and answers with the run", async () => {
    await using world = await openApiWorld();
    const response = await world.post(`${tenant}/reconcile`);
    expect(response.status).toBe(200);
    const answer = await json<{ runs: readonly Run[] }>(response);
    expect(faultsBy("run.schema.json", answer)).toEqual([]);
    expect(answer.runs).toMatchObject([{ tenant: "production", trigger: "command" }]);
    expect(world.asked).toEqual(["local"]);
    const kept = await world.get(`${tenant}/runs/${answer.runs[0]?.id}`);
    expect(await kept.json()).toEqual(answer);
  });

  test("is refused while a run of the tenant is in hand, and goes on elsewhere", async () => {
    await using world = await openApiWorld();
    const gate = Promise.withResolvers<void>();
    world.hold = gate.promise;
    const first = world.post(`${tenant}/reconcile`);
    await expect.poll(() => world.asked).toHaveLength(1);
    expect(await problem(await world.post(`${tenant}/reconcile`))).toBe("409 in-progress");
    const elsewhere = world.post("/api/v1/tenants/staging/reconcile");
    gate.resolve();
    expect([(await first).status, (await elsewhere).status]).toEqual([200, 200]);
    expect(world.asked).toHaveLength(2);
  });

  test.for([
    { of: "a form of another site", headers: { "content-type": "text/plain" }, want: "415" },
    { of: "no type", headers: { "content-type": "" }, want: "415" },
    { of: "a script of another site", headers: { origin: "https://evil.example" }, want: "403" },
    { of: "a sandboxed frame", headers: { origin: "null" }, want: "403" },
    { of: "another port", headers: { origin: "http://127.0.0.1:1" }, want: "403" },
    { of: "a link of another site", headers: { "sec-fetch-site": "cross-site" }, want: "403" },
    { of: "a site beside it", headers: { "sec-fetch-site": "same-site" }, want: "403" },
    { of: "text that is no JSON", body: "{", want: "400" },
    { of: "a body that says something", body: '{"force":true}', want: "400" },
    { of: "a body that is no object", body: "[]", want: "400" },
    { of: "a body that would pollute", body: '{"__proto__":{"a":1}}', want: "400" },
    {
      of: "another charset",
      headers: { "content-type": "application/json; charset=utf-16" },
      want: "415",
    },
    { of: "a packed body", headers: { "content-encoding": "gzip" }, want: "415" },
    { of: "a large body", body: JSON.stringify("a".repeat(20_000)), want: "413" },
  ])("with $of is refused with $want, and nothing is run", async ({ headers = {}, body, want }) => {
    await using world = await openApiWorld();
    const sent = { "content-type": "application/json", ...headers };
    const answer = await raw(`${world.url}${tenant}/reconcile`, "POST", sent, body ?? "{}");
    expect(String(answer.status)).toBe(want);
    expect(faultsBy("api.schema.json#/$defs/problem", JSON.parse(answer.text))).toEqual([]);
    expect(answer.headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect(world.asked).toEqual([]);
  });

  test("from a page of the service itself is allowed", async () => {
    await using world = await openApiWorld();
    const own = { origin: world.url, "sec-fetch-site": "same-origin" };
    const sent = { "content-type": "application/json; charset=utf-8", ...own };
    const { status } = await raw(`${world.url}${tenant}/reconcile`, "POST", sent, "{}");
    expect(status).toBe(200);
  });
});

test("a run that has ended is answered also where the audit cannot note who asked for it", async () => {
  await using world = await openApiWorld();
  const fault = new FaultError(failure("store", "The disk is full."));
  Object.assign(world.store, { settle: () => Promise.reject(fault) });
  const response = await world.post(`${tenant}/reconcile`);
  expect(response.status).toBe(200);
  expect(await json(response)).toMatchObject({ runs: [{ tenant: "production" }] });
});

describe("with tokens", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld(holders);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test.for([
    { who: "nobody", headers: {} },
    { who: "a wrong token", headers: bearer("a-token-of-somebody-else") },
    { who: "a part of a token", headers: bearer(viewer.slice(0, -1)) },
    { who: "a token and more", headers: bearer(`${viewer}x`) },
    { who: "another scheme", headers: { authorization: `Basic ${viewer}` } },
    { who: "no scheme", headers: { authorization: viewer } },
    { who: "two tokens", headers: { authorization: `Bearer ${viewer} ${operator}` } },
  ])("$who is asked to say who it is, before anything else", async ({ headers }) => {
    for (const path of ["/api/v1/tenants", `${tenant}/runs?limit=0`, "/api/v1/openapi.json"]) {
      const response = await world.get(path, headers);
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
      expect(await problem(response)).toBe("401 unauthorised");
    }
    expect(await problem(await world.post(`${tenant}/reconcile`, headers, "{"))).toBe(
      "401 unauthorised",
    );
  });

  test("a viewer reads and does not act", async () => {
    expect((await world.get("/api/v1/tenants", bearer(viewer))).status).toBe(200);
    const response = await world.post(`${tenant}/reconcile`, bearer(viewer));
    expect(await problem(response)).toBe("403 forbidden");
    expect(world.asked).toEqual([]);
  });

  test("an operator reads and acts, under the name of the token", async () => {
    const asOperator = { authorization: `bearer ${operator}` };
    expect((await world.get("/api/v1/tenants", asOperator)).status).toBe(200);
    expect((await world.post(`${tenant}/reconcile`, asOperator)).status).toBe(200);
    expect(world.asked).toEqual(["ops"]);
  });

  test("a page of another site may not act with a token either", async () => {
    const headers = { ...bearer(operator), "sec-fetch-site": "cross-site" };
    const sent = { "content-type": "application/json", ...headers };
    const { status } = await raw(`${world.url}${tenant}/reconcile`, "POST", sent, "{}");
    expect(status).toBe(403);
  });

  test("any name of the service is accepted, since the token says who asks", async () => {
    const headers = { host: "plumbline.contoso.com", ...bearer(viewer) };
    expect((await raw(`${world.url}/api/v1/tenants`, "GET", headers)).status).toBe(200);
  });

  test("health and metrics need no token", async () => {
    const paths = ["/healthz", "/readyz", "/metrics"];
    const statuses = await Promise.all(paths.map(async (path) => (await world.get(path)).status));
    expect(statuses).toEqual([200, 200, 200]);
  });
});

describe("asking too often", () => {
  test("a caller is told when to come back, and others and health go on", async () => {
    await using world = await openApiWorld(holders);
    const statuses = new Set<number>();
    for (let asked = 0; asked < OF_CALLER; asked += 1) {
      statuses.add((await world.get("/api/v1/tenants/nobody", bearer(viewer))).status);
    }
    expect(statuses).toEqual(new Set([404]));
    const response = await world.get("/api/v1/tenants", bearer(viewer));
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await problem(response)).toBe("429 too-many");
    expect((await world.get("/api/v1/tenants", bearer(operator))).status).toBe(200);
    expect((await world.get("/healthz")).status).toBe(200);
  });

  test("the page and the API count a caller together", async () => {
    await using world = await openApiWorld(holders);
    for (let asked = 0; asked < OF_CALLER / 2; asked += 1) {
      await world.get("/api/v1/tenants/nobody", bearer(viewer));
      await world.get("/tenants/nobody", bearer(viewer));
    }
    const page = await world.get("/", bearer(viewer));
    expect(page.status).toBe(429);
    expect(Number(page.headers.get("retry-after"))).toBeGreaterThan(0);
    const text = await page.text();
    expect(text).toContain("<h1>That was asked for too often.</h1>");
    expect(text).toMatch(/Ask again in (a second|\d+ seconds)\./);
    expect(text).not.toContain("Sign in as somebody else");
    expect((await world.get("/api/v1/tenants", bearer(viewer))).status).toBe(429);
  });

  test("whoever is only asked to sign in is no stranger", async () => {
    await using world = await openApiWorld(holders);
    for (let asked = 0; asked <= OF_STRANGERS; asked += 1) {
      expect((await world.get("/", { accept: "text/html" })).status).toBe(200);
    }
    expect((await world.get("/api/v1/tenants", bearer("a-token-of-nobody"))).status).toBe(401);
  });

  test("strangers keep nobody out who is known, and the log hears of them once", async () => {
    await using world = await openApiWorld(holders);
    const statuses = [];
    for (let asked = 0; asked <= OF_STRANGERS; asked += 1) {
      statuses.push(
        (await world.get("/api/v1/tenants", bearer(`a-token-of-nobody-${asked}`))).status,
      );
    }
    expect(statuses.slice(0, -1).every((status) => status === 401)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    expect((await world.get("/api/v1/tenants", bearer(viewer))).status).toBe(200);
    expect(world.logged).toEqual([
      expect.stringMatching(/^A request from 127\.0\.0\.1 named nobody/),
    ]);
  });

  test("what a page elsewhere sends is not counted against this machine", async () => {
    await using world = await openApiWorld();
    const url = `${world.url}/api/v1/tenants`;
    const hostile = [{ host: "evil.example" }, { "sec-fetch-site": "cross-site" }];
    const statuses = new Set<number>();
    for (let asked = 0; asked <= OF_CALLER / 2; asked += 1) {
      for (const headers of hostile) statuses.add((await raw(url, "GET", headers)).status);
    }
    expect(statuses).toEqual(new Set([421, 403]));
    expect((await world.get("/api/v1/tenants")).status).toBe(200);
  });

  test("behind a proxy that is trusted, each address is counted apart", async () => {
    await using world = await openApiWorld(holders, { trustedProxies: ["127.0.0.0/8"] });
    const from = (address: string) => ({ "x-forwarded-for": `203.0.113.7, ${address}` });
    let status = 401;
    for (let asked = 0; asked <= OF_STRANGERS; asked += 1) {
      ({ status } = await world.get("/api/v1/tenants", from("198.51.100.1")));
    }
    expect(status).toBe(429);
    expect((await world.get("/api/v1/tenants", from("198.51.100.2"))).status).toBe(401);
  });

  test("what anybody says of a proxy is not believed", async () => {
    await using world = await openApiWorld(holders);
    let status = 401;
    for (let asked = 0; asked <= OF_STRANGERS; asked += 1) {
      const headers = { "x-forwarded-for": `198.51.100.${asked}` };
      ({ status } = await world.get("/api/v1/tenants", headers));
    }
    expect(status).toBe(429);
  });
});

test("what comes through a proxy on this machine is refused where nobody has to say who they are", async () => {
  await using world = await openApiWorld();
  for (const header of ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"]) {
    const response = await world.get("/api/v1/tenants", { [header]: "203.0.113.7" });
    expect(await problem(response)).toBe("421 misdirected");
  }
});

test("a viewer who asks for a run is told of in the log", async () => {
  await using world = await openApiWorld(holders);
  await world.post(`${tenant}/reconcile`, bearer(viewer));
  expect(world.logged).toEqual([`wall is a viewer, and asked for ${tenant}/reconcile.`]);
});

test("a long address that a viewer asks for does not fill the log", async () => {
  await using world = await openApiWorld(holders);
  await world.post(`${tenant}/reconcile?${"x".repeat(10_000)}`, bearer(viewer));
  expect(world.logged[0]?.length).toBeLessThan(1_000);
});
