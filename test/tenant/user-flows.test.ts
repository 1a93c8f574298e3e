/** Which user flows call which connector, read from a practice tenant over HTTP. */
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import { openReader } from "../../src/tenant/tenant.ts";
import { access, startGraph } from "./scripted-graph.ts";

const basic = { basic: { username: "entra", password: "open sesame" } };

/** Flows of both families; three steps call connectors. */
async function practised(...faults: readonly InjectedFault[]): Promise<Sandbox> {
  const sandbox = await startSandbox({ port: 0, requestLimit: null });
  sandbox.control.setState({
    connectors: ["fraud", "crm"].map((id) => ({ id, displayName: id, authentication: basic })),
    userFlows: [
      { id: "B2X_1_signup", apiConnectors: { postAttributeCollection: "fraud" } },
      { id: "B2X_1_partners" },
      {
        id: "B2C_1_customer",
        apiConnectors: { preTokenIssuance: "crm", postFederationSignup: "fraud" },
      },
      { id: "B2C_1_reset", userFlowType: "passwordReset" },
      { id: "B2C_1_old", userFlowTypeVersion: 1 },
    ],
  });
  for (const fault of faults) sandbox.control.injectFault(fault);
  return sandbox;
}

function readerOf({ url, token }: Sandbox) {
  return openReader(
    access(url, { credential: { type: "token", token: new Secret(token) } }).access,
  );
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const thrown = await work.catch((reason: unknown) => reason);
  return thrown instanceof FaultError ? thrown.fault.code : `no fault but ${String(thrown)}`;
}

const guests = { flow: "B2X_1_signup", step: "postAttributeCollection", connectorId: "fraud" };
const customers = [
  { flow: "B2C_1_customer", step: "postFederationSignup", connectorId: "fraud" },
  { flow: "B2C_1_customer", step: "preTokenIssuance", connectorId: "crm" },
];

test("every step of every flow that calls a connector is told, and only GET is sent", async () => {
  await using sandbox = await practised();
  expect(await readerOf(sandbox).uses()).toEqual([guests, ...customers]);
  expect(new Set(sandbox.control.requests().map(({ method }) => method))).toEqual(new Set(["GET"]));
});

test("flows that come on several pages are all read", async () => {
  await using sandbox = await practised();
  sandbox.control.configure({ pageSize: 1 });
  expect(await readerOf(sandbox).uses()).toEqual([guests, ...customers]);
});

test("a tenant without flows of Azure AD B2C is read without them", async () => {
  const path = "/b2cUserFlows";
  await using sandbox = await practised({ kind: "status", status: 404, path, count: 9 });
  expect(await readerOf(sandbox).uses()).toEqual([guests]);
});

test.for<{ what: string; fault: InjectedFault; code: string }>([
  {
    what: "may not be read",
    fault: { kind: "status", status: 403, path: "UserFlows", count: 99 },
    code: "forbidden",
  },
  {
    what: "are listed in half",
    fault: { kind: "torn-body", path: "b2xUserFlows$" },
    code: "malformed",
  },
  {
    what: "do not show their connectors",
    fault: { kind: "status", status: 403, path: "apiConnectorConfiguration", count: 99 },
    code: "forbidden",
  },
  {
    what: "answer a page for people",
    fault: { kind: "html-body", path: "apiConnectorConfiguration", count: 9 },
    code: "malformed",
  },
])("user flows that $what are unknown, and never none", async ({ fault, code }) => {
  await using sandbox = await practised(fault);
  expect(await codeOf(readerOf(sandbox).uses())).toBe(code);
});

test("a missing permission is named with its id", async () => {
  await using graph = await startGraph({ status: 403, body: { error: { code: "AADB2C" } } });
  const thrown = await openReader(access(graph.url).access)
    .uses()
    .catch((reason: unknown) => reason);
  expect(String(thrown)).toContain(
    "IdentityUserFlow.ReadWrite.All (65319a09-a2be-469d-8782-f6b07debf789)",
  );
});
