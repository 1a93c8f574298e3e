import fc from "fast-check";
import { expect, test } from "vitest";
import { openDefinitions } from "../../src/definitions/definitions.ts";
import { restoredText } from "../../src/definitions/restored-text.ts";
import type { ApiConnectorDefinition } from "../../src/model/definition.ts";
import type { Snapshot } from "../../src/model/generated/audit.ts";
import { writtenSnapshot } from "../../src/reconcile/memory/snapshot.ts";
import { connector, request, writtenFolder } from "./written-folder.ts";

const path = "spec.authentication.basic.password";

function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    displayName: "Fraud check",
    targetUrl: "https://fraud.contoso.com/entra",
    query: [],
    authentication: {
      type: "basic",
      username: "entra",
      fingerprint: null,
      sources: { [path]: { env: "FRAUD_PASSWORD" } },
      certificates: [],
    },
    ...over,
  };
}

/** What one file becomes, without where it stands. */
function definitionIn(root: string, instead?: Record<string, string | null>) {
  const loaded = openDefinitions().load(request(root, { ...(instead && { instead }) }));
  expect(loaded.faults).toEqual([]);
  return loaded.definitions.map((one) => JSON.parse(JSON.stringify(one), withoutPlace));
}

const withoutPlace = (key: string, value: unknown) =>
  key === "at" || key === "written" ? null : value;

test("a definition that is kept and brought back says the same, whatever its texts", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  const plain = text.filter((one) => one.trim() === one && !/[\p{C}\p{Z}]/u.test(one));
  fc.assert(
    fc.property(plain, plain, (displayName, username) => {
      const yaml = connector({
        displayName: JSON.stringify(displayName.replaceAll("${", () => "$${")),
        username: JSON.stringify(username.replaceAll("${", () => "$${")),
        targetUrl: "https://api.contoso.com/entra?mode=test",
        query: "{ code: { env: FRAUD_KEY }, other: { file: keys/other.txt } }",
      });
      const root = writtenFolder({ "connectors/it.yaml": yaml, "connectors/keys/other.txt": "x" });
      const [loaded] = openDefinitions().load(request(root)).definitions;
      const definition = loaded as ApiConnectorDefinition;
      const state = writtenSnapshot(
        { definition, secrets: {}, certificate: null },
        { op: "create", sends: [] },
        null,
        (text) => text,
      );
      const { name } = definition;
      const restored = restoredText({ name, state, later: null, policy: {} });
      const instead = { [name]: "text" in restored ? restored.text : null };
      expect(definitionIn(root, instead)).toEqual(definitionIn(root));
    }),
    { numRuns: 50 },
  );
});

test("where a secret came from is taken from what followed, when nothing else says so", () => {
  const before = snapshot({
    query: [{ key: "code", fingerprint: "v1$code", source: null }],
    authentication: { ...snapshot().authentication, sources: {} },
  });
  const later = snapshot({
    query: [{ key: "code", fingerprint: "v1$code", source: { env: "FRAUD_KEY" } }],
  });
  const restored = restoredText({ name: "a", state: before, later, policy: { protect: true } });
  expect(restored).toEqual({
    text: expect.stringMatching(/FRAUD_KEY[\s\S]*FRAUD_PASSWORD[\s\S]*protect: true/),
  });
});

const basic = snapshot().authentication;

test.for<{ what: string; state: Snapshot; problem: string }>([
  {
    what: "a value in the URL that nobody named",
    state: snapshot({ query: [{ key: "code", fingerprint: "v1$x", source: null }] }),
    problem: "a: where the value of code in its URL came from is not known.",
  },
  {
    what: "a password that nobody named",
    state: snapshot({ authentication: { ...basic, sources: {} } }),
    problem: "a: where its password came from is not known.",
  },
  {
    what: "a certificate that nobody named",
    state: snapshot({ authentication: { ...basic, type: "certificate", sources: {} } }),
    problem: "a: where its certificate came from is not known.",
  },
  {
    what: "a name in which a secret stood",
    state: snapshot({ displayName: "key [redacted]" }),
    problem: "a held a secret in a text that everybody sees, which was not kept.",
  },
])("$what cannot be brought back", ({ state, problem }) => {
  expect(restoredText({ name: "a", state, later: null, policy: {} })).toEqual({ problem });
});
