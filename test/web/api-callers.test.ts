import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../../src/model/generated/run.ts";
import { PER_MINUTE } from "../../src/web/api.ts";
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
    { of: "a large body", body: JSON.stringify("a".repeat(2_000)), want: "413" },
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

test("a client that asks too often is told when to come back, and health goes on", async () => {
  await using world = await openApiWorld(holders);
  const statuses = [];
  for (let asked = 0; asked < PER_MINUTE; asked += 1) {
    statuses.push((await world.get("/api/v1/tenants")).status);
  }
  expect(new Set(statuses)).toEqual(new Set([401]));
  const response = await world.get("/api/v1/tenants", bearer(viewer));
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await problem(response)).toBe("429 too-many");
  expect((await world.get("/healthz")).status).toBe(200);
});
