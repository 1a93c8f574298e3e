import { expect, test } from "vitest";
import { parseText } from "../../src/definitions/parsed-file.ts";
import { connector } from "./written-folder.ts";

/** `code line:column message` */
function faults(text: string): readonly string[] {
  return parseText(text).faults.map(
    ({ code, place, message }) => `${code} ${place.line}:${place.column} ${message}`,
  );
}

const valid = connector();
const basic = `    basic:
      username: entra
      password: { env: FRAUD_CHECK_PASSWORD }
`;

/** The valid definition with this certificate, in YAML, in the place of its password. */
function certificate(yaml: string): string {
  return valid.replace(basic, `    certificate: ${yaml}\n`);
}

test("a valid definition has no faults", () => {
  expect(faults(valid)).toEqual([]);
});

test.each([
  {
    name: "an unknown key near a known one, which is then not missing too",
    text: valid.replace("displayName", "displayname"),
    want: 'schema 6:3 The key "displayname" is not known in spec: the keys here are displayName, targetUrl, query, authentication. Did you mean "displayName"?',
  },
  {
    name: "an unknown key near none",
    text: `${valid}extra: 1\n`,
    want: 'schema 12:1 The key "extra" is not known in a definition: the keys here are apiVersion, kind, metadata, spec, policy.',
  },
  {
    name: "a missing key",
    text: valid.replace(/ {2}displayName.*\n/, ""),
    want: 'schema 5:1 spec needs the key "displayName": the name people see in the portal.',
  },
  {
    name: "a missing part of the document",
    text: valid.replace(/metadata:\n.*\n/, ""),
    want: 'schema 1:1 The document needs the key "metadata": how git and Plumbline know this connector.',
  },
  {
    name: "a wrong version",
    text: valid.replace("plumbline/v1", "plumbline/v2"),
    want: 'schema 1:13 This value of apiVersion is not known. Did you mean "plumbline/v1"?',
  },
  {
    name: "a version that resembles none",
    text: valid.replace("plumbline/v1", "apps/v1"),
    want: "schema 1:13 apiVersion must be plumbline/v1.",
  },
  {
    name: "a missing version",
    text: valid.replace(/apiVersion.*\n/, ""),
    want: 'schema 1:1 The document needs the key "apiVersion". Add apiVersion: plumbline/v1.',
  },
  {
    name: "a slip in the kind",
    text: valid.replace("ApiConnector", "APIConnector"),
    want: 'schema 2:7 This value of kind is not known. Did you mean "ApiConnector"?',
  },
  {
    name: "an unknown kind",
    text: "kind: Deployment\nspec: 5\n",
    want: 'schema 1:7 The kind "Deployment" is not known. Known kinds are ApiConnector or UserFlow.',
  },
  {
    name: "the configuration among the definitions",
    text: "kind: Service\n",
    want: "schema 1:7 This is the configuration of the service",
  },
  {
    name: "a number as text",
    text: valid.replace("username: entra", "username: 12345"),
    want: "schema 10:17 spec.authentication.basic.username must be text; it is a number. Put it in quotes.",
  },
  {
    name: "an empty value",
    text: valid.replace("username: entra", "username:"),
    want: "schema 10:7 spec.authentication.basic.username must be text; it is empty.",
  },
  {
    name: "a text where a mapping belongs",
    text: valid.replace(/metadata:\n.*\n/, "metadata: fraud-check\n"),
    want: "schema 3:11 metadata must be a mapping (lines of key: value); it is text.",
  },
  {
    name: "a name of the wrong form",
    text: connector({ name: "Fraud_Check" }),
    want: "schema 4:9 metadata.name does not have the right form. The key in git: lower-case letters, digits and hyphens, unique per tenant and kind, such as fraud-check.",
  },
  {
    name: "a name that is too long",
    text: connector({ name: "a".repeat(64) }),
    want: "schema 4:9 metadata.name must have at most 63 characters.",
  },
  {
    name: "two ways to authenticate",
    text: `${valid}    certificate: 5\n`,
    want: "schema 9:5 spec.authentication must hold exactly one of basic or certificate.",
    more: 1,
  },
  {
    name: "no way to authenticate",
    text: valid.replace(`\n${basic}`, " {}\n"),
    want: "schema 8:19 spec.authentication must hold exactly one of basic or certificate.",
  },
  {
    name: "a misspelt way to authenticate",
    text: valid.replace("basic:", "bassic:"),
    want: 'schema 9:5 The key "bassic" is not known in spec.authentication: the keys here are basic, certificate. Did you mean "basic"?',
  },
  {
    name: "a reference to two places",
    text: connector({ password: "{ env: A, file: b }" }),
    want: "schema 11:17 spec.authentication.basic.password must hold exactly one of env, file or keyVault.",
  },
  {
    name: "a reference to no place",
    text: connector({ password: "{}" }),
    want: "schema 11:17 spec.authentication.basic.password must hold exactly one of env, file or keyVault.",
  },
  {
    name: "a misspelt reference",
    text: connector({ password: "{ evn: A }" }),
    want: 'schema 11:19 The key "evn" is not known in spec.authentication.basic.password: the keys here are env, file, keepTrailingNewline, keyVault. Did you mean "env"?',
  },
  {
    name: "a bad name of an environment variable",
    text: connector({ password: "{ env: A-B }" }),
    want: "schema 11:24 The name of an environment variable has _ in place of -: A_B.",
  },
  {
    name: "a value in place of an environment variable",
    text: connector({ password: "{ env: $FRAUD_KEY }" }),
    want: "schema 11:24 An environment variable is written without $: FRAUD_KEY.",
  },
  {
    name: "a name that cannot be mended",
    text: connector({ password: "{ env: 1+1 }" }),
    want: "schema 11:24 spec.authentication.basic.password.env does not have the right form. Name of an environment variable of the Plumbline process, such as FRAUD_CHECK_PASSWORD.",
  },
  {
    name: "a query without parameters",
    text: connector({ query: "{}" }),
    want: "schema 8:10 spec.query must hold at least 1 entry.",
  },
  {
    name: "an empty parameter name",
    text: connector({ query: '{ "": { env: A } }' }),
    want: "schema 8:12 This name is not allowed here: it must not be empty.",
  },
  {
    name: "a policy that is no boolean",
    text: `${valid}policy: { protect: maybe }\n`,
    want: "schema 12:20 policy.protect must be true or false; it is text.",
  },
  { name: "a list", text: "- a\n", want: "schema 1:1 The document must be a mapping" },
  { name: "a text", text: "hello\n", want: "schema 1:1 The document must be a mapping" },
  {
    name: "a reference that is empty",
    text: connector({ password: "" }).replace("password: ", "password:"),
    want: "schema 11:7 spec.authentication.basic.password must be a reference to a secret: { env: NAME }, { file: PATH } or { keyVault: { vault: NAME, secret: NAME } }; it is empty.",
  },
  {
    name: "a reference to every place",
    text: connector({ password: "{ env: A, file: b, keyVault: { vault: kv-a, secret: b } }" }),
    want: "schema 11:17 spec.authentication.basic.password must hold exactly one of env, file or keyVault.",
  },
  {
    name: "a newline that belongs to no file",
    text: connector({ password: "{ env: A, keepTrailingNewline: true }" }),
    want: "schema 11:27 spec.authentication.basic.password.keepTrailingNewline belongs to file: write it beside file, or remove it.",
  },
  {
    name: "a newline without any place",
    text: connector({ password: "{ keepTrailingNewline: true }" }),
    want: "schema 11:17 spec.authentication.basic.password must hold exactly one of env, file or keyVault.",
  },
  {
    name: "a newline beside a misspelt file",
    text: connector({ password: "{ flie: a, keepTrailingNewline: true }" }),
    want: 'schema 11:19 The key "flie" is not known in spec.authentication.basic.password: the keys here are env, file, keepTrailingNewline, keyVault. Did you mean "file"?',
  },
  {
    name: "a vault without a secret",
    text: connector({ password: "{ keyVault: { vault: kv-production } }" }),
    want: 'schema 11:19 spec.authentication.basic.password.keyVault needs the key "secret": name of the secret in the vault.',
  },
  {
    name: "a vault with its domain",
    text: connector({ password: "{ keyVault: { vault: kv.vault.azure.net, secret: a } }" }),
    want: "schema 11:38 spec.authentication.basic.password.keyVault.vault does not have the right form. Name of the vault, without its domain, such as kv-production.",
  },
  {
    name: "a variable in the name of a vault",
    text: connector({ password: "{ keyVault: { vault: kv-a, secret: '${name}' } }" }),
    want: "schema 11:52 spec.authentication.basic.password.keyVault.secret does not have the right form. Name of the secret in the vault, such as fraud-check-password.",
  },
  {
    name: "a version that is none",
    text: connector({ password: "{ keyVault: { vault: kv-a, secret: b, version: newest } }" }),
    want: "schema 11:64 spec.authentication.basic.password.keyVault.version does not have the right form. Version of the secret; the newest one when left out, such as",
  },
  {
    name: "a certificate of no form",
    text: certificate("{ passphrase: { env: A } }"),
    want: "schema 9:18 spec.authentication.certificate must hold exactly one of pfx or pem.",
  },
  {
    name: "a certificate of two forms",
    text: certificate("{ pfx: { env: A }, pem: { env: B }, key: { env: C } }"),
    want: "schema 9:18 spec.authentication.certificate must hold exactly one of pfx or pem.",
  },
  {
    name: "a key beside a PFX",
    text: certificate("{ pfx: { env: A }, key: { env: B } }"),
    want: "schema 9:37 spec.authentication.certificate.key belongs to pem: write it beside pem, or remove it.",
  },
  {
    name: "a key without a certificate",
    text: certificate("{ key: { env: B } }"),
    want: "schema 9:18 spec.authentication.certificate must hold exactly one of pfx or pem.",
  },
  {
    name: "a certificate that is a misspelt PFX",
    text: certificate("{ pxf: { env: A } }"),
    want: 'schema 9:20 The key "pxf" is not known in spec.authentication.certificate: the keys here are pfx, passphrase, pem, key. Did you mean "pfx"?',
  },
  {
    name: "a user flow without metadata and with a spec that is none",
    text: "apiVersion: plumbline/v1\nkind: UserFlow\nspec: 1\n",
    want: 'schema 1:1 The document needs the key "metadata": which user flow is meant.',
    more: 1,
  },
])("one fault for one mistake, at its place: $name", ({ text, want, more = 0 }) => {
  const found = faults(text);
  expect(found[0]).toContain(want);
  expect(found).toHaveLength(1 + more);
});

test.each([
  { name: "a text", password: "hunter2", at: "11:17" },
  { name: "a number", password: "123456", at: "11:17" },
  { name: "a quoted text", password: '"hunter2"', at: "11:17" },
  { name: "a block", password: "|\n        hunter2", at: "11:17" },
])("a literal secret is told, and never shown: $name", ({ password, at }) => {
  const found = faults(connector({ password }));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(`literal-secret ${at} A secret may not stand in a file`);
  expect(found[0]).not.toMatch(/hunter2|123456/);
});

test("a literal secret in the query is told too", () => {
  expect(faults(connector({ query: "{ code: hunter2 }" }))).toEqual([
    expect.stringContaining("literal-secret 8:18"),
  ]);
});

test("a secret that stands where a key belongs is not shown", () => {
  for (const password of ["{ hunter2 }", "{ hunter2: x }"]) {
    const found = faults(connector({ password }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(
      "schema 11:19 The key is not known in spec.authentication.basic.password",
    );
  }
});

test("many mistakes in one document are told together", () => {
  const text = valid
    .replace("plumbline/v1", "v1")
    .replace("name: fraud-check", "nam: x")
    .replace("username", "user");
  expect(faults(text).map((fault) => fault.split(" ")[1])).toEqual(["1:13", "4:3", "10:7"]);
});

test("a file that is wrong throughout ends in a count", () => {
  const found = faults(Array.from({ length: 500 }, (_, index) => `k${index}: 1\n`).join(""));
  expect(found).toHaveLength(51);
  expect(found.at(-1)).toContain("more faults in this file");
});
