/** Passwords and certificates from the command line: what is asserted, trusted, and near its end. */
import { expect, test } from "vitest";
import type { Plan, Run } from "../../src/model/generated/run.ts";
import { type MadeCertificate, makeCertificate } from "../certificates.ts";
import { definition, methodsOf, openService, practice, type Service, seeded } from "./program.ts";
import { faultsBy } from "./published-schemas.ts";

const day = 86_400_000;
const fromNow = (days: number) => new Date(Date.now() + days * day);
const long = await makeCertificate({ notBefore: fromNow(-10), notAfter: fromNow(400) });
const near = await makeCertificate({ notBefore: fromNow(-300), notAfter: fromNow(9.5) });
const over = await makeCertificate({ notBefore: fromNow(-300), notAfter: fromNow(-1) });

/** The definition of a connector that authenticates by the certificate in a file beside it. */
function byCertificate(name: string): string {
  const { spec, ...rest } = JSON.parse(definition(name));
  const certificate = { pfx: { file: "fraud.pfx" }, passphrase: { env: "PFX_PASSPHRASE" } };
  return JSON.stringify({ ...rest, spec: { ...spec, authentication: { certificate } } });
}

/** Puts this certificate where the definition points. */
function place(service: Service, { pfx, passphrase }: MadeCertificate): void {
  service.write("connectors/fraud.pfx", pfx);
  service.env["PFX_PASSPHRASE"] = passphrase;
}

async function planned(service: Service, ...flags: string[]) {
  const { status, stdout } = await service.call(["plan", "--output", "json", ...flags]);
  const output = JSON.parse(stdout);
  expect(faultsBy("plan.schema.json", output)).toEqual([]);
  return { status, plan: output.plans[0] as Plan };
}

async function ran(service: Service, ...args: string[]) {
  const { status, stdout } = await service.call([...args, "--output", "json"]);
  const output = JSON.parse(stdout);
  expect(faultsBy("run.schema.json", output)).toEqual([]);
  return { status, run: output.runs[0] as Run };
}

/** A service that has adopted a connector whose live password it does not know. */
async function adopted() {
  const service = openService();
  service.env["CONNECTOR_PASSWORD"] = "the password in git";
  const tenant = await service.tenant([seeded("a"), seeded("b", "https://api.contoso.com/old")]);
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  expect((await service.call(["apply"])).status).toBe(0);
  const passwords = () =>
    tenant.control.state().connectors?.map((connector) => {
      const { authentication } = connector;
      return authentication && "basic" in authentication ? authentication.basic.password : null;
    });
  return { service, tenant, passwords };
}

test("assert sends the password of an adopted connector and changes nothing else", async () => {
  const { service, tenant, passwords } = await adopted();
  await using _ = service;
  service.write("connectors/b.yaml", definition("b"));
  expect((await planned(service)).plan.secrets).toMatchObject([
    { name: "a", state: "not-asserted" },
    { name: "b", state: "not-asserted" },
  ]);
  const { status, run } = await ran(service, "assert", "a");
  expect(status).toBe(0);
  expect(run.outcomes).toMatchObject([{ op: "update", name: "a", result: "done" }]);
  expect(run.plan?.held).toMatchObject([{ name: "b", reason: { code: "scope" } }]);
  expect(passwords()).toEqual(["the password in git", "live password"]);
  expect(tenant.control.state().connectors?.[1]?.targetUrl).toBe("https://api.contoso.com/old");
  const after = await planned(service);
  expect(after.plan.secrets[0]).toMatchObject({ state: "asserted", run: run.id });
});

test("trust records that a live password is right without writing, and a later change is sent", async () => {
  const { service, tenant, passwords } = await adopted();
  await using _ = service;
  tenant.control.clearRequests();
  const { status, run } = await ran(service, "trust", "a");
  expect(status).toBe(0);
  expect(methodsOf(tenant)).toEqual(["GET"]);
  expect(run.plan?.secrets).toMatchObject([{ name: "a", state: "trusted", run: run.id }]);
  service.env["CONNECTOR_PASSWORD"] = "another password";
  expect((await planned(service)).plan.secrets[0]?.state).toBe("changed-at-source");
  expect((await service.call(["apply"])).status).toBe(0);
  expect(passwords()?.[0]).toBe("another password");
});

test("trust settles a change at the source that the portal had already", async () => {
  const { service, passwords } = await adopted();
  await using _ = service;
  service.env["CONNECTOR_PASSWORD"] = "live password";
  expect((await planned(service)).status).toBe(2);
  expect((await service.call(["trust", "a"])).status).toBe(0);
  expect((await planned(service)).status).toBe(0);
  expect(passwords()?.[0]).toBe("live password");
});

test("assert and trust refuse what they cannot do and say why", async () => {
  const { service } = await adopted();
  await using _ = service;
  service.write("connectors/b.yaml", definition("b", { displayName: "not there" }));
  service.write("connectors/c.yaml", byCertificate("c"));
  place(service, long);
  for (const [args, told] of [
    [["assert", "z"], /No definition of practice is called z.*a, b, c/s],
    [["trust", "b"], /b is not managed yet/],
    [["assert", "c"], /authenticates by a certificate.*nothing to assert/s],
    [["plan", "--allow-earlier-expiry", "c", "--fail-on", "expiry=soon"], /Write expiry=14d/],
    [["plan", "--allow-earlier-expiry", "z"], /No definition of practice is called z.*a, b, c/s],
    [["assert"], /missing required argument/],
  ] as const) {
    const { status, stdout, stderr } = await service.run(args);
    expect(status).toBe(args.length === 1 || args.length === 5 ? 1 : 4);
    expect(`${stdout}${stderr}`).toMatch(told);
  }
});

test("a name needs one tenant", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  const other = await service.tenant();
  service.configure({ tenants: [practice(tenant), practice(other, { name: "other" })] });
  service.write("connectors/README.md", "");
  const { status, stderr } = await service.call(["assert", "a"]);
  expect(status).toBe(1);
  expect(stderr).toContain("A name is for one tenant: choose it by --tenant");
});

test("assert needs mode: apply", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "x";
  const tenant = await service.tenant([seeded("a")]);
  service.configure({ tenants: [practice(tenant, { mode: "report" })] });
  service.write("connectors/a.yaml", definition("a"));
  const { status, run } = await ran(service, "assert", "a");
  expect(status).toBe(4);
  expect(run.faults[0]?.message).toContain("mode: report");
});

test("a certificate near its end is a warning, and drift for those who ask", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", byCertificate("a"));
  place(service, near);
  expect((await service.call(["apply"])).status).toBe(0);
  const { status, plan } = await planned(service);
  expect(status).toBe(0);
  expect(plan.certificates).toMatchObject([{ name: "a", warning: "14d" }]);
  const statuses = [];
  for (const flags of [
    ["--fail-on", "expiry=9d"],
    ["--fail-on", "expiry=10d"],
    ["--fail-on", "expiry=10d", "--drift-exit", "42"],
  ]) {
    statuses.push((await service.call(["plan", ...flags])).status);
    statuses.push((await service.call(["apply", ...flags])).status);
  }
  expect(statuses).toEqual([0, 0, 2, 2, 42, 42]);
  const { stdout, stderr } = await service.call(["plan", "--fail-on", "expiry=10d"]);
  expect(stderr).toContain("practice: --fail-on expiry=10d counts as drift: a.");
  expect(stdout).toContain("Certificates that expire:");
  expect(stdout).toContain("within 14d");
  // A renewal puts it right, also for the run that makes it.
  place(service, long);
  expect((await service.call(["apply", "--fail-on", "expiry=10d"])).status).toBe(0);
  expect((await service.call(["plan", "--fail-on", "expiry=10d"])).status).toBe(0);
});

test("expiryWarnings chooses the steps", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  const warned = (expiryWarnings: readonly string[]) =>
    service.configure({ tenants: [practice(tenant, { expiryWarnings })] });
  warned(["3d"]);
  service.write("connectors/a.yaml", byCertificate("a"));
  place(service, near);
  expect((await service.call(["apply"])).status).toBe(0);
  expect((await planned(service)).plan.certificates).toMatchObject([{ warning: null }]);
  warned(["10d"]);
  expect((await planned(service)).plan.certificates).toMatchObject([{ warning: "10d" }]);
});

test("a certificate that ends sooner than the live one is refused until it is allowed by name", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", byCertificate("a"));
  place(service, long);
  expect((await service.call(["apply"])).status).toBe(0);
  place(service, near);
  expect((await planned(service)).status).toBe(2);
  expect((await service.call(["apply"])).status).toBe(4);
  const { plan } = await planned(service, "--allow-earlier-expiry", "a");
  const shown = await service.call(["plan", "--allow-earlier-expiry", "a"]);
  expect(shown.stdout.replace(/\s+/g, " ")).toContain(
    `--plan ${plan.digest} --allow-earlier-expiry a`,
  );
  const { status, run } = await ran(
    service,
    ...["apply", "--allow-earlier-expiry", "a", "--plan", plan.digest],
  );
  expect(status).toBe(0);
  expect(run.outcomes).toMatchObject([{ op: "update", name: "a", result: "done" }]);
});

test("validate opens the certificates that it can reach, and warns of what is wrong with them", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", byCertificate("a"));
  place(service, over);
  const expired = await service.call(["validate"]);
  expect(expired).toMatchObject({ status: 0, stdout: expect.stringMatching(/expired on \d{4}-/) });
  service.env["PFX_PASSPHRASE"] = "wrong";
  const locked = await service.call(["validate"]);
  expect(locked.stdout).toContain("cannot be opened with the passphrase that was given");
});

test("serve logs certificates that are near their end, so that a collector of logs is alerted", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  const soon = await makeCertificate({ notBefore: fromNow(-300), notAfter: fromNow(5) });
  service.write("connectors/a.yaml", byCertificate("a"));
  place(service, soon);
  const serving = service.start(["serve"]);
  await serving.says("practice: converged");
  serving.child.kill("SIGTERM");
  const { stderr } = await serving.ended;
  const line = stderr.split("\n").find((text) => text.includes("the run ended"));
  expect(JSON.parse(line ?? "")).toMatchObject({
    level: 40,
    expiring: [{ name: "a", warning: "7d" }],
  });
});
