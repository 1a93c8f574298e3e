/** What is known of differences and cannot be read any more: runs go on, and nothing is written over. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { revokeAcceptance } from "../../src/reconcile/accept.ts";
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
import { connector, type Practice, told } from "./practice-tenant.ts";

function execute({ folder }: Practice, sql: string): void {
  using file = new DatabaseSync(join(folder, "state.db"));
  file.exec(sql);
}

const urlOf = ({ sandbox }: Practice) => sandbox.control.state().connectors?.[0]?.targetUrl;

/** What a run says of the store, in its report and in the log. */
async function saidOfStore(practice: Practice) {
  const { plan } = await practice.run(reporting, { isApply: false });
  const logged = practice.events.flatMap((event) => (event.type === "fault" ? event.fault : []));
  const faults = (plan?.faults ?? []).filter(({ code }) => code === "store");
  expect(logged).toEqual(faults);
  return faults.map(({ severity, message }) => `${severity}: ${message}`);
}

const damages = [
  { what: "no JSON", sql: "UPDATE drifts SET drift = '{'" },
  { what: "JSON of another shape", sql: "UPDATE drifts SET drift = '{}'" },
  {
    what: "without its first time",
    sql: "UPDATE drifts SET drift = json_remove(drift, '$.firstSeen')",
  },
  { what: "about another field", sql: "UPDATE drifts SET drift = json_set(drift, '$.path', 'x')" },
];

test.for(damages)("a difference that is $what is told once, and noted anew", async ({ sql }) => {
  await using practice = await managed();
  change(practice);
  await look(practice);
  execute(practice, `${sql} WHERE path = 'spec.targetUrl'`);
  expect(await saidOfStore(practice)).toEqual([
    expect.stringMatching(/^warning: .*since when spec.targetUrl of a differs cannot be read/),
  ]);
  expect((await drifts(practice)).map(short)).toEqual([
    "a whole resolved 1 by us",
    "a spec.targetUrl new 1",
  ]);
  expect(await saidOfStore(practice)).toEqual([]);
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
});

test("a damaged difference that is there no more is forgotten, and the others stay", async () => {
  await using practice = await managed();
  practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere, displayName: "other" });
  await look(practice);
  execute(
    practice,
    "UPDATE drifts SET kind = 'Unicorn', drift = '{' WHERE path = 'spec.targetUrl'",
  );
  practice.sandbox.control.changeConnector("other", { targetUrl: "https://a.contoso.com/" });
  expect(await saidOfStore(practice)).toHaveLength(1);
  expect(await saidOfStore(practice)).toEqual([]);
  expect((await drifts(practice)).map(short)).toEqual([
    "a whole resolved 1 by us",
    "a spec.displayName ongoing 3",
  ]);
});

const broken = [
  { what: "whose kind is none", sql: "UPDATE acceptances SET kind = 'Unicorn'" },
  { what: "whose value is no digest", sql: "UPDATE acceptances SET value = 'sha256:'" },
  { what: "without an end", sql: "UPDATE acceptances SET until = 'soon'" },
];

test.for(broken)(
  "nothing is written over what somebody accepted by an acceptance $what, until somebody decides",
  async ({ sql }) => {
    await using practice = await managed();
    practice.sandbox.control.changeConnector("a", { targetUrl: elsewhere, displayName: "other" });
    await accept(practice);
    execute(practice, sql);
    const run = await practice.run();
    expect(told(run)).toEqual(["refused"]);
    expect(run.plan?.held.map(({ reason }) => [reason.code, reason.lift])).toEqual([
      ["accepted", expect.stringContaining("plumbline accept a --field spec.targetUrl --revoke")],
    ]);
    expect(await saidOfStore(practice)).toEqual([
      expect.stringMatching(/^warning: .*what was accepted of spec.targetUrl of a cannot be read/),
    ]);
    expect(urlOf(practice)).toBe(elsewhere);
    await revokeAcceptance(practice.subject(), accepting);
    expect(told(await practice.run())).toEqual(["converged", "update a done"]);
    expect(await saidOfStore(practice)).toEqual([]);
  },
);

test("accepting anew takes the place of an acceptance that cannot be read", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  execute(practice, "UPDATE acceptances SET kind = 'Unicorn'");
  await accept(practice);
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(await saidOfStore(practice)).toEqual([]);
});

test("an acceptance that cannot be read has done its work once git says what is live", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  execute(practice, "UPDATE acceptances SET value = ''");
  practice.define({ "a.yaml": connector("a").replace("https://a.contoso.com/", elsewhere) });
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(await saidOfStore(practice)).toEqual([]);
});

test("a key of a URL is not written either where nobody knows what of the URL was accepted", async () => {
  await using practice = await managed();
  change(practice);
  await accept(practice);
  execute(practice, "UPDATE acceptances SET until = ''");
  change(practice, "https://a.contoso.com/?code=theirs");
  expect(told(await practice.run())).toEqual(["refused"]);
  expect(urlOf(practice)).toBe("https://a.contoso.com/?code=theirs");
});

test.for(["'{'", "'[1]'"])(
  "refusals that cannot be read are audited once more, and told until they are written anew: %s",
  async (damage) => {
    await using practice = await managed();
    const refusals = async () => {
      await using store = await practice.openStore();
      const entries = await store.audit({ tenants: [practice.subject().tenant.name], limit: 100 });
      return entries.filter(({ entry }) => entry.action === "refuse").length;
    };
    practice.define({});
    await practice.run();
    const before = await refusals();
    expect(before).toBeGreaterThan(0);
    await practice.run();
    expect(await refusals()).toBe(before);
    execute(practice, `UPDATE refusals SET refusals = ${damage}`);
    await practice.run();
    expect(await refusals()).toBe(before * 2);
    await practice.run();
    expect(await refusals()).toBe(before * 2);
    expect(await saidOfStore(practice)).toEqual([]);
  },
);

test.for(["'{'", "'{}'", "json_set(change, '$.at', 'soon')", "json_set(change, '$.id', 'x')"])(
  "a change by somebody else that cannot be read is read again from the audit log: %s",
  async (damage) => {
    await using practice = await managed();
    practice.clock.advance(hour);
    change(practice);
    await practice.run();
    await practice.run({}, { after: 4 * 24 * hour });
    execute(practice, `UPDATE outside_changes SET change = ${damage}`);
    expect(await saidOfStore(practice)).toEqual([
      expect.stringMatching(/^warning: .*entry B2C_SANDBOX_2 of its audit log. cannot be read/),
    ]);
    expect(await saidOfStore(practice)).toEqual([]);
    await using store = await practice.openStore();
    expect((await store.recall(practice.subject().tenant)).outside).toMatchObject([
      { id: "B2C_SANDBOX_2", op: "update" },
    ]);
  },
);

test("of a reading of the audit log that cannot be read nothing is taken for known", async () => {
  await using practice = await managed();
  await practice.run();
  execute(practice, "UPDATE audit_readings SET begins = 'x', looked_at = 'y', refused_at = 'z'");
  change(practice);
  const run = await practice.run();
  expect(told(run)).toEqual(["converged", "update a done"]);
  expect(run.plan?.changes[0]?.who).toBeUndefined();
  expect(run.faults).toEqual([]);
});
