import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { untold } from "../../src/model/audit.ts";
import { digestOf } from "../../src/model/digest.ts";
import type { Drift } from "../../src/model/generated/drift.ts";
import type { Run } from "../../src/model/generated/run.ts";
import { faultsBy, type PublishedSchema } from "../cli/published-schemas.ts";
import { type ApiWorld, json, openApiWorld, problem, raw } from "./api-world.ts";
import { drifting, runAt } from "./page/tenants.ts";
import { identityOf } from "./page/world.ts";

const tenant = "/api/v1/tenants/production";

describe("on a loopback address without access", () => {
  let world: ApiWorld;
  const last = runAt(5, { ...drifting, tenant: "production" });
  beforeAll(async () => {
    world = await openApiWorld();
    for (const minutes of [65, 35]) {
      await world.record(runAt(minutes, { ...drifting, tenant: "production" }));
    }
    await world.record(last);
    const entry = { at: "2026-08-22T10:00:00.000Z", tenant: identityOf("production"), ...untold };
    const refusal = {
      action: "refuse",
      result: "limit",
      commit: null,
      trigger: "schedule",
    } as const;
    const told = ["a", "b", "c"].map((name, index) => ({
      ...{ ...entry, ...refusal, by: "ada", name, kind: "ApiConnector" as const },
      ...{ run: index === 0 ? "first" : "second", message: "See https://x.example/?code=hush" },
    }));
    await world.store.settle(identityOf("production"), null, "audited", [], told);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test.for<{ path: string; schema: PublishedSchema }>([
    { path: "/api/v1/tenants", schema: "api.schema.json" },
    { path: tenant, schema: "api.schema.json#/$defs/tenant" },
    { path: `${tenant}/plan`, schema: "plan.schema.json" },
    { path: `${tenant}/drift`, schema: "drift.schema.json" },
    { path: `${tenant}/runs`, schema: "api.schema.json#/$defs/runs" },
    { path: `${tenant}/runs/${last.id}`, schema: "run.schema.json" },
    { path: `${tenant}/audit`, schema: "audit.schema.json" },
  ])("$path is what $schema says", async ({ path, schema }) => {
    const response = await world.get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(faultsBy(schema, await response.json())).toEqual([]);
    expect((await fetch(world.url + path, { method: "HEAD" })).status).toBe(200);
  });

  test("every tenant is listed in the order of plumbline.yaml, with how it stands", async () => {
    const { tenants } = await json<{ tenants: readonly object[] }>(
      await world.get("/api/v1/tenants"),
    );
    const { id, startedAt, finishedAt, result } = last;
    expect(tenants).toMatchObject([
      {
        ...{ name: "production", mode: "apply", last: { id, startedAt, finishedAt, result } },
        ...{ differences: 3, nextRun: null, failures: 0, suspendedUntil: null },
      },
      { name: "staging", differences: 0, oldestDifference: null },
    ]);
    expect(await json(await world.get(tenant))).toEqual(tenants[0]);
  });

  test("the plan is the one of the last run, whatever the tenant is like by now", async () => {
    expect(await json(await world.get(`${tenant}/plan`))).toEqual({
      version: 1,
      plans: [last.plan],
    });
  });

  test("a run that made no plan is named in the place of its plan", async () => {
    await using other = await openApiWorld();
    const failed = runAt(5, { tenant: "production", plan: null, result: "failed" });
    await other.record(failed);
    const response = await other.get(`${tenant}/plan`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(failed.id);
  });

  test("open differences are told before resolved ones", async () => {
    await using other = await openApiWorld();
    const run = runAt(5, { ...drifting, tenant: "production" });
    await other.record(run);
    const { drifts: known } = await other.store.recall(identityOf("production"));
    const resolved = known.map((drift) => ({ ...drift, name: "a", resolvedAt: run.finishedAt }));
    await other.store.record(identityOf("production"), run, { put: resolved, forget: [] });
    const { drifts } = await json<{ drifts: readonly Drift[] }>(await other.get(`${tenant}/drift`));
    const isOpen = drifts.map(({ resolvedAt }) => resolvedAt === null);
    expect(isOpen).toEqual([true, true, true, false, false, false]);
  });

  test("what somebody has accepted since the last run is no open difference", async () => {
    await using other = await openApiWorld();
    await other.record(runAt(5, { ...drifting, tenant: "production" }));
    const { drifts: known } = await other.store.recall(identityOf("production"));
    const since = new Date().toISOString();
    const word = { since, until: "2999-01-01T00:00:00.000Z", by: "ada", reason: "they move" };
    const changes = known.map(({ kind, name, path }) => {
      return {
        op: "accept",
        acceptance: { kind, name, path, value: digestOf(path), ...word },
      } as const;
    });
    await other.store.settle(identityOf("production"), null, "accepted", changes);
    expect(await json(await other.get(tenant))).toMatchObject({
      ...{ differences: 0, oldestDifference: null },
    });
    const { drifts } = await json<{ drifts: readonly Drift[] }>(await other.get(`${tenant}/drift`));
    expect(drifts.map(({ state }) => state)).toEqual(["accepted", "accepted", "accepted"]);
  });

  test("the newest runs are listed first, as many as are asked for", async () => {
    const ids = async (query: string) => {
      const { runs } = await json<{ runs: readonly Pick<Run, "id">[] }>(
        await world.get(`${tenant}/runs${query}`),
      );
      return runs.map(({ id }) => id);
    };
    expect(await ids("")).toHaveLength(4);
    expect(await ids("?limit=2")).toEqual([last.id, runAt(35, {}).id]);
    expect(await ids(`?limit=1&before=${last.id}`)).toEqual([runAt(35, {}).id]);
  });

  test("the audit is asked by name and by run, and tells no key of a URL", async () => {
    const entries = async (query: string) => {
      const text = await (await world.get(`${tenant}/audit${query}`)).text();
      expect(text).not.toContain("hush");
      const { entries } = JSON.parse(text) as { entries: readonly { entry: { name: string } }[] };
      return entries.map(({ entry }) => entry.name);
    };
    expect(await entries("")).toEqual(["a", "b", "c"]);
    expect(await entries("?limit=2")).toEqual(["b", "c"]);
    expect(await entries("?name=b")).toEqual(["b"]);
    expect(await entries("?run=second&limit=100")).toEqual(["b", "c"]);
    const newest = await (await world.get(`${tenant}/audit?limit=1`)).json();
    const [{ sequence }] = (newest as { entries: [{ sequence: number }] }).entries;
    expect(await entries(`?limit=1&before=${sequence}`)).toEqual(["b"]);
    expect(await entries("?run=none")).toEqual([]);
  });

  test.for([
    "/runs?limit=0",
    "/runs?limit=101",
    "/runs?limit=many",
    "/runs?limit=0x10",
    "/runs?limit=1e1",
    "/runs?limit=+5",
    "/runs?limit=%205",
    "/runs?limit=05",
    "/runs?limit=",
    "/runs?limit=true",
    "/audit?before=0x1",
    "/runs?limit=1&limit=2",
    "/runs?name=a",
    "/audit?limit=1000",
    "/audit?name=",
    "/audit?nobody=1",
    "/plan?fresh=true",
  ])("%s is refused, because its parameter is not accepted", async (path) => {
    expect(await problem(await world.get(tenant + path))).toBe("400 bad-request");
  });

  test.for([
    "/api/v1/tenants/nobody",
    "/api/v1/tenants/nobody/plan",
    "/api/v1/tenants/constructor/runs",
    "/api/v1/tenants/%3Cscript%3E/audit",
    `${tenant}/runs/19990101T000000000Z`,
    "/api/v1/nothing",
    "/api/v1/tenants/",
    "/api/v2/tenants",
  ])("%s is not found", async (path) => {
    expect(await problem(await world.get(path))).toBe("404 not-found");
  });

  test.for([
    { method: "POST", path: "/api/v1/tenants", allow: "GET, HEAD" },
    { method: "DELETE", path: tenant, allow: "GET, HEAD" },
    { method: "PUT", path: `${tenant}/runs/1`, allow: "GET, HEAD" },
    { method: "GET", path: `${tenant}/reconcile`, allow: "POST" },
  ])("$method of $path is refused with what is accepted", async ({ method, path, allow }) => {
    const response = await fetch(world.url + path, { method });
    expect(response.headers.get("allow")).toBe(allow);
    expect(await problem(response)).toBe("405 method-not-allowed");
  });

  test.for([
    { host: "localhost:8080", status: 200 },
    { host: "127.0.0.1", status: 200 },
    { host: "[::1]:8080", status: 200 },
    { host: "evil.example", status: 421 },
    { host: "192.0.2.7:8080", status: 421 },
    { host: "127.0.0.1.evil.example", status: 421 },
    { host: "localhost@evil.example", status: 421 },
  ])("a request that was meant for $host is answered $status", async ({ host, status }) => {
    const { status: answered } = await raw(`${world.url}/api/v1/tenants`, "GET", { host });
    expect(answered).toBe(status);
    const posted = await raw(
      `${world.url}/api/v1/tenants/nobody/reconcile`,
      "POST",
      { host, "content-type": "application/json", "content-length": "2" },
      "{}",
    );
    expect(posted.status).toBe(status === 200 ? 404 : 421);
  });

  test("nothing of an answer is kept, rendered, sniffed or read from another site", async () => {
    for (const path of ["/api/v1/tenants", "/api/v1/tenants/nobody", "/api/v1/openapi.json"]) {
      const { headers } = await world.get(path);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("access-control-allow-origin")).toBe(null);
    }
  });
});

test("a run that is damaged in the store is told as such, and in the log", async () => {
  await using world = await openApiWorld();
  const database = new DatabaseSync(world.file);
  database.exec("UPDATE runs SET run = '{'");
  database.close();
  expect(await problem(await world.get(`${tenant}/plan`))).toBe("503 unavailable");
  expect(world.errors.map(String).join()).toContain("state.db");
  expect((await world.get("/api/v1/tenants")).status).toBe(200);
});

test("what nobody expected is kept from the caller, and logged", async () => {
  await using world = await openApiWorld();
  Object.assign(world.store, { outlines: () => Promise.reject(new TypeError("canary")) });
  const response = await world.get("/api/v1/tenants");
  expect(await response.clone().text()).not.toContain("canary");
  expect(await problem(response)).toBe("500 internal");
  expect(world.logged).toEqual(["A request for the API failed."]);
  expect(world.errors).toEqual([expect.objectContaining({ name: "TypeError", message: "canary" })]);
});

test("a service that has stopped runs nothing more", async () => {
  await using world = await openApiWorld();
  await world.stop();
  expect(await problem(await world.post(`${tenant}/reconcile`))).toBe("503 unavailable");
});
