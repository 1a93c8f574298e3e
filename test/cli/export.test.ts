import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { makeCertificate, makePem } from "../certificates.ts";
import { definition, openService, practice, type Service, seeded } from "./program.ts";

const files = ({ folder }: Service, of: string) => readdirSync(join(folder, of)).sort();

/** Sets what export says is to be filled in: a query key to its live value, a password to any. */
function fillIn(service: Service, told: string, live: Readonly<Record<string, string>> = {}) {
  for (const [, name = "", path = ""] of told.matchAll(/fill in env (\S+) for (.+)/g)) {
    service.env[name] = live[path] ?? `the secret of ${name}`;
  }
}

test("what was exported from an unmanaged tenant is adopted without a difference", async () => {
  await using service = openService();
  const same = "https://api.contoso.com/same";
  const hostile = [
    "<img src=x onerror=alert(1)> & \"quotes\" 'too'",
    "x".repeat(256),
    "Überprüfung – 審査 🛂",
    "審査",
    "${apiHost} and $${literal}",
    "365 sync",
    "Azure check",
    "key: value # no comment",
    "- [not, a, list]",
    "null",
    "a-b",
    "A b",
    `${"n".repeat(49)} end`,
  ];
  const long = { notBefore: "2026-01-01", notAfter: "2096-01-01" };
  const issuer = await makePem({ ...long, name: "authority", isAuthority: true });
  const certificate = await makeCertificate({ ...long, issuer });
  const { thumbprint, notBefore, notAfter, base64, passphrase } = certificate;
  const live = [
    ...hostile.map((name, index) => seeded(name, `https://api.contoso.com/${index}/\${x}`)),
    {
      displayName: "Keys",
      targetUrl: `${same}?password=one&code=two&Code=three&a%20b=five`,
      authentication: { basic: { username: "${user}", password: "live" } },
    },
    {
      displayName: "Certificate",
      targetUrl: same,
      authentication: {
        certificates: [{ thumbprint, notBefore, notAfter }],
      },
    },
    { displayName: "Neither", targetUrl: same, authentication: null },
    seeded("Password in the URL", "https://entra:hush@api.contoso.com/"),
    seeded("Two\nlines"),
    seeded("Key twice", `${same}?code=one&code=two`),
    seeded("Not safe", "http://api.contoso.com/"),
  ];
  const tenant = await service.tenant(live);
  service.configure({ definitions: "out", tenants: [practice(tenant)] });
  const exported = await service.run(["export", "out"]);
  expect(exported).toMatchObject({ status: 5, stderr: "" });
  const [, left = ""] = exported.stdout.split("Left out:\n");
  for (const told of [
    /"Neither" .*authentication \("none"\) is of no kind/,
    /"Password in the URL" .*user name, password or fragment/,
    /"Two\\nlines" .*line ends/,
    /"Key twice" .*\[number\]/,
    /"Not safe" .*https/,
  ]) {
    expect(left).toMatch(told);
  }
  expect(files(service, "out")).toHaveLength(hostile.length + 2);
  for (const file of files(service, "out"))
    expect(service.read(`out/${file}`)).not.toContain("hush");
  fillIn(service, exported.stdout, {
    "spec.query.password": "one",
    "spec.query.code": "two",
    "spec.query.Code": "three",
    "spec.query.a b": "five",
    "spec.authentication.certificate.pfx": base64,
    "spec.authentication.certificate.passphrase": passphrase,
  });
  const planned = await service.run(["plan", "--output", "json"]);
  const [plan] = JSON.parse(planned.stdout).plans;
  expect(plan.faults).toEqual([]);
  expect(plan.held).toEqual([]);
  expect(plan.changes).toHaveLength(hostile.length + 2);
  for (const change of plan.changes) {
    expect(change).toMatchObject({ op: "adopt", fields: [], sends: [] });
  }
});

test("what was exported from a managed tenant is no change at all, under the same names", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("fraud-check", { displayName: "Something else" }));
  service.write("connectors/b.yaml", definition("crm", { displayName: "Fraud check" }));
  expect(await service.call(["apply"])).toMatchObject({ status: 0 });
  const exported = await service.call(["export", "out"]);
  expect(exported.status).toBe(0);
  expect(files(service, "out")).toEqual(["crm.yaml", "fraud-check.yaml"]);
  service.configure({ definitions: "out", tenants: [practice(tenant)] });
  Object.assign(service.env, { FRAUD_CHECK_PASSWORD: "open sesame", CRM_PASSWORD: "open sesame" });
  const { status, stdout } = await service.call(["plan"]);
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("clean: 2 unchanged"),
  });
});

test("connectors that only letter case tells apart get names of their own, and twins are left out", async () => {
  await using service = openService();
  const tenant = await service.tenant(["Same", "same", "Twin", "Twin"].map((name) => seeded(name)));
  service.configure({ definitions: "out", tenants: [practice(tenant)] });
  const { status, stdout } = await service.call(["export", "out"]);
  expect(status).toBe(5);
  expect(files(service, "out")).toEqual(["same-2.yaml", "same.yaml"]);
  expect(stdout.match(/"Twin" \(.*displayName/g)).toHaveLength(2);
});

test("export overwrites nothing, reads one tenant, and says what a tenant refused", async () => {
  await using service = openService();
  const tenant = await service.tenant([seeded("a"), seeded("b")]);
  const other = practice(await service.tenant(), { name: "other" });
  service.configure({ tenants: [practice(tenant), other] });
  service.write("out/b.yaml", "mine\n");
  const several = await service.call(["export", "out"]);
  expect(several).toMatchObject({ status: 1, stdout: "" });
  expect(several.stderr).toContain("practice, other");
  const refused = await service.call(["export", "out", "--tenant", "practice"]);
  expect(refused).toMatchObject({ status: 4, stdout: "" });
  expect(refused.stderr).toContain("out/b.yaml");
  expect(files(service, "out")).toEqual(["b.yaml"]);
  expect(service.read("out/b.yaml")).toBe("mine\n");
  const taken = await service.call(["export", "out/b.yaml/deeper", "--tenant", "practice"]);
  expect(taken).toMatchObject({ status: 1, stdout: "" });
  expect(taken.stderr).toContain("out/b.yaml/deeper");
  tenant.control.injectFault({ kind: "status", status: 403 });
  const forbidden = await service.call(["export", "new", "--tenant", "practice"]);
  expect(forbidden).toMatchObject({ status: 6, stdout: "" });
  expect(forbidden.stderr).toContain("APIConnectors.Read");
});

/** User flows of a practice tenant beside the connectors that are there. */
function withFlows({ control }: Sandbox, userFlows: readonly object[]): void {
  const { connectors = [] } = control.state();
  control.setState({ connectors, userFlows } as Parameters<typeof control.setState>[0]);
}

test("user flows that were exported call what they called, and are no change", async () => {
  await using service = openService();
  const tenant = await service.tenant([
    seeded("Fraud check"),
    seeded("365"),
    { ...seeded("Neither"), authentication: null },
  ]);
  withFlows(tenant, [
    { id: "B2X_1_signup", apiConnectors: { postAttributeCollection: "Fraud check" } },
    { id: "B2X_1_Partners", apiConnectors: { postFederationSignup: "Neither" } },
    {
      id: "B2C_1_customers",
      apiConnectors: { preTokenIssuance: "365", postFederationSignup: "Fraud check" },
    },
    { id: "B2C_1_idle" },
    { id: "B2C_1_reset", userFlowType: "passwordReset" },
  ]);
  const neither = tenant.control
    .state()
    .connectors?.find(({ displayName }) => displayName === "Neither");
  service.configure({ definitions: "out", tenants: [practice(tenant)] });
  for (const schema of ["api-connector", "user-flow"]) {
    service.write(`schemas/${schema}.schema.json`, "{}");
  }
  const exported = await service.call(["export", "out"]);
  expect(exported).toMatchObject({ status: 5, stderr: "" });
  expect(exported.stdout).toContain("Exported 2 connectors and 4 user flows:\n");
  expect(exported.stdout).toContain("1 user flow takes no API connectors");
  expect(files(service, "out")).toEqual([
    "365.yaml",
    "B2C_1_customers.yaml",
    "B2C_1_idle.yaml",
    "B2X_1_Partners.yaml",
    "B2X_1_signup.yaml",
    "fraud-check.yaml",
  ]);
  expect(service.read("out/B2C_1_customers.yaml")).toBe(
    `# yaml-language-server: $schema=../schemas/user-flow.schema.json

apiVersion: plumbline/v1
kind: UserFlow
metadata:
  name: B2C_1_customers
spec:
  apiConnectors:
    postFederationSignup: fraud-check
    postAttributeCollection: null
    preTokenIssuance: "365"
`,
  );
  // What was left out has no name that a step could call it by.
  expect(service.read("out/B2X_1_Partners.yaml")).toContain(`id: ${neither?.id}`);
  fillIn(service, exported.stdout);
  const planned = await service.call(["plan", "--output", "json"]);
  const [plan] = JSON.parse(planned.stdout).plans;
  expect(plan).toMatchObject({ faults: [], held: [], unreadable: [] });
  expect(plan.changes).toHaveLength(6);
  for (const change of plan.changes) expect(change).toMatchObject({ op: "adopt", fields: [] });
  expect((await service.call(["apply"])).status).toBe(0);
  expect((await service.call(["plan"])).status).toBe(0);
});

test("a file of a user flow that is there already is not overwritten, and nothing else is written", async () => {
  await using service = openService();
  const tenant = await service.tenant([seeded("a")]);
  withFlows(tenant, [{ id: "B2X_1_signup", apiConnectors: { postAttributeCollection: "a" } }]);
  service.configure({ tenants: [practice(tenant)] });
  service.write("out/B2X_1_signup.yaml", "mine\n");
  const refused = await service.call(["export", "out"]);
  expect(refused).toMatchObject({ status: 4, stdout: "" });
  expect(refused.stderr).toContain("out/B2X_1_signup.yaml");
  expect(files(service, "out")).toEqual(["B2X_1_signup.yaml"]);
  expect(service.read("out/B2X_1_signup.yaml")).toBe("mine\n");
});

test("where user flows may not be read, the connectors are exported and the permission is named", async () => {
  await using service = openService();
  const tenant = await service.tenant([seeded("a")]);
  withFlows(tenant, [{ id: "B2X_1_signup", apiConnectors: { postAttributeCollection: "a" } }]);
  service.configure({ tenants: [practice(tenant)] });
  tenant.control.injectFault({ kind: "status", status: 403, path: "userFlows", count: 9 });
  const { status, stdout, stderr } = await service.call(["export", "out"]);
  expect({ status, stderr }).toEqual({ status: 5, stderr: "" });
  expect(stdout).toContain("Exported 1 connector:\n");
  expect(stdout).toMatch(
    /^User flows were not exported\. .*IdentityUserFlow\.ReadWrite\.All \([0-9a-f-]{36}\)/m,
  );
  expect(files(service, "out")).toEqual(["a.yaml"]);
});
