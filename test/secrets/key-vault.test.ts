import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { FaultError, failure } from "../../src/model/fault.ts";
import { Secret, type SecretUse } from "../../src/model/secret.ts";
import { openKeyVault, type VaultCredential } from "../../src/secrets/key-vault.ts";
import { openSecrets } from "../../src/secrets/secrets.ts";
import { errorBody, type KeyVault, type KeyVaultOptions, startKeyVault } from "../key-vault.ts";

const at = { file: "connectors/fraud-check.yaml", line: 12, column: 19 };
const key = new Secret("a key of more than sixteen characters");
const first = "0123456789abcdef0123456789abcdef";
const second = "fedcba9876543210fedcba9876543210";
const value = " pässword of the vault\n";
const secrets = {
  "kv-production": {
    "fraud-check-password": [
      { version: first, value: "older" },
      { version: second, value },
    ],
    empty: [{ version: first, value: "" }],
  },
};

const trusted = getCACertificates("default");
beforeEach(() => setDefaultCACertificates(trusted));
afterAll(() => setDefaultCACertificates(trusted));

async function started(options: KeyVaultOptions = { secrets }): Promise<KeyVault> {
  const vault = await startKeyVault(options);
  onTestFinished(() => vault[Symbol.asyncDispose]());
  setDefaultCACertificates([...trusted, vault.ca]);
  return vault;
}

interface Asked {
  readonly scopes: string | readonly string[];
}

/** Signs in at once, or as it is told to, and remembers what it was asked for. */
function signingIn(
  getToken: () => Promise<{ token: string; expiresOnTimestamp: number }> = async () => ({
    token: "a-token",
    expiresOnTimestamp: Date.now() + 3_600_000,
  }),
) {
  const asked: Asked[] = [];
  const credential: VaultCredential = {
    getToken(scopes) {
      asked.push({ scopes });
      return getToken();
    },
  };
  return { credential, asked };
}

interface Reading {
  readonly credential?: VaultCredential;
  readonly isForeign?: boolean;
  readonly timeout?: number;
}

function reader({ url }: { readonly url: string }, reading: Reading = {}) {
  const { credential = signingIn().credential, isForeign = true, timeout } = reading;
  const keyVault = openKeyVault({
    credential,
    isForeign,
    urlOf: (vault) => url.replace("{vault}", vault),
    ...(timeout !== undefined && { timeout }),
  });
  return openSecrets({ env: {}, fingerprint: { key }, keyVault });
}

function useOf(secret: string, version: string | null = null, vault = "kv-production"): SecretUse {
  const source = { type: "keyVault", vault, secret, version } as const;
  return { path: "spec.authentication.basic.password", source, at };
}

const password = useOf("fraud-check-password");

async function messageOf(promise: Promise<Secret>): Promise<string> {
  const thrown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(FaultError);
  const { fault, cause } = thrown as FaultError;
  expect(fault).toMatchObject({ severity: "error", code: "secret-source", at });
  // An error of the client can hold the request, and so the token.
  expect(cause).toBeUndefined();
  return fault.message;
}

test("the newest version of a secret is read, to the last character", async () => {
  const vault = await started();
  expect((await reader(vault).resolve(password)).reveal()).toBe(value);
});

test("a pinned version is read though a newer one is there", async () => {
  const secret = await reader(await started()).resolve(useOf("fraud-check-password", first));
  expect(secret.reveal()).toBe("older");
});

test("the names of vaults are the same in any letter case", async () => {
  const use = useOf("fraud-check-password", null, "KV-Production");
  expect((await reader(await started()).resolve(use)).reveal()).toBe(value);
});

test("a vault that is asked without a token says for what to sign in", async () => {
  const vault = await started();
  const { credential, asked } = signingIn();
  await reader(vault, { credential }).resolve(password);
  expect(asked).toEqual([{ scopes: ["https://vault.azure.net/.default"] }]);
  const use = { vault: "kv-production", secret: "fraud-check-password", version: "" };
  expect(vault.requests).toEqual([
    { ...use, token: null },
    { ...use, token: "a-token" },
  ]);
});

test("a token that cannot be renewed fails the read that needs it, and nothing behind its back", async () => {
  const vault = await started();
  let signIns = 0;
  const { credential } = signingIn(async () => {
    signIns += 1;
    if (signIns > 1) throw new FaultError(failure("unauthorised", "Signing in failed."));
    return { token: "a-token", expiresOnTimestamp: Date.now() + 60_000 };
  });
  const { resolve } = reader(vault, { credential });
  await resolve(password);
  expect(await messageOf(resolve(password))).toContain("Signing in failed.");
});

test("a value is read anew each time", async () => {
  const vault = await started();
  const { resolve } = reader(vault);
  await resolve(password);
  vault.add("kv-production", "fraud-check-password", "rotated");
  expect((await resolve(password)).reveal()).toBe("rotated");
});

test("a PFX in a vault is base64 in one spelling", async () => {
  const pfx = Buffer.from([0x30, 0x82, 0x01, 0x02]).toString("base64");
  const vault = await started();
  vault.add("kv-production", "fraud-pfx", `${pfx}\n`);
  const { resolve } = reader(vault);
  expect((await resolve({ ...useOf("fraud-pfx"), binary: true })).reveal()).toBe(pfx);
  const message = await messageOf(resolve({ ...password, binary: true }));
  expect(message).toContain("is neither a PFX file nor its base64 text");
});

test.for([
  {
    what: "an unknown secret",
    use: useOf("crm-password"),
    want: "does not exist (HTTP 404, SecretNotFound). Create it, or correct its name. Where it was deleted, the vault may still be able to recover it.",
  },
  {
    what: "an unknown version",
    use: useOf("fraud-check-password", "a".repeat(32)),
    want: "does not exist, or not in this version (HTTP 404, SecretNotFound).",
  },
  {
    what: "an empty value",
    use: useOf("empty"),
    want: "is empty. Put the value of the secret there.",
  },
])("$what is told at the place that names it", async ({ use, want }) => {
  const message = await messageOf(reader(await started()).resolve(use));
  const { source } = use;
  const name = source.type === "keyVault" ? `${source.vault}/${source.secret}` : "";
  expect(message).toContain(`keyVault ${name}`);
  expect(message).toContain(want);
});

test("a deleted secret can be recovered, a disabled one enabled", async () => {
  const vault = await started();
  const { resolve } = reader(vault);
  vault.disable("kv-production", "fraud-check-password");
  expect(await messageOf(resolve(password))).toBe(
    "keyVault kv-production/fraud-check-password is disabled in its vault (HTTP 403, SecretDisabled). Enable it there, or name another version.",
  );
  vault.delete("kv-production", "fraud-check-password");
  expect(await messageOf(resolve(password))).toContain("the vault may still be able to recover it");
});

const hostile = "echo of the request: Bearer a-token, pässword";

test.for([
  {
    status: 401,
    code: "Unauthorized",
    want: "the vault does not accept this sign-in (HTTP 401, Unauthorized)",
  },
  {
    status: 403,
    code: "Forbidden",
    inner: "ForbiddenByRbac",
    want: "Give it the role Key Vault Secrets User on the vault",
  },
  {
    status: 403,
    code: "Forbidden",
    inner: "AccessDenied",
    want: "the permission Get for secrets in its access policy",
  },
  {
    status: 403,
    code: "Forbidden",
    inner: "ForbiddenByFirewall",
    want: "the firewall of the vault does not let this machine in",
  },
  {
    status: 403,
    code: "Forbidden",
    inner: "ForbiddenByConnection",
    want: "the vault is closed to public networks",
  },
  { status: 403, code: hostile, want: "may not be read by this identity (HTTP 403)" },
  {
    status: 404,
    code: "NotFound",
    want: "no Key Vault seems to answer there (HTTP 404, NotFound)",
  },
  {
    status: 429,
    code: "Throttled",
    want: "too many requests reach the vault (HTTP 429, Throttled)",
  },
  {
    status: 500,
    code: "InternalServerError",
    want: "has a fault of its own (HTTP 500, InternalServerError)",
  },
  { status: 503, code: "Unavailable", want: "has a fault of its own (HTTP 503, Unavailable)" },
  { status: 400, code: "BadParameter", want: "was refused by the vault (HTTP 400, BadParameter)" },
])("HTTP $status $inner is told in our own words", async ({ status, code, inner, want }) => {
  const vault = await started();
  const body = JSON.stringify(errorBody(code, hostile, inner));
  vault.behave({ type: "answer", status, body });
  const message = await messageOf(reader(vault).resolve(password));
  expect(message).toContain(want);
  expect(message).not.toMatch(/a-token|echo|pässword/);
});

test.for([
  { what: "nothing", body: "" },
  { what: "a page", body: "<html>sign in</html>" },
  { what: "no object", body: "5" },
])("an error whose body is $what keeps its status", async ({ body }) => {
  const vault = await started();
  for (const status of [403, 404]) {
    vault.behave({ type: "answer", status, body, headers: { "content-type": "text/html" } });
    expect(await messageOf(reader(vault).resolve(password))).toContain(`(HTTP ${status})`);
  }
});

test.for([
  { what: "nothing", body: "" },
  { what: "a page", body: "<html>sign in</html>" },
  { what: "an object without a value", body: '{"id":"https://a.vault.azure.net/secrets/a/b"}' },
  {
    what: "a value that is no text",
    body: '{"value":5,"id":"https://a.vault.azure.net/secrets/a/b"}',
  },
])("an answer with $what is no value", async ({ body }) => {
  const vault = await started();
  vault.behave({ type: "answer", status: 200, body });
  const message = await messageOf(reader(vault).resolve(password));
  expect(message).toMatch(/no secret|without a value/);
});

test("a redirect is never followed, so that the token goes nowhere else", async () => {
  const vault = await started();
  const other = await startKeyVault({ secrets });
  onTestFinished(() => other[Symbol.asyncDispose]());
  const location = `${other.url.replace("{vault}", "kv-production")}/secrets/fraud-check-password/`;
  vault.behave({ type: "answer", status: 302, headers: { location } });
  expect(await messageOf(reader(vault).resolve(password))).toContain("is never followed");
  expect(other.requests).toEqual([]);
});

test("a vault that asks to wait a moment is asked again", async () => {
  const vault = await started();
  vault.behave({ type: "answer", status: 429, headers: { "retry-after": "0" }, times: 1 });
  expect((await reader(vault).resolve(password)).reveal()).toBe(value);
});

test("a vault that asks to wait longer than a run is left alone", async () => {
  const vault = await started();
  const headers = { "retry-after": "3600" };
  const body = JSON.stringify(errorBody("Throttled", "slow down"));
  vault.behave({ type: "answer", status: 429, headers, body });
  const { resolve } = reader(vault);
  expect(await messageOf(resolve(password))).toContain(
    "too many requests reach the vault (HTTP 429, Throttled); it asks to wait 3600 s",
  );
  expect(vault.requests).toHaveLength(2);
  const soon = new Date(Date.now() + 60_000).toUTCString();
  vault.behave({ type: "answer", status: 503, headers: { "retry-after": soon }, body: "" });
  expect(await messageOf(resolve(password))).toMatch(/\(HTTP 503\); it asks to wait (59|60) s/);
});

test("a vault that never answers holds up nobody for longer than its time", async () => {
  const vault = await started();
  vault.behave({ type: "hang" });
  const message = await messageOf(reader(vault, { timeout: 300 }).resolve(password));
  expect(message).toContain(
    "was not read within 0.3 s, with the sign-in. Check the network and the firewall between here and 127.0.0.1:",
  );
});

test("many secrets of a vault that never answers hold up nobody longer than one", async () => {
  const vault = await started();
  vault.behave({ type: "hang" });
  const { resolve } = reader(vault, { timeout: 300 });
  const uses = Array.from({ length: 100 }, (_, index) => useOf(`secret-${index}`));
  const begun = performance.now();
  const messages = await Promise.all(uses.map((use) => messageOf(resolve(use))));
  const alike = new Set(messages.map((message) => message.replace(/secret-\d+/, "")));
  expect([...alike]).toEqual([expect.stringContaining("was not read within 0.3 s")]);
  expect(performance.now() - begun).toBeLessThan(3_000);
  expect(vault.requests.length).toBeLessThan(20);
});

test("a sign-in that never ends holds up nobody either", async () => {
  const { credential } = signingIn(() => new Promise(() => {}));
  const { resolve } = reader(await started(), { credential, timeout: 300 });
  expect(await messageOf(resolve(password))).toContain("was not read within 0.3 s");
});

test("a connection that breaks is told", async () => {
  const vault = await started();
  vault.behave({ type: "break" });
  expect(await messageOf(reader(vault).resolve(password))).toContain("(ECONNRESET)");
});

test("a failed sign-in is told as it is, and tried again at the next read", async () => {
  const failed = "Signing in to Azure Key Vault failed with AADSTS7000222.";
  let isFailing = true;
  const { credential } = signingIn(async () => {
    if (isFailing) throw new FaultError(failure("unauthorised", failed));
    return { token: "a-token", expiresOnTimestamp: Date.now() + 3_600_000 };
  });
  const { resolve } = reader(await started(), { credential });
  expect(await messageOf(resolve(password))).toBe(
    `keyVault kv-production/fraud-check-password cannot be read. ${failed}`,
  );
  isFailing = false;
  expect((await resolve(password)).reveal()).toBe(value);
});

test("a certificate that nobody vouches for is not trusted", async () => {
  const vault = await started();
  setDefaultCACertificates(trusted);
  const { credential, asked } = signingIn();
  expect(await messageOf(reader(vault, { credential }).resolve(password))).toContain(
    "its certificate is not trusted; name the file of your own authority in NODE_EXTRA_CA_CERTS",
  );
  expect(asked).toEqual([]);
});

test("a vault whose name nobody knows is told", async () => {
  const url = "https://{vault}.vault.invalid";
  const message = await messageOf(reader({ url }).resolve(password));
  expect(message).toMatch(/kv-production\.vault\.invalid could not be reached: the DNS/);
});

test("a vault of Microsoft's gets no token when it asks for another service's", async () => {
  const vault = await started({ secrets, resource: "https://graph.microsoft.com" });
  const { credential, asked } = signingIn();
  const message = await messageOf(
    reader(vault, { credential, isForeign: false }).resolve(password),
  );
  expect(message).toContain("asks for a token of another service");
  expect(asked).toEqual([]);
});

test("without a way to sign in, a reference to a vault is a fault that says what to set", async () => {
  const { resolve } = openSecrets({ env: {}, fingerprint: { key } });
  expect(await messageOf(resolve(password))).toContain("Set `keyVault.credential`");
});

test("the mask of Microsoft Graph is no password in a vault either", async () => {
  const vault = await started();
  vault.add("kv-production", "fraud-check-password", "******");
  expect(await messageOf(reader(vault).resolve(password))).toContain("holds the mask");
});
