import { createServer } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import {
  creating,
  definition,
  methodsOf,
  openService,
  practice,
  type Running,
  type Service,
  seeded,
} from "./program.ts";

const everySecond = { schedule: "* * * * * *" };

const writes = ({ method }: { readonly method: string }) => method !== "GET";

async function health(serving: Running): Promise<string> {
  await serving.says(/health at http/);
  const url = /health at (http:\S+)\/healthz/.exec(serving.stderr())?.[1];
  return url ?? "";
}

async function lastRun(
  service: Service,
  tenant: { readonly url: string; readonly tenantId: string },
) {
  await using store = await openStore({ sqlite: join(service.folder, ".plumbline/state.db") });
  const { url: graph, tenantId } = tenant;
  const [run] = await store.runs("practice", 1);
  const { journal, ledger } = await store.recall({ name: "practice", graph, tenantId });
  return { run, journal, ledger };
}

test("serve runs at once, mends drift, follows the folder, and tells each run", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant, everySecond)] });
  service.write("connectors/a.yaml", definition("a"));
  const serving = service.start(["serve"]);
  await serving.says("practice: converged: 1 created");
  await serving.says(/Next run: /);
  const url = await health(serving);
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ tenants: [{ name: "practice", failures: 0 }] });

  await fetch(`${tenant.url}/_sandbox/connectors/a`, {
    method: "PATCH",
    body: JSON.stringify({ targetUrl: "https://evil.example/x" }),
  });
  await serving.says("practice: converged: 1 updated");
  expect(tenant.control.state().connectors?.[0]?.targetUrl).toBe("https://api.contoso.com/a");

  service.write("connectors/b.yaml", "kind: Nonsense\n");
  await serving.says("practice: invalid");
  service.write("connectors/b.yaml", definition("b"));
  await serving.says("practice: converged: 1 created, 1 unchanged");
  await serving.says(
    /practice: clean: 2 unchanged .* · Next run: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
  );
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});

test("a tenant that fails disturbs no other", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant([], { open: true });
  const kept = practice(tenant, everySecond);
  const broken = {
    ...kept,
    name: "broken",
    sandbox: undefined,
    tenantId: "99999999-2222-3333-4444-555555555555",
    cloud: { graph: tenant.url },
    credential: { token: { file: "token.txt" } },
  };
  service.configure({ tenants: [broken, kept] });
  service.write("connectors/a.yaml", definition("a"));
  const serving = service.start(["serve"]);
  await serving.says("broken: The tenant could not be read");
  await serving.says(/practice: clean/, 2);
  const { tenants } = (await (await fetch(`${await health(serving)}/readyz`)).json()) as {
    tenants: readonly object[];
  };
  expect(tenants).toMatchObject([{ result: "unreadable", failures: 1 }, { failures: 0 }]);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s lets serve finish the write in hand and record the run",
  async (signal) => {
    await using service = openService();
    const { tenant, arrived } = await creating(service);
    service.write("connectors/b.yaml", definition("b"));
    const serving = service.start(["serve"]);
    await arrived;
    serving.child.kill(signal);
    await serving.says("the write in hand is finished first");
    tenant.control.clearFaults();
    const { status, stdout } = await serving.ended;
    expect(status).toBe(0);
    expect(stdout).toContain("practice: partial");
    const { run, journal, ledger } = await lastRun(service, tenant);
    expect(run?.outcomes).toMatchObject([
      { name: "a", result: "done" },
      { name: "b", result: "skipped" },
    ]);
    expect(journal).toEqual([]);
    expect(ledger).toMatchObject([{ name: "a" }]);
  },
);

test("a write that never ends is broken off within ten seconds, and serve still exits 0", async () => {
  await using service = openService();
  const { tenant, arrived } = await creating(service);
  const serving = service.start(["serve"]);
  await arrived;
  serving.child.kill("SIGTERM");
  await serving.says("the write in hand is finished first");
  // The second signal stands for the end of the grace, which nobody wants to wait for.
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
  const { run, journal } = await lastRun(service, tenant);
  expect(run?.outcomes).toMatchObject([{ name: "a", result: "failed" }]);
  // Whether it was made is not known, and the next run finds out.
  expect(journal).toMatchObject([{ op: "create", name: "a" }]);
});

test("serve that is killed in the middle of a create makes no duplicate when it starts again", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  tenant.control.injectFault({
    kind: "delay",
    milliseconds: 600_000,
    method: "POST",
    when: "after-effect",
  });
  const arrived = tenant.control.arrival("POST", /apiConnectors/);
  const killed = service.start(["serve"]);
  await arrived;
  killed.child.kill("SIGKILL");
  await killed.ended;
  tenant.control.clearFaults();
  const [made] = tenant.control.state().connectors ?? [];
  const serving = service.start(["serve"]);
  await serving.says("practice: converged");
  serving.child.kill("SIGTERM");
  await serving.ended;
  expect(tenant.control.state().connectors).toMatchObject([{ id: made?.id, displayName: "a" }]);
  expect(tenant.control.requests().filter(({ method }) => method === "POST")).toHaveLength(1);
  const { journal, ledger } = await lastRun(service, tenant);
  expect(journal).toEqual([]);
  expect(ledger).toMatchObject([{ name: "a", id: made?.id }]);
});

test("two services on one store never run the same tenant at once", async () => {
  await using service = openService();
  const { tenant, arrived } = await creating(service, [seeded("z")]);
  const [one, other] = [service.start(["serve"]), service.start(["serve"])];
  await arrived;
  await Promise.all([health(one), health(other)]);
  tenant.control.clearFaults();
  await Promise.all([
    one.says(/practice: (converged|clean)/),
    other.says(/practice: (converged|clean)/),
  ]);
  for (const { child } of [one, other]) child.kill("SIGTERM");
  expect((await Promise.all([one.ended, other.ended])).map(({ status }) => status)).toEqual([0, 0]);
  expect(tenant.control.requests().filter(writes)).toHaveLength(1);
});

test("a port that is taken ends serve with 3 before anything is written", async () => {
  await using service = openService();
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const tenant = await service.tenant();
  service.configure({
    http: { listen: `127.0.0.1:${port}` },
    tenants: [practice(tenant)],
  });
  service.write("connectors/a.yaml", definition("a"));
  const { status, stderr } = await service.run(["serve"]);
  other.close();
  expect(status).toBe(3);
  expect(stderr).toContain(`127.0.0.1:${port}`);
  expect(tenant.control.requests()).toEqual([]);
});

test("a sign-in that needs a person ends serve with 3, because nobody watches a service", async () => {
  await using service = openService();
  const clientId = "11111111-2222-3333-4444-555555555555";
  const tenant = {
    name: "production",
    tenantId: clientId,
    credential: { deviceCode: { clientId } },
    mode: "report",
  };
  service.configure({ tenants: [tenant] });
  const { status, stdout, stderr } = await service.run(["serve"]);
  expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
  expect(stderr).toContain("Give serve another credential");
});

test("a tenant outside its windows is reported by serve and not written to", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  const never = { cron: "* * * * *", duration: "1h", deny: true };
  service.configure({ tenants: [practice(tenant, { ...everySecond, windows: [never] })] });
  service.write("connectors/a.yaml", definition("a"));
  const serving = service.start(["serve"]);
  await serving.says("practice: drift: 1 held", 2);
  await serving.says("Change window: closed; no next one is known.");
  expect(tenant.control.requests().filter(writes)).toEqual([]);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});

test("a tenant without a schedule is run once, and serve stays", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  const serving = service.start(["serve"]);
  await serving.says("practice: clean");
  const url = await health(serving);
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
  expect(serving.child.exitCode).toBe(null);
  expect(methodsOf(tenant)).toEqual(["GET"]);
});
