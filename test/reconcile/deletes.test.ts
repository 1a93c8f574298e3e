import { expect, test } from "vitest";
import { nothingAsked, type Policy } from "../../src/plan/input.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

const hour = 3_600_000;
const all = { "a.yaml": connector("a"), "b.yaml": connector("b"), "c.yaml": connector("c") };
const without = (...names: readonly string[]) =>
  Object.fromEntries(Object.entries(all).filter(([file]) => !names.includes(file.slice(0, -5))));
const deleting = (over: Partial<Policy> = {}) => ({
  policy: allowing(["adopt", "create", "update", "delete"], over),
});

/** Three connectors that are managed, in a tenant with one that nobody manages. */
async function managed(): Promise<Practice> {
  const practice = await openPractice();
  const authentication = { basic: { username: "x", password: "y" } };
  const targetUrl = "https://elsewhere.example/";
  practice.sandbox.control.setState({
    connectors: [{ displayName: "by hand", targetUrl, authentication }],
  });
  practice.define(all);
  await practice.run(deleting());
  practice.requests();
  return practice;
}

const live = ({ sandbox }: Practice) =>
  (sandbox.control.state().connectors ?? []).map(({ displayName }) => displayName);
const reasonsOf = (run: {
  plan: { held: { reason: { code: string; until: string | null } }[] } | null;
}) => (run.plan?.held ?? []).map(({ reason: { code, until } }) => `${code} ${until}`);

test("a connector that left git is announced by the first run and deleted by one after its time", async () => {
  await using practice = await managed();
  practice.define(without("a"));
  const first = await practice.run(deleting());
  expect(told(first)).toEqual(["clean"]);
  expect(reasonsOf(first)).toEqual(["announced null"]);
  const second = await practice.run(deleting(), { after: hour / 2 });
  expect(told(second)).toEqual(["clean"]);
  expect(reasonsOf(second)).toEqual(["announced 2026-08-20T09:02:00.000Z"]);
  expect(told(await practice.run(deleting(), { after: hour / 2 }))).toEqual([
    "converged",
    "delete a done",
  ]);
  expect(live(practice)).toEqual(["by hand", "b", "c"]);
  expect(told(await practice.run(deleting()))).toEqual(["clean"]);
});

test("planning announces nothing", async () => {
  await using practice = await managed();
  practice.define(without("a"));
  await practice.plan(deleting());
  practice.clock.advance(2 * hour);
  const plan = await practice.plan(deleting());
  expect(plan.held.map(({ reason }) => [reason.code, reason.until])).toEqual([["announced", null]]);
  expect(told(await practice.run(deleting(), { after: 2 * hour }))).toEqual(["clean"]);
});

test("a definition that is put back cancels the delete, and leaving git again is announced anew", async () => {
  await using practice = await managed();
  practice.define(without("a"));
  await practice.run(deleting());
  practice.define(all);
  expect(told(await practice.run(deleting(), { after: 2 * hour }))).toEqual(["clean"]);
  practice.define(without("a"));
  expect(told(await practice.run(deleting()))).toEqual(["clean"]);
  expect(live(practice)).toEqual(["by hand", "a", "b", "c"]);
});

test("deletes that are not allowed any more are announced anew when they are again", async () => {
  await using practice = await managed();
  practice.define(without("a"));
  await practice.run(deleting());
  const { policy } = deleting();
  expect(
    told(await practice.run({ policy: { ...policy, allow: ["adopt", "create", "update"] } })),
  ).toEqual(["refused"]);
  expect(told(await practice.run(deleting(), { after: 2 * hour }))).toEqual(["clean"]);
  expect(live(practice)).toContain("a");
});

test("more than the limit is held until it is lifted for exactly the plan that was looked at", async () => {
  await using practice = await managed();
  practice.define(without("a", "b"));
  await practice.run(deleting());
  const run = await practice.run(deleting(), { after: 2 * hour });
  expect(told(run)).toEqual(["refused"]);
  expect(reasonsOf(run)).toEqual(["limit null", "limit null"]);
  const asked = { ...nothingAsked, liftDeletes: true };
  const lift = (digest: string) => ({ asked, approved: [digest], reason: "the pilot is over" });
  const other = `sha256:${"0".repeat(64)}`;
  expect(told(await practice.run(deleting(), lift(other)))).toEqual(["refused"]);
  expect(live(practice)).toEqual(["by hand", "a", "b", "c"]);
  const lifted = await practice.run(deleting(), lift(run.plan!.digest));
  expect(told(lifted)).toEqual(["converged", "delete a done", "delete b done"]);
  expect(lifted.lift).toEqual({ limit: "deletes", reason: "the pilot is over" });
  expect(live(practice)).toEqual(["by hand", "c"]);
});

test("an empty folder deletes nothing, and everything is still ours when it is filled again", async () => {
  await using practice = await managed();
  practice.define({});
  await practice.run(deleting());
  expect(told(await practice.run(deleting(), { after: 2 * hour }))).toEqual(["refused"]);
  practice.define(all);
  expect(told(await practice.run(deleting()))).toEqual(["clean"]);
  expect(live(practice)).toEqual(["by hand", "a", "b", "c"]);
});

test("a delete whose answer is lost is seen to be done", async () => {
  await using practice = await managed();
  practice.define(without("a"));
  await practice.run(deleting());
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "DELETE", count: 3 });
  expect((await practice.run(deleting(), { after: 2 * hour })).result).toMatch(/converged|partial/);
  practice.sandbox.control.clearFaults();
  expect(told(await practice.run(deleting()))).toEqual(["clean"]);
  await using store = await practice.openStore();
  const { ledger, journal } = await store.recall(practice.subject().tenant);
  expect(ledger.map(({ name }) => name)).toEqual(["b", "c"]);
  expect(journal).toEqual([]);
});

test("a connector that somebody else deleted meanwhile is no failure", async () => {
  await using practice = await managed();
  practice.define(without("a"));
  await practice.run(deleting());
  practice.sandbox.control.deleteConnector("a");
  expect(told(await practice.run(deleting(), { after: 2 * hour }))).toEqual(["clean"]);
});

test("a connector that a user flow calls is not deleted before the flow lets go of it", async () => {
  await using practice = await managed();
  const over = deleting({ deleteAfter: 0 });
  const { control } = practice.sandbox;
  control.addUserFlow({ id: "B2X_1_signup", apiConnectors: { postAttributeCollection: "a" } });
  practice.define(without("a"));
  const held = await practice.run(over);
  expect(told(held)).toEqual(["refused"]);
  expect(held.plan?.held[0]?.reason).toMatchObject({
    code: "in-use",
    message: "The user flow calls it: B2X_1_signup in postAttributeCollection.",
  });
  expect(live(practice)).toContain("a");
  control.changeUserFlow("B2X_1_signup", { apiConnectors: { postAttributeCollection: null } });
  expect(told(await practice.run(over))).toEqual(["converged", "delete a done"]);
});

test("user flows that cannot be read hold the deletes, and nothing else", async () => {
  await using practice = await managed();
  const over = deleting({ deleteAfter: 0 });
  const path = "UserFlows";
  practice.sandbox.control.injectFault({ kind: "status", status: 403, path, count: 2 });
  practice.define({ ...without("a"), "d.yaml": connector("d") });
  const run = await practice.run(over);
  expect(told(run)).toEqual(["refused", "create d done"]);
  expect(run.plan?.held[0]?.reason.message).toContain("IdentityUserFlow.ReadWrite.All");
  expect(told(await practice.run(over))).toEqual(["converged", "delete a done"]);
});

test("user flows are read only where something may be deleted", async () => {
  await using practice = await managed();
  await practice.run(deleting());
  expect(practice.requests()).toEqual(["GET 200"]);
  practice.define(without("a"));
  await practice.run({ policy: allowing(["adopt", "create", "update"]) });
  expect(practice.requests()).toEqual(["GET 200"]);
});
