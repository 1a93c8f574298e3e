/** A service in which a canary sits in every source of secrets, and all that it reaches gives them back. */
import { createPrivateKey } from "node:crypto";
import { join } from "node:path";
import {
  bareCanary,
  binaryCanary,
  type Canary,
  canary,
  foundCanary,
  keyCanary,
  spellings,
} from "./canaries.ts";
import { type KeyPair, makeCertificate, makeKeyPair } from "./certificates.ts";
import { definition, openService, seeded } from "./cli/program.ts";
import { startEchoingAuthority } from "./echoing-authority.ts";
import { type EchoingGraph, startEchoingGraph } from "./echoing-graph.ts";
import { type Behaviour, type KeyVault, startKeyVault } from "./key-vault.ts";
import { type Listener, listenTo } from "./listener.ts";

/** Those that Plumbline sends somewhere, or makes fingerprints of. */
export const secrets = {
  envPassword: canary("EnvPassword"),
  filePassword: canary("FilePassword"),
  queryKey: canary("QueryKey"),
  vaultPassword: canary("VaultPassword"),
  vaultQueryKey: canary("VaultQueryKey"),
  pfxPassphrase: canary("PfxPassphrase"),
  vaultPfxPassphrase: canary("VaultPfxPassphrase"),
};

/** Those that are used without being sent to Graph, or that are of no use. */
export const others = {
  fingerprintKey: canary("FingerprintKey"),
  vaultFingerprintKey: canary("VaultFingerprintKey"),
  clientSecret: canary("ClientSecret"),
  vaultToken: bareCanary("VaultToken"),
  keyPassphrase: canary("KeyPassphrase"),
  wrongPassphrase: canary("WrongPassphrase"),
  garbagePfx: canary("GarbagePfx"),
  garbageText: canary("GarbageText"),
  garbageKey: canary("GarbageKey"),
  vaultAnswer: canary("VaultAnswer"),
};

/** Those that stand where no secret belongs. */
export const misplaced = {
  liveKey: bareCanary("LiveKey"),
  liveUser: bareCanary("LiveUser"),
  literalKey: bareCanary("LiteralKey"),
  literalPassword: bareCanary("LiteralPassword"),
  urlPassword: bareCanary("UrlPassword"),
  literalToken: bareCanary("LiteralToken"),
};

export const known: readonly Canary[] = [secrets, others, misplaced].flatMap((all) =>
  Object.values(all),
);

const day = 86_400_000;
const from = new Date(Date.now() - day);
const until = new Date(Date.now() + 90 * day);

/** Client certificates in each form, with keys that no two of them share. */
export async function makeCertificates() {
  const make = (keyPair: KeyPair, passphrase: string, notAfter = until) =>
    makeCertificate({ notBefore: from, notAfter, key: "ec", keyPair, passphrase });
  const [one, two, three, four] = [0, 1, 2, 3].map(() => makeKeyPair("ec"));
  const { pfxPassphrase, vaultPfxPassphrase } = secrets;
  const rsa = { notBefore: from, notAfter: until, keyPair: makeKeyPair("rsa") };
  const file = await makeCertificate({ ...rsa, passphrase: pfxPassphrase.value });
  const vault = await make(one!, vaultPfxPassphrase.value);
  const whole = await make(two!, "");
  const locked = await make(three!, "");
  const later = new Date(until.getTime() + 90 * day);
  const renewed = await make(four!, pfxPassphrase.value, later);
  const lock = { cipher: "aes-256-cbc", passphrase: others.keyPassphrase.value };
  const lockedKey = createPrivateKey(locked.key)
    .export({ type: "pkcs8", format: "pem", ...lock })
    .toString();
  const canaries = [
    ...[file, vault, renewed].map(({ pfx }, index) => binaryCanary(`Pfx${index}`, pfx)),
    ...[file, vault, renewed, whole, locked].map(({ key }, index) => keyCanary(`Key${index}`, key)),
    keyCanary("LockedKey", lockedKey, others.keyPassphrase.value),
  ];
  return { file, vault, whole, locked, lockedKey, renewed, canaries };
}

type Certificates = Awaited<ReturnType<typeof makeCertificates>>;

const vaultName = "kv-canaries";
const inVault = (secret: string) => ({ keyVault: { vault: vaultName, secret } });

/** What the vault gives back of every canary, and of the request. */
function vaultEcho(): string {
  const message = known.flatMap(({ value }) => spellings(value)).join(" ");
  return JSON.stringify({ error: { code: "Refused", message, innererror: { code: message } } });
}

const body = vaultEcho();
// A short wait would be waited for.
const headers = { "retry-after": "600" };
export const vaultFailures: Readonly<Record<string, Behaviour>> = {
  "refused-401": { type: "answer", status: 401, body },
  "refused-403": { type: "answer", status: 403, body },
  "refused-404": { type: "answer", status: 404, body },
  "refused-429": { type: "answer", status: 429, body, headers },
  "refused-500": { type: "answer", status: 500, body, headers },
  "torn-answer": {
    ...{ type: "answer", status: 200 },
    body: JSON.stringify({ value: others.vaultAnswer.value }).slice(0, -2),
  },
  page: { type: "answer", status: 403, body, headers: { "content-type": "text/html" } },
  "moved-302": {
    type: "answer",
    status: 302,
    headers: { location: `https://x.example/${others.vaultAnswer.cores[0]}` },
  },
  broken: { type: "break" },
};

function openVault({ vault, lockedKey }: Certificates): Promise<KeyVault> {
  const version = "0123456789abcdef0123456789abcdef";
  const of = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [{ version, value }]]));
  return startKeyVault({
    secrets: {
      [vaultName]: of({
        password: secrets.vaultPassword.value,
        "query-key": secrets.vaultQueryKey.value,
        pfx: vault.base64,
        passphrase: secrets.vaultPfxPassphrase.value,
        key: lockedKey,
      }),
      "kv-service": of({ "fingerprint-key": others.vaultFingerprintKey.value }),
    },
    behaviours: vaultFailures,
  });
}

function certified(name: string, certificate: object): string {
  const said = JSON.parse(definition(name)) as { readonly spec: object };
  return JSON.stringify({ ...said, spec: { ...said.spec, authentication: { certificate } } });
}

function define({ seed }: Listener, { file, locked }: Certificates): void {
  seed("connectors/secrets/password.txt", secrets.filePassword.value);
  seed("connectors/secrets/client.pfx", file.pfx);
  seed("connectors/secrets/locked.pem", locked.pem);
  seed("connectors/secrets/key-passphrase.txt", others.keyPassphrase.value);
  const password = { file: "secrets/password.txt" };
  const targetUrl = `https://api.contoso.com/b?code=${misplaced.literalKey.value}`;
  seed("connectors/a.yaml", definition("a", { query: { code: { env: "QUERY_KEY" } } }));
  seed("connectors/b.yaml", definition("b", { password, targetUrl }));
  seed("connectors/c.yaml", definition("c"));
  const fromVault = { password: inVault("password"), query: { code: inVault("query-key") } };
  seed("connectors/vault.yaml", definition("vault", fromVault));
  const certificates = {
    pfx: { pfx: { file: "secrets/client.pfx" }, passphrase: { env: "PFX_PASSPHRASE" } },
    "vault-pfx": { pfx: inVault("pfx"), passphrase: inVault("passphrase") },
    whole: { pem: { env: "WHOLE_PEM" } },
    locked: {
      ...{ pem: { file: "secrets/locked.pem" }, key: inVault("key") },
      passphrase: { file: "secrets/key-passphrase.txt" },
    },
  };
  for (const [name, certificate] of Object.entries(certificates)) {
    seed(`connectors/${name}.yaml`, certified(name, certificate));
  }
}

/** Each for itself is as it may be, but its secret is not. */
function defineUnusable({ seed }: Listener, { file, whole }: Certificates): void {
  const { garbagePfx, garbageKey } = others;
  const asKey = Buffer.from(garbageKey.value.repeat(3)).toString("base64");
  seed("unusable/client.pfx", file.pfx);
  seed("unusable/whole.pem", `${whole.pem}\n${whole.key}`);
  seed(
    "unusable/garbage.pfx",
    Buffer.concat([Buffer.from([0x30, 0x82, 0]), Buffer.from(garbagePfx.value)]),
  );
  seed(
    "unusable/garbage.key",
    `-----BEGIN PRIVATE KEY-----\n${asKey}\n-----END PRIVATE KEY-----\n`,
  );
  seed(
    "unusable/not-utf-8.txt",
    Buffer.concat([Buffer.from([0xff]), Buffer.from(garbagePfx.value)]),
  );
  const wrong = { env: "WRONG_PASSPHRASE" };
  const certificates = {
    "wrong-passphrase": { pfx: { file: "client.pfx" }, passphrase: wrong },
    "pem-as-pfx": { pfx: { file: "whole.pem" } },
    "garbage-pfx": { pfx: { file: "garbage.pfx" }, passphrase: wrong },
    "garbage-text": { pfx: { env: "GARBAGE_TEXT" }, passphrase: wrong },
    "garbage-key": { pem: { file: "whole.pem" }, key: { file: "garbage.key" } },
    "pfx-as-pem": { pem: { file: "client.pfx" } },
  };
  for (const [name, certificate] of Object.entries(certificates)) {
    seed(`unusable/${name}.yaml`, certified(name, certificate));
  }
  for (const secret of Object.keys(vaultFailures)) {
    seed(`unusable/${secret}.yaml`, definition(secret, { password: inVault(secret) }));
  }
  seed("unusable/mask.yaml", definition("mask", { password: { env: "MASK" } }));
  seed("unusable/binary.yaml", definition("binary", { password: { file: "not-utf-8.txt" } }));
}

/** Whoever writes a secret out, or names one that is not allowed. */
function defineBroken({ seed }: Listener, { whole }: Certificates): void {
  const literal = misplaced.literalPassword.value;
  const withPassword = `https://entra:${misplaced.urlPassword.value}@api.contoso.com/`;
  const asReference = (value: unknown) => value as object;
  seed("broken/literal.yaml", definition("literal", { password: asReference(literal) }));
  seed("broken/value.yaml", definition("value", { password: { value: literal } }));
  seed("broken/name.yaml", definition("name", { password: { env: `${literal} ` } }));
  seed("broken/url.yaml", definition("url", { targetUrl: withPassword }));
  seed("broken/torn.yaml", `kind: ApiConnector\npassword: "${literal}\n  - [`);
  seed("broken/twice.yaml", `a: ${literal}\na: ${literal}\n`);
  seed("broken/key.yaml", `${literal}: 1\n*${literal}\n`);
  seed("broken/pem.yaml", certified("pem", { pem: whole.pem + whole.key, key: whole.key }));
  seed(
    "broken/passphrase.yaml",
    certified("passphrase", { pfx: { file: "x" }, passphrase: literal }),
  );
  const elsewhere = { keyVault: { vault: "kv-elsewhere", secret: "password" } };
  seed("broken/elsewhere.yaml", definition("elsewhere", { password: elsewhere }));
}

/** Tenants behind the same Graph, which may not look like one. */
function configuration(graph: string, authority: string, vault: KeyVault, tenantId: string) {
  const tenant = {
    ...{ name: "practice", mode: "apply", settle: "0s", tenantId },
    cloud: { graph, authority: graph },
    credential: { token: { env: "TOKEN" } },
    secrets: { keyVaults: [vaultName] },
  };
  const port = Number(new URL(graph).port);
  const clientSecret = {
    clientId: "11111111-2222-3333-4444-555555555555",
    secret: { env: "CLIENT_SECRET" },
  };
  const another = (digit: number) => `${String(digit).repeat(8)}-2222-3333-4444-555555555555`;
  return {
    ...{ apiVersion: "plumbline/v1", kind: "Service", definitions: "connectors" },
    http: { listen: "127.0.0.1:0" },
    fingerprintKey: { env: "FINGERPRINT_KEY" },
    keyVault: { credential: { token: { env: "VAULT_TOKEN" } }, url: vault.url },
    tenants: [
      { ...tenant, schedule: "* * * * * *" },
      {
        ...{ ...tenant, name: "client", credential: { clientSecret } },
        cloud: { graph: `http://localhost:${port}`, authority },
      },
      { ...tenant, name: "unusable", tenantId: another(8), definitions: "unusable" },
      { ...tenant, name: "broken", tenantId: another(9), definitions: "broken" },
    ],
  };
}

/** With what each source holds. */
function environment(
  token: string,
  caFile: string,
  { whole }: Certificates,
): Record<string, string> {
  return {
    WHOLE_PEM: `${whole.pem}\n${whole.key}`,
    CONNECTOR_PASSWORD: secrets.envPassword.value,
    QUERY_KEY: secrets.queryKey.value,
    PFX_PASSPHRASE: secrets.pfxPassphrase.value,
    WRONG_PASSPHRASE: others.wrongPassphrase.value,
    GARBAGE_TEXT: others.garbageText.value,
    MASK: "******",
    FINGERPRINT_KEY: others.fingerprintKey.value,
    CLIENT_SECRET: others.clientSecret.value,
    VAULT_TOKEN: others.vaultToken.value,
    TOKEN: token,
    NODE_EXTRA_CA_CERTS: caFile,
  };
}

export async function openSeeded() {
  const stack = new AsyncDisposableStack();
  const service = stack.use(openService());
  const certificates = await makeCertificates();
  const { liveUser, liveKey } = misplaced;
  const tenant = await service.tenant([
    seeded(
      "a",
      `https://${liveUser.value}:${liveUser.value}@api.contoso.com/old?code=${liveKey.value}`,
    ),
    seeded("z", `https://api.contoso.com/z?code=${liveKey.value}#${liveKey.value}`),
  ]);
  const graph = stack.use(await startEchoingGraph(tenant.url));
  const vault = stack.use(await openVault(certificates));
  const authority = stack.use(await startEchoingAuthority());
  const listener = listenTo(service);
  listener.seed("ca.pem", `${vault.ca}\n${authority.ca}`);
  const caFile = join(service.folder, "ca.pem");
  Object.assign(service.env, environment(tenant.token, caFile, certificates));
  const settings = configuration(graph.url, authority.url, vault, tenant.tenantId);
  listener.seed("plumbline.yaml", JSON.stringify(settings));
  define(listener, certificates);
  defineUnusable(listener, certificates);
  defineBroken(listener, certificates);
  const canaries = () => [
    ...known,
    ...certificates.canaries,
    foundCanary("Token", tenant.token),
    ...sentCanaries(graph),
  ];
  const parts = { service, certificates, tenant, graph, vault, authority, listener, settings };
  return { ...parts, canaries, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Of a certificate in PEM, PFX and passphrase are made in the run, and nobody knows them before. */
function sentCanaries({ certificates }: EchoingGraph): readonly Canary[] {
  return [...certificates].flatMap(([pfx, passphrase], index) => [
    binaryCanary(`SentPfx${index}`, Buffer.from(pfx, "base64")),
    ...(/Canary/.test(passphrase) ? [] : [foundCanary(`SentPassphrase${index}`, passphrase)]),
  ]);
}
