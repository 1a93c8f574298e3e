import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { callerOf } from "../../src/tenant/caller.ts";
import { openReader } from "../../src/tenant/tenant.ts";
import { access, plainRedactor, startGraph } from "./scripted-graph.ts";

const since = "2026-08-20T08:00:00.000Z";

const whole = {
  id: "B2C_ABC_1",
  category: "ResourceManagement",
  correlationId: "DA159BFB-54fa-4092-8a38-6e1fa7870e30",
  result: "success",
  activityDisplayName: "Update Api connector",
  activityDateTime: "2026-08-20T08:01:02.7215374Z",
  loggedByService: "B2C",
  initiatedBy: {
    user: {
      id: "728309ae-1a37-4937-9afe-e35d964db09b",
      displayName: "Jane",
      userPrincipalName: "jane@contoso.com",
    },
    app: null,
  },
  targetResources: [{ id: "11111111-0000-4000-8000-000000000000", displayName: "Fraud check" }],
};

async function read(...values: readonly unknown[]) {
  await using graph = await startGraph({ body: { value: values } });
  return await openReader(access(graph.url).access).audits(since);
}

test("an entry is read with who did what to which object", async () => {
  expect((await read(whole)).entries).toEqual([
    {
      id: "B2C_ABC_1",
      at: "2026-08-20T08:01:02.721Z",
      activity: "Update Api connector",
      kind: "ApiConnector",
      op: "update",
      request: "da159bfb-54fa-4092-8a38-6e1fa7870e30",
      about: ["11111111-0000-4000-8000-000000000000", "Fraud check"],
      actor: {
        type: "user",
        name: "jane@contoso.com",
        id: "728309ae-1a37-4937-9afe-e35d964db09b",
        aliases: ["jane@contoso.com"],
      },
    },
  ]);
});

test.each([
  ["an activity of another kind", { activityDisplayName: "Issue an id_token to the application" }],
  ["a read", { activityDisplayName: "Get Api connectors" }],
  ["something that failed", { result: "failure" }],
])("%s is no change", async (_, over) => {
  expect((await read({ ...whole, ...over })).entries).toEqual([]);
});

test.each([
  [
    "an app as in Microsoft's example",
    {
      initiatedBy: {
        user: null,
        app: {
          appId: "app-1",
          displayName: null,
          servicePrincipalId: null,
          servicePrincipalName: "app-1",
        },
      },
    },
    { actor: { type: "app", name: null, id: "app-1", aliases: ["app-1", "app-1"] } },
  ],
  ["nobody", { initiatedBy: null }, { actor: null }],
  [
    "a user without any name",
    { initiatedBy: { user: { id: "00000000-0000-0000-0000-000000000000", displayName: null } } },
    { actor: null },
  ],
  ["no targets", { targetResources: null }, { about: [] }],
  [
    "targets of another shape",
    { targetResources: ["x", null, { id: 7 }, { displayName: "Fraud check" }] },
    { about: ["Fraud check"] },
  ],
  [
    "ids of zeros",
    {
      correlationId: "00000000-0000-0000-0000-000000000000",
      targetResources: [{ id: "00000000-0000-0000-0000-000000000000" }],
    },
    { request: null, about: [] },
  ],
  [
    "another spelling",
    { activityDisplayName: "Update API connector" },
    { activity: "Update Api connector" },
  ],
  [
    "a flow",
    { activityDisplayName: "Update user flow", targetResources: [{ id: "B2X_1_signup" }] },
    { kind: "UserFlow", about: ["B2X_1_signup"] },
  ],
])("an entry with %s is read as far as it goes", async (_, over, want) => {
  expect((await read({ ...whole, ...over })).entries).toMatchObject([want]);
});

test("no secret is in what is read of an entry, wherever it stands, and no more than twenty objects are", async () => {
  const secret = "hunter2-hunter2";
  const many = Array.from({ length: 30 }, (_, index) => ({ displayName: `${index} ${secret}` }));
  const by = { user: { id: secret, displayName: secret, userPrincipalName: null } };
  const over = { id: secret, correlationId: secret, initiatedBy: by, targetResources: many };
  await using graph = await startGraph({ body: { value: [{ ...whole, ...over }] } });
  const redactor = plainRedactor();
  redactor.add(new Secret(secret));
  const { entries } = await openReader(access(graph.url, { redactor }).access).audits(since);
  expect(entries).toHaveLength(1);
  expect(entries[0]?.about).toHaveLength(20);
  expect(entries[0]?.request).toBeNull();
  expect(JSON.stringify(entries)).not.toContain(secret);
});

test("the question names service, time and activities, the oldest first, and goes once", async () => {
  await using graph = await startGraph({ status: 429, headers: { "retry-after": "1" }, body: {} });
  const { access: opened, clock } = access(graph.url);
  const before = clock.now();
  await expect(openReader(opened).audits(since)).rejects.toMatchObject({
    fault: { code: "throttled" },
  });
  expect(graph.seen).toHaveLength(1);
  expect(clock.now()).toEqual(before);
  const url = new URL(graph.seen[0]?.url ?? "", graph.url);
  expect(url.pathname).toBe("/v1.0/auditLogs/directoryAudits");
  expect(url.searchParams.get("$orderby")).toBe("activityDateTime asc");
  expect(url.searchParams.get("$filter")).toBe(
    "loggedByService eq 'B2C' and activityDateTime ge 2026-08-20T08:00:00Z and (activityDisplayName eq 'Create Api connector' or activityDisplayName eq 'Create API connector' or activityDisplayName eq 'Update Api connector' or activityDisplayName eq 'Update API connector' or activityDisplayName eq 'Delete Api connector' or activityDisplayName eq 'Delete API connector' or activityDisplayName eq 'Update user flow')",
  );
});

test("pages are followed to a bound, and say where to go on", async () => {
  let page = 0;
  await using graph = await startGraph((url) => {
    page += 1;
    const activityDateTime = `2026-08-20T08:0${page}:00Z`;
    return {
      body: {
        value: [{ ...whole, id: `e${page}`, activityDateTime }],
        "@odata.nextLink": `${url}/v1.0/auditLogs/directoryAudits?$skiptoken=${page}`,
      },
    };
  });
  const found = await openReader(access(graph.url).access).audits(since);
  expect(found.entries.map(({ id }) => id)).toEqual(["e1", "e2", "e3", "e4", "e5"]);
  expect(found.left).toEqual({ after: "2026-08-20T08:05:00.000Z" });
  expect(graph.seen).toHaveLength(5);
});

/** Pages without an end: the n-th has one entry, of n minutes past eight. */
const pageOf = (minute: number) => (url: string) => ({
  body: {
    value: [{ ...whole, id: `e${minute}`, activityDateTime: `2026-08-20T08:0${minute}:00Z` }],
    "@odata.nextLink": `${url}/v1.0/auditLogs/directoryAudits?$skiptoken=${minute}`,
  },
});

test.each([
  ["is throttled", { status: 429, headers: { "retry-after": "1" }, body: {} }, "throttled"],
  ["is refused", { status: 400, body: {} }, "rejected"],
  ["is torn", { body: "{" }, "malformed"],
  ["breaks off", { drop: "midway" } as const, "network"],
])("what was read before a page that %s is kept, and read on from there", async (_, page, code) => {
  await using graph = await startGraph(pageOf(1), pageOf(2), page);
  const found = await openReader(access(graph.url).access).audits(since);
  expect(found.entries.map(({ id }) => id)).toEqual(["e1", "e2"]);
  expect(found.left).toEqual({ after: "2026-08-20T08:02:00.000Z" });
  expect(found.brokenOff?.code).toBe(code);
  expect(graph.seen).toHaveLength(3);
});

test("nothing is left out where Graph gives the newest first against what was asked", async () => {
  await using graph = await startGraph(...[9, 8, 7, 6, 5, 4].map((minute) => pageOf(minute)));
  const found = await openReader(access(graph.url).access).audits(since);
  expect(found.entries).toHaveLength(5);
  expect(found.left).toBe("older");
});

test("a log that asked for time is left alone for so long, and no longer", async () => {
  const throttled = { status: 429, headers: { "retry-after": "600" }, body: {} };
  await using graph = await startGraph(throttled, { body: { value: [whole] } });
  const { access: opened, clock } = access(graph.url);
  const ask = () => openReader(opened).audits(since);
  await expect(ask()).rejects.toMatchObject({ fault: { code: "throttled" } });
  clock.advance(599_000);
  await expect(ask()).rejects.toMatchObject({ fault: { code: "throttled" } });
  expect(graph.seen).toHaveLength(1);
  clock.advance(1_000);
  expect((await ask()).entries).toHaveLength(1);
});

test("a budget that makes each page wait lets a run go on after half a minute", async () => {
  await using graph = await startGraph(...[1, 2, 3, 4, 5].map((minute) => pageOf(minute)));
  const found = await openReader(access(graph.url, { budget: 1 }).access).audits(since);
  expect(graph.seen).toHaveLength(3);
  expect(found.left).toEqual({ after: "2026-08-20T08:03:00.000Z" });
});

test("a sign-in without an instant keeps no change from being read, a change without one does", async () => {
  const signIn = { ...whole, activityDisplayName: "Issue an id_token", activityDateTime: null };
  expect((await read(signIn, whole)).entries).toHaveLength(1);
  await expect(read({ ...whole, activityDateTime: "soon" })).rejects.toMatchObject({
    fault: { code: "malformed" },
  });
});

test("a question that is refused is asked in the form of Microsoft's example, which leaves older ones", async () => {
  await using graph = await startGraph({ status: 400, body: {} }, (url) => ({
    body: { value: [whole], "@odata.nextLink": `${url}/v1.0/x?$skiptoken=${Math.random()}` },
  }));
  const found = await openReader(access(graph.url).access).audits(since);
  expect(found.left).toBe("older");
  expect(found.entries).toHaveLength(1);
  expect(decodeURIComponent(graph.seen[1]?.url ?? "")).toContain(
    "?$filter=loggedByService eq 'B2C' and activityDateTime ge 2026-08-20T08:00:00Z",
  );
  expect(graph.seen[1]?.url).not.toContain("orderby");
});

test.each([
  ["a token of an app", { appid: "app-1", oid: "sp-1" }, ["app-1", "sp-1"]],
  ["a newer token", { azp: "app-1" }, ["app-1"]],
  ["a token of a person", { oid: "1", upn: "jane@contoso.com" }, ["1", "jane@contoso.com"]],
  ["claims of another shape", { appid: 7, oid: "<script>" }, []],
])("%s tells as whom we are signed in", (_, claims, want) => {
  const part = Buffer.from(JSON.stringify(claims)).toString("base64url");
  expect(callerOf(`head.${part}.signature`)).toEqual(want);
});

test.each([null, "", "opaque", "a.b.c", "a.bnVsbA.c"])(
  "a token that tells nothing is no fault: %s",
  (token) => {
    expect(callerOf(token)).toEqual([]);
  },
);
