import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { openReader, openWriter, type RequestEvent } from "../../src/tenant/tenant.ts";
import { access, page, startGraph } from "./scripted-graph.ts";

const faultOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (thrown: unknown) => (thrown instanceof FaultError ? thrown.fault : thrown),
  );

test("a server that refuses connections is named, with the reason", async () => {
  const gone = await startGraph();
  const { url } = gone;
  await gone[Symbol.asyncDispose]();
  const { access: opened, clock } = access(url);
  expect(await faultOf(openReader(opened).list("ApiConnector"))).toMatchObject({
    code: "network",
    message: expect.stringMatching(/127\.0\.0\.1:\d+ could not be reached.*ECONNREFUSED/),
  });
  expect(clock.slept).toEqual([500, 1_000]);
});

test.each(["before", "midway"] as const)(
  "a connection that breaks %s the answer is a fault after three tries",
  async (drop) => {
    await using graph = await startGraph({ ...page(["a"]), drop });
    const fault = await faultOf(openReader(access(graph.url).access).list("ApiConnector"));
    expect(fault).toMatchObject({ code: "network" });
    expect(graph.seen).toHaveLength(3);
  },
);

test("a connection that broke once is a listing all the same", async () => {
  await using graph = await startGraph({ ...page(["x"]), drop: "midway" }, page(["a"]));
  const listed = await openReader(access(graph.url).access).list("ApiConnector");
  expect(listed.map(({ id }) => id)).toEqual(["a"]);
});

test("a server that does not answer in time is a time-out", async () => {
  await using graph = await startGraph({ silent: true });
  const events: RequestEvent[] = [];
  const { access: opened } = access(graph.url, {
    timeout: 25,
    onRequest: (event) => events.push(event),
  });
  expect(
    await faultOf(openWriter(opened).create({ kind: "ApiConnector", displayName: "x" })),
  ).toMatchObject({ code: "timeout", message: expect.stringContaining("within 0.025 s") });
  expect(events).toMatchObject([{ method: "POST", status: null, tries: 1, requestId: null }]);
});

test("a request in flight ends with the reason of its signal", async () => {
  await using graph = await startGraph({ silent: true });
  const controller = new AbortController();
  const reason = new Error("the service stops");
  const { access: opened } = access(graph.url);
  const listing = openReader(opened).list("ApiConnector", controller.signal);
  while (graph.seen.length === 0) await new Promise(setImmediate);
  controller.abort(reason);
  await expect(listing).rejects.toBe(reason);
});

test("a signal that is already aborted sends nothing", async () => {
  await using graph = await startGraph(page([]));
  const reason = new Error("the service stops");
  const listing = openReader(access(graph.url).access).list(
    "ApiConnector",
    AbortSignal.abort(reason),
  );
  await expect(listing).rejects.toBe(reason);
  expect(graph.seen).toEqual([]);
});

test("a create in flight ends with the reason of its signal, not as a time-out", async () => {
  await using graph = await startGraph({ silent: true });
  const controller = new AbortController();
  const reason = new Error("the service stops");
  const writer = openWriter(access(graph.url).access);
  const creating = writer.create({ kind: "ApiConnector", displayName: "x" }, controller.signal);
  while (graph.seen.length === 0) await new Promise(setImmediate);
  controller.abort(reason);
  await expect(creating).rejects.toBe(reason);
});

test.each([
  { name: "a page", longest: 2 ** 23, status: 200, code: "malformed", says: "more than 8 MiB" },
  { name: "an error", longest: 2 ** 20, status: 400, code: "malformed", says: "more than 1 MiB" },
])("$name may have $longest bytes and not one more", async ({ longest, status, code, says }) => {
  const empty = '{"value":[]}';
  const of = (length: number) => ({ status, body: empty + " ".repeat(length - empty.length) });
  await using graph = await startGraph(of(longest), of(longest + 1));
  const reader = openReader(access(graph.url).access);
  const first = await faultOf(reader.list("ApiConnector"));
  expect(first).toEqual(status === 200 ? null : expect.objectContaining({ code: "rejected" }));
  expect(await faultOf(reader.list("ApiConnector"))).toMatchObject({
    code,
    message: expect.stringContaining(says),
  });
  expect(graph.seen).toHaveLength(2);
});
