/** What a restore must not do, and what it has to say. */
import { expect, test } from "vitest";
import type { AuditOutput } from "../../src/model/generated/audit.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { definition, openService, practice, type Service } from "./program.ts";

const why = ["--reason", "sign-ups fail"];
const elsewhere = { targetUrl: "https://api.contoso.com/elsewhere" };

async function started(service: Service, over: object = {}): Promise<Sandbox> {
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  const allow = ["adopt", "create", "update", "delete"];
  const limits = { deletes: 1, deletePercent: 100 };
  service.configure({
    tenants: [practice(tenant, { allow, deleteAfter: "0s", limits, ...over })],
  });
  return tenant;
}

/** Writes these definitions and applies them; answers the id of the run. */
async function applied(service: Service, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) service.write(`connectors/${name}.yaml`, text);
  const { status, stdout } = await service.call(["apply", "--output", "json"]);
  expect(status).toBe(0);
  return JSON.parse(stdout).runs[0].id;
}

const connectors = ({ control }: Sandbox) => control.state().connectors ?? [];
const words = (text: string) => text.replaceAll(/\s+/g, " ");

async function auditOf(service: Service): Promise<readonly string[]> {
  const { stdout } = await service.call(["audit", "--output", "json"]);
  const { entries = [] }: AuditOutput = JSON.parse(stdout);
  return entries.map(({ entry }) => `${entry.action} ${entry.result} ${entry.name}`);
}

test("a suspension that somebody asked for outlives a restore that fails, and one that succeeds", async () => {
  await using service = openService();
  const tenant = await started(service);
  await applied(service, { a: definition("a") });
  await applied(service, { a: definition("a", elsewhere) });
  await service.run(["suspend", "a", "--until", "7d", "--reason", "hands off"]);
  tenant.control.injectFault({ kind: "status", status: 403, method: "PATCH" });
  const failing = await service.run(["restore", "a", ...why, "--until", "1h"]);
  expect([failing.status, failing.stdout]).toEqual([5, expect.stringContaining("hands off")]);
  expect((await service.run(["plan"])).stdout).toContain("hands off");
  expect(await auditOf(service)).toContain("restore forbidden a");
  const done = await service.run(["restore", "a", ...why, "--until", "1h"]);
  expect([done.status, done.stdout]).toEqual([0, expect.stringContaining("hands off")]);
  expect(await auditOf(service)).toContain("override accepted a");
  expect((await service.run(["plan"])).stdout).toContain("hands off");
});

test("undoing a create deletes what was made then, and not what stands in its place", async () => {
  await using service = openService();
  const tenant = await started(service);
  const run = await applied(service, { a: definition("a") });
  const [made] = connectors(tenant);
  tenant.control.deleteConnector(made?.id ?? "");
  await applied(service, {});
  const [other] = connectors(tenant);
  const { status, stdout } = await service.call(["restore", run, ...why]);
  expect([status, words(stdout)]).toEqual([
    4,
    expect.stringContaining(`a is another connector by now (${other?.id})`),
  ]);
  expect(connectors(tenant)).toEqual([other]);
  expect(await auditOf(service)).toContain("refuse refused null");
});

test("a connector that was renamed in git meanwhile is brought back under its new name", async () => {
  await using service = openService();
  const tenant = await started(service);
  await applied(service, { a: definition("a") });
  const run = await applied(service, { a: definition("a", elsewhere) });
  const renamed = JSON.parse(definition("b", { displayName: "a", ...elsewhere }));
  renamed.metadata.previously = "a";
  await applied(service, { a: JSON.stringify(renamed) });
  const before = connectors(tenant);
  const { status, stdout } = await service.call(["restore", run, ...why]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("b: brought back")]);
  expect(connectors(tenant)).toEqual([{ ...before[0], targetUrl: "https://api.contoso.com/a" }]);
});

test("a value that somebody typed into the URL was never known, and that is said", async () => {
  await using service = openService();
  const tenant = await started(service);
  service.env["CODE"] = "the key of git";
  const query = { code: { env: "CODE" } };
  await applied(service, { a: definition("a", { query }) });
  tenant.control.changeConnector("a", {
    targetUrl: "https://api.contoso.com/a?code=typed-in-the-portal",
  });
  await applied(service, {});
  const { status, stdout } = await service.call(["restore", "a", ...why]);
  expect([status, words(stdout)]).toEqual([
    4,
    expect.stringContaining("where the value of code in its URL came from is not known"),
  ]);
});

test("a key that was rotated at its source is not said to be brought back", async () => {
  await using service = openService();
  await started(service);
  service.env["CODE"] = "the first key of git";
  const query = { code: { env: "CODE" } };
  await applied(service, { a: definition("a", { query }) });
  service.env["CODE"] = "the second key of git";
  await applied(service, {});
  const { status, stdout } = await service.call(["restore", "a", ...why]);
  expect(status).toBe(0);
  expect(words(stdout)).toContain("nothing could be brought back");
  expect(words(stdout)).toContain("the value of code in the URL of then is not known to be");
});

test("the limit of deletes holds a restore, and is lifted for exactly its plan", async () => {
  await using service = openService();
  const tenant = await started(service);
  await applied(service, { z: definition("z") });
  const run = await applied(service, { a: definition("a"), b: definition("b") });
  const preview = await service.call(["restore", run, "--preview"]);
  const command = /plumbline (restore .* --lift deletes)/.exec(preview.stdout)?.[1] ?? "";
  expect(words(preview.stdout)).not.toContain("Put the definitions back");
  const args = command.replace(/ --reason "\.\.\."/, "").split(" ");
  const { status } = await service.call([...args, ...why]);
  expect(status).toBe(0);
  expect(connectors(tenant)).toMatchObject([{ displayName: "z" }]);
});

test("later changes that are undone along with an earlier one are counted", async () => {
  await using service = openService();
  await started(service);
  await applied(service, { a: definition("a") });
  const run = await applied(service, { a: definition("a", elsewhere) });
  await applied(service, { a: definition("a", { targetUrl: "https://api.contoso.com/third" }) });
  const { stdout } = await service.call(["restore", run, "--preview"]);
  expect(words(stdout)).toContain("a: 1 later change of it is undone as well.");
});

test("a connector that git renames to one that is restored with it is not deleted for it", async () => {
  await using service = openService();
  const tenant = await started(service, { deleteAfter: "1h" });
  await applied(service, { a: definition("a"), b: definition("b") });
  const moved = (name: string) =>
    definition(name, { targetUrl: `https://api.contoso.com/2/${name}` });
  const run = await applied(service, { a: moved("a"), b: moved("b") });
  const renamed = JSON.parse(moved("a"));
  renamed.metadata.previously = "b";
  service.write("connectors/a.yaml", JSON.stringify(renamed));
  service.remove("connectors/b.yaml");
  const { status, stdout } = await service.call(["restore", run, ...why]);
  expect([status, words(stdout)]).toEqual([
    4,
    expect.stringContaining("a is renamed in git to what is restored"),
  ]);
  expect(connectors(tenant)).toHaveLength(2);
});

const FLOW = "B2X_1_signup";
const flow = (steps: object) =>
  JSON.stringify({
    apiVersion: "plumbline/v1",
    kind: "UserFlow",
    metadata: { name: FLOW },
    spec: { apiConnectors: steps },
  });

/** What the steps call, by displayName. */
function called({ control }: Sandbox): object {
  const { connectors = [], userFlows = [] } = control.state();
  const steps = userFlows.find(({ id }) => id === FLOW)?.apiConnectors ?? {};
  const nameOf = (id: string | null) => connectors.find((one) => one.id === id)?.displayName;
  return Object.fromEntries(Object.entries(steps).map(([step, id]) => [step, nameOf(id)]));
}

test("a step that was bound to another connector is bound to the first one again, and left alone", async () => {
  await using service = openService();
  const tenant = await started(service);
  tenant.control.addUserFlow({ id: FLOW });
  const both = { a: definition("a"), b: definition("b") };
  await applied(service, { ...both, flow: flow({ postFederationSignup: "a" }) });
  await applied(service, { flow: flow({ postFederationSignup: "b" }) });
  const history = await service.call(["history", FLOW]);
  expect(words(history.stdout)).toContain("spec.apiConnectors.postFederationSignup");
  const { status, stdout } = await service.call(["restore", FLOW, ...why]);
  expect([status, words(stdout)]).toEqual([0, expect.stringContaining(`${FLOW}: brought back`)]);
  expect(called(tenant)).toEqual({ postFederationSignup: "a" });
  expect((await service.call(["plan"])).stdout).toContain("suspended");
});

test("a connector that a run deleted is made anew, and the steps that called it call it again", async () => {
  await using service = openService();
  const tenant = await started(service, { limits: { deletes: 2, deletePercent: 100 } });
  tenant.control.addUserFlow({ id: FLOW });
  const both = { a: definition("a"), b: definition("b") };
  await applied(service, { ...both, flow: flow({ postFederationSignup: "a" }) });
  service.remove("connectors/a.yaml");
  const run = await applied(service, { flow: flow({ postFederationSignup: "b" }) });
  expect(connectors(tenant)).toHaveLength(1);
  const { status, stdout } = await service.call(["restore", run, ...why]);
  expect([status, words(stdout)]).toEqual([0, expect.stringContaining("brought back")]);
  expect(called(tenant)).toEqual({ postFederationSignup: "a" });
});
