import { expect, test } from "vitest";
import { isLoopback } from "../../src/model/network.ts";
import { clouds, connectorAddress, isKnownAuthority, pathOf } from "../../src/tenant/clouds.ts";

const practice = "http://127.0.0.1:8090";

test.each([
  { graph: clouds.global.graph, connectors: "v1.0", b2x: "v1.0", b2c: "beta" },
  { graph: clouds.usGov.graph, connectors: "beta", b2x: "beta", b2c: null },
  { graph: clouds.usGovDod.graph, connectors: "beta", b2x: "beta", b2c: null },
  { graph: clouds.china.graph, connectors: "v1.0", b2x: "v1.0", b2c: null },
  { graph: practice, connectors: "v1.0", b2x: "v1.0", b2c: "beta" },
])(
  "$graph has API connectors in $connectors, flows for guests in $b2x and for customers in $b2c",
  ({ graph, connectors, b2x, b2c }) => {
    expect(pathOf(graph, "apiConnectors")).toBe(`/${connectors}/identity/apiConnectors`);
    expect(pathOf(graph, "b2xUserFlows")).toBe(`/${b2x}/identity/b2xUserFlows`);
    expect(pathOf(graph, "b2cUserFlows")).toBe(b2c && `/${b2c}/identity/b2cUserFlows`);
  },
);

test.each([
  { graph: clouds.global.graph, flows: "b2xUserFlows", version: "v1.0" },
  { graph: clouds.global.graph, flows: "b2cUserFlows", version: "beta" },
  { graph: clouds.usGov.graph, flows: "b2xUserFlows", version: "beta" },
  { graph: clouds.usGovDod.graph, flows: "b2xUserFlows", version: "beta" },
  { graph: clouds.china.graph, flows: "b2xUserFlows", version: "v1.0" },
  { graph: practice, flows: "b2cUserFlows", version: "beta" },
] as const)(
  "a flow below $flows of $graph names a connector in $version of the same root",
  ({ graph, flows, version }) => {
    const path = `${pathOf(graph, flows)}/B2X_1_signup/apiConnectorConfiguration`;
    expect(connectorAddress(graph, path, "an-id")).toBe(
      `${graph}/${version}/identity/apiConnectors/an-id`,
    );
  },
);

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
