import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seenDigest } from "../../src/model/drift.ts";
import { type FaultCode, FaultError, failure } from "../../src/model/fault.ts";
import type { Drift } from "../../src/model/generated/drift.ts";
import { faultsBy } from "../cli/published-schemas.ts";
import {
  type ApiWorld,
  bearer,
  holders,
  json,
  openApiWorld,
  problem,
  viewer,
} from "./api-world.ts";
import { drifting, runAt } from "./page/tenants.ts";

const tenant = "/api/v1/tenants/production";
const field = { name: "age-check", path: "spec.displayName" };
const word = { ...field, before: "A", until: "7d", reason: "they move first" };
const accept = (world: ApiWorld, body: object = word) =>
  world.post(`${tenant}/accept`, {}, JSON.stringify(body));

describe("accepting by the API", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
    await world.record(runAt(5, { ...drifting, tenant: "production" }));
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test("is of the value that was seen, and answers how the differences stand then", async () => {
    const response = await accept(world);
    expect(response.status).toBe(200);
    const answer = await json<{ drifts: readonly Drift[] }>(response);
    expect(faultsBy("drift.schema.json", answer)).toEqual([]);
    expect(answer).toEqual(await json(await world.get(`${tenant}/drift`)));
    const { before: _, ...said } = word;
    expect(world.told.at(-1)).toEqual([
      ...["accept", "production", { ...said, seen: seenDigest({ before: "A" }) }, "local"],
    ]);
  });

  test("is also of a value that is absent", async () => {
    expect((await accept(world, { ...word, before: null })).status).toBe(200);
    expect(world.told.at(-1)).toMatchObject([
      "accept",
      "production",
      { seen: seenDigest({ before: null }) },
      "local",
    ]);
  });

  test("is ended by another request", async () => {
    const response = await world.post(`${tenant}/revoke`, {}, JSON.stringify(field));
    expect(response.status).toBe(200);
    expect(world.told.at(-1)).toEqual(["revoke", "production", field, "local"]);
  });

  test.for([
    { of: "nothing", body: {} },
    { of: "no value that was seen", body: { ...word, before: undefined } },
    { of: "a number as the value", body: { ...word, before: 1 } },
    { of: "no reason", body: { ...word, reason: " \n" } },
    { of: "no end", body: { ...word, until: undefined } },
    { of: "more than is known", body: { ...word, seen: "sha256:0" } },
    { of: "a long reason", body: { ...word, reason: "a".repeat(1_001) } },
  ])("is refused with $of", async ({ body }) => {
    const before = world.told.length;
    expect(await problem(await accept(world, body))).toBe("400 bad-request");
    expect(world.told).toHaveLength(before);
  });

  test("is not found for a tenant that there is not", async () => {
    const response = await world.post("/api/v1/tenants/nobody/accept", {}, JSON.stringify(word));
    expect(await problem(response)).toBe("404 not-found");
  });

  test.for<{ code: FaultCode; want: string }>([
    { code: "refused", want: "409 refused" },
    { code: "yaml", want: "409 refused" },
    { code: "locked", want: "409 in-progress" },
    { code: "stopped", want: "503 unavailable" },
    { code: "store", want: "503 unavailable" },
    { code: "forbidden", want: "503 unavailable" },
    { code: "timeout", want: "503 unavailable" },
    { code: "internal", want: "500 internal" },
  ])("that fails with $code is $want", async ({ code, want }) => {
    world.fault = new FaultError(failure(code, "Something stands in the way."));
    const response = await accept(world);
    world.fault = null;
    const isTold = !["store", "internal"].includes(code);
    expect((await response.clone().text()).includes("Something stands")).toBe(isTold);
    expect(await problem(response)).toBe(want);
  });
});

test("a viewer accepts and revokes nothing", async () => {
  await using world = await openApiWorld(holders);
  for (const act of ["accept", "revoke"]) {
    const body = JSON.stringify(act === "accept" ? word : field);
    const response = await world.post(`${tenant}/${act}`, bearer(viewer), body);
    expect(await problem(response)).toBe("403 forbidden");
  }
  expect(world.told).toEqual([]);
});
