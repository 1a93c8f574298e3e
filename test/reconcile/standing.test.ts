/** How differences stand between two runs. */
import { expect, test } from "vitest";
import { standingDrifts } from "../../src/plan/standing.ts";
import { revokeAcceptance } from "../../src/reconcile/accept.ts";
import {
  accept,
  accepting,
  change,
  elsewhere,
  hour,
  look,
  managed,
  reporting,
} from "./drifting.ts";
import { connector, type Practice } from "./practice-tenant.ts";

/** As it is told now, and as the next run finds it. */
async function nowAndNext(practice: Practice) {
  await using store = await practice.openStore();
  const { tenant } = practice.subject();
  const short = async () => {
    const standing = standingDrifts(await store.recall(tenant), practice.clock.now().toISOString());
    return standing.map(
      ({ drift, acceptance }) => `${drift.state} ${acceptance?.by ?? "by nobody"}`,
    );
  };
  const now = await short();
  await practice.run(reporting, { isApply: false, after: 0 });
  return { now, next: await short() };
}

const accepted = { now: ["accepted somebody"], next: ["accepted somebody"] };
const opened = { now: ["new by nobody"], next: ["new by nobody"] };

test("what somebody accepts is accepted at once", async () => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  practice.clock.advance(1_000);
  await accept(practice);
  expect(await nowAndNext(practice)).toEqual(accepted);
});

test("what somebody no longer accepts is open at once", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  await look(practice);
  await revokeAcceptance(practice.subject(), accepting);
  expect(await nowAndNext(practice)).toEqual(opened);
});

test("what was accepted until now is open at once", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  await look(practice);
  practice.clock.advance(25 * hour);
  expect(await nowAndNext(practice)).toEqual(opened);
});

test("another value than the accepted one is not taken for it", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  change(practice, `${elsewhere}another`);
  await look(practice);
  const { now } = await nowAndNext(practice);
  expect(now).toEqual(["new by nobody"]);
});

test("what was accepted under an earlier name of the definition stays accepted", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  practice.define({ "a.yaml": connector("b", { displayName: "a", metadata: "previously: a" }) });
  await look(practice);
  const { now } = await nowAndNext(practice);
  expect(now).toContain("accepted somebody");
});
