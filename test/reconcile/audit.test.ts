import { expect, test } from "vitest";
import type { AuditEntry, Snapshot } from "../../src/model/generated/audit.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

const deleting = {
  policy: allowing(["adopt", "create", "update", "delete"], {
    deleteAfter: 0,
    limits: { deletes: 9, deletePercent: 100, changes: null },
  }),
};
const passwordSource = { "spec.authentication.basic.password": { env: "A_PASSWORD" } };

async function audited({ subject }: Practice): Promise<readonly AuditEntry[]> {
  const { store } = subject();
  const verdict = await store.verifyAudit();
  expect(verdict.problems).toEqual([]);
  return (await store.audit({ limit: 1_000 })).map(({ entry }) => entry);
}

const short = ({ action, result, name }: AuditEntry) => `${action} ${result} ${name}`;

test("every write is audited before and after, with both states and what Graph calls the request", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const created = await practice.run(deleting);
  practice.define({ "a.yaml": connector("a", { displayName: "A" }) });
  await practice.run(deleting);
  practice.define({});
  await practice.run(deleting);
  const entries = await audited(practice);
  expect(entries.map(short)).toEqual([
    "create begun a",
    "create done a",
    "update begun a",
    "update done a",
    "delete begun a",
    "delete done a",
  ]);
  const [begun, done, updating, , deleting_] = entries;
  expect(begun).toMatchObject({
    at: "2026-08-20T08:01:00.000Z",
    run: created.id,
    trigger: "command",
    by: "somebody",
    before: null,
    after: {
      displayName: "a",
      targetUrl: "https://a.contoso.com/",
      authentication: { type: "basic", username: "entra", sources: passwordSource },
    },
  });
  expect(done).toMatchObject({ id: expect.any(String), requestId: expect.any(String) });
  expect(updating?.before).toMatchObject({
    displayName: "a",
    authentication: { username: "entra", sources: passwordSource },
  });
  expect(updating?.after).toMatchObject({ displayName: "A" });
  expect(deleting_).toMatchObject({ before: { displayName: "A" }, after: null });
  const fingerprintOf = (state: AuditEntry["before"] | undefined) =>
    (state as Snapshot).authentication.fingerprint;
  expect(fingerprintOf(deleting_?.before)).toBe(fingerprintOf(begun?.after));
});

test("a write that Graph refuses is audited with what it said", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST" });
  await practice.run();
  const [, refused] = await audited(practice);
  expect(refused).toMatchObject({
    action: "create",
    result: "rejected",
    message: expect.stringContaining("HTTP 400"),
    requestId: expect.any(String),
  });
});

test("a write whose process died is audited by the run that finds out what became of it", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.setEnv("A_PASSWORD", "the one before");
  await practice.run();
  practice.setEnv("A_PASSWORD", "secret of A_PASSWORD");
  const { store } = practice.subject();
  const dying = { ...store, settle: () => Promise.reject(new Error("killed")) };
  const broken = await practice.run({ store: { ...dying, audit: store.audit } });
  expect(broken.result).toBe("partial");
  await practice.run();
  const entries = (await audited(practice)).filter(({ action }) => action === "update");
  expect(entries.map(({ result, run }) => [result, run === broken.id])).toEqual([
    ["begun", true],
    ["begun", false],
    ["done", false],
    ["written and seen", false],
  ]);
  expect(entries[3]?.message).toContain(broken.id);
});

test("an adoption that writes nothing is audited as well", async () => {
  await using practice = await openPractice();
  const authentication = { basic: { username: "entra", password: "x" } };
  const live = { displayName: "a", targetUrl: "https://a.contoso.com/", authentication };
  practice.sandbox.control.setState({ connectors: [live] });
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  expect((await audited(practice)).map(short)).toEqual(["adopt done a"]);
});

test("what is held is audited when it begins to be held, and not at every run", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await practice.run();
  practice.define({});
  for (let run = 0; run < 3; run += 1) await practice.run();
  const refused = (await audited(practice)).filter(({ action }) => action === "refuse");
  expect(refused.map(short)).toEqual(["refuse verb a", "refuse verb b"]);
  expect(refused[0]?.message).toContain("allow in plumbline.yaml");
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await practice.run();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  expect((await audited(practice)).filter(({ action }) => action === "refuse")).toHaveLength(3);
});

test("a run that changes nothing writes nothing into the audit", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  const before = await audited(practice);
  await practice.run();
  expect(await audited(practice)).toEqual(before);
});

test("an apply that is refused as a whole is audited with the reason", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const run = await practice.run({}, { approved: ["sha256:0"] });
  expect(told(run)).toEqual(["refused"]);
  expect(await audited(practice)).toMatchObject([
    {
      action: "refuse",
      result: "refused",
      run: run.id,
      message: expect.stringContaining("approve"),
    },
  ]);
});

test("a limit that a person lifts is audited with the plan and the reason", async () => {
  await using practice = await openPractice();
  const few = { policy: allowing(["create", "delete"], { deleteAfter: 0 }) };
  const all = { "a.yaml": connector("a"), "b.yaml": connector("b") };
  practice.define(all);
  await practice.run(few);
  practice.define({});
  const { plan } = await practice.run(few);
  const lifting = {
    approved: [plan?.digest ?? ""],
    asked: { ...nothingAsked, liftDeletes: true },
    reason: "both web hooks are gone",
  };
  expect(told(await practice.run(few, lifting))[0]).toBe("converged");
  const overridden = (await audited(practice)).filter(({ action }) => action === "override");
  expect(overridden).toMatchObject([{ by: "somebody", name: null }]);
  expect(overridden[0]?.message).toBe(
    `The limit of deletes is lifted for a, b in the plan ${plan?.digest}: both web hooks are gone`,
  );
});

test("a suspension that comes while a run is writing stops it before the next write", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  const { tenant, store } = practice.subject();
  const suspension = {
    ...{ kind: null, name: null, by: "somebody", reason: "hands off" },
    since: "2026-08-20T08:00:00.000Z",
    until: "2026-08-20T09:00:00.000Z",
  };
  const run = await practice.run(
    {},
    {
      notify: (event) => {
        if (event.type !== "wrote" || event.outcome.name !== "a") return;
        void store.settle(tenant, null, "suspended", [{ op: "suspend", suspension }]);
      },
    },
  );
  expect(told(run)).toEqual(["refused", "create a done", "create b skipped"]);
  expect(run.outcomes[1]?.error?.message).toContain("hands off");
  expect(told(await practice.run())).toEqual(["refused"]);
  expect(told(await practice.run({}, { after: 3_600_000 }))).toEqual([
    "converged",
    "create b done",
  ]);
});

test("a suspended connector that is renamed in git stays suspended under its new name", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  const { tenant, store } = practice.subject();
  const suspension = {
    ...({ kind: "ApiConnector", name: "a", by: "somebody", reason: "hands off" } as const),
    since: "2026-08-20T08:00:00.000Z",
    until: "2026-08-21T08:00:00.000Z",
  };
  await store.settle(tenant, null, "suspended", [{ op: "suspend", suspension }]);
  const renamed = (metadata: string, spec = {}) =>
    connector("b", { displayName: "a", metadata, ...spec })
      .replace("B_PASSWORD", "A_PASSWORD")
      .replace("//b.", "//a.");
  practice.define({ "b.yaml": renamed("previously: a") });
  expect(told(await practice.run())).toEqual(["clean"]);
  practice.define({ "b.yaml": renamed("").replace("displayName: a", "displayName: other") });
  const run = await practice.run();
  expect(told(run)).toEqual(["refused"]);
  expect(run.plan?.held).toMatchObject([{ name: "b", reason: { code: "suspended" } }]);
  expect((await store.recall(tenant)).suspensions).toEqual([{ ...suspension, name: "b" }]);
});
