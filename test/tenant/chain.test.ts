import { expect, test } from "vitest";
import { FaultError, failure } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { openBudget } from "../../src/tenant/budget.ts";
import { openChain } from "../../src/tenant/chain.ts";
import type { Asked } from "../../src/tenant/exchange.ts";
import { openReader, openWriter, type RequestEvent } from "../../src/tenant/tenant.ts";
import { openTokens, type SignIn } from "../../src/tenant/tokens.ts";
import { openTransport } from "../../src/tenant/transport.ts";
import { handClock } from "./hand-clock.ts";
import {
  access,
  graphError,
  page,
  plainRedactor,
  type Reply,
  startGraph,
} from "./scripted-graph.ts";

const list: Asked = {
  method: "GET",
  kind: "ApiConnector",
  path: "/v1.0/identity/apiConnectors",
  id: null,
};

const update: Asked = { ...list, method: "PATCH", path: `${list.path}/a`, id: "a" };

interface Parts {
  readonly only?: "GET" | null;
  /** Default: tokens with numbers, each good for an hour. */
  readonly signIn?: SignIn;
}

function transportTo(url: string, { only = null, signIn }: Parts = {}) {
  const clock = handClock();
  const context = {
    tenant: { name: "production", graph: url, tenantId: "1111" },
    redactor: plainRedactor(),
  };
  let count = 0;
  const numbered = async () => {
    count += 1;
    return { text: `token-${count}`, expiresAt: clock.now().getTime() + 3_600_000 };
  };
  const links = {
    context,
    tokens: openTokens(signIn ?? numbered, clock),
    budget: openBudget(50, clock),
    clock,
    random: () => 0,
    timeout: 10_000,
  };
  const chain = openChain(links, only);
  return openTransport({ context, chain, clock, onRequest: undefined });
}

const rejection = async (promise: Promise<unknown>): Promise<FaultError> => {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof FaultError)) throw new Error(`Not a FaultError: ${thrown}`);
  return thrown;
};

test("every request carries the token and an id of its own", async () => {
  await using graph = await startGraph(page([]));
  const reader = openReader(access(graph.url).access);
  await reader.list("ApiConnector");
  await reader.list("ApiConnector");
  expect(graph.seen.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer ready-token",
    "Bearer ready-token",
  ]);
  const ids = graph.seen.map(({ headers }) => headers["client-request-id"]);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(2);
});

test.each([
  { name: "seconds", header: "17" },
  { name: "a date", header: "Sun, 01 Mar 2026 12:00:17 GMT" },
])("a throttled read waits for as many $name as Graph asks", async ({ header }) => {
  const throttled: Reply = {
    ...graphError(429, "TooManyRequests", "slow down"),
    headers: { "retry-after": header },
  };
  await using graph = await startGraph(throttled, page(["a"]));
  const events: RequestEvent[] = [];
  const { access: opened, clock } = access(graph.url, { onRequest: (event) => events.push(event) });
  expect(await openReader(opened).list("ApiConnector")).toHaveLength(1);
  expect(clock.slept).toEqual([17_000]);
  expect(events).toMatchObject([{ status: 200, tries: 2, ms: 17_000, throttled: 17_000 }]);
});

test("after a 429 to one request every other of the tenant waits too", async () => {
  const throttled = { ...graphError(429, "TooManyRequests", "x"), headers: { "retry-after": "9" } };
  await using graph = await startGraph(throttled, page([]));
  const { access: opened, clock } = access(graph.url);
  const writer = openWriter(opened);
  const fault = await rejection(writer.create({ kind: "ApiConnector", displayName: "x" }));
  expect(fault.fault.code).toBe("throttled");
  expect(fault.retryAfter).toBe(9_000);
  expect(clock.slept).toEqual([]);
  await openReader(opened).list("ApiConnector");
  expect(clock.slept).toEqual([9_000]);
});

test("a wait of more than five minutes becomes the fault, and nothing is sent meanwhile", async () => {
  const headers = { "retry-after": "301" };
  await using graph = await startGraph({ status: 429, headers });
  const { access: opened, clock } = access(graph.url);
  const reader = openReader(opened);
  const fault = await rejection(reader.list("ApiConnector"));
  expect(fault.fault.code).toBe("throttled");
  expect(fault.message).toContain("301 s");
  const unsent = await rejection(reader.list("ApiConnector"));
  expect(unsent.fault).toMatchObject({ code: "throttled" });
  expect(unsent.retryAfter).toBe(301_000);
  expect(unsent.message).toMatch(/Plumbline did not list .* asked it to wait, and 301 s/);
  // Graph has not answered this one.
  expect(unsent.message).not.toContain("HTTP");
  expect(graph.seen).toHaveLength(1);
  clock.advance(2_000);
  expect((await rejection(reader.list("ApiConnector"))).fault.code).toBe("throttled");
  expect(clock.slept).toEqual([299_000]);
  expect(graph.seen).toHaveLength(2);
});

test("waits that add up to more than five minutes become the fault", async () => {
  const headers = { "retry-after": "140" };
  await using graph = await startGraph({ status: 429, headers });
  const { access: opened, clock } = access(graph.url);
  expect((await rejection(openReader(opened).list("ApiConnector"))).fault.code).toBe("throttled");
  expect(clock.slept).toEqual([140_000, 140_000]);
  expect(graph.seen).toHaveLength(3);
});

test.each([500, 502, 503, 504])("a read answered %i is tried three times", async (status) => {
  await using graph = await startGraph({ status });
  const { access: opened, clock } = access(graph.url);
  const fault = await rejection(openReader(opened).list("ApiConnector"));
  expect(fault.fault.code).toBe("unavailable");
  expect(graph.seen).toHaveLength(3);
  expect(clock.slept).toEqual([500, 1_000]);
});

test("a 503 is waited for as it asks", async () => {
  const busy = { status: 503, headers: { "retry-after": "40" } };
  await using graph = await startGraph(busy, busy, busy, page([]));
  const { access: opened, clock } = access(graph.url);
  await openReader(opened).list("ApiConnector");
  expect(clock.slept).toEqual([40_000, 40_000, 40_000]);
});

test("a PATCH and a DELETE are sent again after a lost answer", async () => {
  const lost: Reply = { drop: "before" };
  await using graph = await startGraph(lost, { status: 204 }, lost, { status: 204 });
  const writer = openWriter(access(graph.url).access);
  await writer.update("a", { kind: "ApiConnector", displayName: "x" });
  await writer.delete("ApiConnector", "a");
  expect(graph.seen.map(({ method }) => method)).toEqual(["PATCH", "PATCH", "DELETE", "DELETE"]);
  expect(graph.seen.map(({ body }) => body)).toEqual([
    '{"displayName":"x"}',
    '{"displayName":"x"}',
    "",
    "",
  ]);
});

const lost: readonly Reply[] = [{ drop: "before" }, { drop: "midway" }, { status: 502 }];

test.each(
  lost.flatMap((first) => [
    { first, refusal: graphError(400, "AADB2C", "odd") },
    { first, refusal: graphError(401, "InvalidAuthenticationToken", "odd") },
    { first, refusal: graphError(403, "AADB2C", "odd") },
    { first, refusal: graphError(404, "AADB2C", "odd") },
    { first, refusal: graphError(409, "AADB2C", "odd") },
    { first, refusal: { ...graphError(429, "Busy", "odd"), headers: { "retry-after": "301" } } },
  ]),
)(
  "a lost PATCH that is then answered $refusal.status may have had an effect",
  async ({ first, refusal }) => {
    await using graph = await startGraph(first, refusal);
    const writer = openWriter(access(graph.url).access);
    const fault = await rejection(writer.update("a", { kind: "ApiConnector", displayName: "x" }));
    expect(fault.fault.code).toBe("unavailable");
    expect(fault.message).toMatch(
      /\(HTTP 4\d\d: \w+: odd\).*whether it was carried out is not known/,
    );
    expect(fault.retryAfter).toBe(refusal.status === 429 ? 301_000 : null);
    expect(graph.seen).toHaveLength(2);
  },
);

test("a lost DELETE that is then refused may have had an effect, unless the object is gone", async () => {
  const refused = graphError(403, "AADB2C", "no");
  const gone = graphError(404, "AADB2C", "gone");
  await using graph = await startGraph({ drop: "before" }, refused, { drop: "before" }, gone);
  const writer = openWriter(access(graph.url).access);
  expect((await rejection(writer.delete("ApiConnector", "a"))).fault.code).toBe("unavailable");
  await writer.delete("ApiConnector", "a");
});

test("a lost PATCH is in doubt though the token cannot be renewed", async () => {
  await using graph = await startGraph(page([]), { drop: "before" }, { status: 401 });
  let asked = 0;
  const refusing = async () => {
    asked += 1;
    if (asked === 1) return { text: "token", expiresAt: Number.POSITIVE_INFINITY };
    throw new FaultError(failure("unauthorised", "The secret has expired."));
  };
  const transport = transportTo(graph.url, { signIn: refusing });
  await transport.send(list, {});
  const fault = await rejection(transport.send(update, { body: {} }));
  expect(fault.fault.code).toBe("unavailable");
  expect(fault.message).toContain("The secret has expired.");
});

test("a read that was lost and is then refused is refused", async () => {
  await using graph = await startGraph({ drop: "before" }, graphError(403, "AADB2C", "no"));
  const reader = openReader(access(graph.url).access);
  expect((await rejection(reader.list("ApiConnector"))).fault.code).toBe("forbidden");
});

test.each([401, 408, 421, 425, 429, 500, 502, 503, 504])(
  "a POST answered %i is never sent again",
  async (status) => {
    await using graph = await startGraph({ status, headers: { "retry-after": "0" } });
    const writer = openWriter(access(graph.url).access);
    await rejection(writer.create({ kind: "ApiConnector", displayName: "x" }));
    expect(graph.seen).toHaveLength(1);
  },
);

test.each(["before", "midway"] as const)(
  "a POST whose connection breaks %s the answer is never sent again",
  async (drop) => {
    await using graph = await startGraph({ status: 201, body: { id: "a" }, drop });
    const writer = openWriter(access(graph.url).access);
    const fault = await rejection(writer.create({ kind: "ApiConnector", displayName: "x" }));
    expect(fault.fault.code).toBe("network");
    expect(graph.seen).toHaveLength(1);
  },
);

test("a redirect is never followed", async () => {
  await using elsewhere = await startGraph(page(["stolen"]));
  await using graph = await startGraph({ status: 302, headers: { location: elsewhere.url } });
  const fault = await rejection(openReader(access(graph.url).access).list("ApiConnector"));
  expect(fault.fault.code).toBe("malformed");
  expect(elsewhere.seen).toEqual([]);
});

test("a kept token that is refused is renewed once", async () => {
  await using graph = await startGraph(page([]), { status: 401 }, page([]), { status: 401 });
  const transport = transportTo(graph.url);
  const statuses: number[] = [];
  for (let request = 0; request < 3; request += 1) {
    statuses.push((await transport.send(list, {})).status);
  }
  expect(statuses).toEqual([200, 200, 401]);
  expect(graph.seen.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer token-1",
    "Bearer token-1",
    "Bearer token-2",
    "Bearer token-2",
    "Bearer token-3",
  ]);
});

test("a token that no header can carry is told as that, and never shown", async () => {
  await using graph = await startGraph(page([]));
  const signIn = async () => ({ text: "canary\ntoken", expiresAt: Number.POSITIVE_INFINITY });
  const fault = await rejection(transportTo(graph.url, { signIn }).send(list, {}));
  expect(fault.fault.code).toBe("unauthorised");
  expect(fault.message).toContain("no request can carry");
  expect(fault.message).not.toContain("canary");
  expect(graph.seen).toEqual([]);
});

test("a POST whose kept token is refused is never sent again", async () => {
  await using graph = await startGraph(page([]), { status: 401 });
  const transport = transportTo(graph.url);
  await transport.send(list, {});
  expect((await transport.send({ ...list, method: "POST" }, { body: {} })).status).toBe(401);
  expect(graph.seen.map(({ method }) => method)).toEqual(["GET", "POST"]);
});

test("a token that is refused when it is new is not asked for again", async () => {
  await using graph = await startGraph({ status: 401 });
  const transport = transportTo(graph.url);
  expect((await transport.send(list, {})).status).toBe(401);
  expect(graph.seen).toHaveLength(1);
});

test("a ready token that is refused is not sent again", async () => {
  await using graph = await startGraph(
    page([]),
    graphError(401, "InvalidAuthenticationToken", "x"),
  );
  const reader = openReader(access(graph.url).access);
  await reader.list("ApiConnector");
  expect((await rejection(reader.list("ApiConnector"))).fault.code).toBe("unauthorised");
  expect(graph.seen).toHaveLength(2);
});

test.each(["POST", "PATCH", "DELETE"] as const)(
  "a reading transport refuses %s before anything leaves",
  async (method) => {
    await using graph = await startGraph({ status: 204 });
    const transport = transportTo(graph.url, { only: "GET" });
    const fault = await rejection(transport.send({ ...list, method }, { body: {} }));
    expect(fault.fault.code).toBe("rejected");
    expect(graph.seen).toEqual([]);
  },
);

test("the budget holds requests back as soon as they are too many", async () => {
  await using graph = await startGraph(page([]));
  const { access: opened, clock } = access(graph.url, { budget: 1 });
  const reader = openReader(opened);
  await reader.list("ApiConnector");
  await reader.list("ApiConnector");
  expect(clock.slept).toEqual([]);
  await reader.list("ApiConnector");
  expect(clock.slept).toEqual([60_000]);
});

test("the secret of a credential is known to the redactor", async () => {
  const echo = graphError(400, "BadRequest", "token ready-token is odd");
  await using graph = await startGraph(echo);
  const { access: opened } = access(graph.url, {
    credential: { type: "token", token: new Secret("ready-token") },
  });
  const fault = await rejection(openReader(opened).list("ApiConnector"));
  expect(fault.message).not.toContain("ready-token");
});
