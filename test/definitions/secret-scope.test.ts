import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openDefinitions } from "../../src/definitions/definitions.ts";
import {
  connector,
  connectorsIn,
  loadText,
  messages,
  places,
  request,
  write,
  writtenFolder,
} from "./written-folder.ts";

const reservedEnv = ["AZURE_*", "MSI_*", "IDENTITY_*", "PLUMBLINE_*"];
const ownEnv = ["PRODUCTION_CLIENT_SECRET"];
const others = { env: [] as readonly string[], files: [] as readonly string[] };
const none = {
  ...{ env: [], ownEnv: [], reservedEnv: [], files: [], others },
  ...{ keyVaults: [], ownVaultSecrets: [] },
};
const refused = ["error secret-scope 11:24"];

function loadEnv(name: string, env: readonly string[] | null, ofOthers: readonly string[] = []) {
  return loadText(connector({ password: `{ env: ${name} }` }), {
    secrets: { ...none, env, ownEnv, reservedEnv, others: { ...others, env: ofOthers } },
  });
}

test.each([
  { name: "FRAUD_CHECK_PASSWORD", env: null, want: [] },
  { name: "PATH", env: null, want: [] },
  { name: "AZURE_CLIENT_SECRET", env: null, want: refused },
  { name: "Azure_Client_Secret", env: null, want: refused },
  { name: "azure_client_secret", env: null, want: refused },
  { name: "IDENTITY_HEADER", env: null, want: refused },
  { name: "MSI_SECRET", env: null, want: refused },
  { name: "PLUMBLINE_FINGERPRINT_KEY", env: null, want: refused },
  { name: "PRODUCTION_CLIENT_SECRET", env: null, want: refused },
  { name: "FRAUD_KEY", env: ["FRAUD_*"], want: [] },
  { name: "fraud_key", env: ["FRAUD_*"], want: refused },
  { name: "OTHER_FRAUD_KEY", env: ["FRAUD_*"], want: refused },
  { name: "CRM_KEY", env: ["FRAUD_*"], want: refused },
  { name: "CRM_KEY", env: [], want: refused },
  { name: "CRM_KEY", env: ["*"], want: [] },
  { name: "AZURE_CLIENT_SECRET", env: ["*"], want: refused },
  { name: "AZURE_CLIENT_SECRET", env: ["FRAUD_*"], want: refused },
  { name: "AZURE_CLIENT_SECRET", env: ["A*"], want: refused },
  { name: "AZURE_CLIENT_SECRET", env: ["*_SECRET"], want: refused },
  { name: "azure_client_secret", env: ["azure_*"], want: refused },
  { name: "AZURE_CLIENT_SECRET", env: ["AZURE_*"], want: refused },
  { name: "AZURE_MAPS_KEY", env: ["AZURE_MAPS_*"], want: [] },
  { name: "AZURE_MAPS_KEY", env: ["AZURE_MAPS_KEY"], want: [] },
  { name: "AZURE_MAPS_KEY", env: ["*", "AZURE_MAPS_*"], want: [] },
  { name: "PRODUCTION_CLIENT_SECRET", env: ["*_SECRET"], want: refused },
  { name: "PRODUCTION_CLIENT_SECRET", env: ["PRODUCTION_*"], want: refused },
  { name: "PRODUCTION_CLIENT_SECRET", env: ["PRODUCTION_CLIENT_SECRET"], want: refused },
  { name: "production_client_secret", env: ["*"], want: refused },
])("with env $env, a definition that names $name gives $want", ({ name, env, want }) => {
  const loaded = loadEnv(name, env);
  expect(places(loaded)).toEqual(want);
  expect(loaded.definitions).toHaveLength(want.length === 0 ? 1 : 0);
});

test("a name that is allowed in upper case is told so", () => {
  expect(messages(loadEnv("fraud_key", ["FRAUD_*"]))).toContain("Did you mean FRAUD_KEY?");
  expect(messages(loadEnv("crm_key", ["FRAUD_*"]))).not.toContain("Did you mean");
});

test("a refused name is told with what is allowed", () => {
  expect(messages(loadEnv("CRM_KEY", ["FRAUD_*", "LOYALTY_*"]))).toContain(
    "allowed are FRAUD_*, LOYALTY_*",
  );
  expect(messages(loadEnv("AZURE_CLIENT_SECRET", null))).toContain(
    "credential of Plumbline itself",
  );
  expect(messages(loadEnv("PRODUCTION_CLIENT_SECRET", ["*"]))).toContain(
    "no definition may name it",
  );
});

test("what another tenant was given by name is none of the defaults", () => {
  expect(loadEnv("B_PASSWORD", null).faults).toEqual([]);
  const loaded = loadEnv("B_PASSWORD", null, ["A_*", "b_*"]);
  expect(places(loaded)).toEqual(refused);
  expect(messages(loaded)).toContain("was given to another tenant");
});

function sealedFolder(): string {
  const root = writtenFolder({
    "plumbline.yaml": "",
    "app.pem": "the service's own key",
    "tokens/federated": "the service's own token",
    "secrets-of-others/x.txt": "x",
    ".env": "AZURE_CLIENT_SECRET=x",
    ".git/config": "token",
    ".practice/x.txt": "x",
    "connectors/practice/a.txt": "x",
    "connectors/..2026/k8s.txt": "x",
    "secrets/b.txt": "x",
    "secrets/deep/c.txt": "x",
  });
  symlinkSync("/etc/passwd", path.join(root, "connectors/innocent.txt"));
  symlinkSync("/etc", path.join(root, "connectors/etc"));
  symlinkSync("../.git", path.join(root, "connectors/git"));
  symlinkSync("../secrets/b.txt", path.join(root, "connectors/inside.txt"));
  symlinkSync("..2026", path.join(root, "connectors/..data"));
  symlinkSync("..data/k8s.txt", path.join(root, "connectors/k8s.txt"));
  return root;
}

function loadFile(root: string, file: string, files: readonly string[]) {
  const text = connector({ password: `{ file: ${JSON.stringify(file)} }` });
  const folder = path.join(root, "connectors");
  mkdirSync(folder, { recursive: true });
  return openDefinitions().load(
    request(root, {
      folders: [writeIn(folder, text)],
      exclude: ["plumbline.yaml", "app.pem", "tokens"].map((name) => path.join(root, name)),
      secrets: {
        ...none,
        env: null,
        ownEnv,
        reservedEnv,
        files,
        others: { ...others, files: [path.join(root, "secrets-of-others")] },
      },
    }),
  );
}

function writeIn(folder: string, text: string): string {
  write(folder, "it.yaml", text);
  return path.join(folder, "it.yaml");
}

test.each([
  { file: "practice/a.txt", within: "." },
  { file: "./practice/../practice/a.txt", within: "." },
  { file: "../secrets/b.txt", within: "." },
  { file: "../secrets/deep/c.txt", within: "secrets" },
  { file: "not-there-yet.txt", within: "." },
  { file: "inside.txt", within: "secrets" },
  { file: "k8s.txt", within: "." },
  { file: "../.practice/x.txt", within: ".practice" },
])("a file within the allowed folder $within may be named: $file", ({ file, within }) => {
  const root = sealedFolder();
  expect(loadFile(root, file, [path.join(root, within)]).faults).toEqual([]);
});

test.each([
  { file: "../../etc/passwd", within: "." },
  { file: "../../../../../../../../etc/passwd", within: "." },
  { file: "/etc/passwd", within: "." },
  { file: "/proc/self/environ", within: "." },
  { file: "/proc/self/environ", within: "/" },
  { file: "/dev/stdin", within: "/" },
  { file: "/sys/kernel/notes", within: "/" },
  { file: "innocent.txt", within: "." },
  { file: "etc/passwd", within: "." },
  { file: "etc/not-there", within: "." },
  { file: "inside.txt", within: "connectors" },
  { file: "practice/a.txt", within: "secrets" },
  { file: "../secrets-of-others/x.txt", within: "secrets" },
  { file: "../.git/config", within: "." },
  { file: "git/config", within: "." },
  { file: "../.env", within: "." },
  { file: "../plumbline.yaml", within: "." },
  { file: "../app.pem", within: "." },
  { file: "../tokens/federated", within: "." },
  { file: "../tokens/not-there-yet", within: "." },
  { file: "../secrets-of-others/x.txt", within: "." },
  { file: "/run/secrets/kubernetes.io/serviceaccount/token", within: "/run/secrets" },
  { file: "/run/secrets/azure/tokens/azure-identity-token", within: "/run/secrets" },
  { file: "practice/a.txt\0.png", within: "." },
])("whoever can merge YAML cannot name $file, with $within allowed", ({ file, within }) => {
  const root = sealedFolder();
  const loaded = loadFile(root, file, [path.resolve(root, within)]);
  expect(places(loaded)).toEqual(["error secret-scope 11:25"]);
  expect(loaded.definitions).toEqual([]);
});

test("a platform's folder may be named by an operator who lists it", () => {
  const folder = "/run/secrets/azure/tokens";
  expect(loadFile(sealedFolder(), `${folder}/mine`, [folder]).faults).toEqual([]);
});

test("a relative path belongs to the file that names it, wherever a link shows that file", () => {
  const root = writtenFolder({
    "connectors/team/a.yaml": connector({ password: "{ file: p.txt }" }),
    "connectors/team/p.txt": "x",
  });
  symlinkSync("team/a.yaml", path.join(root, "connectors/z.yaml"));
  const loaded = openDefinitions().load(request(root, { folders: ["connectors/z.yaml"] }));
  const source = { path: path.join(root, "connectors/team/p.txt"), written: "p.txt" };
  expect(connectorsIn(loaded)[0]?.authentication).toMatchObject({ password: { source } });
});

test("a reference to a secret holds no variables", () => {
  for (const password of ['{ file: "${team}.txt" }', '{ file: "$${x" }']) {
    const loaded = loadText(connector({ password }));
    expect(places(loaded)).toEqual(["error variable 11:25"]);
  }
});

test("a file may say that the newline at its end belongs to the value", () => {
  for (const keep of [true, false]) {
    const password = `{ file: p.txt, keepTrailingNewline: ${keep} }`;
    const [definition] = connectorsIn(loadText(connector({ password })));
    const place = { type: "file", written: "p.txt" };
    const source = keep ? { ...place, keepTrailingNewline: true } : place;
    expect(definition?.authentication).toMatchObject({ password: { source } });
    expect(JSON.stringify(definition).includes("keepTrailingNewline")).toBe(keep);
  }
});

const ownVaultSecrets = [{ vault: "kv-service", secret: "fingerprint-key" }];

function loadVault(reference: string, keyVaults: readonly string[]) {
  return loadText(connector({ password: `{ keyVault: ${reference} }` }), {
    secrets: { ...none, keyVaults, ownVaultSecrets },
  });
}

test.each([
  { vault: "kv-production", keyVaults: ["kv-production"], isAllowed: true },
  { vault: "KV-Production", keyVaults: ["kv-production"], isAllowed: true },
  { vault: "kv-production", keyVaults: ["kv-test", "KV-PRODUCTION"], isAllowed: true },
  { vault: "kv-production", keyVaults: [], isAllowed: false },
  { vault: "kv-production", keyVaults: ["kv-test"], isAllowed: false },
  { vault: "kv-production", keyVaults: ["kv-prod"], isAllowed: false },
])("with the vaults $keyVaults, naming $vault is allowed: $isAllowed", (row) => {
  const loaded = loadVault(`{ vault: ${row.vault}, secret: a }`, row.keyVaults);
  expect(places(loaded)).toEqual(row.isAllowed ? [] : ["error secret-scope 11:29"]);
  expect(loaded.definitions).toHaveLength(row.isAllowed ? 1 : 0);
});

test("a refused vault is told with the setting to extend", () => {
  expect(messages(loadVault("{ vault: kv-other, secret: a }", ["kv-a", "kv-b"]))).toContain(
    "may not name the vault kv-other: allowed are kv-a, kv-b. Use one that is, or extend `secrets.keyVaults` in plumbline.yaml.",
  );
  expect(messages(loadVault("{ vault: kv-other, secret: a }", []))).toContain("allowed are none.");
});

test("a secret of the service in a vault is nobody's to name, in whatever version or letter case", () => {
  const version = "0123456789abcdef0123456789abcdef";
  for (const reference of [
    "{ vault: kv-service, secret: fingerprint-key }",
    "{ vault: KV-Service, secret: Fingerprint-Key }",
    `{ vault: kv-service, secret: fingerprint-key, version: ${version} }`,
  ]) {
    const loaded = loadVault(reference, ["kv-service"]);
    expect(places(loaded)).toEqual(["error secret-scope 11:29"]);
    expect(messages(loaded)).toContain("is one of Plumbline itself");
  }
  expect(loadVault("{ vault: kv-service, secret: other }", ["kv-service"]).faults).toEqual([]);
});

test("a reference to a vault is kept as it was written, with its version or without", () => {
  const version = "0123456789abcdef0123456789abcdef";
  for (const [more, want] of [
    ["", null],
    [`, version: ${version}`, version],
  ] as const) {
    const loaded = loadVault(`{ vault: kv-a, secret: Fraud-Check${more} }`, ["kv-a"]);
    const source = { type: "keyVault", vault: "kv-a", secret: "Fraud-Check", version: want };
    expect(connectorsIn(loaded)[0]?.authentication).toMatchObject({ password: { source } });
  }
});
