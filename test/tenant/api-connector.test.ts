import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { NotAsExpected, toGraph, toObserved } from "../../src/tenant/api-connector.ts";

const shown = (query: readonly { key: string; value: Secret }[]) =>
  query.map(({ key, value }) => [key, value.reveal()]);

test("a connector of Graph becomes one of the model, without its masked password", () => {
  const got = toObserved({
    id: "45715bb8",
    displayName: "Fraud check",
    targetUrl: "https://FRAUD.contoso.com:443/check?code=k1&code=k2#top",
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "entra",
      password: "******",
    },
  });
  expect(got).toMatchObject({
    kind: "ApiConnector",
    id: "45715bb8",
    displayName: "Fraud check",
    targetUrl: "https://fraud.contoso.com/check#(redacted)",
    authentication: { type: "basic", username: "entra" },
  });
  expect(got.authentication).not.toHaveProperty("password");
  expect(shown(got.query as { key: string; value: Secret }[])).toEqual([
    ["code", "k1"],
    ["code[1]", "k2"],
  ]);
  expect(JSON.stringify(got)).not.toMatch(/k1|k2/);
});

test("a connector of which Graph says nothing but the id is still a connector", () => {
  const bare = { kind: "ApiConnector", id: "1", displayName: null, targetUrl: null, query: [] };
  const want = { ...bare, authentication: { type: "other", odataType: null } };
  expect(toObserved({ id: "1" })).toEqual(want);
  const nulls = { displayName: null, targetUrl: null, authenticationConfiguration: null };
  expect(toObserved({ id: "1", ...nulls })).toEqual(want);
});

test.each(["#microsoft.graph.basicAuthentication", "microsoft.graph.basicAuthentication"])(
  "the type %s is basic authentication, with or without its mask",
  (odataType) => {
    for (const password of ["******", null, undefined]) {
      const authenticationConfiguration = { "@odata.type": odataType, username: null, password };
      const got = toObserved({ id: "1", authenticationConfiguration });
      expect(got.authentication).toEqual({ type: "basic", username: null });
    }
  },
);

test("certificates come with upper-case thumbprints and seconds", () => {
  const authenticationConfiguration = {
    "@odata.type": "#microsoft.graph.clientCertificateAuthentication",
    certificateList: [
      { thumbprint: "0ea1f2", notBefore: 1_700_000_000, notAfter: "1800000000", isActive: true },
      { thumbprint: null, notBefore: 0, notAfter: 1, isActive: false },
    ],
  };
  expect(toObserved({ id: "1", authenticationConfiguration }).authentication).toEqual({
    type: "certificate",
    certificates: [
      { thumbprint: "0EA1F2", notBefore: 1_700_000_000, notAfter: 1_800_000_000, isActive: true },
      { thumbprint: null, notBefore: 0, notAfter: 1, isActive: false },
    ],
  });
});

test("a type of authentication that is not known keeps its name", () => {
  const authenticationConfiguration = { "@odata.type": "#microsoft.graph.somethingNew" };
  expect(toObserved({ id: "1", authenticationConfiguration }).authentication).toEqual({
    type: "other",
    odataType: "#microsoft.graph.somethingNew",
  });
});

test.each([
  { url: "https://joe:canary@api.contoso.com/x", want: "https://(redacted)@api.contoso.com/x" },
  { url: "https://canary@api.contoso.com", want: "https://(redacted)@api.contoso.com/" },
  { url: "https://joe:canary@ho st/x", want: "https://(redacted)@ho st/x" },
  { url: "https://joe:can/canary@ho st/x", want: "https://(redacted)@ho st/x" },
  { url: "joe:canary@api.contoso.com/x", want: "joe:(redacted)@api.contoso.com/x" },
  { url: "api contoso com/x?code=canary", want: "api contoso com/x" },
  { url: "not a url#canary", want: "not a url" },
  { url: "https://api.contoso.com/x#canary", want: "https://api.contoso.com/x#(redacted)" },
  { url: "https://api.contoso.com/x?k=v#canary", want: "https://api.contoso.com/x#(redacted)" },
  { url: "https://api.contoso.com/x#", want: "https://api.contoso.com/x#(redacted)" },
  { url: "https://api.contoso.com/a@b", want: "https://api.contoso.com/a@b" },
  { url: "", want: "" },
])("the address $url is shown as $want", ({ url, want }) => {
  const got = toObserved({ id: "1", targetUrl: url });
  expect(got.targetUrl).toBe(want);
  expect(JSON.stringify(got)).not.toContain("canary");
});

test("what follows the first question mark of an address that is none is one secret", () => {
  const got = toObserved({ id: "1", targetUrl: "not a url?code=k&x=y" });
  expect(shown(got.query as { key: string; value: Secret }[])).toEqual([["", "code=k&x=y"]]);
});

test.each([
  { name: "no object", json: "text" },
  { name: "no id", json: { displayName: "x" } },
  { name: "an empty id", json: { id: "" } },
  { name: "a number for a name", json: { id: "1", displayName: 7 } },
  { name: "a list for an address", json: { id: "1", targetUrl: [] } },
  { name: "text for an authentication", json: { id: "1", authenticationConfiguration: "basic" } },
  {
    name: "an object for a certificate list",
    json: {
      id: "1",
      authenticationConfiguration: {
        "@odata.type": "#microsoft.graph.clientCertificateAuthentication",
        certificateList: {},
      },
    },
  },
])("$name is not taken for a connector", ({ json }) => {
  expect(() => toObserved(json)).toThrow(NotAsExpected);
});

test.each([
  { name: "an id", longest: 256, json: (text: string) => ({ id: text }) },
  { name: "a name", longest: 4_096, json: (text: string) => ({ id: "1", displayName: text }) },
  { name: "an address", longest: 16_384, json: (text: string) => ({ id: "1", targetUrl: text }) },
  {
    name: "a user name",
    longest: 4_096,
    json: (username: string) => ({
      id: "1",
      authenticationConfiguration: {
        "@odata.type": "#microsoft.graph.basicAuthentication",
        username,
      },
    }),
  },
])("$name of more than $longest characters is not taken", ({ json, longest }) => {
  expect(toObserved(json("x".repeat(longest)))).toBeTruthy();
  expect(() => toObserved(json("x".repeat(longest + 1)))).toThrow(NotAsExpected);
});

test("exactly the parts that are given are written", () => {
  expect(toGraph({ kind: "ApiConnector", displayName: "New name" })).toEqual({
    displayName: "New name",
  });
  expect(
    toGraph({ kind: "ApiConnector", targetUrl: new Secret("https://api.contoso.com/x?code=k") }),
  ).toEqual({ targetUrl: "https://api.contoso.com/x?code=k" });
});

test("authentication is always written whole, with its type", () => {
  const authentication = { type: "basic", username: "entra", password: new Secret("pw") } as const;
  expect(toGraph({ kind: "ApiConnector", authentication })).toEqual({
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "entra",
      password: "pw",
    },
  });
});

test("the mask is never written back", () => {
  const authentication = { type: "basic", username: "e", password: new Secret("******") } as const;
  expect(() => toGraph({ kind: "ApiConnector", authentication })).toThrow(FaultError);
});
