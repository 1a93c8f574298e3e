import { expect, test } from "vitest";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

async function openDefined(): Promise<Practice> {
  const practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  return practice;
}

function live({ sandbox }: Practice) {
  return sandbox.control.state().connectors ?? [];
}

const post = { method: "POST" } as const;
const lost: readonly (InjectedFault & { readonly name: string })[] = [
  { name: "a connection that broke after the effect", kind: "drop-after-effect", ...post },
  { name: "half an answer", kind: "torn-body", ...post },
  { name: "an answer that broke off", kind: "cut-body", ...post },
  {
    name: "an answer that came too late",
    kind: "delay",
    // Far longer than anything else may take on a busy machine.
    milliseconds: 3_000,
    when: "after-effect",
    ...post,
  },
];

test.for(lost)(
  "a create answered by $name leaves one connector and sends its password again",
  async ({ name: _, ...fault }) => {
    await using practice = await openPractice({ timeout: 1_500 });
    practice.define({ "a.yaml": connector("a") });
    practice.sandbox.control.injectFault(fault);
    expect(told(await practice.run())).toEqual(["converged", "create a done"]);
    const sent = practice.requests().map((one) => one.split(" ")[0]);
    expect(sent).toEqual(["GET", "POST", "GET", "PATCH", "GET"]);
    expect(live(practice)).toHaveLength(1);
    expect(told(await practice.run())).toEqual(["clean"]);
  },
);

const without: readonly (InjectedFault & { readonly name: string })[] = [
  { name: "a connection that broke before the effect", kind: "drop-before-effect", ...post },
  { name: "status 503", kind: "status", status: 503, ...post },
  { name: "a page of a proxy", kind: "html-body", ...post },
];

test.for(without)(
  "a create answered by $name is sent again once nothing shows",
  async ({ name: _, ...fault }) => {
    await using practice = await openDefined();
    practice.sandbox.control.injectFault(fault);
    expect(told(await practice.run())).toEqual(["converged", "create a done"]);
    expect(practice.requests().filter((sent) => sent.startsWith("POST"))).toHaveLength(2);
    expect(live(practice)).toHaveLength(1);
  },
);

test("a create that is lost each time is tried twice and left to the next run", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-before-effect", count: 2, ...post });
  expect(told(await practice.run())).toEqual(["partial", "create a failed"]);
  expect(practice.requests().filter((sent) => sent.startsWith("POST"))).toHaveLength(2);
  expect(told(await practice.run())).toEqual(["converged", "create a done"]);
  expect(live(practice)).toHaveLength(1);
});

test("a lost create that shows late is not made twice", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  practice.sandbox.control.injectFault({ kind: "stale-reads", reads: 3, ...post });
  expect(told(await practice.run())).toEqual(["converged", "create a done"]);
  expect(live(practice)).toHaveLength(1);
});

test("a lost create is told from a connector that had the name before", async () => {
  await using practice = await openPractice();
  practice.define({ "b.yaml": connector("b") });
  await practice.run();
  const [before] = live(practice);
  practice.sandbox.control.changeConnector("b", { displayName: "a" });
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  const run = await practice.run();
  expect(told(run)).toEqual(["converged", "create a done", "update b done"]);
  expect(run.outcomes[0]?.id).not.toBe(before?.id);
  expect(live(practice).map(({ displayName }) => displayName)).toEqual(["b", "a"]);
});

test("a lost create that cannot be looked for is resolved by the next run", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  practice.sandbox.control.injectFault({
    kind: "status",
    path: "apiConnectors",
    method: "GET",
    status: 403,
    skip: 1,
  });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create a failed"]);
  expect(run.outcomes[0]?.error?.message).toContain("The next run resolves it by reading.");
  expect(told(await practice.run())).toEqual(["converged", "adopt a done"]);
  expect(practice.requests().filter((sent) => sent.startsWith("PATCH"))).toHaveLength(1);
  expect(live(practice)).toHaveLength(1);
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("a lost create whose password is refused the second time is sent it by the next run", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  practice.sandbox.control.injectFault({ kind: "status", method: "PATCH", status: 403 });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create a failed"]);
  const [{ id } = { id: "" }] = live(practice);
  expect(run.outcomes[0]?.error?.message).toContain(`It exists as ${id}`);
  practice.requests();
  expect(told(await practice.run())).toEqual(["converged", "adopt a done"]);
  expect(practice.requests()).toEqual(["GET 200", "PATCH 204", "GET 200"]);
});

test("a lost create that is refused when it is sent again stays open, for the first may still show", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  practice.sandbox.control.injectFault({ kind: "stale-reads", reads: 50, ...post });
  practice.sandbox.control.injectFault({ kind: "status", status: 403, ...post });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create a failed"]);
  expect(run.outcomes[0]?.error?.code).toBe("unavailable");
  expect(run.outcomes[0]?.error?.message).toContain("it was sent once more");
  practice.sandbox.control.clearFaults();
  expect(told(await practice.run())).toEqual(["converged", "adopt a done"]);
  expect(live(practice)).toHaveLength(1);
});

test("a lost create is found again where the tenant allows creates alone", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  practice.sandbox.control.injectFault({
    kind: "status",
    path: "apiConnectors",
    method: "GET",
    status: 403,
    skip: 1,
  });
  const policy = allowing(["create"]);
  expect(told(await practice.run({ policy }))).toEqual(["partial", "create a failed"]);
  expect(told(await practice.run({ policy }))).toEqual(["converged", "adopt a done"]);
  expect(told(await practice.run({ policy }))).toEqual(["clean"]);
});

test("a create that reads show later than it may take is not made again", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "stale-reads", reads: 15, ...post });
  expect(told(await practice.run())).toEqual(["partial", "create a unverified"]);
  const held = await practice.run();
  expect(told(held)).toEqual(["refused"]);
  expect(held.plan?.held.map(({ op, reason }) => [op, reason.code])).toEqual([
    ["create", "unseen"],
  ]);
  // It had its time to settle; what is held needs no more of it.
  expect(practice.events.map(({ type }) => type)).not.toContain("waiting");
  expect((await practice.plan()).held).toHaveLength(1);
  practice.requests();
  let run = await practice.run();
  while (run.plan?.held.length) run = await practice.run();
  expect(told(run)).toEqual(["clean"]);
  expect(practice.requests().every((sent) => sent === "GET 200")).toBe(true);
  expect(live(practice)).toHaveLength(1);
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).journal).toEqual([]);
});

test("a create that nothing shows for a day is made again", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "no-effect", ...post });
  expect(told(await practice.run())).toEqual(["partial", "create a unverified"]);
  expect(told(await practice.run())).toEqual(["refused"]);
  expect(told(await practice.run({}, { after: 24 * 3_600_000 }))).toEqual([
    "converged",
    "create a done",
  ]);
  expect(told(await practice.run())).toEqual(["clean"]);
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).journal).toEqual([]);
});

test("a create that shows after its definition left git is still ours", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "stale-reads", reads: 15, ...post });
  await practice.run();
  practice.define({});
  let run = await practice.run();
  expect(run.plan?.held).toEqual([]);
  while (run.plan?.held.length === 0) run = await practice.run();
  expect(run.plan?.held.map(({ op, name }) => `${op} ${name}`)).toEqual(["delete a"]);
});

test("several that a lost create may have made are held, and a pin resolves them", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  practice.sandbox.control.injectFault({
    kind: "status",
    path: "apiConnectors",
    method: "GET",
    status: 403,
    skip: 1,
  });
  await practice.run();
  const [made] = live(practice);
  practice.sandbox.control.setState({ connectors: [...live(practice), { ...made, id: "twin" }] });
  const held = await practice.run();
  expect(told(held)).toEqual(["refused"]);
  expect(held.plan?.held[0]?.candidates).toEqual([made?.id, "twin"].toSorted());
  practice.define({ "a.yaml": connector("a", { metadata: `id: ${made?.id}` }) });
  expect(told(await practice.run())).toEqual(["converged", "adopt a done"]);
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("a throttled create waits as long as it is asked to and is sent again", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "status", status: 429, retryAfter: 7, ...post });
  const started = practice.clock.now().getTime() + 60_000;
  expect(told(await practice.run())).toEqual(["converged", "create a done"]);
  expect(practice.clock.now().getTime() - started).toBeGreaterThanOrEqual(7_000);
  expect(live(practice)).toHaveLength(1);
});

test("a create that stays throttled fails, and no lost answer is looked for", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({
    kind: "status",
    status: 429,
    retryAfter: 1,
    count: 3,
    ...post,
  });
  const run = await practice.run();
  expect(run.outcomes[0]?.error?.code).toBe("throttled");
  expect(practice.requests()).toEqual(["GET 200", "POST 429", "POST 429", "POST 429"]);
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).journal).toEqual([]);
});

test("a create that is asked to wait longer than a minute is left to the next run", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "status", status: 429, retryAfter: 61, ...post });
  const run = await practice.run();
  expect(run.outcomes[0]?.error?.code).toBe("throttled");
  expect(practice.requests()).toEqual(["GET 200", "POST 429"]);
});

test("a throttled create that is asked to stop tells the throttling, and leaves nothing open", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "status", status: 429, retryAfter: 30, ...post });
  const stopping = new AbortController();
  const { clock, store, tenant } = practice.subject();
  const sleep = async () => {
    stopping.abort();
    throw stopping.signal.reason;
  };
  const run = await practice.run({ clock: { ...clock, sleep } }, { stopping: stopping.signal });
  expect(run.outcomes[0]?.error?.code).toBe("throttled");
  expect((await store.recall(tenant)).journal).toEqual([]);
});

test("a lost create that is asked to stop is not sent again, and is left to the next run", async () => {
  await using practice = await openDefined();
  practice.sandbox.control.injectFault({ kind: "drop-before-effect", ...post });
  const stopping = new AbortController();
  const notify = ({ type }: { type: string }) => type === "waiting" && stopping.abort();
  const run = await practice.run({}, { stopping: stopping.signal, notify });
  expect(told(run)).toEqual(["partial", "create a failed"]);
  expect(practice.requests()).toEqual(["GET 200", "POST null", "GET 200"]);
  expect(told(await practice.run())).toEqual(["converged", "create a done"]);
  expect(live(practice)).toHaveLength(1);
});

test("a create beyond the tenant's limit is refused once, and the others go on", async () => {
  await using practice = await openPractice();
  const basic = { username: "u", password: "p" };
  const full = Array.from({ length: 20 }, (_, index) => ({
    displayName: `theirs ${index}`,
    targetUrl: "https://theirs.example/",
    authentication: { basic },
  }));
  practice.sandbox.control.setState({ connectors: full });
  practice.define({
    "a.yaml": connector("a"),
    "b.yaml": connector("b", { displayName: "theirs 1" }),
  });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create a failed", "adopt b done"]);
  expect(live(practice)).toHaveLength(20);
});

test("what a lost create made in the place of a deleted connector is deleted when its definition has gone", async () => {
  await using practice = await openDefined();
  const deleting = {
    policy: allowing(["adopt", "create", "update", "delete"], {
      deleteAfter: 0,
      limits: { deletes: 1, deletePercent: 100, changes: null },
    }),
  };
  await practice.run(deleting);
  practice.sandbox.control.deleteConnector("a");
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", ...post });
  practice.sandbox.control.injectFault({
    kind: "status",
    path: "apiConnectors",
    status: 400,
    method: "GET",
    skip: 1,
  });
  expect(told(await practice.run(deleting))).toEqual(["partial", "create a failed"]);
  practice.define({});
  const [recorded, deleted] = [await practice.run(deleting), await practice.run(deleting)];
  expect(recorded.plan?.held.map(({ op, name }) => `${op} ${name}`)).toEqual(["delete a"]);
  expect(told(deleted)).toEqual(["converged", "delete a done"]);
  expect(live(practice)).toEqual([]);
  expect(told(await practice.run(deleting))).toEqual(["clean"]);
});
