import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { Run } from "../../src/model/generated/run.ts";
import { creating, definition, methodsOf, openService, practice, seeded } from "./program.ts";
import { faultsBy } from "./published-schemas.ts";

interface RunOutput {
  readonly runs: readonly Run[];
}

const writes = ({ method }: { readonly method: string }) => method !== "GET";

test("what was planned is applied by its digest, and nothing else is", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant([seeded("b", "https://api.contoso.com/elsewhere")]);
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  service.write("connectors/b.yaml", definition("b"));
  const planned = await service.run(["plan", "--output", "json"]);
  const { digest } = JSON.parse(planned.stdout).plans[0];
  const other = `sha256:${"0".repeat(64)}`;

  const refused = await service.run(["apply", "--plan", other, "--output", "json"]);
  expect(refused.status).toBe(4);
  expect(faultsBy("run.schema.json", JSON.parse(refused.stdout))).toEqual([]);
  expect((JSON.parse(refused.stdout) as RunOutput).runs[0]).toMatchObject({
    result: "refused",
    outcomes: [],
    plan: { digest },
  });
  expect(tenant.control.requests().filter(writes)).toEqual([]);

  const flags = [
    "--plan",
    other,
    "--plan",
    digest,
    "--output",
    "json",
    "--output",
    "html=run.html",
  ];
  const applied = await service.run(["apply", ...flags, "--verbose"]);
  expect(applied.status).toBe(0);
  expect(faultsBy("run.schema.json", JSON.parse(applied.stdout))).toEqual([]);
  expect((JSON.parse(applied.stdout) as RunOutput).runs[0]?.outcomes).toMatchObject([
    { op: "create", name: "a", result: "done" },
    { op: "adopt", name: "b", result: "done" },
  ]);
  expect(service.read("run.html")).toContain(digest);
  expect(tenant.control.requests().filter(writes)).toHaveLength(2);

  // A digest is of one state: it is spent.
  expect((await service.run(["apply", "--plan", digest])).status).toBe(4);
  tenant.control.clearRequests();
  expect(await service.run(["apply"])).toMatchObject({ status: 0, stderr: "" });
  expect(methodsOf(tenant)).toEqual(["GET"]);
});

test("a tenant in report mode refuses and names the key, and the others are applied", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const [watched, kept] = [await service.tenant(), await service.tenant()];
  const report = practice(watched, { name: "watched", mode: "report" });
  const broken = practice(kept, {
    name: "broken",
    sandbox: undefined,
    tenantId: "99999999-2222-3333-4444-555555555555",
    cloud: { graph: kept.url },
    credential: { token: { env: "NOBODY_SET_THIS" } },
  });
  service.configure({ tenants: [broken, report, practice(kept, { name: "kept" })] });
  service.write("connectors/a.yaml", definition("a"));
  const { status, stdout } = await service.run(["apply"]);
  expect(status).toBe(6);
  expect(stdout).toContain("mode: apply");
  expect(stdout).toContain("env NOBODY_SET_THIS");
  expect(watched.control.requests().filter(writes)).toEqual([]);
  expect(kept.control.state().connectors).toHaveLength(1);
  expect((await service.run(["apply", "--tenant", "watched"])).status).toBe(4);
});

test("a failing connector is reported in every format, and the others go on", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  service.write("connectors/b.yaml", definition("b"));
  tenant.control.injectFault({ kind: "status", status: 400, method: "POST" });
  const outputs = ["--output", "markdown=run.md", "--output", "json"];
  const { status, stdout } = await service.run(["apply", ...outputs]);
  expect(status).toBe(5);
  const { runs } = JSON.parse(stdout) as RunOutput;
  expect(runs[0]?.outcomes.map(({ name, result }) => [name, result])).toEqual([
    ["a", "failed"],
    ["b", "done"],
  ]);
  expect(runs[0]?.outcomes[0]?.error?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(service.read("run.md")).toContain("request-id");
});

test("two processes on one store do not run the same tenant at once", async () => {
  await using service = openService();
  const { tenant, arrived } = await creating(service);
  const first = service.start(["apply"]);
  await arrived;
  const second = service.start(["apply", "--verbose"]);
  await second.says('"event":"started"');
  // The second waits for the lock without reading: only the first has spoken to the tenant.
  expect(methodsOf(tenant)).toEqual(["GET", "POST"]);
  tenant.control.clearFaults();
  expect(await first.ended).toMatchObject({ status: 0 });
  expect(await second.ended).toMatchObject({ status: 0 });
  expect(tenant.control.requests().filter(writes)).toHaveLength(1);
});

test("apply that is asked to stop finishes the write in hand and skips the rest", async () => {
  await using service = openService();
  const { tenant, arrived } = await creating(service);
  service.write("connectors/b.yaml", definition("b"));
  const running = service.start(["apply", "--output", "json"]);
  await arrived;
  running.child.kill("SIGTERM");
  await running.says("the write in hand is finished first");
  tenant.control.clearFaults();
  const { status, stdout } = await running.ended;
  expect(status).toBe(5);
  const { runs } = JSON.parse(stdout) as RunOutput;
  expect(runs[0]?.outcomes.map(({ name, result }) => [name, result])).toEqual([
    ["a", "done"],
    ["b", "skipped"],
  ]);
  expect(tenant.control.state()).toMatchObject({ connectors: [{ displayName: "a" }] });
});

test("a practice tenant whose port was taken for a while is itself again afterwards", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const other = createServer((_, answer) => answer.end("This is no practice tenant."));
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const entry = { name: "practice", sandbox: { port }, mode: "apply", settle: "0s" };
  service.configure({ tenants: [entry] });
  service.write("connectors/a.yaml", definition("a"));
  const taken = await service.run(["apply"]);
  expect(taken.status).toBe(6);
  expect(taken.stdout).toContain(String(port));
  other.closeAllConnections();
  await new Promise((done) => other.close(done));
  expect(await service.run(["apply"])).toMatchObject({ status: 0, stderr: "" });
});
