import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import type { Plan } from "../../src/model/generated/run.ts";
import { definition, methodsOf, openService, practice, seeded } from "./program.ts";
import { faultsBy } from "./published-schemas.ts";

interface PlanOutput {
  readonly plans: readonly Plan[];
}

test("several reports come from one reading, and standard output carries one alone", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant([seeded("z")]);
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  const outputs = ["text=a.txt", "markdown=out/a.md", "html=a.html", "json"];
  const flags = outputs.flatMap((output) => ["--output", output]);
  const { status, stdout, stderr } = await service.run(["plan", "--verbose", ...flags]);
  expect(status).toBe(2);
  const planned = JSON.parse(stdout);
  expect(faultsBy("plan.schema.json", planned)).toEqual([]);
  expect(methodsOf(tenant)).toEqual(["GET"]);
  const { digest } = planned.plans[0];
  for (const file of ["a.txt", "out/a.md", "a.html"]) expect(service.read(file)).toContain(digest);
  const log = stderr.trim().split("\n");
  expect(log.length).toBeGreaterThan(1);
  for (const line of log) expect(JSON.parse(line)).toHaveProperty("msg");
});

test("the next step is one that works: called as Plumbline was, and none in report mode", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const [tenant, other] = [await service.tenant(), await service.tenant()];
  const watched = practice(other, { name: "watched", mode: "report" });
  service.configure({ tenants: [practice(tenant), watched] });
  service.write("connectors/a.yaml", definition("a"));
  const one = await service.run(["plan", "--tenant", "practice"]);
  expect(one.stdout).toContain("\n  plumbline apply --tenant practice --plan sha256:");
  const env = { npm_lifecycle_event: "plumbline" };
  const { stdout } = await service.run(["plan"], { env });
  expect(stdout).toContain("\n  npm run -s plumbline -- apply --tenant practice --plan sha256:");
  expect(stdout).toContain("This tenant is in mode: report. Set mode: apply in plumbline.yaml");
  expect(stdout).not.toContain("--tenant watched");
});

test("one tenant's failure stops no other, and the worst decides the exit status", async () => {
  await using service = openService();
  Object.assign(service.env, { CONNECTOR_PASSWORD: "open sesame", TOKEN: "" });
  const tenant = await service.tenant();
  const { name, sandbox, ...rest } = practice(tenant);
  const unreadable = {
    ...rest,
    name: "unreadable",
    tenantId: "99999999-2222-3333-4444-555555555555",
    cloud: { graph: tenant.url },
    credential: { token: { env: "NOBODY_SET_THIS" } },
  };
  const invalid = practice(await service.tenant(), { name: "invalid", definitions: "broken" });
  service.configure({ tenants: [unreadable, invalid, { ...rest, name, sandbox }] });
  service.write("connectors/a.yaml", definition("a"));
  service.write("broken/a.yaml", "kind: Nonsense\n");
  const all = await service.run(["plan", "--output", "json", "--output", "text=plan.txt"]);
  expect(all.status).toBe(6);
  const { plans } = JSON.parse(all.stdout) as PlanOutput;
  expect(plans.map(({ tenant }) => tenant)).toEqual(["unreadable", "invalid", "practice"]);
  expect(plans[0]?.unreadable[0]?.fault.message).toContain("env NOBODY_SET_THIS");
  expect(plans[2]?.changes).toMatchObject([{ op: "create", name: "a" }]);
  const two = await service.run(["plan", "--tenant", "practice", "--tenant", "invalid"]);
  expect(two.status).toBe(3);
  const drift = ["plan", "--tenant", "practice", "--drift-exit"];
  expect((await service.run([...drift, "0"])).status).toBe(0);
  expect((await service.run([...drift, "17"])).status).toBe(17);
  expect(tenant.control.requests().filter(({ method }) => method !== "GET")).toEqual([]);
});

test("a change by hand is told with who did it, and an app without the permission is told nothing of it", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  expect((await service.run(["apply"])).status).toBe(0);
  tenant.control.configure({ person: "jane@contoso.com" });
  tenant.control.changeConnector("a", { targetUrl: "https://elsewhere.example/" });
  const { status, stdout, stderr } = await service.run(["plan"]);
  expect({ status, stderr }).toEqual({ status: 2, stderr: "" });
  expect(stdout).toContain("Changed in the tenant: by jane@contoso.com at ");
  expect(stdout).toContain("1 possibly changed outside (a)");
  tenant.control.injectFault({ kind: "status", status: 403, path: "auditLogs" });
  const refused = await service.run(["plan"]);
  expect({ status: refused.status, stderr: refused.stderr }).toEqual({ status: 2, stderr: "" });
  expect(refused.stdout).not.toContain("jane@contoso.com");
});

test("a tenant that nobody configured is told with the name that was meant, and exits 1", async () => {
  await using service = openService();
  service.configure({ tenants: [{ name: "production", sandbox: { port: 1 }, mode: "report" }] });
  const { status, stdout, stderr } = await service.run(["plan", "--tenant", "prodution"]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain("Did you mean production?");
});

test("a store that cannot be used is told in every report asked for, and exits 5", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ store: { sqlite: "taken/state.db" }, tenants: [practice(tenant)] });
  service.write("taken", "a file where a folder should be");
  service.write("connectors/a.yaml", definition("a"));
  for (const verb of ["plan", "apply"]) {
    const outputs = ["--output", "json", "--output", "markdown=report.md"];
    const { status, stdout } = await service.run([verb, ...outputs]);
    expect(status).toBe(5);
    expect(JSON.parse(stdout).faults).toMatchObject([{ code: "store" }]);
    expect(service.read("report.md")).toContain("state.db");
    rmSync(`${service.folder}/report.md`);
  }
  expect(tenant.control.requests()).toEqual([]);
});

test("a report that cannot be written is told, and the others are written", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  service.write("taken", "a file where a folder should be");
  const outputs = ["--output", "json=taken/plan.json", "--output", "text"];
  const { status, stdout, stderr } = await service.run(["plan", ...outputs]);
  expect(status).toBe(1);
  expect(stdout).toContain("practice: clean");
  expect(stderr).toContain("taken/plan.json");
});

test("a reader that goes away early does no harm", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  for (let count = 0; count < 400; count++) {
    service.write(`connectors/c${count}.yaml`, definition(`connector-${count}`));
  }
  const running = service.start(["plan", "--output", "html"]);
  running.child.stdout?.destroy();
  const { status, stderr } = await running.ended;
  expect({ status, stderr }).toEqual({ status: 2, stderr: "" });
});

test("the path to plumbline.yaml and the store come from flags and environment", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  service.write("elsewhere/README.md", "Run from here.");
  const env = { PLUMBLINE_CONFIG: "../plumbline.yaml", PLUMBLINE_STORE: "other/state.db" };
  const named = await service.run(["apply"], { cwd: "elsewhere", env });
  expect(named).toMatchObject({ status: 0, stderr: "" });
  expect(service.read("other/state.db")).toContain("SQLite format 3");
  const flag = ["plan", "--config", "../plumbline.yaml"];
  const wrong = { PLUMBLINE_CONFIG: "nowhere.yaml" };
  expect(await service.run(flag, { cwd: "elsewhere", env: wrong })).toMatchObject({ status: 0 });
  const empty = { PLUMBLINE_CONFIG: "", PLUMBLINE_STORE: "" };
  expect(await service.run(["plan"], { env: empty })).toMatchObject({ status: 0 });
});

test("plan that is asked to stop says so, and calls nothing a bug", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  tenant.control.injectFault({ kind: "delay", milliseconds: 20_000 });
  const arrived = tenant.control.arrival("GET", /apiConnectors/);
  const running = service.start(["plan", "--output", "json"]);
  await arrived;
  running.child.kill("SIGINT");
  const { status, stdout, stderr } = await running.ended;
  expect({ status, stderr }).toEqual({ status: 5, stderr: "" });
  expect((JSON.parse(stdout) as PlanOutput).plans[0]?.faults).toMatchObject([{ code: "stopped" }]);
});
