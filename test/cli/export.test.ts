import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
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
  expect(await service.run(["apply"])).toMatchObject({ status: 0 });
  const exported = await service.run(["export", "out"]);
  expect(exported.status).toBe(0);
  expect(files(service, "out")).toEqual(["crm.yaml", "fraud-check.yaml"]);
  service.configure({ definitions: "out", tenants: [practice(tenant)] });
  Object.assign(service.env, { FRAUD_CHECK_PASSWORD: "open sesame", CRM_PASSWORD: "open sesame" });
  const { status, stdout } = await service.run(["plan"]);
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("clean: 2 unchanged"),
  });
});

test("connectors that only letter case tells apart get names of their own, and twins are left out", async () => {
  await using service = openService();
  const tenant = await service.tenant(["Same", "same", "Twin", "Twin"].map((name) => seeded(name)));
  service.configure({ definitions: "out", tenants: [practice(tenant)] });
  const { status, stdout } = await service.run(["export", "out"]);
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
  const several = await service.run(["export", "out"]);
  expect(several).toMatchObject({ status: 1, stdout: "" });
  expect(several.stderr).toContain("practice, other");
  const refused = await service.run(["export", "out", "--tenant", "practice"]);
  expect(refused).toMatchObject({ status: 4, stdout: "" });
  expect(refused.stderr).toContain("out/b.yaml");
  expect(files(service, "out")).toEqual(["b.yaml"]);
  expect(service.read("out/b.yaml")).toBe("mine\n");
  const taken = await service.run(["export", "out/b.yaml/deeper", "--tenant", "practice"]);
  expect(taken).toMatchObject({ status: 1, stdout: "" });
  expect(taken.stderr).toContain("out/b.yaml/deeper");
  tenant.control.injectFault({ kind: "status", status: 403 });
  const forbidden = await service.run(["export", "new", "--tenant", "practice"]);
  expect(forbidden).toMatchObject({ status: 6, stdout: "" });
  expect(forbidden.stderr).toContain("APIConnectors.Read");
});
