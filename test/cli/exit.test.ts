import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { definition, openService, practice, type Service, seeded } from "./program.ts";

interface Row {
  readonly name: string;
  readonly live?: readonly object[];
  /** Applied first: what the ledger knows. */
  readonly known?: Readonly<Record<string, string>>;
  /** What stands in the folder of definitions then. */
  readonly definitions: Readonly<Record<string, string>>;
  readonly tenant?: object;
  readonly fault?: InjectedFault;
  readonly plan: number;
  readonly apply: number;
}

const a = { "a.yaml": definition("a") };
const both = { ...a, "b.yaml": definition("b") };
const withoutSecret = definition("b", { password: { env: "NOBODY_SET_THIS" } });

const rows: readonly Row[] = [
  { name: "what matches", known: a, definitions: a, plan: 0, apply: 0 },
  {
    name: "no definitions, an empty ledger and unmanaged objects",
    live: [seeded("z")],
    definitions: {},
    plan: 0,
    apply: 0,
  },
  { name: "no definitions any more", known: a, definitions: {}, plan: 2, apply: 4 },
  {
    name: "a warning alone",
    known: { "a.yaml": definition("a", { targetUrl: "https://api.contoso.com:8443/a" }) },
    definitions: { "a.yaml": definition("a", { targetUrl: "https://api.contoso.com:8443/a" }) },
    plan: 0,
    apply: 0,
  },
  { name: "a create", definitions: a, plan: 2, apply: 0 },
  { name: "a delete", known: both, definitions: a, plan: 2, apply: 4 },
  {
    name: "a verb that is not allowed",
    definitions: a,
    tenant: { allow: ["adopt", "update"] },
    plan: 2,
    apply: 4,
  },
  {
    name: "a change outside the windows",
    definitions: a,
    tenant: { windows: [{ cron: "* * * * *", duration: "1h", deny: true }] },
    plan: 2,
    apply: 4,
  },
  {
    name: "a change inside the windows",
    definitions: a,
    tenant: { windows: [{ cron: "* * * * *", duration: "1h", allow: true }] },
    plan: 2,
    apply: 0,
  },
  {
    name: "a displayName that two live objects have",
    live: [seeded("a"), seeded("a")],
    definitions: a,
    plan: 2,
    apply: 4,
  },
  {
    name: "a secret that cannot be read",
    definitions: { ...a, "b.yaml": withoutSecret },
    plan: 2,
    apply: 5,
  },
  {
    name: "a fault in one definition",
    definitions: { ...a, "b.yaml": "kind: Nonsense\n" },
    plan: 3,
    apply: 3,
  },
  { name: "an empty file", definitions: { ...a, "b.yaml": "" }, plan: 3, apply: 3 },
  {
    name: "a tenant that cannot be read",
    definitions: a,
    fault: { kind: "status", status: 403, method: "GET", count: 9 },
    plan: 6,
    apply: 6,
  },
  {
    name: "a write that fails",
    definitions: a,
    fault: { kind: "status", status: 400, method: "POST", count: 9 },
    plan: 2,
    apply: 5,
  },
  {
    name: "a write without effect",
    known: a,
    definitions: { "a.yaml": definition("a", { targetUrl: "https://api.contoso.com/moved" }) },
    fault: { kind: "no-effect", method: "PATCH", count: 9 },
    plan: 2,
    apply: 5,
  },
  {
    name: "a tenant in report mode",
    definitions: a,
    tenant: { mode: "report" },
    plan: 2,
    apply: 4,
  },
];

function put(service: Service, files: Readonly<Record<string, string>>): void {
  rmSync(join(service.folder, "connectors"), { recursive: true, force: true });
  service.write("connectors/README.md", "Not a definition.");
  for (const [file, text] of Object.entries(files)) service.write(`connectors/${file}`, text);
}

// Two processes at a time do not wait for each other.
test.concurrent.each(rows)("$name: plan exits $plan and apply $apply", async (row) => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant(row.live);
  // A key is quicker than the salted hash, and there are many runs here.
  service.env["FINGERPRINT_KEY"] = "sixteen characters or more";
  const fingerprintKey = { env: "FINGERPRINT_KEY" };
  service.configure({ fingerprintKey, tenants: [practice(tenant, row.tenant)] });
  if (row.known) {
    put(service, row.known);
    expect(await service.run(["apply"])).toMatchObject({ status: 0 });
  }
  put(service, row.definitions);
  if (row.fault) tenant.control.injectFault(row.fault);
  const planned = await service.run(["plan"]);
  expect(planned).toMatchObject({ status: row.plan, stderr: "" });
  expect(planned.stdout).toMatch(/^practice: /m);
  expect((await service.run(["apply"])).status).toBe(row.apply);
});

test("a plumbline.yaml that is missing or empty is told on standard output and exits 3", async () => {
  await using service = openService();
  for (const verb of ["plan", "apply"]) {
    const { status, stdout, stderr } = await service.run([verb]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
    expect(stdout).toContain("plumbline.yaml");
    service.write("plumbline.yaml", "");
  }
});

test("a folder of definitions that is not there exits 3 and deletes nothing", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  put(service, a);
  await service.run(["apply"]);
  rmSync(join(service.folder, "connectors"), { recursive: true });
  for (const verb of ["validate", "plan", "apply"]) {
    const { status, stdout } = await service.run([verb]);
    expect(status).toBe(3);
    expect(stdout).toContain("connectors");
  }
  expect(tenant.control.state().connectors).toHaveLength(1);
});
