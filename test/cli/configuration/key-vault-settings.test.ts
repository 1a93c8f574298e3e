import { expect, test } from "vitest";
import { isLocal, vaultUrls } from "../../../src/cli/configuration/key-vault-settings.ts";

test.for([
  { cloud: "global", want: "https://kv-production.vault.azure.net" },
  { cloud: "usGov", want: "https://kv-production.vault.usgovcloudapi.net" },
  { cloud: "usGovDod", want: "https://kv-production.vault.usgovcloudapi.net" },
  { cloud: "china", want: "https://kv-production.vault.azure.cn" },
] as const)("a vault in the cloud $cloud is at $want", ({ cloud, want }) => {
  expect(vaultUrls(cloud, null)("kv-production")).toBe(want);
});

test.for([
  { url: "https://{vault}.vault.contoso.com", want: "https://kv-a.vault.contoso.com" },
  { url: "https://{vault}.vault.contoso.com/", want: "https://kv-a.vault.contoso.com" },
  { url: "https://127.0.0.1:8443/{vault}", want: "https://127.0.0.1:8443/kv-a" },
])("$url has the name of a vault in its place", ({ url, want }) => {
  expect(vaultUrls("global", url)("kv-a")).toBe(want);
});

test("only an address on this machine is one for a ready token", () => {
  expect(isLocal("https://127.0.0.1:8443/{vault}")).toBe(true);
  expect(isLocal("https://{vault}.vault.contoso.com")).toBe(false);
  expect(isLocal("https://127.0.0.1.{vault}.contoso.com")).toBe(false);
  expect(isLocal(null)).toBe(false);
});
