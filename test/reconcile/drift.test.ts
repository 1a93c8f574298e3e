/** How long a difference has been there, and who ended it. */
import { expect, test } from "vitest";
import { openDrifts } from "../../src/model/drift.ts";
import { Secret } from "../../src/model/secret.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import { revokeAcceptance } from "../../src/reconcile/accept.ts";
import { openSecrets } from "../../src/secrets/secrets.ts";
import {
  accept,
  accepting,
  change,
  drifts,
  elsewhere,
  hour,
  look,
  managed,
  reporting,
  short,
} from "./drifting.ts";
import { connector, openPractice, type Practice, told, userFlow } from "./practice-tenant.ts";

test("a connector that a run creates is a difference that we resolved at once", async () => {
  await using practice = await managed();
  expect((await drifts(practice)).map(short)).toEqual(["a whole resolved 1 by us"]);
});

test("a change by hand is new, then ongoing, and put back by us", async () => {
  await using practice = await managed();
  change(practice);
  const [first] = openDrifts(await look(practice));
  expect(short(first!)).toBe("a spec.targetUrl new 1");
  expect(first).toMatchObject({
    before: elsewhere,
    after: "https://a.contoso.com/",
    at: { file: "connectors/a.yaml" },
    firstSeen: first!.lastSeen,
  });
  const [second] = openDrifts(await look(practice));
  expect(short(second!)).toBe("a spec.targetUrl ongoing 2");
  expect(second!.firstSeen).toBe(first!.firstSeen);
  await practice.run();
  expect((await drifts(practice)).map(short)).toContain("a spec.targetUrl resolved 3 by us");
});

test("a difference that somebody took back by hand was resolved by someone", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  change(practice, "https://a.contoso.com/");
  expect((await look(practice)).map(short)).toContain("a spec.targetUrl resolved 1 by someone");
});

test("a difference that git gave in to was resolved by a commit", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  const given = connector("a").replace("https://a.contoso.com/", elsewhere);
  practice.define({ "a.yaml": given });
  expect((await look(practice)).map(short)).toContain("a spec.targetUrl resolved 1 by commit");
});

test("a difference that opens three times within a day is flapping", async () => {
  await using practice = await managed();
  for (let times = 0; times < 3; times += 1) {
    change(practice);
    await look(practice);
    change(practice, "https://a.contoso.com/");
    await look(practice);
  }
  change(practice);
  expect(openDrifts(await look(practice)).map(({ state }) => state)).toEqual(["flapping"]);
});

test("a difference that opens again the next week is new", async () => {
  await using practice = await managed();
  for (let times = 0; times < 4; times += 1) {
    change(practice);
    expect(openDrifts(await look(practice, 7 * 24 * hour)).map(({ state }) => state)).toEqual([
      "new",
    ]);
    change(practice, "https://a.contoso.com/");
    await look(practice);
  }
});

test("a difference counts after as many runs as the tenant asks for", async () => {
  await using practice = await managed();
  change(practice);
  const over = { ...reporting, drift: { after: 2, keep: 24 * hour } };
  for (const counts of [false, true]) {
    await practice.run(over, { isApply: false });
    expect(openDrifts(await drifts(practice)).map((drift) => drift.counts)).toEqual([counts]);
  }
});

test("while the tenant cannot be read a difference stays as it was", async () => {
  await using practice = await managed();
  change(practice);
  const before = await look(practice);
  practice.sandbox.control.injectFault({ kind: "status", status: 403, path: "apiConnectors" });
  expect(await look(practice)).toEqual(before);
});

test("a faulty folder says nothing of what was seen before", async () => {
  await using practice = await managed();
  change(practice);
  const before = await look(practice);
  practice.define({ "a.yaml": "kind: [" });
  expect(await look(practice)).toEqual(before);
});

test("a resolved difference is forgotten after its time", async () => {
  await using practice = await managed();
  expect(await look(practice, 31 * 24 * hour)).toEqual([]);
});

test("an accepted live value is no drift, and stays as it is", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  await accept(practice);
  const run = await practice.run();
  expect(told(run)).toEqual(["clean"]);
  expect(run.plan?.accepted).toEqual([
    expect.objectContaining({ path: "spec.targetUrl", before: elsewhere, by: "somebody" }),
  ]);
  expect(practice.sandbox.control.state().connectors?.[0]?.targetUrl).toBe(elsewhere);
  expect(openDrifts(await drifts(practice)).map(short)).toEqual(["a spec.targetUrl accepted 2"]);
});

test("another value of an accepted field is drift again", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  change(practice, "https://yet.another.example/");
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
});

test("an acceptance that runs out opens the difference again", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  expect(openDrifts(await look(practice)).map(({ state }) => state)).toEqual(["accepted"]);
  const [again] = openDrifts(await look(practice, 25 * hour));
  expect(again).toMatchObject({ state: "new", runs: 2 });
  expect(again?.openings).toEqual([again?.lastSeen]);
});

test("what is accepted is left alone when the rest of the connector is brought in line", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere, displayName: "other" });
  await accept(practice);
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  expect(practice.sandbox.control.state().connectors?.[0]).toMatchObject({
    displayName: "a",
    targetUrl: elsewhere,
  });
});

test("a change is held that would overwrite what is accepted", async () => {
  await using practice = await openPractice();
  const query = "query: { code: { env: A_CODE } }";
  practice.define({ "a.yaml": connector("a", { spec: query }) });
  await practice.run();
  practice.sandbox.control.changeConnector("a", {
    targetUrl: `${elsewhere}?code=${encodeURIComponent("secret of A_CODE")}`,
  });
  await accept(practice);
  practice.setEnv("A_CODE", "a new code");
  const run = await practice.run();
  expect(run.plan?.held.map(({ reason }) => reason.code)).toEqual(["accepted"]);
  expect(practice.sandbox.control.state().connectors?.[0]?.targetUrl).toContain(elsewhere);
});

test("a step that somebody bound by hand may be accepted too", async () => {
  await using practice = await managed();
  practice.sandbox.control.addUserFlow({ id: "B2X_1_signup" });
  practice.define({
    "a.yaml": connector("a"),
    "flow.yaml": userFlow("B2X_1_signup", "postFederationSignup: null"),
  });
  await practice.run();
  practice.sandbox.control.changeUserFlow("B2X_1_signup", {
    apiConnectors: { postFederationSignup: "a" },
  });
  await accept(practice, { name: "B2X_1_signup", path: "spec.apiConnectors.postFederationSignup" });
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("an acceptance that is revoked lets the next run put the field back", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  await revokeAcceptance(practice.subject(), accepting);
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
});

test.for([
  ["a field that does not differ", "spec.displayName", "does not differ in spec.displayName"],
  [
    "a password, which nobody can see",
    "spec.authentication.basic.password",
    "takes an authentication as a whole",
  ],
])("%s cannot be accepted", async ([, path, message]) => {
  await using practice = await managed();
  practice.setEnv("A_PASSWORD", "another");
  await expect(accept(practice, { path: path! })).rejects.toThrow(message);
});

test("a name that no definition has cannot be accepted, and the known ones are told", async () => {
  await using practice = await managed();
  await expect(accept(practice, { name: "b" })).rejects.toThrow("Its definitions are a.");
});

test("whoever accepts something is in the audit, with the reason", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  await using store = await practice.openStore();
  const entries = await store.audit({ limit: 1 });
  expect(entries.map(({ entry }) => entry)).toEqual([
    expect.objectContaining({
      action: "accept",
      name: "a",
      by: "somebody",
      until: accepting.until,
      message: "spec.targetUrl: the web hook moves first",
    }),
  ]);
});

test("an acceptance has done its work once git says what is live, and the next change is carried out", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  const saying = (url: string) => connector("a").replace("https://a.contoso.com/", url);
  practice.define({ "a.yaml": saying(elsewhere) });
  expect(told(await practice.run())).toEqual(["clean"]);
  practice.define({ "a.yaml": saying("https://third.contoso.com/") });
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
});

test("an acceptance that has ended is forgotten", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  await practice.run({}, { after: 25 * hour });
  await using store = await practice.openStore();
  expect((await store.recall(practice.subject().tenant)).acceptances).toEqual([]);
});

test("what is accepted of a definition stays so when it is renamed", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  practice.define({ "z.yaml": connector("z", { displayName: "a", metadata: "previously: a" }) });
  practice.setEnv("Z_PASSWORD", "secret of A_PASSWORD");
  const urlOf = () => practice.sandbox.control.state().connectors?.[0]?.targetUrl;
  await practice.run();
  expect(urlOf()).toBe(elsewhere);
  practice.define({ "z.yaml": connector("z", { displayName: "a" }) });
  await practice.run();
  expect(urlOf()).toBe(elsewhere);
});

test("a key of a URL stays accepted when fingerprints are made with another key", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { spec: "query: { code: { env: A_CODE } }" }) });
  await practice.run();
  const live = "https://a.contoso.com/?code=theirs";
  practice.sandbox.control.changeConnector("a", { targetUrl: live });
  await accept(practice, { path: "spec.query.code" });
  const env = { A_CODE: "secret of A_CODE", A_PASSWORD: "secret of A_PASSWORD" };
  const secrets = openSecrets({
    env,
    fingerprint: { key: new Secret("another key for practice") },
  });
  await practice.run({ secrets });
  expect(practice.sandbox.control.state().connectors?.[0]?.targetUrl).toBe(live);
});

test("nothing is accepted while a run of the tenant is under way", async () => {
  await using practice = await managed();
  change(practice);
  await using store = await practice.openStore();
  await using lock = await store.lock(practice.subject().tenant, 0);
  expect(lock).not.toBeNull();
  await expect(accept(practice)).rejects.toThrow("Another run of practice is in progress");
});

test("a secret that stands in a live key is in no refusal and in no acceptance", async () => {
  await using practice = await managed();
  const password = "secret of A_PASSWORD";
  change(practice, `https://a.contoso.com/?${encodeURIComponent(password)}=1`);
  for (const path of ["spec.targetUrl", `spec.query.${password}`]) {
    const refusal = await accept(practice, { path }).catch((thrown: unknown) => String(thrown));
    expect(refusal).toContain("It differs in spec.query.[redacted].");
    expect(refusal).not.toContain(password);
  }
});

test("a user name, which Graph takes with the password, cannot be accepted", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", {
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "theirs",
      password: "unknown",
    },
  });
  const path = "spec.authentication.basic.username";
  await expect(accept(practice, { path })).rejects.toThrow("takes an authentication as a whole");
});

test("tenants that cannot be read and broken definitions are told as they are by any verb", async () => {
  await using practice = await managed();
  change(practice);
  practice.sandbox.control.injectFault({ kind: "status", status: 403, path: "apiConnectors" });
  await expect(accept(practice)).rejects.toMatchObject({ fault: { code: "forbidden" } });
  practice.define({ "a.yaml": "kind: [" });
  await expect(accept(practice)).rejects.toMatchObject({ fault: { code: "yaml" } });
});

test("a secret that cannot be read for a while neither opens nor ends a difference", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { spec: "query: { code: { env: A_CODE } }" }) });
  await practice.run();
  practice.sandbox.control.changeConnector("a", {
    targetUrl: "https://a.contoso.com/?code=theirs",
  });
  const before = openDrifts(await look(practice));
  expect(before.map(short)).toEqual(["a spec.query.code new 1"]);
  practice.setEnv("A_CODE", null);
  expect(openDrifts(await look(practice))).toEqual(before);
  practice.setEnv("A_CODE", "secret of A_CODE");
  expect(openDrifts(await look(practice)).map(short)).toEqual(["a spec.query.code ongoing 2"]);
});

test("a write that Graph refused did not end a difference that somebody put right", async () => {
  await using practice = await managed();
  change(practice);
  practice.sandbox.control.injectFault({ kind: "status", status: 403, method: "PATCH", count: 9 });
  await practice.run();
  practice.sandbox.control.clearFaults();
  change(practice, "https://a.contoso.com/");
  expect((await look(practice)).map(short)).toContain("a spec.targetUrl resolved 1 by someone");
});

test("a write that a later run sees without effect did not end a difference that somebody put right", async () => {
  await using practice = await managed();
  change(practice);
  const { control } = practice.sandbox;
  control.injectFault({ kind: "drop-before-effect", method: "PATCH", count: 9 });
  expect(told(await practice.run())).toEqual(["partial", "update a failed"]);
  control.clearFaults();
  await look(practice);
  change(practice, "https://a.contoso.com/");
  expect((await look(practice)).map(short)).toContain("a spec.targetUrl resolved 2 by someone");
});

test("a plan of a flow that leaves an accepted step has another digest than one that does not", async () => {
  await using practice = await managed();
  const bound = { postFederationSignup: "a", postAttributeCollection: "a" };
  practice.sandbox.control.addUserFlow({ id: "B2X_1_signup" });
  practice.define({
    "a.yaml": connector("a"),
    "flow.yaml": userFlow(
      "B2X_1_signup",
      "postFederationSignup: null, postAttributeCollection: null",
    ),
  });
  await practice.run();
  practice.sandbox.control.changeUserFlow("B2X_1_signup", { apiConnectors: bound });
  const whole = await practice.plan();
  await accept(practice, { name: "B2X_1_signup", path: "spec.apiConnectors.postFederationSignup" });
  const left = await practice.plan();
  expect(left.changes.map(({ fields }) => fields.map(({ path }) => path))).toEqual([
    ["spec.apiConnectors.postAttributeCollection"],
  ]);
  expect(left.digest).not.toBe(whole.digest);
  const after = (step: string) => left.uses?.filter((use) => use.step === step && use.after);
  expect(after("postFederationSignup")).toHaveLength(1);
  expect(after("postAttributeCollection")).toHaveLength(0);
});

test("a password that is due is sent although a live value beside it is accepted", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  const asked = { ...nothingAsked, only: ["a"], assert: true };
  expect(told(await practice.run({}, { asked, isApply: true }))).toEqual([
    "converged",
    "update a done",
  ]);
  expect(practice.sandbox.control.state().connectors?.[0]?.targetUrl).toBe(elsewhere);
});

/** All that is accepted. */
async function acceptances(practice: Practice) {
  await using store = await practice.openStore();
  return (await store.recall(practice.subject().tenant)).acceptances;
}

test("where runs only report, an acceptance ends as well once git says what is live", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  await look(practice);
  const saying = (url: string) => connector("a").replace("https://a.contoso.com/", url);
  practice.define({ "a.yaml": saying(elsewhere) });
  expect((await look(practice)).map(short)).toContain("a spec.targetUrl resolved 1 by commit");
  expect(await acceptances(practice)).toEqual([]);
  practice.define({ "a.yaml": saying("https://third.contoso.com/") });
  expect(openDrifts(await look(practice)).map(short)).toEqual(["a spec.targetUrl new 1"]);
});

test("where runs only report, an acceptance ends at its time, and under the next name of its definition", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  const renamed = connector("z", { displayName: "a", metadata: "previously: a" });
  practice.define({ "z.yaml": renamed });
  practice.setEnv("Z_PASSWORD", "secret of A_PASSWORD");
  await look(practice);
  expect(await acceptances(practice)).toHaveLength(1);
  practice.define({ "z.yaml": renamed.replace("https://z.contoso.com/", elsewhere) });
  await look(practice);
  expect(await acceptances(practice)).toEqual([]);
  change(practice, "https://third.example/");
  await accept(practice, { name: "z" });
  await look(practice, 25 * hour);
  expect(await acceptances(practice)).toEqual([]);
});

test("the value that a plan showed is accepted, and no other one that is live since", async () => {
  await using practice = await managed();
  change(practice);
  const { digest: plan } = await practice.plan();
  change(practice, "https://third.example/");
  await expect(accept(practice, { plan })).rejects.toThrow(/is not the one that was looked at/);
  expect(await acceptances(practice)).toEqual([]);
  change(practice);
  expect(await accept(practice, { plan })).toMatchObject({ before: elsewhere });
});

test("a live value in which a secret of a definition stands is not accepted, and nothing of it is kept", async () => {
  await using practice = await managed();
  const secret = "secret of A_PASSWORD";
  practice.sandbox.control.changeConnector("a", { displayName: secret });
  const path = "spec.displayName";
  await expect(accept(practice, { path })).rejects.toThrow(/A secret of a definition stands in/);
  expect(await acceptances(practice)).toEqual([]);
});
