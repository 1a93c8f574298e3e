import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSettings } from "../../../src/cli/configuration/configuration.ts";
import { openDefinitions } from "../../../src/definitions/definitions.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-configuration-"));
  mkdirSync(join(folder, "connectors"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const tenantId = "11111111-2222-3333-4444-555555555555";
const sandbox = { name: "practice", sandbox: { port: 8090 }, mode: "apply" };
const night = { cron: "0 22 * * 1-5", duration: "4h", allow: true };
const real = { name: "production", tenantId, credential: { azureCli: {} }, mode: "report" };

function read(configuration: object | string, env: Readonly<Record<string, string>> = {}) {
  const whole = { apiVersion: "plumbline/v1", kind: "Service", definitions: "connectors" };
  const text =
    typeof configuration === "string"
      ? configuration
      : JSON.stringify({ ...whole, tenants: [sandbox], ...configuration });
  writeFileSync(join(folder, "plumbline.yaml"), text);
  return readSettings(join(folder, "plumbline.yaml"), env);
}

test("what is left out has defaults that give nothing away", () => {
  const { settings, faults } = read({ tenants: [real] });
  expect(faults).toEqual([]);
  expect(settings).toMatchObject({
    store: join(folder, ".plumbline/state.db"),
    listen: { host: "127.0.0.1", port: 8080 },
    fingerprintKey: null,
    tenants: [
      {
        allow: ["adopt", "create", "update"],
        settle: 5_000,
        budget: 50,
        schedule: null,
        timezone: "UTC",
        connection: { graph: "https://graph.microsoft.com" },
        load: {
          secrets: { env: null, files: [folder, "/run/secrets"] },
          targets: { hosts: null, private: false },
        },
      },
    ],
  });
  const { reservedEnv } = settings?.tenants[0]?.load.secrets ?? {};
  const signIn = [
    "AZURE_*",
    "MSI_*",
    "IDENTITY_*",
    "ACTIONS_*",
    "SYSTEM_ACCESSTOKEN",
    "HTTPS_PROXY",
  ];
  expect(reservedEnv).toEqual(expect.arrayContaining(signIn));
});

test("definitions may name no secret of the service, nor its store", () => {
  const clientSecret = { clientId: tenantId, secret: { env: "SERVICE_SECRET" } };
  const { settings } = read({
    fingerprintKey: { file: "keys/fingerprint" },
    tenants: [{ ...real, credential: { clientSecret } }, sandbox],
  });
  for (const { load } of settings?.tenants ?? []) {
    expect(load.secrets.ownEnv).toContain("SERVICE_SECRET");
    expect(load.exclude).toContain(join(folder, "keys/fingerprint"));
    for (const file of ["state.db", "state.db-wal", "state.db-shm"]) {
      expect(load.exclude).toContain(join(folder, ".plumbline", file));
    }
  }
});

test("the audit log of a tenant is read, names are kept and nothing is sent for it, unless it says otherwise", () => {
  const attribution = { read: false, actors: "7d" };
  const others = { actors: "omit", reassertOnOutsideChange: true };
  const { settings } = read({
    tenants: [
      sandbox,
      { ...real, attribution },
      { ...again, tenantId: "22222222-2222-3333-4444-555555555555", attribution: others },
    ],
  });
  expect(settings?.tenants).toMatchObject([
    { attribution: { read: true, actors: "keep" }, reassertOnOutsideChange: false },
    { attribution: { read: false, actors: 7 * 86_400_000 } },
    { attribution: { read: true, actors: "omit" }, reassertOnOutsideChange: true },
  ]);
});

test("sending passwords again for an audit log that is not read is a warning with its place", () => {
  const attribution = { read: false, reassertOnOutsideChange: true };
  const { settings, faults } = read({ tenants: [{ ...real, attribution }] });
  expect(settings).not.toBeNull();
  expect(faults).toMatchObject([{ severity: "warning", code: "configuration" }]);
  expect(faults[0]?.message).toContain("never sent again after a change outside");
});

test.each([
  { name: "AZURE_FEDERATED_TOKEN_FILE", isCredential: true },
  { name: "AZURE_CLIENT_CERTIFICATE_PATH", isCredential: true },
  { name: "AZURE_CONFIG_DIR", isCredential: true },
  { name: "IDENTITY_TOKEN_FILE", isCredential: true },
  { name: "MSI_SOCKET", isCredential: true },
  { name: "FRAUD_PASSWORD_FILE", isCredential: false },
  { name: "AZURE_FUNCTIONS_ENVIRONMENT", isCredential: false },
])("what $name names belongs to the service: $isCredential", ({ name, isCredential }) => {
  const { settings } = read({}, { [name]: "/run/tokens/one" });
  expect(settings?.tenants[0]?.load.exclude.includes("/run/tokens/one")).toBe(isCredential);
});

test("a credential of the environment is refused to definitions, by whatever link they name it", () => {
  const targetUrl = "https://attacker.contoso.com/";
  const authentication = { basic: { username: "entra", password: { file: "innocent.txt" } } };
  const spec = { displayName: "a", targetUrl, authentication };
  const connector = { apiVersion: "plumbline/v1", kind: "ApiConnector", metadata: { name: "a" } };
  writeFileSync(join(folder, "connectors/a.yaml"), JSON.stringify({ ...connector, spec }));
  writeFileSync(join(folder, "token"), "federated");
  symlinkSync("../token", join(folder, "connectors/innocent.txt"));
  const load = (env: Readonly<Record<string, string>>) => {
    const request = read({}, env).settings?.tenants[0]?.load;
    return (
      request &&
      openDefinitions()
        .load(request)
        .faults.map(({ code }) => code)
    );
  };
  expect(load({})).toEqual([]);
  expect(load({ AZURE_FEDERATED_TOKEN_FILE: join(folder, "token") })).toEqual(["secret-scope"]);
});

test("what one tenant is given by name is taken out of the defaults of the others alone", () => {
  const given = { env: ["B_*"], files: ["secrets/b"] };
  const { settings } = read({ tenants: [real, { ...sandbox, secrets: given }] });
  const [byDefault, byName] = settings?.tenants ?? [];
  expect(byDefault?.load.secrets).toMatchObject({
    env: null,
    others: { env: ["B_*"], files: [join(folder, "secrets/b")] },
  });
  expect(byName?.load.secrets).toMatchObject({ env: ["B_*"], others: { env: [], files: [] } });
});

test("letter case makes no other tenant", () => {
  const upper = { ...real, tenantId: "AAAAAAAA-2222-3333-4444-555555555555" };
  expect(read({ tenants: [upper] }).settings?.tenants[0]?.connection).toMatchObject({
    tenantId: "aaaaaaaa-2222-3333-4444-555555555555",
  });
});

const again = { ...real, name: "again" };
const isTenant = (name: string) => `${name} is this tenant already`;

test.each([
  { what: "the same tenantId", one: real, other: again, says: isTenant("production") },
  {
    what: "one tenantId in another letter case",
    one: { ...real, tenantId: "aaaaaaaa-2222-3333-4444-555555555555" },
    other: { ...again, tenantId: "AAAAAAAA-2222-3333-4444-555555555555" },
    says: isTenant("production"),
  },
  {
    what: "one Graph that is spelled in two ways",
    one: real,
    other: { ...again, cloud: { graph: "https://GRAPH.microsoft.com:443/" } },
    says: isTenant("production"),
  },
  {
    what: "one port",
    one: sandbox,
    other: { ...sandbox, name: "again" },
    says: isTenant("practice"),
  },
  {
    what: "a practice tenant and its address",
    one: sandbox,
    other: {
      ...again,
      tenantId: "00000000-5a4d-4000-8000-000000000001",
      cloud: { graph: "http://127.0.0.1:8090" },
    },
    says: isTenant("practice"),
  },
  { what: "two ports", one: sandbox, other: { ...sandbox, name: "b", sandbox: { port: 1 } } },
  { what: "two clouds", one: real, other: { ...again, cloud: "usGov" } },
])("two entries with $what: $says", ({ one, other, says }) => {
  const messages = read({ tenants: [one, other] }).faults.map(({ message }) => message);
  expect(messages).toEqual(says === undefined ? [] : [expect.stringContaining(says)]);
});

test("a tenant's own settings win over those of the service, and the environment over the store", () => {
  const own = { definitions: ["base", "own"], settle: "2m", allow: ["adopt"], budget: 10 };
  const http = { listen: "[::1]:0" };
  const { settings } = read(
    { http, tenants: [{ ...sandbox, ...own }] },
    {
      PLUMBLINE_STORE: "/var/lib/state.db",
    },
  );
  expect(settings).toMatchObject({
    store: "/var/lib/state.db",
    listen: { host: "::1", port: 0 },
    tenants: [
      { settle: 120_000, allow: ["adopt"], budget: 10, load: { folders: ["base", "own"] } },
    ],
  });
});

const inVault = { keyVault: { vault: "kv-service", secret: "its-own" } };

test("definitions may name no secret of the service in a vault, whatever vaults they are given", () => {
  const clientSecret = { clientId: tenantId, secret: inVault };
  const { settings, faults } = read({
    fingerprintKey: inVault,
    keyVault: { credential: { managedIdentity: {} } },
    tenants: [{ ...real, credential: { clientSecret }, secrets: { keyVaults: ["kv-service"] } }],
  });
  expect(faults).toEqual([]);
  expect(settings?.tenants[0]?.load.secrets).toMatchObject({
    keyVaults: ["kv-service"],
    ownVaultSecrets: [{ vault: "kv-service", secret: "its-own" }],
  });
});

test("what reads vaults is a secret of the service as well", () => {
  const clientSecret = { clientId: tenantId, secret: { env: "VAULT_READER_SECRET" } };
  const { settings } = read({ keyVault: { tenantId, credential: { clientSecret } } });
  expect(settings?.tenants[0]?.load.secrets.ownEnv).toContain("VAULT_READER_SECRET");
});

const holder = { name: "ops", role: "operator", token: { env: "API_TOKEN" } };
const entra = { tenantId: tenantId.toUpperCase(), audience: "api://plumbline" };

test("definitions may not name the tokens with which people reach the API", () => {
  const access = { tokens: [holder, { ...holder, name: "wall", token: { file: "wall.txt" } }] };
  const { settings, faults } = read({ http: { access } });
  expect(faults).toEqual([]);
  const { load } = settings?.tenants[0] ?? {};
  expect(load?.secrets.ownEnv).toContain("API_TOKEN");
  expect(load?.exclude).toContain(join(folder, "wall.txt"));
  expect(settings?.access?.tokens).toMatchObject([
    { name: "ops", role: "operator", token: { path: "http.access.tokens[0].token" } },
    { name: "wall" },
  ]);
});

test("nothing is said about access unless somebody says it", () => {
  expect(read({ http: { listen: "127.0.0.1:1" } }).settings?.access).toBe(null);
});

const ofTenant = `${tenantId}/discovery/v2.0/keys`;

test.each([
  { listen: "0.0.0.0:8080", isOpen: true },
  { listen: "plumbline.contoso.com:8080", isOpen: true },
  { listen: "[::]:8080", isOpen: true },
  { listen: "127.0.0.1:8080", isOpen: false },
  { listen: "127.1:8080", isOpen: false },
  { listen: "Localhost:8080", isOpen: false },
  { listen: "[0:0:0:0:0:0:0:1]:8080", isOpen: false },
])("$listen without http.access is warned of where others reach it", ({ listen, isOpen }) => {
  const { settings, faults } = read({ http: { listen } });
  expect(settings).not.toBe(null);
  const found = faults.map(({ severity, message }) => `${severity}: ${message}`);
  expect(found).toEqual(isOpen ? [expect.stringMatching(/^warning: .* serve will not start/)] : []);
});

test.each([
  { proxies: ["10.0.0.0/8", "fd00::/8", "192.0.2.1", "::1"], wrong: [] },
  { proxies: ["10.0.0.0/33"], wrong: ["http.trustedProxies[0]"] },
  { proxies: ["10.0.0.0/8/8"], wrong: ["http.trustedProxies[0]"] },
  { proxies: ["192.0.2.1", "ingress.example"], wrong: ["http.trustedProxies[1]"] },
])("$proxies are addresses of proxies, or told where they are none", ({ proxies, wrong }) => {
  const { settings, faults } = read({ http: { trustedProxies: proxies } });
  expect(faults.map(({ message }) => message)).toEqual(
    wrong.map(() => expect.stringContaining("is no IP address, and no network")),
  );
  if (wrong.length === 0) expect(settings?.trustedProxies).toEqual(proxies);
});

test("no token is called what the audit calls this machine", () => {
  const token = { name: "local", role: "viewer", token: { env: "A_TOKEN" } };
  const { faults } = read({ http: { access: { tokens: [token] } } });
  expect(faults).toMatchObject([{ message: expect.stringContaining("after its holder") }]);
});

test.each([
  {
    where: "the global cloud",
    more: {},
    keys: `https://login.microsoftonline.com/${ofTenant}`,
    issuers: [
      `https://login.microsoftonline.com/${tenantId}/v2.0`,
      `https://sts.windows.net/${tenantId}/`,
    ],
  },
  {
    where: "China",
    more: { cloud: "china" },
    keys: `https://login.chinacloudapi.cn/${ofTenant}`,
    issuers: [
      `https://login.chinacloudapi.cn/${tenantId}/v2.0`,
      `https://login.partner.microsoftonline.cn/${tenantId}/v2.0`,
      `https://sts.chinacloudapi.cn/${tenantId}/`,
    ],
  },
  {
    where: "a cloud of its own, with an issuer of its own",
    more: { cloud: { authority: "http://127.0.0.1:9" }, issuer: "https://issuer.example" },
    keys: `http://127.0.0.1:9/${ofTenant}`,
    issuers: ["https://issuer.example"],
  },
])("the keys and the issuers of access tokens are those of $where", ({ more, keys, issuers }) => {
  const { settings, faults } = read({ http: { access: { entra: { ...entra, ...more } } } });
  expect(faults).toEqual([]);
  expect(settings?.access?.entra).toEqual({
    ...{ audience: "api://plumbline", keys, issuers },
    ...{ viewerRole: "Plumbline.Viewer", operatorRole: "Plumbline.Operator" },
  });
});

const rows = [
  { name: "no YAML", value: "tenants: [", says: "bracket" },
  { name: "of another kind", value: { kind: "Sandbox" }, says: "kind" },
  { name: "without tenants", value: { tenants: [] }, says: "tenants" },
  { name: "without a mode", value: { tenants: [{ ...sandbox, mode: undefined }] }, says: "mode" },
  { name: "with a key that nobody knows", value: { tenant: [] }, says: "tenants" },
  { name: "with a name twice", value: { tenants: [sandbox, sandbox] }, says: "practice already" },
  {
    name: "with a tenant that is practice and real",
    value: { tenants: [{ ...sandbox, tenantId }] },
    says: "either sandbox",
  },
  {
    name: "with a tenant without a credential",
    value: { tenants: [{ ...real, credential: undefined }] },
    says: "credential",
  },
  {
    name: "with a schedule that is no cron expression",
    value: { tenants: [{ ...sandbox, schedule: "every full hour" }] },
    says: "cron",
  },
  {
    name: "with a time zone that does not exist",
    value: { tenants: [{ ...sandbox, timezone: "Europe/Atlantis" }] },
    says: "IANA",
  },
  {
    name: "with a window of another verb",
    value: { tenants: [{ ...sandbox, windows: [{ ...night, allow: undefined, forbid: true }] }] },
    says: "forbid",
  },
  {
    name: "with a window that does not allow",
    value: { tenants: [{ ...sandbox, windows: [{ ...night, allow: false }] }] },
    says: "allow",
  },
  {
    name: "with a window without a duration",
    value: { tenants: [{ ...sandbox, windows: [{ cron: "0 22 * * *", allow: true }] }] },
    says: "duration",
  },
  {
    name: "with a Graph over http beyond loopback",
    value: { tenants: [{ ...real, cloud: { graph: "http://graph.contoso.com" } }] },
    says: "must be https",
  },
  {
    name: "with a password in the Graph URL",
    value: { tenants: [{ ...real, cloud: { graph: "https://u:hush@graph.contoso.com" } }] },
    says: "password",
  },
  {
    name: "with a path in the Graph URL",
    value: { tenants: [{ ...real, cloud: { graph: "https://graph.contoso.com/v1.0" } }] },
    says: "without path",
  },
  {
    name: "with a ready token for a real Graph",
    value: { tenants: [{ ...real, credential: { token: { env: "TOKEN" } } }] },
    says: "loopback",
  },
  {
    name: "with a literal secret",
    value: { fingerprintKey: "hush hush hush hush" },
    says: "secret may not stand",
  },
  {
    name: "with a vault over http",
    value: { keyVault: { url: "http://{vault}.localhost:8443" } },
    says: "must be https",
  },
  {
    name: "with one address for all vaults",
    value: { keyVault: { url: "https://vault.contoso.com" } },
    says: "hold {vault} in the place of its name",
  },
  {
    name: "with a password in the address of vaults",
    value: { keyVault: { url: "https://u:hush@{vault}.vault.contoso.com" } },
    says: "user name or password",
  },
  {
    name: "with an app for vaults in no directory",
    value: {
      keyVault: { credential: { clientSecret: { clientId: tenantId, secret: { env: "A" } } } },
    },
    says: "needs keyVault.tenantId",
  },
  {
    name: "with a person for vaults in no directory",
    value: { keyVault: { credential: { deviceCode: { clientId: tenantId } } } },
    says: "needs keyVault.tenantId",
  },
  {
    name: "with a directory for vaults and no credential",
    value: { keyVault: { tenantId } },
    says: "belongs to keyVault.credential",
  },
  {
    name: "with a ready token for Microsoft's vaults",
    value: { keyVault: { credential: { token: { env: "TOKEN" } } } },
    says: "loopback",
  },
  {
    name: "with the key to vaults in a vault",
    value: {
      keyVault: {
        tenantId,
        credential: { clientSecret: { clientId: tenantId, secret: inVault } },
      },
    },
    says: "cannot be kept in one",
  },
  {
    name: "with a fingerprint key in a vault that nobody opens",
    value: { fingerprintKey: inVault },
    says: "read from a vault with keyVault.credential, which is not there",
  },
  {
    name: "with a credential in a vault that it would have to open itself",
    value: {
      tenants: [{ ...real, credential: { clientSecret: { clientId: tenantId, secret: inVault } } }],
    },
    says: "read from a vault with keyVault.credential, which is not there",
  },
  {
    name: "with an access token written out",
    value: { http: { access: { tokens: [{ ...holder, token: "hush hush hush hush" }] } } },
    says: "secret may not stand",
  },
  {
    name: "with two holders of one name",
    value: { http: { access: { tokens: [holder, holder] } } },
    says: "Another token is called ops already",
  },
  {
    name: "with a role that there is not",
    value: { http: { access: { tokens: [{ ...holder, role: "owner" }] } } },
    says: "operator",
  },
  {
    name: "with access for nobody",
    value: { http: { access: {} } },
    says: "access",
  },
  {
    name: "with a sign-in service over http beyond loopback",
    value: {
      http: { access: { entra: { ...entra, cloud: { authority: "http://hush.example" } } } },
    },
    says: "must be https",
  },
  {
    name: "with one app role for both",
    value: { http: { access: { entra: { ...entra, viewerRole: "Plumbline.Operator" } } } },
    says: "every viewer could act",
  },
  {
    name: "with PostgreSQL",
    value: { store: { postgres: { env: "DATABASE_URL" } } },
    says: "later version",
  },
];

test.each(rows)("a plumbline.yaml $name is refused with a place", ({ value, says }) => {
  const { settings, faults } = read(value);
  expect(settings).toBe(null);
  expect(faults.map(({ message }) => message).join("\n")).toContain(says);
  expect(JSON.stringify(faults)).not.toContain("hush");
  for (const { at } of faults) expect(at).toMatchObject({ file: "plumbline.yaml" });
});

test("deletes are bounded where nothing is said, and as it is said", () => {
  const bounds = (more: object) => {
    const tenant = read({ tenants: [{ ...sandbox, ...more }] }).settings?.tenants[0];
    return [tenant?.limits, tenant?.deleteAfter];
  };
  expect(bounds({})).toEqual([{ deletes: 1, deletePercent: 34, changes: null }, 3_600_000]);
  expect(bounds({ limits: { deletes: 3, changes: 10 }, deleteAfter: "0s" })).toEqual([
    { deletes: 3, deletePercent: 34, changes: 10 },
    0,
  ]);
});

test("windows are in the time zone of their tenant unless they name another", () => {
  const windowsOf = (more: object) =>
    read({ tenants: [{ ...sandbox, ...more }] }).settings?.tenants[0]?.windows;
  expect(windowsOf({})).toEqual([]);
  const { cron } = night;
  const [allows, denies] = [
    { cron, duration: 4 * 3_600_000, effect: "allow" },
    { cron: "0 0 24 12 *", duration: 10 * 86_400_000, effect: "deny" },
  ];
  const windows = [
    night,
    { cron: "0 0 24 12 *", duration: "10d", timezone: "Europe/Paris", deny: true },
  ];
  expect(windowsOf({ windows })).toEqual([
    { ...allows, timezone: "UTC" },
    { ...denies, timezone: "Europe/Paris" },
  ]);
  expect(windowsOf({ windows, timezone: "Asia/Tokyo" })).toEqual([
    { ...allows, timezone: "Asia/Tokyo" },
    { ...denies, timezone: "Europe/Paris" },
  ]);
});

test("all that is wrong with windows is told at once, where it stands and with what is accepted", () => {
  const { settings, faults } = read(`apiVersion: plumbline/v1
kind: Service
definitions: connectors
tenants:
  - name: practice
    sandbox: { port: 8090 }
    mode: apply
    windows:
      - { cron: 0 22 * *, duration: 4h, allow: true }
      - cron: 0 0 31 2 *
        duration: 4h
        deny: true
      - { cron: 0 22 * * *, duration: 0s, timezone: Europe/Atlantis, allow: true }
      - { cron: 0 22 * * *, duration: 32d, allow: true, deny: true }
      - { cron: 0 0 22 * * *, duration: 4h }
`);
  expect(settings).toBeNull();
  expect(faults.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`)).toEqual([
    '9:17 "0 22 * *" is no cron expression of five fields. Write minute, hour, day, month and weekday, such as "0 22 * * 1-5".',
    '10:15 "0 0 31 2 *" never comes: no day has that date. Write one that there is, such as "0 22 * * 1-5".',
    "13:39 A window of 0s is not accepted. Write more than 0s and 31d at most, such as 4h.",
    '13:53 "Europe/Atlantis" is no IANA time zone, such as Europe/Berlin.',
    "14:39 A window of 32d is not accepted. Write more than 0s and 31d at most, such as 4h.",
    "14:9 A window needs either allow: true or deny: true.",
    '15:17 "0 0 22 * * *" is no cron expression of five fields. Write minute, hour, day, month and weekday, such as "0 22 * * 1-5".',
    "15:9 A window needs either allow: true or deny: true.",
  ]);
});
