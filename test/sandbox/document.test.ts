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
  const { connectors, userFlows } = read(readFileSync(file, "utf8"));
  expect(connectors.map(({ displayName }) => displayName)).toEqual([
    "CRM sync",
    "Fraud check",
    "Loyalty lookup",
    "Partner portal",
  ]);
  expect(userFlows).toMatchObject([{ id: "B2X_1_partners" }]);
});

test("a connector needs neither id nor authentication", () => {
  expect(read(`${HEAD}connectors:\n  - displayName: Legacy\n`)).toEqual({
    connectors: [{ id: "made-1", displayName: "Legacy", targetUrl: null, authentication: null }],
    userFlows: [],
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
  {
    name: "a user flow whose id says no family",
    text: `${HEAD}userFlows:\n  - id: signup\n`,
    at: "4:9",
    says: "userFlows[0].id: The id of a user flow begins with B2X_1_ or B2C_1_",
  },
  {
    name: "a user flow of an unknown type",
    text: `${HEAD}userFlows:\n  - id: B2C_1_x\n    userFlowType: signup\n`,
    at: "5:19",
    says: "userFlows[0].userFlowType must be one of signUp, signIn,",
  },
  {
    name: "a B2X user flow of another type",
    text: `${HEAD}userFlows:\n  - { id: B2X_1_x, userFlowType: passwordReset }\n`,
    at: "4:5",
    says: "always signUpOrSignIn",
  },
  {
    name: "an unknown step",
    text: `${HEAD}userFlows:\n  - id: B2C_1_x\n    apiConnectors: { preSendingClaims: a }\n`,
    at: "5:22",
    says: '"preSendingClaims"',
  },
  {
    name: "the step before the token in a B2X user flow",
    text: `${HEAD}userFlows:\n  - { id: B2X_1_x, apiConnectors: { preTokenIssuance: null } }\n`,
    at: "4:55",
    says: "The steps of B2X_1_x are postFederationSignup and postAttributeCollection",
  },
  {
    name: "a step of a user flow that takes no connectors",
    text: `${HEAD}userFlows:\n  - id: B2C_1_x\n    userFlowType: profileUpdate\n    apiConnectors: { postFederationSignup: null }\n`,
    at: "6:44",
    says: "takes no API connectors",
  },
  {
    name: "a step that calls nobody's connector",
    text: `${HEAD}userFlows:\n  - id: B2X_1_x\n    apiConnectors:\n      postFederationSignup: Nobody\n`,
    at: "6:29",
    says: 'userFlows[0].apiConnectors.postFederationSignup: No connector has the displayName or id "Nobody"',
  },
  {
    name: "a step that calls one of two connectors",
    text: `${HEAD}connectors: [{ displayName: Twin }, { displayName: Twin }]\nuserFlows:\n  - id: B2X_1_x\n    apiConnectors:\n      postFederationSignup: Twin\n`,
    at: "7:29",
    says: 'Several connectors have the displayName "Twin"',
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

test("a user flow names connectors by displayName or id, and what it leaves out is what is usual", () => {
  const flows = [
    "  - { id: B2X_1_a, apiConnectors: { postFederationSignup: Fraud, postAttributeCollection: x } }",
    "  - { id: B2C_1_b, apiConnectors: { preTokenIssuance: Fraud, postFederationSignup: null } }",
  ];
  const connectors = "connectors: [{ displayName: Fraud }, { id: x, displayName: Fraud check }]";
  const { userFlows } = read(`${HEAD}${connectors}\nuserFlows:\n${flows.join("\n")}\n`);
  expect(userFlows).toEqual([
    {
      id: "B2X_1_a",
      userFlowType: "signUpOrSignIn",
      userFlowTypeVersion: 1,
      apiConnectors: { postFederationSignup: "made-1", postAttributeCollection: "x" },
    },
    {
      id: "B2C_1_b",
      userFlowType: "signUpOrSignIn",
      userFlowTypeVersion: 3,
      apiConnectors: { preTokenIssuance: "made-1" },
    },
  ]);
});

test("no refusal shows a password", () => {
  for (const password of ["[canary]", "{ canary: 1 }", '"canary']) {
    const text = `${HEAD}connectors:\n  - authentication: { basic: { password: ${password} } }\n`;
    expect(refusal(text).message).not.toContain("canary");
  }
});

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.constant(null));
const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const holdings: fc.Arbitrary<Omit<TenantState, "userFlows">> = fc.record({
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

/** Steps call connectors that are there. */
const state: fc.Arbitrary<TenantState> = holdings.chain((rest): fc.Arbitrary<TenantState> => {
  const ids = rest.connectors.map(({ id }) => id);
  if (ids.length === 0) return fc.constant({ ...rest, userFlows: [] });
  const step = fc.constantFrom(...ids);
  const steps = {
    postFederationSignup: step,
    postAttributeCollection: step,
    preTokenIssuance: step,
  };
  const flow = fc.record({
    id: fc.stringMatching(/^B2C_1_[A-Za-z0-9_-]+$/),
    userFlowType: fc.constantFrom("signUp" as const, "signUpOrSignIn" as const),
    userFlowTypeVersion: fc.integer({ min: 3, max: 9 }),
    apiConnectors: fc.record(steps, { requiredKeys: [] }),
  });
  return fc
    .uniqueArray(flow, { selector: ({ id }) => id, maxLength: 3 })
    .map((userFlows) => ({ ...rest, userFlows }));
});

test("whatever a tenant holds is the same after it was written and read", () => {
  fc.assert(
    fc.property(state, (want) => {
      expect(read(writeDocument(want))).toEqual(want);
    }),
  );
});
