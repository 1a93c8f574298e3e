import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  type Sandbox,
} from "../../src/sandbox/sandbox.ts";
import { type KeyVault, startKeyVault, type Vaults } from "../key-vault.ts";
import { definition, openService, practice, type Service } from "./program.ts";

const version = "0123456789abcdef0123456789abcdef";
const password = "the canary of the vault";
const secrets: Vaults = {
  "kv-production": {
    fraud: [{ version, value: password }],
    crm: [{ version, value: password }],
    "fingerprint-key": [{ version, value: "a key of more than sixteen characters" }],
  },
};

function inVault(secret: string, more: object = {}) {
  return { password: { keyVault: { vault: "kv-production", secret, ...more } } };
}

/** Reads vaults with a ready token, as a service on a practice machine does. */
function configured(service: Service, tenant: Sandbox, vault: KeyVault, more: object = {}): void {
  service.env["VAULT_TOKEN"] = "vault-token";
  service.env["NODE_EXTRA_CA_CERTS"] = vault.caFile;
  service.configure({
    keyVault: { credential: { token: { env: "VAULT_TOKEN" } }, url: vault.url },
    tenants: [practice(tenant, { secrets: { keyVaults: ["kv-production"] } })],
    ...more,
  });
}

/** Reads, with what signs in; the first of a process is asked for it. */
function reads({ requests }: KeyVault) {
  return requests.filter(({ token }) => token !== null);
}

interface Planned {
  readonly changes: readonly { readonly op: string; readonly name: string }[];
  readonly held: readonly {
    readonly name: string;
    readonly reason: { readonly code: string; readonly message: string };
  }[];
}

async function plan(service: Service): Promise<Planned & { readonly status: number | null }> {
  const { status, stdout } = await service.run(["plan", "--output", "json"]);
  const [planned] = JSON.parse(stdout).plans as readonly [Planned];
  return { ...planned, status };
}

test("a password in a vault is sent, sent again when it is rotated, and shown nowhere", async () => {
  await using service = openService();
  await using vault = await startKeyVault({ secrets });
  const tenant = await service.tenant();
  configured(service, tenant, vault);
  service.write("connectors/newest.yaml", definition("newest", inVault("fraud")));
  service.write("connectors/same.yaml", definition("same", inVault("fraud")));
  service.write("connectors/pinned.yaml", definition("pinned", inVault("fraud", { version })));
  const applied = await service.run(["apply", "--verbose"]);
  expect(applied.status).toBe(0);
  expect(JSON.stringify(tenant.control.state())).toContain(password);
  // Two definitions share one, and the third pins a version of it.
  expect(reads(vault)).toHaveLength(2);
  expect((await plan(service)).status).toBe(0);

  vault.add("kv-production", "fraud", "the canary that came after");
  const { status, changes } = await plan(service);
  expect(status).toBe(2);
  expect(changes.map(({ op, name }) => `${op} ${name}`)).toEqual(["update newest", "update same"]);
  const rotated = await service.run(["apply", "--verbose"]);
  expect(rotated.status).toBe(0);
  expect((await plan(service)).status).toBe(0);
  expect(`${JSON.stringify(applied)}${JSON.stringify(rotated)}`).not.toMatch(/canary|vault-token/);
});

test("a vault that gives nothing holds what needs it, and the others go on", async () => {
  await using service = openService();
  await using vault = await startKeyVault({ secrets });
  const tenant = await service.tenant();
  configured(service, tenant, vault);
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  service.write("connectors/fraud.yaml", definition("fraud", inVault("fraud")));
  service.write("connectors/other.yaml", definition("other"));
  vault.behave({ type: "answer", status: 503, headers: { "retry-after": "600" } });
  const { status, held, changes } = await plan(service);
  expect(status).toBe(2);
  expect(changes.map(({ name }) => name)).toEqual(["other"]);
  expect(held).toMatchObject([{ name: "fraud", reason: { code: "secret" } }]);
  expect(held[0]?.reason.message).toContain("keyVault kv-production/fraud was not given");
  expect((await service.run(["apply"])).status).toBe(5);
  expect(tenant.control.state().connectors?.map(({ displayName }) => displayName)).toEqual([
    "other",
  ]);
  vault.behave(null);
  expect((await service.run(["apply"])).status).toBe(0);
  expect(tenant.control.state().connectors).toHaveLength(2);
});

test("a tenant's own app reads its vaults where no other is named", async () => {
  await using service = openService();
  const tenant = await service.tenant([], { tls: true });
  await using vault = await startKeyVault({ secrets });
  const ca = `${tenant.ca}\n${readFileSync(vault.caFile, "utf8")}`;
  writeFileSync(join(service.folder, "ca.pem"), ca);
  service.env["NODE_EXTRA_CA_CERTS"] = join(service.folder, "ca.pem");
  service.env["APP_SECRET"] = SANDBOX_CLIENT_SECRET;
  service.configure({
    keyVault: { url: vault.url },
    tenants: [
      {
        name: "production",
        tenantId: tenant.tenantId,
        cloud: { graph: tenant.url, authority: tenant.url },
        credential: {
          clientSecret: { clientId: SANDBOX_CLIENT_ID, secret: { env: "APP_SECRET" } },
        },
        secrets: { keyVaults: ["kv-production"] },
        mode: "apply",
        settle: "0s",
      },
    ],
  });
  service.write("connectors/fraud.yaml", definition("fraud", inVault("fraud")));
  service.write("connectors/crm.yaml", definition("crm", inVault("crm")));
  const { status, stdout, stderr } = await service.run(["apply"]);
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
  expect(reads(vault)).toHaveLength(2);
});

test("a sign-in for vaults that is refused is told beside the connector that needs it", async () => {
  await using service = openService();
  await using vault = await startKeyVault({ secrets, accepts: (token) => token === "other" });
  const tenant = await service.tenant();
  configured(service, tenant, vault);
  service.write("connectors/fraud.yaml", definition("fraud", inVault("fraud")));
  const { status, held } = await plan(service);
  expect(status).toBe(2);
  expect(held[0]?.reason.message).toContain("the vault does not accept this sign-in (HTTP 401");
});

test("a practice tenant has no credential for vaults of its own", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  const more = { secrets: { keyVaults: ["kv-production"] } };
  service.configure({ tenants: [practice(tenant, more)] });
  service.write("connectors/fraud.yaml", definition("fraud", inVault("fraud")));
  const { held } = await plan(service);
  expect(held[0]?.reason.message).toContain("Set `keyVault.credential` in plumbline.yaml");
});

test("secrets of the service may be kept in a vault, out of reach of definitions", async () => {
  await using service = openService();
  await using vault = await startKeyVault({ secrets });
  const tenant = await service.tenant();
  const fingerprintKey = { keyVault: { vault: "kv-production", secret: "fingerprint-key" } };
  configured(service, tenant, vault, { fingerprintKey });
  service.write("connectors/fraud.yaml", definition("fraud", inVault("fraud")));
  expect((await service.run(["apply"])).status).toBe(0);
  expect((await plan(service)).status).toBe(0);
  service.write("connectors/fraud.yaml", definition("fraud", inVault("Fingerprint-Key")));
  const { status, stdout } = await service.run(["plan"]);
  expect(status).toBe(3);
  expect(stdout).toMatch(/is one of Plumbline\s+itself/);
  vault.delete("kv-production", "fingerprint-key");
  const closed = await service.run(["plan"]);
  expect(closed.status).toBe(3);
  expect(closed.stderr + closed.stdout).toContain(
    "keyVault kv-production/fingerprint-key does not",
  );
});

test("validate asks no vault, and holds names against what the tenant was given", async () => {
  await using service = openService();
  await using vault = await startKeyVault({ secrets });
  const tenant = await service.tenant();
  configured(service, tenant, vault);
  service.write("connectors/fraud.yaml", definition("fraud", inVault("nobody-made-this")));
  const valid = await service.run(["validate"]);
  expect(valid).toMatchObject({ status: 0, stdout: expect.not.stringContaining("warning") });
  const elsewhere = { password: { keyVault: { vault: "kv-elsewhere", secret: "fraud" } } };
  service.write("connectors/fraud.yaml", definition("fraud", elsewhere));
  const { status, stdout } = await service.run(["validate"]);
  expect(status).toBe(3);
  expect(stdout).toContain("secrets.keyVaults");
  expect(vault.requests).toEqual([]);
});
