import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { openReader } from "../../src/tenant/tenant.ts";
import { access, connector, graphError, page, type Reply, startGraph } from "./scripted-graph.ts";

const next = "/v1.0/identity/apiConnectors?$skiptoken=a&a=1&a=2&%24top=1&b";

async function list(url: string) {
  try {
    return await openReader(access(url).access).list("ApiConnector");
  } catch (thrown) {
    if (thrown instanceof FaultError) return thrown.fault;
    throw thrown;
  }
}

test("pages are followed by their links, untouched, to the end", async () => {
  await using graph = await startGraph(
    (url) => page(["a"], `${url}${next}`),
    (url) => page([], `${url}/elsewhere`),
    page(["b", "c"]),
  );
  const listed = await openReader(access(graph.url).access).list("ApiConnector");
  expect(listed.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(graph.seen.map(({ url }) => url)).toEqual([
    "/v1.0/identity/apiConnectors",
    next,
    "/elsewhere",
  ]);
  expect(graph.seen.every(({ headers }) => headers.authorization !== undefined)).toBe(true);
});

test("a listing is read anew each time, whether the last one was the same or not", async () => {
  const torn: Reply = { body: '{"value":[', headers: { "content-type": "application/json" } };
  const asText = JSON.stringify(page(["b"]).body);
  await using graph = await startGraph(
    page(["a"]),
    page(["a"]),
    page(["b"]),
    torn,
    { body: asText, headers: { "content-type": "text/html" } },
    { status: 400, body: asText },
    (url) => page(["b"], `${url}/2`),
    page(["b2"]),
    page(["b"]),
  );
  const reader = openReader(access(graph.url).access);
  const got: string[] = [];
  for (let run = 0; run < 8; run += 1) {
    got.push(
      await reader.list("ApiConnector").then(
        (listed) => listed.map(({ id }) => id).join(),
        (thrown: FaultError) => thrown.fault.code,
      ),
    );
  }
  expect(got).toEqual(["a", "a", "b", "malformed", "malformed", "rejected", "b,b2", "b"]);
  expect(graph.seen).toHaveLength(9);
});

test.each<{ name: string; reply: (url: string) => Reply; says: RegExp }>([
  {
    name: "a link to another server",
    reply: () => page(["a"], "https://graph.example/next"),
    says: /leads elsewhere, to graph\.example/,
  },
  {
    name: "a link to another port",
    reply: () => page(["a"], "http://127.0.0.1:9/next"),
    says: /leads elsewhere/,
  },
  {
    name: "a link with a user in it",
    reply: (url) => page(["a"], url.replace("//", "//joe:pw@")),
    says: /leads elsewhere/,
  },
  { name: "a link that is no address", reply: () => page(["a"], "next"), says: /no address/ },
  { name: "an empty link", reply: () => page(["a"], ""), says: /no address/ },
  {
    name: "a link that is no text",
    reply: () => ({ body: { value: [], "@odata.nextLink": 7 } }),
    says: /no address/,
  },
  {
    name: "a link without end",
    reply: (url) => page(["a"], `${url}/${"x".repeat(16_384)}`),
    says: /no address/,
  },
  {
    name: "an object that comes twice",
    reply: () => page(["a", "b", "a"]),
    says: /holds the object a twice/,
  },
  { name: "an object without id", reply: () => ({ body: { value: [{}] } }), says: /without id/ },
  { name: "no list", reply: () => ({ body: { value: {} } }), says: /no list/ },
  {
    name: "a list nested without end",
    reply: () => ({ body: `{"value":${"[".repeat(100_000)}${"]".repeat(100_000)}}` }),
    says: /API connector that is no object/,
  },
  { name: "an empty body", reply: () => ({ body: "" }), says: /cut off/ },
  { name: "null", reply: () => ({ body: "null" }), says: /no list/ },
  {
    name: "a torn body",
    reply: () => ({
      body: '{"value":[{"id":"a"}',
      headers: { "content-type": "application/json" },
    }),
    says: /cut off/,
  },
  {
    name: "an HTML page",
    reply: () => ({ body: "<html></html>", headers: { "content-type": "text/html" } }),
    says: /is text\/html, not JSON/,
  },
  {
    name: "JSON that says that it is text",
    reply: () => ({ body: '{"value":[]}', headers: { "content-type": "text/plain" } }),
    says: /is text\/plain, not JSON/,
  },
  {
    name: "a part of the whole",
    reply: () => ({ ...page(["a"]), status: 206 }),
    says: /whole page/,
  },
  { name: "nothing", reply: () => ({ status: 204 }), says: /whole page/ },
])("$name in an answer makes the listing fail", async ({ reply, says }) => {
  await using graph = await startGraph(reply);
  expect(await list(graph.url)).toMatchObject({
    code: "malformed",
    message: expect.stringMatching(says),
  });
});

test("pages that never end make the listing fail before they fill the memory", async () => {
  const space = " ".repeat(7 * 2 ** 20);
  let pages = 0;
  await using graph = await startGraph((url) => {
    pages += 1;
    return { body: `{"value":[],${space}"@odata.nextLink":"${url}/${pages}"}` };
  });
  expect(await list(graph.url)).toMatchObject({
    code: "malformed",
    message: expect.stringContaining("64 MiB"),
  });
  expect(graph.seen).toHaveLength(10);
});

test("the only page of a listing may be the last of the next one", async () => {
  await using graph = await startGraph(page(["b"]), (url) => page(["a"], `${url}/2`), page(["b"]));
  const reader = openReader(access(graph.url).access);
  await reader.list("ApiConnector");
  const listed = await reader.list("ApiConnector");
  expect(listed.map(({ id }) => id)).toEqual(["a", "b"]);
});

test("pages that lead in a circle make the listing fail", async () => {
  await using graph = await startGraph((url) => page([], `${url}/again`));
  expect(await list(graph.url)).toMatchObject({
    code: "malformed",
    message: expect.stringContaining("read before"),
  });
  expect(graph.seen).toHaveLength(2);
});

test("an object that comes again on a later page makes the listing fail", async () => {
  await using graph = await startGraph((url) => page(["a"], `${url}/2`), page(["a"]));
  expect(await list(graph.url)).toMatchObject({ code: "malformed" });
});

test("a later page that is refused makes the listing fail, with its request id", async () => {
  await using graph = await startGraph(
    (url) => page(["a"], `${url}/2`),
    graphError(403, "AADB2C", "no"),
  );
  expect(await list(graph.url)).toMatchObject({
    code: "forbidden",
    requestId: "11111111-aaaa-bbbb-cccc-222222222222",
  });
});

test("a tenant without the API is a fault and never an empty listing", async () => {
  await using graph = await startGraph(graphError(404, "ResourceNotFound", "no such segment"));
  expect(await list(graph.url)).toMatchObject({ code: "not-found" });
});

/** What a server may answer; `good` pages are those of which a listing can be made. */
const scripts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant("good" as const) },
    fc.constantFrom("torn" as const, "html" as const, "drop" as const, "cut" as const),
    fc.constantFrom(301, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504),
  ),
  { minLength: 1, maxLength: 6 },
);

test("whatever answers come, the server sees GET alone and a listing is whole or fails", async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      let pages = 0;
      const replies = script.map((step, index) => (url: string): Reply => {
        if (typeof step === "number") return { status: step };
        if (step === "torn") return { body: '{"value":[' };
        if (step === "html") return { body: "<html>", headers: { "content-type": "text/html" } };
        const last = index === script.length - 1;
        const link = last ? {} : { "@odata.nextLink": `${url}/page-${index}` };
        const good = { body: { value: [connector(`c${index}`)], ...link } };
        if (step === "drop") return { ...good, drop: "before" };
        if (step === "cut") return { ...good, drop: "midway" };
        pages += 1;
        return good;
      });
      await using graph = await startGraph(...replies);
      const got = await list(graph.url);
      expect(new Set(graph.seen.map(({ method }) => method))).toEqual(new Set(["GET"]));
      if (Array.isArray(got)) {
        expect(got).toHaveLength(pages);
        expect(script.at(-1)).toBe("good");
        expect(
          script.every((step) => !["torn", "html", 301, 400, 401, 403, 404].includes(step)),
        ).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
