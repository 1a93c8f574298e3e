import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { readDocument, writeDocument } from "../../src/sandbox/document.ts";
import type { TenantState } from "../../src/sandbox/tenant-state.ts";

const HEAD = "apiVersion: plumbline/v1\nkind: Sandbox\n";

function read(text: string): TenantState {
  let made = 0;
  return readDocument(text, "sandbox.yaml", () => {
    made += 1;
    return `made-${made}`;
  });
}

function refusal(text: string): { at: string; message: string; code: string } {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { at, message, code } = error.fault;
    return { at: `${at?.file}:${at?.line}:${at?.column}`, message, code };
  }
  throw new Error("It was accepted.");
}

test("the seed that comes with the repository is one", () => {
  const file = new URL("../../sandbox.yaml", import.meta.url);
  const { connectors } = read(readFileSync(file, "utf8"));
  expect(connectors.map(({ displayName }) => displayName)).toEqual([
    "CRM sync",
    "Fraud check",
    "Loyalty lookup",
    "Partner portal",
  ]);
});

test("a connector needs neither id nor authentication", () => {
  expect(read(`${HEAD}connectors:\n  - displayName: Legacy\n`)).toEqual({
    connectors: [{ id: "made-1", displayName: "Legacy", targetUrl: null, authentication: null }],
    apps: [],
  });
});

test.for([
  { name: "an unknown key", text: `${HEAD}connector: []\n`, at: "3:1", says: '"connector"' },
  {
    name: "an unknown key inside",
    text: `${HEAD}connectors:\n  - displayName: a\n    url: b\n`,
    at: "5:5",
    says: 'connectors[0] has no key "url"',
  },
  {
    name: "a value of the wrong type",
    text: `${HEAD}connectors:\n  - displayName: 7\n`,
    at: "4:18",
    says: "connectors[0].displayName must be",
  },
  {
    name: "two kinds of authentication",
    text: `${HEAD}connectors:\n  - authentication: { basic: {}, certificates: [] }\n`,
    at: "4:21",
    says: "either basic or certificates",
  },
  {
    name: "a certificate without an instant",
    text: `${HEAD}connectors:\n  - authentication:\n      certificates:\n        - { notBefore: soon, notAfter: 1 }\n`,
    at: "6:24",
    says: "instant such as",
  },
  {
    name: "an app without a secret",
    text: `${HEAD}apps:\n  - { clientId: a, roles: [] }\n`,
    at: "4:5",
    says: 'needs the key "clientSecret"',
  },
  {
    name: "another kind",
    text: "apiVersion: plumbline/v1\nkind: Service\n",
    at: "2:7",
    says: "Sandbox",
  },
  { name: "nothing", text: "", at: "1:1", says: "must be object" },
  { name: "broken YAML", text: `${HEAD}connectors: [\n`, at: "4:1", says: "YAML" },
  { name: "an alias", text: `${HEAD}connectors: [&a {}, *a]\n`, at: "1:1", says: "Aliases" },
  {
    name: "an id twice",
    text: `${HEAD}connectors: [{ id: a }, { id: a }]\n`,
    at: "1:1",
    says: "id a",
  },
  {
    name: "the built-in app",
    text: `${HEAD}apps: [{ clientId: 00000000-5a4d-4000-8000-000000000002, clientSecret: x, roles: [] }]\n`,
    at: "1:1",
    says: "another clientId",
  },
])("$name is refused at $at", ({ text, at, says }) => {
  const got = refusal(text);
  expect(got).toMatchObject({ code: "configuration", at: `sandbox.yaml:${at}` });
  expect(got.message).toContain(says);
});

test("no refusal shows a password", () => {
  for (const password of ["[canary]", "{ canary: 1 }", '"canary']) {
    const text = `${HEAD}connectors:\n  - authentication: { basic: { password: ${password} } }\n`;
    expect(refusal(text).message).not.toContain("canary");
  }
});

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.constant(null));
const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const state: fc.Arbitrary<TenantState> = fc.record({
  connectors: fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1 }),
      displayName: text,
      targetUrl: text,
      authentication: fc.oneof(
        fc.constant(null),
        fc.record({ type: fc.constant("basic" as const), username: text, password: text }),
        fc.record({
          type: fc.constant("certificates" as const),
          certificates: fc.array(
            fc.record({ thumbprint: text, notBefore: seconds, notAfter: seconds }),
            { maxLength: 3 },
          ),
        }),
      ),
    }),
    { selector: ({ id }) => id, maxLength: 5 },
  ),
  apps: fc.constant([]),
});

test("whatever a tenant holds is the same after it was written and read", () => {
  fc.assert(
    fc.property(state, (want) => {
      expect(read(writeDocument(want))).toEqual(want);
    }),
  );
});
