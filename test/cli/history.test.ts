import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { AuditOutput } from "../../src/model/generated/audit.ts";
import type { HistoryOutput } from "../../src/model/generated/history.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { definition, openService, practice, type Service } from "./program.ts";
import { faultsBy } from "./published-schemas.ts";

const mayDelete = {
  allow: ["adopt", "create", "update", "delete"],
  deleteAfter: "0s",
  limits: { deletePercent: 100 },
};

/** A service with one tenant, to which its definition `a` was applied. */
async function started(service: Service, over: object = {}): Promise<Sandbox> {
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  service.env["PLUMBLINE_ACTOR"] = "alex";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant, { ...mayDelete, ...over })] });
  service.write("connectors/a.yaml", definition("a"));
  await applied(service);
  return tenant;
}

async function applied(service: Service): Promise<void> {
  expect(await service.call(["apply"])).toMatchObject({ status: 0 });
}

const connectors = ({ control }: Sandbox) => control.state().connectors ?? [];
const why = ["--reason", "sign-ups fail"];
const elsewhere = { targetUrl: "https://api.contoso.com/elsewhere" };

test("history tells run by run what was changed, by whom, with before and after", async () => {
  await using service = openService();
  await started(service);
  service.write("connectors/a.yaml", definition("a", elsewhere));
  await applied(service);
  const { status, stdout } = await service.call(["history", "--output", "json"]);
  expect(status).toBe(0);
  const output: HistoryOutput = JSON.parse(stdout);
  expect(faultsBy("history.schema.json", output)).toEqual([]);
  expect(output.runs).toMatchObject([
    {
      tenant: "practice",
      by: "alex",
      trigger: "command",
      events: [
        {
          ...{ action: "update", result: "done", name: "a" },
          fields: [
            {
              path: "spec.targetUrl",
              before: "https://api.contoso.com/a",
              after: "https://api.contoso.com/elsewhere",
            },
          ],
        },
      ],
    },
    { events: [{ action: "create", result: "done", name: "a" }] },
  ]);
  const text = (await service.call(["history", "a", "--limit", "1"])).stdout;
  expect(text).toContain('"https://api.contoso.com/a"');
  expect(text).toContain("by command of alex");
  expect(text).not.toContain("created");
  expect((await service.call(["history", "nobody"])).stdout).toBe(
    "The audit holds nothing of it.\n",
  );
});

test("the last change of a connector is undone, and left alone until it is resumed", async () => {
  await using service = openService();
  const tenant = await started(service);
  service.write("connectors/a.yaml", definition("a", elsewhere));
  await applied(service);
  const [{ id } = { id: "" }] = connectors(tenant);
  const preview = await service.run(["restore", "a", "--preview"]);
  expect(preview.status).toBe(2);
  const digest = /--plan (sha256:[0-9a-f]{64})/.exec(preview.stdout)?.[1] ?? "";
  expect(connectors(tenant)).toMatchObject([elsewhere]);
  expect(
    (await service.run(["restore", "a", "--plan", `sha256:${"0".repeat(64)}`, ...why])).status,
  ).toBe(4);

  const restored = await service.run([
    "restore",
    "a",
    "--plan",
    digest,
    ...why,
    "--output",
    "json",
  ]);
  expect(restored.status).toBe(0);
  const output = JSON.parse(restored.stdout);
  expect(faultsBy("run.schema.json", output)).toEqual([]);
  expect(output.runs[0].restore).toMatchObject({ of: "a", names: ["a"], reason: "sign-ups fail" });
  expect(connectors(tenant)).toMatchObject([{ id, targetUrl: "https://api.contoso.com/a" }]);

  const held = await service.run(["apply"]);
  expect(held.status).toBe(4);
  expect(held.stdout).toContain("sign-ups fail");
  expect((await service.run(["resume", "a"])).status).toBe(0);
  await applied(service);
  expect(connectors(tenant)).toMatchObject([{ id, ...elsewhere }]);
});

test("a deleted connector is made again with its password, and its new id is said plainly", async () => {
  await using service = openService();
  const tenant = await started(service);
  const [before] = connectors(tenant);
  service.write("connectors/a.yaml", definition("b"));
  await applied(service);
  const { status, stdout } = await service.call(["restore", "a", ...why, "--until", "1h"]);
  expect(status).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(
    `a is created anew and gets a new id. Its id was ${before?.id}.`,
  );
  expect(connectors(tenant)).toMatchObject([
    { displayName: "b" },
    { ...before, id: expect.not.stringMatching(before?.id ?? "") },
  ]);
});

test("a whole run is undone: what it changed, what it made and what it took away", async () => {
  await using service = openService();
  const tenant = await started(service);
  service.write("connectors/b.yaml", definition("b"));
  await applied(service);
  const before = connectors(tenant);
  service.write("connectors/a.yaml", definition("a", elsewhere));
  service.write("connectors/b.yaml", definition("c"));
  const run = JSON.parse((await service.call(["apply", "--output", "json"])).stdout).runs[0];
  expect(run.outcomes).toHaveLength(3);
  const { status, stdout } = await service.call(["restore", run.id, ...why]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("a, b, c: brought back")]);
  expect(connectors(tenant)).toEqual(
    before.map((one) => (one.displayName === "b" ? { ...one, id: expect.any(String) } : one)),
  );
});

test("a password that its source no longer holds is not brought back, and that is said", async () => {
  await using service = openService();
  const tenant = await started(service);
  service.write("connectors/a.yaml", definition("a", elsewhere));
  service.env["CONNECTOR_PASSWORD"] = "another one";
  await applied(service);
  const { status, stdout } = await service.call(["restore", "a", ...why]);
  expect(status).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("the password of then is not known to be");
  expect(connectors(tenant)).toMatchObject([
    {
      targetUrl: "https://api.contoso.com/a",
      authentication: { basic: { password: "another one" } },
    },
  ]);
});

test.for([
  { args: ["restore", "a"], status: 1, says: "needs --reason" },
  { args: ["restore", "nobody", ...why], status: 4, says: "knows nothing of a change of nobody" },
  { args: ["restore", "20260820T080100000Z", ...why], status: 4, says: "20260820T080100000Z made" },
  { args: ["restore", "a", ...why, "--until", "soon"], status: 1, says: "neither a duration" },
  {
    args: ["suspend", "a", "--until", "8h", "--reason", " "],
    status: 1,
    says: "--reason is empty",
  },
  { args: ["suspend", "fraud", "--until", "8h", ...why], status: 4, says: "is called fraud" },
  { args: ["resume", "a"], status: 4, says: "a in practice is not suspended" },
  { args: ["history", "--output", "html"], status: 1, says: "prints text or json, not html" },
  { args: ["audit", "--head", `1:${"0".repeat(64)}`], status: 1, says: "belongs to --verify" },
])("$args is refused with $status", async ({ args, status, says }) => {
  await using service = openService();
  const tenant = await started(service);
  const ended = await service.call(args);
  expect(ended.status).toBe(status);
  expect(`${ended.stdout}${ended.stderr}`.replaceAll(/\s+/g, " ")).toContain(says);
  expect(connectors(tenant)).toHaveLength(1);
});

test("a tenant is suspended and resumed by its name, and the audit knows who did it and why", async () => {
  await using service = openService();
  const tenant = await started(service);
  const suspended = await service.call(["suspend", "practice", "--until", "8h", ...why]);
  expect(suspended).toMatchObject({ status: 0, stderr: "" });
  service.write("connectors/a.yaml", definition("a", elsewhere));
  const plan = await service.call(["plan"]);
  expect([plan.status, plan.stdout]).toEqual([
    2,
    expect.stringContaining("the whole tenant until"),
  ]);
  expect((await service.call(["apply"])).status).toBe(4);
  expect(connectors(tenant)).toMatchObject([{ targetUrl: "https://api.contoso.com/a" }]);
  expect((await service.call(["resume", "practice"])).status).toBe(0);
  await applied(service);
  const { entries }: AuditOutput = JSON.parse(
    (await service.call(["audit", "--output", "json"])).stdout,
  );
  expect(faultsBy("audit.schema.json", { version: 1, entries })).toEqual([]);
  const told = (entries ?? []).map(({ entry }) => `${entry.action} ${entry.by} ${entry.message}`);
  expect(told).toContain("suspend alex sign-ups fail");
  expect(told).toContain("resume alex It was suspended: sign-ups fail");
});

test.for([
  { target: "practice", damage: "until = 'for a while'" },
  { target: "practice", damage: "kind = 'Unicorn'" },
  { target: "a", damage: "kind = '', until = '2026-99-99T00:00:00.000Z'" },
])(
  "what is suspended stays so, and is told, when its note has $damage: $target, until it is resumed",
  async ({ target, damage }) => {
    await using service = openService();
    const tenant = await started(service);
    await service.run(["suspend", target, "--until", "8h", ...why]);
    const file = new DatabaseSync(join(service.folder, ".plumbline/state.db"));
    file.exec(`UPDATE suspensions SET ${damage}`);
    file.close();
    service.write("connectors/a.yaml", definition("a", elsewhere));
    const held = await service.run(["apply"]);
    expect([held.status, `${held.stdout}${held.stderr}`]).toEqual([
      4,
      expect.stringContaining(`plumbline resume ${target}`),
    ]);
    expect(connectors(tenant)).toMatchObject([{ targetUrl: "https://api.contoso.com/a" }]);
    expect((await service.run(["resume", target])).status).toBe(0);
    const { status, stdout, stderr } = await service.run(["apply"]);
    expect(status).toBe(0);
    expect(`${stdout}${stderr}`).not.toContain("is damaged");
  },
);

test("suspending anew takes the place of a suspension whose note cannot be read", async () => {
  await using service = openService();
  await started(service);
  await service.run(["suspend", "a", "--until", "8h", ...why]);
  const file = new DatabaseSync(join(service.folder, ".plumbline/state.db"));
  file.exec("UPDATE suspensions SET kind = 'Unicorn'");
  file.close();
  await service.run(["suspend", "a", "--until", "1h", ...why]);
  expect((await service.run(["plan"])).stdout).not.toContain("is damaged");
  await service.run(["resume", "a"]);
  expect((await service.run(["plan"])).stdout).not.toContain("suspended");
});

test("the audit is verified against itself and against an entry that was kept elsewhere", async () => {
  await using service = openService();
  await started(service);
  const whole = await service.call(["audit", "--verify"]);
  expect(whole.status).toBe(0);
  const head = /\d+:[0-9a-f]{64}/.exec(whole.stdout)?.[0] ?? "";
  service.write("connectors/a.yaml", definition("a", elsewhere));
  await applied(service);
  expect((await service.call(["audit", "--verify", "--head", head])).status).toBe(0);
  const file = new DatabaseSync(join(service.folder, ".plumbline/state.db"));
  file.exec("UPDATE audit SET entry = replace(entry, 'alex', 'kim') WHERE sequence = 1");
  file.close();
  const edited = await service.call(["audit", "--verify", "--output", "json"]);
  expect(edited.status).toBe(5);
  const verdict = JSON.parse(edited.stdout);
  expect(faultsBy("audit.schema.json", verdict)).toEqual([]);
  expect(verdict.verdict.problems).toEqual(["Entry 1 was edited."]);
});
