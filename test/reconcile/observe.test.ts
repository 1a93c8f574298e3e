import { expect, test } from "vitest";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { connector, openPractice, told } from "./practice-tenant.ts";

const get = { method: "GET" } as const;
const failures: readonly (InjectedFault & { readonly name: string; readonly code: string })[] = [
  { name: "401", code: "unauthorised", kind: "status", status: 401, ...get },
  { name: "403", code: "forbidden", kind: "status", status: 403, ...get },
  { name: "404", code: "not-found", kind: "status", status: 404, ...get },
  { name: "429", code: "throttled", kind: "status", status: 429, retryAfter: 600, ...get },
  { name: "500", code: "unavailable", kind: "status", status: 500, count: 3, ...get },
  { name: "half of the JSON", code: "malformed", kind: "torn-body", ...get },
  { name: "a page of a proxy", code: "malformed", kind: "html-body", ...get },
  {
    name: "no answer in time",
    code: "timeout",
    kind: "delay",
    milliseconds: 5_000,
    count: 3,
    ...get,
  },
  { name: "a broken connection", code: "network", kind: "drop-before-effect", count: 3, ...get },
  { name: "an answer that breaks off", code: "network", kind: "cut-body", count: 3, ...get },
];

test.for(failures)(
  "a tenant that answers $name is unreadable, and nothing is written",
  async ({ name: _, code, ...fault }) => {
    await using practice = await openPractice({ timeout: 100 });
    practice.define({ "a.yaml": connector("a") });
    await practice.run();
    practice.define({ "b.yaml": connector("b") });
    const { store, tenant } = practice.subject();
    const before = await store.recall(tenant);
    practice.requests();
    practice.sandbox.control.injectFault(fault);
    const run = await practice.run();
    expect(told(run)).toEqual(["unreadable"]);
    expect(run.plan).toMatchObject({ complete: false, changes: [], held: [], unmanaged: [] });
    expect(run.plan?.unreadable[0]?.fault.code).toBe(code);
    expect(practice.requests().every((sent) => sent.startsWith("GET"))).toBe(true);
    expect(await store.recall(tenant)).toEqual(before);
    practice.sandbox.control.clearFaults();
    expect(told(await practice.run())).toEqual(["refused", "create b done"]);
  },
);

test("an unreadable tenant leaves what was begun open, even after the definition left git", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
  practice.sandbox.control.injectFault({ kind: "status", status: 403, skip: 1, ...get });
  await practice.run();
  practice.define({});
  practice.sandbox.control.injectFault({ kind: "status", status: 403, ...get });
  expect(told(await practice.run())).toEqual(["unreadable"]);
  // What cannot be read shows nothing, however long one waits.
  expect(practice.events.map(({ type }) => type)).not.toContain("waiting");
  const run = await practice.run();
  expect(run.plan?.held.map(({ op, name }) => `${op} ${name}`)).toEqual(["delete a"]);
});

test("a listing that was broken off is no unreadable tenant", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.sandbox.control.injectFault({ kind: "delay", milliseconds: 60_000, ...get });
  const stopping = new AbortController();
  const arrived = practice.sandbox.control.arrival("GET", /apiConnectors/);
  const running = practice.run({}, { stopping: stopping.signal });
  await arrived;
  stopping.abort(new Error("Asked to stop."));
  const run = await running;
  expect(told(run)).toEqual(["partial"]);
  expect(run.plan).toBeNull();
  expect(run.faults.map(({ code }) => code)).toEqual(["stopped"]);
  practice.sandbox.control.clearFaults();
});

test("a listing in pages is read whole", async () => {
  await using practice = await openPractice();
  const names = ["a", "b", "c", "d", "e"];
  practice.define(Object.fromEntries(names.map((name) => [`${name}.yaml`, connector(name)])));
  await practice.run();
  practice.requests();
  practice.sandbox.control.configure({ pageSize: 2 });
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(practice.requests()).toEqual(["GET 200", "GET 200", "GET 200"]);
});

test.for([
  { kind: "empty-page", want: "clean" },
  { kind: "duplicate-page", want: "unreadable" },
] as const)(
  "a listing with a $kind is $want, and shows no connector twice",
  async ({ kind, want }) => {
    await using practice = await openPractice();
    practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
    await practice.run();
    practice.sandbox.control.injectFault({ kind });
    expect(told(await practice.run())).toEqual([want]);
  },
);

test("one bad page makes the whole listing unreadable", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await practice.run();
  practice.sandbox.control.configure({ pageSize: 1 });
  practice.sandbox.control.injectFault({ kind: "torn-body", skip: 1, ...get });
  expect(told(await practice.run())).toEqual(["unreadable"]);
});

test("secrets are read before the first request, and hidden in what Graph says", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const body = { error: { code: "AADB2C", message: "Bad: secret of A_PASSWORD" } };
  practice.sandbox.control.injectFault({ kind: "status", status: 403, body, ...get });
  const run = await practice.run();
  expect(run.plan?.unreadable[0]?.fault.message).toContain("Bad: ");
  expect(JSON.stringify(run)).not.toContain("secret of A_PASSWORD");
});

test("a key that only the live URL holds is hidden in what Graph says as well", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const basic = { username: "entra", password: "p" };
  const targetUrl = "https://a.contoso.com/?code=canary-in-the-url";
  practice.sandbox.control.setState({
    connectors: [{ displayName: "a", targetUrl, authentication: { basic } }],
  });
  const body = { error: { code: "AADB2C", message: "No: canary-in-the-url" } };
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "PATCH", body });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "adopt a failed"]);
  expect(run.outcomes[0]?.error?.message).toContain("No: ");
  expect(JSON.stringify(run)).not.toContain("canary");
});
