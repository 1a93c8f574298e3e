import { expect, test } from "vitest";
import { apiVersion, clouds, isKnownAuthority } from "../../src/tenant/clouds.ts";

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
