/** Who ended a difference: a run of Plumbline, a commit, or somebody else. */
import { expect, test } from "vitest";
import type { Snapshot } from "../../src/model/generated/audit.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import { accept, change, drifts, elsewhere, look, managed, short } from "./drifting.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

const inGit = "https://a.contoso.com/";
const resolved = "a spec.targetUrl resolved";

/** A run that writes, and whose process dies before it has recorded the run. */
async function diesUnrecorded(practice: Practice): Promise<void> {
  const { store } = practice.subject();
  const record = () => Promise.reject(new Error("The process was killed."));
  await practice.run({ store: { ...store, record } });
}

test("what a run has written that died before it was recorded was resolved by us", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  await diesUnrecorded(practice);
  expect(practice.sandbox.control.state().connectors?.[0]?.targetUrl).toBe(inGit);
  expect((await look(practice)).map(short)).toContain(`${resolved} 1 by us`);
});

test("what a run that died unrecorded was refused, and a person put right, was resolved by someone", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  practice.sandbox.control.injectFault({ kind: "status", status: 403, method: "PATCH", count: 9 });
  await diesUnrecorded(practice);
  practice.sandbox.control.clearFaults();
  change(practice, inGit);
  expect((await look(practice)).map(short)).toContain(`${resolved} 1 by someone`);
});

test("what a run wrote before a difference opened does not make its end ours", async () => {
  await using practice = await managed();
  change(practice);
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  change(practice);
  await look(practice);
  change(practice, inGit);
  expect((await look(practice)).map(short)).toContain(`${resolved} 1 by someone`);
});

test("a difference that a restore took back was resolved by us", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  const state: Snapshot = {
    displayName: "a",
    targetUrl: inGit,
    query: [],
    authentication: {
      type: "basic",
      username: "entra",
      fingerprint: null,
      sources: {},
      certificates: [],
    },
  };
  const id = practice.sandbox.control.state().connectors?.[0]?.id ?? null;
  const restored = { a: { state, id, later: 0 } };
  const restoring = { of: "a", until: "2026-08-21T08:00:00.000Z", reason: "as before" };
  const asked = { ...nothingAsked, only: ["a"], restored };
  expect(told(await practice.run({}, { asked, restoring }))).toContain("update a done");
  expect((await look(practice)).map(short)).toContain(`${resolved} 1 by us`);
});

test("a password that a person has called right is a difference that we resolved", async () => {
  await using practice = await managed();
  practice.setEnv("A_PASSWORD", "another");
  await look(practice);
  const asked = { ...nothingAsked, only: ["a"] };
  await practice.run({}, { isApply: false, isTrust: true, asked });
  expect((await drifts(practice)).map(short)).toContain(
    "a spec.authentication.basic.password resolved 1 by us",
  );
});

test("an accepted value that somebody took back was resolved by someone, whatever else was written", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere, displayName: "other" });
  await accept(practice);
  await look(practice);
  await diesUnrecorded(practice);
  change(practice, inGit);
  const ends = (await look(practice)).map(short);
  expect(ends).toContain(`${resolved} 1 by someone`);
  expect(ends).toContain("a spec.displayName resolved 1 by us");
});

test("a commit that changed another field has not ended a difference", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  practice.define({ "a.yaml": connector("a", { policy: "protect: true" }) });
  change(practice, inGit);
  expect((await look(practice)).map(short)).toContain(`${resolved} 1 by someone`);
});

const code = connector("a", { spec: "query: { code: { env: A_CODE } }" });
const commits = [
  { what: "another source of a key", git: code.replace("A_CODE", "A_OTHER") },
  {
    what: "a literal in the URL in its place",
    git: connector("a").replace(inGit, `${inGit}?code=theirs`),
  },
];

test.for(commits)("$what ends a difference by a commit", async ({ git }) => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": code });
  await practice.run();
  practice.sandbox.control.changeConnector("a", { targetUrl: `${inGit}?code=theirs` });
  await look(practice);
  practice.setEnv("A_OTHER", "theirs");
  practice.define({ "a.yaml": git });
  expect((await look(practice)).map(short)).toContain("a spec.query.code resolved 1 by commit");
});

test("what comes to match because its secret changed at the source was no commit", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": code });
  await practice.run();
  practice.sandbox.control.changeConnector("a", { targetUrl: `${inGit}?code=theirs` });
  await look(practice);
  practice.setEnv("A_CODE", "theirs");
  expect((await look(practice)).map(short)).toContain("a spec.query.code resolved 1 by someone");
});

test("a connector that is to be created and leaves git was resolved by a commit", async () => {
  await using practice = await managed();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  expect((await look(practice)).map(short)).toContain("b whole new 1");
  practice.define({ "a.yaml": connector("a") });
  expect((await look(practice)).map(short)).toContain("b whole resolved 1 by commit");
});
