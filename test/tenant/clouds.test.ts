import { expect, test } from "vitest";
import { apiVersion, clouds, isKnownAuthority, isLoopback } from "../../src/tenant/clouds.ts";

test.each([
  { graph: clouds.global.graph, want: "v1.0" },
  { graph: clouds.usGov.graph, want: "beta" },
  { graph: clouds.usGovDod.graph, want: "beta" },
  { graph: clouds.china.graph, want: "v1.0" },
  { graph: "http://127.0.0.1:8090", want: "v1.0" },
])("API connectors are at $want of $graph", ({ graph, want }) => {
  expect(apiVersion(graph, "ApiConnector")).toBe(want);
});

test("only Microsoft's own sign-in services are known", () => {
  expect(isKnownAuthority("https://login.microsoftonline.us/")).toBe(true);
  expect(isKnownAuthority("https://127.0.0.1:8443")).toBe(false);
});

test.each([
  { hostname: "localhost", want: true },
  { hostname: "127.0.0.1", want: true },
  { hostname: "127.1.2.3", want: true },
  { hostname: "[::1]", want: true },
  { hostname: "127.0.0.1.contoso.com", want: false },
  { hostname: "localhost.contoso.com", want: false },
  { hostname: "10.0.0.1", want: false },
])("whether $hostname is this machine: $want", ({ hostname, want }) => {
  expect(isLoopback(hostname)).toBe(want);
});
