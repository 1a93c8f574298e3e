/** Who changed the tenant, from its own audit log to differences, passwords, runs and the store. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDrifts } from "../../src/model/drift.ts";
import type { Run } from "../../src/model/generated/run.ts";
import type { Memory } from "../../src/model/store.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import type { AttributionSettings, Subject } from "../../src/reconcile/subject.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice, told, userFlow } from "./practice-tenant.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const elsewhere = "https://elsewhere.example/";
const reporting = { mode: "report", writer: null } as const;
const password = "spec.authentication.basic.password";
const person = { type: "user", name: "someone@sandbox.example" };

async function managed(policy = ""): Promise<Practice> {
  const practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { policy }) });
  await practice.run();
  // Time goes on, so that what follows comes after it.
  practice.clock.advance(10 * minute);
  return practice;
}

async function memory(practice: Practice): Promise<Memory> {
  await using store = await practice.openStore();
  return await store.recall(practice.subject().tenant);
}

const look = (practice: Practice, over: Partial<Subject> = {}) =>
  practice.run({ ...reporting, ...over }, { isApply: false });

const secretOf = ({ plan }: Run) => plan?.secrets.find(({ path }) => path === password);

function keeping(actors: AttributionSettings["actors"]): Partial<Subject> {
  return { attribution: { read: true, actors } };
}

test("a change by hand is told with who did it, in the run, the difference and the plan", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const at = practice.clock.now().toISOString();
  practice.clock.advance(minute);
  const who = { at, activity: "Update Api connector", actor: person };
  expect((await practice.plan()).changes).toMatchObject([{ name: "a", who }]);
  const run = await look(practice);
  expect(run.plan?.changes).toMatchObject([{ name: "a", who }]);
  expect(openDrifts((await memory(practice)).drifts)).toMatchObject([
    { path: "spec.targetUrl", who: { ...who, id: "B2C_SANDBOX_2" } },
  ]);
});

test("our own writes are nobody's", async () => {
  await using practice = await managed();
  practice.define({
    "a.yaml": connector("a", { displayName: "Renamed" }),
    "b.yaml": connector("b"),
  });
  expect(told(await practice.run())).toEqual(["converged", "update a done", "create b done"]);
  const run = await practice.run();
  expect(run.plan?.secrets.map(({ state }) => state)).toEqual(["asserted", "asserted"]);
  const { outside, drifts } = await memory(practice);
  expect(outside).toEqual([]);
  expect(drifts.filter(({ who, resolvedWho }) => who || resolvedWho)).toEqual([]);
});

test.each([
  ["without our client-request-id", { auditCorrelation: "own" }],
  ["with ids alone", { auditTargets: "id", auditCorrelation: "own" }],
  ["with names alone", { auditTargets: "name", auditCorrelation: "own" }],
  ["that name no object", { auditTargets: "none", auditCorrelation: "own" }],
] as const)(
  "our own writes are nobody's in entries %s, and a person's are theirs",
  async (_, settings) => {
    await using practice = await openPractice();
    const { control } = practice.sandbox;
    control.configure(settings);
    practice.define({
      "a.yaml": connector("a"),
      "flow.yaml": userFlow("B2X_1_signup", "postFederationSignup: a"),
    });
    control.addUserFlow({ id: "B2X_1_signup" });
    expect(told(await practice.run())).toEqual([
      "converged",
      "create a done",
      "adopt B2X_1_signup done",
    ]);
    practice.clock.advance(hour);
    await practice.run();
    expect((await memory(practice)).outside).toEqual([]);
    control.changeConnector("a", { targetUrl: elsewhere });
    const run = await practice.run();
    expect(secretOf(run)).toMatchObject({
      state: "possibly-changed-outside",
      outside: { actor: person },
    });
  },
);

test("a password is in doubt after a change of its connector by somebody else, until it is sent", async () => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  control.changeConnector("a", { authenticationConfiguration: theirs });
  const at = practice.clock.now().toISOString();
  const doubtful = await practice.run();
  expect(told(doubtful)).toEqual(["clean"]);
  expect(secretOf(doubtful)).toMatchObject({
    state: "possibly-changed-outside",
    outside: { at, actor: person },
  });
  expect(secretOf(await practice.run())?.state).toBe("possibly-changed-outside");
  const asked = { ...nothingAsked, only: ["a"], assert: true };
  expect(told(await practice.run({}, { asked }))).toEqual(["converged", "update a done"]);
  const after = secretOf(await practice.run());
  expect(after?.state).toBe("asserted");
  expect(after?.outside).toBeUndefined();
});

const theirs = {
  "@odata.type": "#microsoft.graph.basicAuthentication",
  username: "entra",
  password: "of somebody else",
};

test("trust ends the doubt as well", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { displayName: "a", targetUrl: elsewhere });
  expect(secretOf(await look(practice))?.state).toBe("possibly-changed-outside");
  const asked = { ...nothingAsked, only: ["a"] };
  await practice.run({}, { asked, isTrust: true });
  expect(secretOf(await look(practice))?.state).toBe("trusted");
});

test.each([
  ["the definition", "reassertOnOutsideChange: true", false],
  ["the tenant", "", true],
])(
  "a password is sent again once after a change outside where %s says so",
  async (_, policy, byTenant) => {
    await using practice = await managed(policy);
    const over = {
      policy: allowing(["adopt", "create", "update"], { reassertOnOutsideChange: byTenant }),
    };
    const { control } = practice.sandbox;
    const [{ id = "" } = {}] = control.state().connectors ?? [];
    control.changeConnector("a", { authenticationConfiguration: theirs });
    const run = await practice.run(over);
    expect(told(run)).toEqual(["converged", "update a done"]);
    expect(run.plan?.changes[0]?.reason).toMatch(/^Somebody else changed the connector at /);
    expect(run.plan?.changes[0]?.reason).not.toContain("sandbox.example");
    expect(control.password(id)).toBe("secret of A_PASSWORD");
    for (let runs = 0; runs < 3; runs += 1) {
      expect(told(await practice.run({ ...over, ...keeping("keep") }))).toEqual(["clean"]);
    }
  },
);

test("two writers that answer each other with a password come to rest, and it is said", async () => {
  await using practice = await managed("reassertOnOutsideChange: true");
  const { control } = practice.sandbox;
  const round = async () => {
    control.changeConnector("a", { authenticationConfiguration: theirs });
    return await practice.run({}, { after: 15 * minute });
  };
  const results: string[] = [];
  for (let rounds = 0; rounds < 6; rounds += 1) results.push((await round()).result);
  expect(results).toEqual(["converged", "converged", "converged", "clean", "clean", "clean"]);
  const { plan } = await practice.run();
  expect(plan?.secrets.map(({ state }) => state)).toEqual(["possibly-changed-outside"]);
  expect(plan?.faults).toMatchObject([{ severity: "warning", code: "contested" }]);
  expect(plan?.faults[0]?.message).toContain("plumbline assert a sends the password at once");
  const asked = { ...nothingAsked, only: ["a"], assert: true };
  expect(told(await practice.run({}, { asked }))).toEqual(["converged", "update a done"]);
  await round();
  expect(told(await practice.run({}, { after: day }))).toEqual(["converged", "update a done"]);
  expect((await practice.run()).plan?.faults).toEqual([]);
});

test("a definition says no where its tenant says yes", async () => {
  await using practice = await managed("reassertOnOutsideChange: false");
  const policy = allowing(["update"], { reassertOnOutsideChange: true });
  practice.sandbox.control.changeConnector("a", { authenticationConfiguration: theirs });
  const run = await practice.run({ policy });
  expect(told(run)).toEqual(["clean"]);
  expect(secretOf(run)?.state).toBe("possibly-changed-outside");
});

test("an entry that arrives after its difference was put right is tied to it all the same", async () => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  control.configure({ auditDelay: 2 * hour });
  control.changeConnector("a", { targetUrl: elsewhere });
  const at = practice.clock.now().toISOString();
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  const find = async () =>
    (await memory(practice)).drifts.find(({ path }) => path === "spec.targetUrl");
  expect((await find())?.who).toBeUndefined();
  practice.clock.advance(3 * hour);
  await practice.run();
  expect(await find()).toMatchObject({
    state: "resolved",
    resolvedBy: "us",
    who: { at, actor: person },
  });
});

test("who put a difference right by hand is told apart from who made it", async () => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  control.configure({ person: "first@sandbox.example" });
  control.changeConnector("a", { targetUrl: elsewhere });
  await look(practice);
  practice.clock.advance(hour);
  await look(practice);
  practice.clock.advance(hour);
  control.configure({ person: "second@sandbox.example" });
  control.changeConnector("a", { targetUrl: "https://a.contoso.com/" });
  practice.clock.advance(hour);
  await look(practice);
  const { drifts } = await memory(practice);
  expect(drifts.find(({ path }) => path === "spec.targetUrl")).toMatchObject({
    resolvedBy: "someone",
    who: { actor: { name: "first@sandbox.example" } },
    resolvedWho: { actor: { name: "second@sandbox.example" } },
  });
});

test("whoever ended what a commit had brought about has not begun it", async () => {
  await using practice = await managed();
  await practice.run();
  practice.define({ "a.yaml": connector("a", { displayName: "Another" }) });
  await look(practice);
  practice.sandbox.control.changeConnector("a", { displayName: "Another" });
  await look(practice);
  const { drifts } = await memory(practice);
  const ended = drifts.find(({ path }) => path === "spec.displayName");
  expect(ended).toMatchObject({ resolvedBy: "someone", resolvedWho: { actor: person } });
  expect(ended?.who).toBeUndefined();
});

test("whoever began a difference has not ended it because nobody knows yet who did", async () => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  control.changeConnector("a", { targetUrl: elsewhere });
  await look(practice);
  practice.clock.advance(hour);
  await look(practice);
  control.configure({ auditDelay: 10 * hour, person: "second@sandbox.example" });
  control.changeConnector("a", { targetUrl: "https://a.contoso.com/" });
  await look(practice);
  const find = async () =>
    (await memory(practice)).drifts.find(({ path }) => path === "spec.targetUrl");
  const before = await find();
  expect(before).toMatchObject({ resolvedBy: "someone", who: { actor: person } });
  expect(before?.resolvedWho).toBeUndefined();
  practice.clock.advance(11 * hour);
  await look(practice);
  expect((await find())?.resolvedWho?.actor?.name).toBe("second@sandbox.example");
});

test("who made a difference that goes on is known for longer than the entry of the audit log", async () => {
  await using practice = await openPractice();
  const { control } = practice.sandbox;
  control.addUserFlow({ id: "B2X_1_signup" });
  practice.define({
    "a.yaml": connector("a"),
    "flow.yaml": userFlow("B2X_1_signup", "postFederationSignup: a"),
  });
  await practice.run();
  practice.clock.advance(hour);
  control.changeUserFlow("B2X_1_signup", { apiConnectors: { postFederationSignup: null } });
  await look(practice);
  practice.clock.advance(60 * day);
  await look(practice);
  const run = await look(practice);
  expect((await memory(practice)).outside).toEqual([]);
  expect(run.plan?.changes.map(({ kind }) => kind)).toEqual(["UserFlow"]);
  expect(openDrifts((await memory(practice)).drifts)).toMatchObject([{ who: { actor: person } }]);
});

test("a rename in the tenant is tied to the new name where the audit log has names alone", async () => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  control.configure({ auditTargets: "name" });
  control.changeConnector("a", { displayName: "Renamed" });
  const run = await look(practice);
  expect(run.plan?.changes).toMatchObject([{ who: { actor: person } }]);
  expect(openDrifts((await memory(practice)).drifts)).toMatchObject([{ who: { actor: person } }]);
});

test.each([
  ["could not read the flows", "B2X_1_signup", "UserFlows"],
  ["could not read the connectors", "a", "apiConnectors"],
  ["was for another name", "a", null],
] as const)("who made a difference is known although a run meanwhile %s", async (_, name, path) => {
  await using practice = await openPractice();
  const { control } = practice.sandbox;
  control.addUserFlow({ id: "B2X_1_signup" });
  practice.define({
    "a.yaml": connector("a"),
    "b.yaml": connector("b"),
    "flow.yaml": userFlow("B2X_1_signup", "postFederationSignup: a"),
  });
  await practice.run();
  practice.clock.advance(hour);
  await look(practice);
  practice.clock.advance(hour);
  control.changeConnector("a", { targetUrl: elsewhere });
  control.changeUserFlow("B2X_1_signup", { apiConnectors: { postFederationSignup: null } });
  practice.clock.advance(hour);
  if (path === null)
    await practice.run({}, { asked: { ...nothingAsked, only: ["b"], assert: true } });
  else {
    control.injectFault({ kind: "status", status: 403, path, count: 9 });
    await look(practice);
    control.clearFaults();
  }
  await look(practice);
  const found = openDrifts((await memory(practice)).drifts).find((drift) => drift.name === name);
  expect(found?.who?.actor).toMatchObject(person);
});

test("nobody is blamed for what a commit has brought about", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  await practice.run();
  practice.clock.advance(hour);
  await practice.run();
  practice.define({ "a.yaml": connector("a", { displayName: "Another" }) });
  const run = await look(practice);
  expect(run.plan?.changes).toMatchObject([{ fields: [{ path: "spec.displayName" }] }]);
  expect(run.plan?.changes[0]?.who).toBeUndefined();
  const [open] = openDrifts((await memory(practice)).drifts);
  expect(open?.path).toBe("spec.displayName");
  expect(open?.who).toBeUndefined();
});

test("a connector that somebody deleted is told with who did it", async () => {
  await using practice = await managed();
  practice.sandbox.control.deleteConnector("a");
  const run = await look(practice);
  expect(run.plan?.changes).toMatchObject([
    { op: "create", who: { activity: "Delete Api connector", actor: person } },
  ]);
});

test("nobody is blamed for a delete, which comes from git alone", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  practice.define({});
  const { plan } = await look(practice);
  expect(plan?.held).toMatchObject([{ op: "delete" }]);
  expect(plan?.held[0]?.who).toBeUndefined();
});

test("another program with the permission is told by its name, while it is not us", async () => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  const [{ id = "" } = {}] = control.state().connectors ?? [];
  control.changeConnector("a", { targetUrl: elsewhere });
  control.addAudit({
    id: "other-program",
    activityDisplayName: "Update API connector",
    activityDateTime: practice.clock.now().toISOString(),
    loggedByService: "B2C",
    result: "success",
    initiatedBy: {
      app: { appId: "11111111-2222-4333-8444-555555555555", displayName: "Deployer" },
    },
    targetResources: [{ id: id.toUpperCase(), displayName: "some other name" }],
  });
  const run = await look(practice);
  expect(run.plan?.changes[0]?.who?.actor).toEqual({
    type: "app",
    name: "Deployer",
    id: "11111111-2222-4333-8444-555555555555",
  });
});

test("the audit log is asked once in a run, from the last reading on with room for what is late", async () => {
  await using practice = await managed();
  await practice.run();
  practice.auditRequests();
  practice.clock.advance(10 * day);
  await practice.run();
  const [asked, ...others] = practice.sandbox.control
    .requests()
    .filter(({ path }) => path.startsWith("/v1.0/auditLogs"));
  expect(others).toEqual([]);
  // Graph refuses an instant before the seven days that it keeps, by its own clock.
  const since = () => practice.clock.now().getTime() - 7 * day + hour;
  expect(decodeURIComponent(asked?.path ?? "")).toContain(
    `activityDateTime ge ${new Date(since()).toISOString().replace(".000Z", "Z")}`,
  );
  await practice.run();
  const last = practice.sandbox.control.requests().findLast(({ path }) => /auditLogs/.test(path));
  const late = practice.clock.now().getTime() - minute - 3 * day;
  expect(decodeURIComponent(last?.path ?? "")).toContain(
    `activityDateTime ge ${new Date(late).toISOString().replace(".000Z", "Z")}`,
  );
});

test("without the permission all else works, it is said once, and it is asked again after a day", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const { control } = practice.sandbox;
  const refuse = (count: number) =>
    control.injectFault({ kind: "status", status: 403, path: "auditLogs", count });
  refuse(1);
  const first = await practice.run();
  expect(told(first)).toEqual(["converged", "create a done"]);
  expect(first.faults).toMatchObject([{ severity: "warning", code: "forbidden" }]);
  expect(first.faults[0]?.message).toContain(
    "AuditLog.Read.All (b0afded3-3588-46d8-8b3d-9842eff778da)",
  );
  expect(practice.auditRequests()).toEqual(["GET 403"]);
  const second = await practice.run();
  expect(told(second)).toEqual(["clean"]);
  expect(second.faults).toEqual([]);
  expect(practice.auditRequests()).toEqual([]);
  refuse(1);
  const later = await practice.run({}, { after: 25 * hour });
  expect(later.faults).toEqual([]);
  expect(practice.auditRequests()).toEqual(["GET 403"]);
  expect((await practice.run({}, { after: 25 * hour })).faults).toEqual([]);
  expect(practice.auditRequests()).toEqual(["GET 200"]);
  await practice.run();
  expect(practice.auditRequests()).toEqual(["GET 200"]);
  refuse(1);
  expect((await practice.run()).faults).toMatchObject([{ code: "forbidden" }]);
});

test("a tenant that its name does not stand for is not asked for its audit log", async () => {
  await using practice = await managed();
  practice.auditRequests();
  const { tenant } = practice.subject();
  const run = await practice.run({ tenant: { ...tenant, tenantId: "of another tenant" } });
  expect(run.plan?.held.map(({ reason }) => reason.code)).toEqual(["tenant"]);
  expect(practice.auditRequests()).toEqual([]);
});

test("a plan says nothing of the missing permission", async () => {
  await using practice = await managed();
  practice.sandbox.control.injectFault({ kind: "status", status: 403, path: "auditLogs" });
  practice.events.length = 0;
  expect((await practice.plan()).faults).toEqual([]);
  expect(practice.events).toEqual([]);
});

test.each([
  { kind: "status", status: 429, retryAfter: 120, path: "auditLogs" },
  { kind: "status", status: 503, path: "auditLogs" },
  { kind: "drop-before-effect", path: "auditLogs" },
  { kind: "html-body", path: "auditLogs" },
  { kind: "torn-body", path: "auditLogs" },
] as const)(
  "an audit log that answers %o is left for the next run, and nothing waits for it",
  async (fault) => {
    await using practice = await managed();
    const { control } = practice.sandbox;
    control.changeConnector("a", { targetUrl: elsewhere });
    const at = practice.clock.now().toISOString();
    control.injectFault(fault);
    practice.auditRequests();
    const before = practice.clock.now().getTime() + minute;
    const run = await practice.run();
    expect(told(run)).toEqual(["converged", "update a done"]);
    expect(run.faults).toEqual([]);
    expect(practice.clock.now().getTime()).toBe(before);
    expect(practice.auditRequests()).toHaveLength(1);
    await practice.run();
    const { drifts } = await memory(practice);
    expect(drifts.find(({ path }) => path === "spec.targetUrl")).toMatchObject({ who: { at } });
  },
);

test("where nobody wants it the audit log is not read", async () => {
  await using practice = await managed();
  practice.auditRequests();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const run = await look(practice, { attribution: { read: false, actors: "keep" } });
  expect(run.plan?.changes[0]?.who).toBeUndefined();
  expect(practice.auditRequests()).toEqual([]);
});

test("a Graph that refuses the question by activities is asked as Microsoft's own example does", async () => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  control.changeConnector("a", { targetUrl: elsewhere });
  control.injectFault({ kind: "status", status: 400, path: "orderby", count: 9 });
  const subject = practice.subject(reporting);
  practice.auditRequests();
  expect((await practice.run(subject)).plan?.changes[0]?.who?.actor).toMatchObject(person);
  expect(practice.auditRequests()).toEqual(["GET 400", "GET 200"]);
  await practice.run(subject);
  expect(practice.auditRequests()).toEqual(["GET 200"]);
});

test("a failed reading and a run that was not kept lose nothing", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const { store } = practice.subject();
  const broken = {
    ...store,
    record: () => Promise.reject(new Error("The disk is full.")),
  };
  await look(practice, { store: broken });
  expect((await memory(practice)).outside).toEqual([]);
  await look(practice);
  expect((await memory(practice)).outside).toHaveLength(1);
});

test("names that are not wanted are neither told nor kept", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const run = await look(practice, keeping("omit"));
  expect(run.plan?.changes[0]?.who).toMatchObject({
    activity: "Update Api connector",
    actor: null,
  });
  expect(run.plan?.secrets[0]?.outside?.actor).toBeNull();
  expect(stored(practice)).not.toContain("someone@sandbox.example");
});

test("names are in no kept run of what is held either", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const run = await look(practice, { ...keeping(day), policy: allowing(["create"]) });
  expect(run.plan?.held[0]?.who?.actor).toMatchObject(person);
  await using store = await practice.openStore();
  expect((await store.runs("practice", 1))[0]?.plan?.held[0]?.who).toMatchObject({ actor: null });
});

test("names that are kept for a while are told, are in no kept run, and go from everything in time", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  const run = await look(practice, keeping(day));
  expect(run.plan?.changes[0]?.who?.actor).toMatchObject(person);
  await using store = await practice.openStore();
  const [kept] = await store.runs("practice", 1);
  expect(kept?.plan?.changes[0]?.who).toMatchObject({
    actor: null,
    activity: "Update Api connector",
  });
  expect(kept?.plan?.secrets[0]?.outside?.actor).toBeNull();
  practice.clock.advance(2 * day);
  const later = await look(practice, keeping(day));
  expect(later.plan?.changes[0]?.who).toMatchObject({ actor: null });
  const { drifts, outside } = await memory(practice);
  expect(outside).toMatchObject([{ actor: null }]);
  expect(openDrifts(drifts)).toMatchObject([{ who: { actor: null } }]);
});

test.each(["omit", day] as const)(
  "names that were kept go from earlier runs as well once actors says %s",
  async (actors) => {
    await using practice = await managed();
    practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
    await look(practice);
    await using store = await practice.openStore();
    const kept = async () => JSON.stringify(await store.runs("practice", 10));
    expect(await kept()).toContain(person.name);
    await look(practice, keeping(actors));
    expect(await kept()).not.toContain(person.name);
    expect(await kept()).toContain("Update Api connector");
    expect(await store.runs("practice", 10)).toHaveLength(3);
  },
);

test("names go in time also while the definitions of the tenant cannot be used", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  await look(practice, keeping(day));
  practice.define({ "a.yaml": "kind: Unicorn" });
  practice.clock.advance(2 * day);
  expect((await look(practice, keeping(day))).result).toBe("invalid");
  const { drifts, outside } = await memory(practice);
  expect(outside).toMatchObject([{ actor: null }]);
  expect(openDrifts(drifts)).toMatchObject([{ who: { actor: null } }]);
});

test("what somebody else did is forgotten with the differences, but while a password is in doubt", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere });
  await practice.run();
  await practice.run({}, { after: 60 * day });
  expect((await memory(practice)).outside).toHaveLength(1);
  const asked = { ...nothingAsked, only: ["a"], assert: true };
  await practice.run({}, { asked });
  await practice.run();
  expect((await memory(practice)).outside).toEqual([]);
});

test.each([
  ["markup", "<script>alert(1)</script>"],
  ["right-to-left", "\u202Eevil\u202C@contoso.com"],
  ["10,000 characters", "x".repeat(10_000)],
  ["a secret", "secret of A_PASSWORD@contoso.com"],
])("a hostile name of a person does no harm: %s", async (_, name) => {
  await using practice = await managed();
  const { control } = practice.sandbox;
  control.configure({ person: name });
  control.changeConnector("a", { targetUrl: elsewhere });
  const run = await look(practice);
  const actor = run.plan?.changes[0]?.who?.actor;
  expect(actor?.name?.length).toBeLessThan(400);
  expect(JSON.stringify(run)).not.toContain("secret of A_PASSWORD");
  expect(stored(practice)).not.toContain("secret of A_PASSWORD");
  expect(JSON.stringify(run)).not.toContain("\u202E");
});

/** All that is on disk of the store. */
function stored({ folder }: Practice): string {
  return ["state.db", "state.db-wal"]
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join("");
}
