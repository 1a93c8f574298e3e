import path from "node:path";
import { expect, test } from "vitest";
import { readConfiguration } from "../../src/definitions/configuration-file.ts";
import { writtenFolder } from "./written-folder.ts";

const valid = `apiVersion: plumbline/v1
kind: Service
definitions: connectors
tenants:
  - name: sandbox
    sandbox: { port: 8090 }
    mode: apply
  - name: production
    tenantId: 11111111-2222-3333-4444-555555555555
    credential: { clientSecret: { clientId: 11111111-2222-3333-4444-555555555555, secret: { env: CLIENT_SECRET } } }
    variables: { apiHost: api.contoso.com }
    mode: report
`;

function read(text: string | Uint8Array) {
  const root = writtenFolder({ "plumbline.yaml": text });
  return readConfiguration(path.join(root, "plumbline.yaml"), "plumbline.yaml");
}

function faults(text: string | Uint8Array): readonly string[] {
  return read(text).faults.map(
    ({ code, at, message }) => `${code} ${at?.file}:${at?.line}:${at?.column} ${message}`,
  );
}

test("a valid configuration is read with the place of every value", () => {
  const { value, at, faults: found } = read(valid);
  expect(found).toEqual([]);
  expect(value?.tenants.map(({ name, mode }) => `${name} ${mode}`)).toEqual([
    "sandbox apply",
    "production report",
  ]);
  const file = "plumbline.yaml";
  expect(at("tenants[0].mode")).toEqual({ file, line: 7, column: 11 });
  expect(at("tenants[1].variables.apiHost")).toEqual({ file, line: 11, column: 27 });
  expect(at("tenants[1].schedule")).toEqual({ file, line: 8, column: 5 });
  expect(at("tenants[1]")).toEqual({ file, line: 8, column: 5 });
  expect(at("store.sqlite")).toEqual({ file, line: 1, column: 1 });
  expect(at("")).toEqual({ file, line: 1, column: 1 });
});

test.each([
  {
    name: "a missing mode",
    text: valid.replace("    mode: apply\n", ""),
    want: 'schema plumbline.yaml:5:5 tenants[0] needs the key "mode" (the most that Plumbline may do to this tenant: report differences, or apply them).',
  },
  {
    name: "a wrong mode",
    text: valid.replace("mode: apply", "mode: aply"),
    want: 'schema plumbline.yaml:7:11 tenants[0].mode must be report or apply. Did you mean "apply"?',
  },
  {
    name: "an unknown key",
    text: valid.replace("variables:", "variable:"),
    want: 'schema plumbline.yaml:11:5 The key "variable" is not known in tenants[1]: the keys here are name, sandbox, tenantId, cloud, credential, definitions, variables, secrets, targets, mode, allow, limits, deleteAfter, drift, attribution, expiryWarnings, settle, budget, schedule, timezone, windows. Did you mean "variables"?',
  },
  {
    name: "a slip in the name of a key",
    text: `${valid}    limit: { deletes: 1 }\n`,
    want: 'Did you mean "limits"?',
  },
  {
    name: "the end of a known key",
    text: valid.replace("clientSecret:", "certificate: x, clientSecret:"),
    want: 'schema plumbline.yaml:10:19 The key "certificate" is not known in tenants[1].credential: the keys here are workloadIdentity, managedIdentity, azureCli, default, clientSecret, clientCertificate, deviceCode, token. Did you mean "clientCertificate"?',
  },
  {
    name: "a tenant id of another form",
    text: valid.replace("tenantId: 11111111", "tenantId: 1"),
    want: "schema plumbline.yaml:9:15 tenants[1].tenantId does not have the right form. Directory (tenant) id, under Overview in the Entra admin center, such as 11111111-2222-3333-4444-555555555555.",
  },
  {
    name: "a missing kind",
    text: valid.replace("kind: Service\n", ""),
    want: 'schema plumbline.yaml:1:1 The document needs the key "kind". Add kind: Service.',
  },
  {
    name: "definitions of no shape that fits",
    text: valid.replace("definitions: connectors", "definitions: 5"),
    want: "schema plumbline.yaml:3:14 definitions does not have the right shape; it is a number. Folder with the definitions, or a list of folders",
  },
  {
    name: "an empty list of definitions",
    text: valid.replace("definitions: connectors", "definitions: []"),
    want: "schema plumbline.yaml:3:14 definitions must not be an empty list.",
  },
  {
    name: "a folder that is a number",
    text: valid.replace("definitions: connectors", "definitions: [a, 5]"),
    want: "schema plumbline.yaml:3:18 definitions[1] must be text; it is a number.",
  },
  {
    name: "an unknown cloud",
    text: valid.replace("    tenantId", "    cloud: germany\n    tenantId"),
    want: "schema plumbline.yaml:9:12 tenants[1].cloud does not have the right shape; it is text. The Microsoft cloud of the tenant",
  },
  {
    name: "a cloud of one's own without its Graph",
    text: valid.replace("    tenantId", "    cloud: { authority: https://x }\n    tenantId"),
    want: 'schema plumbline.yaml:9:5 tenants[1].cloud needs the key "graph": root of Microsoft Graph without the version.',
  },
  {
    name: "a literal client secret",
    text: valid.replace("{ env: CLIENT_SECRET }", "hunter2"),
    want: "literal-secret plumbline.yaml:10:",
  },
  {
    name: "two credentials",
    text: valid.replace("{ clientSecret:", "{ azureCli: {}, clientSecret:"),
    want: "schema plumbline.yaml:10:17 tenants[1].credential must hold exactly one of",
  },
  {
    name: "a wrong variable name",
    text: valid.replace("apiHost:", "api-host:"),
    want: "schema plumbline.yaml:11:18 This name is not allowed here: it does not have the right form. Letters, digits and _, not a digit first, such as apiHost.",
  },
  {
    name: "a limit that is no number",
    text: `${valid}    limits: { deletes: x }\n`,
    want: "schema plumbline.yaml:13:24 tenants[1].limits.deletes must be a whole number; it is text.",
  },
  {
    name: "PostgreSQL",
    text: `${valid}store: { postgres: { env: DATABASE_URL } }\n`,
    want: "not-yet-supported plumbline.yaml:13:10 PostgreSQL comes in a later version",
  },
  {
    name: "a second document",
    text: `${valid}---\na: 1\n`,
    want: "configuration plumbline.yaml:14:1 The configuration is one document",
  },
  { name: "tabs", text: "a:\n\tb: 1\n", want: "yaml plumbline.yaml:2:1 Tabs" },
  {
    name: "an empty file",
    text: "",
    want: "empty-file plumbline.yaml:1:1 This file is empty: write the configuration of the service, as the README shows",
  },
  {
    name: "UTF-16",
    text: Buffer.from(valid, "utf16le"),
    want: "encoding plumbline.yaml:1:1 This file is saved as UTF-16",
  },
])("one fault for one mistake, at its place: $name", ({ text, want }) => {
  expect(read(text).value).toBeNull();
  const found = faults(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(want);
  expect(found[0]).not.toContain("hunter2");
});

test("a configuration that is missing or no file is a fault that says how to go on", () => {
  const root = writtenFolder({ "a/b": "" });
  for (const [name, reason] of [
    ["none.yaml", "does not exist"],
    ["a", "is no regular file"],
  ] as const) {
    const file = path.join(root, name);
    const { value, faults: found, at } = readConfiguration(file, name);
    expect(value).toBeNull();
    expect(found).toMatchObject([{ severity: "error", code: "configuration", at: null }]);
    expect(found[0]?.message).toContain(`The configuration ${file} ${reason}. `);
    expect(at("tenants[0]")).toEqual({ file: name, line: 1, column: 1 });
  }
});
