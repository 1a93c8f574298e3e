import { expect, test } from "vitest";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { CONNECTORS, practise, written } from "./practice.ts";

test("a status comes instead of the operation, as often as asked, then the tenant is itself again", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  sandbox.control.injectFault({ kind: "status", status: 503, retryAfter: 7, count: 2 });
  for (let count = 1; count <= 2; count += 1) {
    const { status, headers, json } = await call("POST", CONNECTORS, written("Fraud check"));
    expect([status, headers.get("retry-after")]).toEqual([503, "7"]);
    expect(json.error).toHaveProperty("innerError.request-id");
  }
  expect(sandbox.control.faults()).toEqual([]);
  expect(sandbox.control.state().connectors).toEqual([]);
  expect((await call("POST", CONNECTORS, written("Fraud check"))).status).toBe(201);
});

test("a status may bring its own headers and body", async () => {
  await using practice = await practise();
  const { control } = practice.sandbox;
  control.injectFault({ kind: "status", status: 418, headers: { "x-pot": "tea" }, body: { a: 1 } });
  control.injectFault({ kind: "status", status: 502, body: "Bad Gateway" });
  const json = await practice.call("GET", CONNECTORS);
  expect([json.status, json.headers.get("x-pot"), json.text]).toEqual([418, "tea", '{"a":1}']);
  expect((await practice.call("GET", CONNECTORS)).text).toBe("Bad Gateway");
});

test("a fault meets the requests whose method and path it names, after those it lets pass", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  await call("POST", CONNECTORS, written("Fraud check"));
  sandbox.control.injectFault({
    kind: "status",
    status: 500,
    method: "GET",
    path: "/APICONNECTORS/connector",
    skip: 1,
  });
  const statuses: number[] = [];
  for (const path of ["", "/connector-1", "", "/connector-1", "/connector-1"]) {
    statuses.push((await call("GET", CONNECTORS + path)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 500, 200]);
});

test.for([
  { kind: "drop-before-effect", names: [] },
  { kind: "drop-after-effect", names: ["Fraud check"] },
  { kind: "cut-body", names: ["Fraud check"] },
] as const)(
  "with $kind the caller learns nothing, and the tenant holds $names",
  async ({ kind, names }) => {
    await using practice = await practise();
    const { control } = practice.sandbox;
    control.injectFault({ kind });
    await expect(practice.call("POST", CONNECTORS, written("Fraud check"))).rejects.toThrow();
    expect(control.state().connectors?.map(({ displayName }) => displayName)).toEqual(names);
    expect(control.requests()).toMatchObject([{ status: kind === "cut-body" ? 201 : null }]);
  },
);

test("a torn body is half the JSON of an answer that is whole for HTTP", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  const whole = (await call("GET", CONNECTORS)).text;
  sandbox.control.injectFault({ kind: "torn-body" });
  const { status, text } = await call("GET", CONNECTORS);
  expect(status).toBe(200);
  expect(whole.startsWith(text)).toBe(true);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});

test("an HTML page comes with 200, or with the status that was asked for", async () => {
  await using practice = await practise();
  practice.sandbox.control.injectFault({ kind: "html-body" });
  practice.sandbox.control.injectFault({ kind: "html-body", status: 503 });
  for (const status of [200, 503]) {
    const got = await practice.call("POST", CONNECTORS, written("Fraud check"));
    expect([got.status, got.headers.get("content-type")]).toEqual([status, "text/html"]);
    expect(got.text).toMatch(/^<!DOCTYPE html>/);
  }
  expect(practice.sandbox.control.state().connectors).toEqual([]);
});

test("reads lag behind the next write as long as they are told to", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  sandbox.control.injectFault({ kind: "stale-reads", reads: 2 });
  const names = async () =>
    (await call("GET", CONNECTORS)).json.value.map((each) => each.displayName);
  expect(await names()).toEqual([]);
  await call("POST", CONNECTORS, written("Fraud check"));
  expect((await call("GET", `${CONNECTORS}/connector-1`)).status).toBe(404);
  await call("PATCH", `${CONNECTORS}/connector-1`, { displayName: "Fraud" });
  expect(await names()).toEqual([]);
  expect(await names()).toEqual(["Fraud"]);
});

test("reads that already lag go on to show the older tenant when another write lags too", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  sandbox.control.injectFault({ kind: "stale-reads", reads: 1, count: 2 });
  await call("POST", CONNECTORS, written("Fraud check"));
  await call("POST", CONNECTORS, written("CRM sync"));
  expect((await call("GET", CONNECTORS)).json.value).toHaveLength(0);
  expect((await call("GET", CONNECTORS)).json.value).toHaveLength(2);
});

test("a write that was refused makes no read lag", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  sandbox.control.injectFault({ kind: "stale-reads", reads: 1 });
  await call("POST", CONNECTORS, {});
  expect(sandbox.control.faults()).toHaveLength(1);
});

test("a page may come twice, or empty, and the listing still ends", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  sandbox.control.setState({ connectors: [{ id: "a" }, { id: "b" }, { id: "c" }] });
  sandbox.control.injectFault({ kind: "duplicate-page", path: "skiptoken" });
  sandbox.control.injectFault({ kind: "empty-page" });
  const pages: string[][] = [];
  let next: string | undefined = `${CONNECTORS}?$top=2`;
  while (next !== undefined) {
    const { json } = await call("GET", next);
    pages.push(json.value.map(({ id }) => id));
    next = json["@odata.nextLink"];
  }
  expect(pages).toEqual([[], ["a", "b"], ["c"], ["c"]]);
});

test("a success without effect answers as if it had been done", async () => {
  await using practice = await practise();
  const { sandbox, call } = practice;
  sandbox.control.injectFault({ kind: "no-effect" });
  expect((await call("GET", CONNECTORS)).json.value).toEqual([]);
  const { status, json } = await call("POST", CONNECTORS, written("Fraud check"));
  expect([status, json.id]).toEqual([201, "connector-1"]);
  expect((await call("GET", CONNECTORS)).json.value).toEqual([]);
});

test.for([
  { when: "before-effect", names: [] },
  { when: "after-effect", names: ["Fraud check"] },
] as const)(
  "a delay $when holds the answer until the faults are cleared",
  async ({ when, names }) => {
    await using practice = await practise();
    const { control } = practice.sandbox;
    control.injectFault({ kind: "delay", milliseconds: 3_600_000, when });
    const arrived = control.arrival("POST", /apiConnectors/i);
    const answer = practice.call("POST", CONNECTORS, written("Fraud check"));
    expect((await arrived).status).toBeNull();
    expect(control.state().connectors?.map(({ displayName }) => displayName)).toEqual(names);
    control.clearFaults();
    expect((await answer).status).toBe(201);
  },
);

test("closing does not wait for a delayed answer", async () => {
  const practice = await practise();
  const { control } = practice.sandbox;
  control.injectFault({ kind: "delay", milliseconds: 3_600_000 });
  const arrived = control.arrival("GET", /apiConnectors/);
  const answer = practice.call("GET", CONNECTORS).catch(() => "broken");
  await arrived;
  await practice.sandbox.close();
  await answer;
  await expect(practice.call("GET", CONNECTORS)).rejects.toThrow();
});

test.for([
  { fault: {}, says: "kind" },
  { fault: { kind: "earthquake" }, says: "kind" },
  { fault: { kind: "status" }, says: "status" },
  { fault: { kind: "status", status: 99 }, says: "status" },
  { fault: { kind: "status", status: 500, headers: { "x\n": "y" } }, says: "headers" },
  { fault: { kind: "torn-body", colour: "red" }, says: '"colour" is no key' },
  { fault: { kind: "torn-body", path: "(" }, says: "path" },
  { fault: null, says: "object" },
])("$fault is no fault, and the answer says why", async ({ fault, says }) => {
  await using practice = await practise();
  const { control } = practice.sandbox;
  expect(() => control.injectFault(fault as InjectedFault)).toThrow(says);
  expect(control.faults()).toEqual([]);
});
