/** Steps of user flows are bound to connectors in a practice tenant over HTTP. */
import { expect, test } from "vitest";
import type { Step } from "../../src/model/definition.ts";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { openReader, openWriter } from "../../src/tenant/tenant.ts";
import {
  accessTo,
  asked,
  called,
  faultOf,
  flow,
  practised,
  readerOf,
  writerOf,
} from "./practised-flows.ts";
import { access, startGraph } from "./scripted-graph.ts";

/** What a person in the portal sees. */
function bound({ control }: Sandbox, id: string) {
  return control.userFlows().find((one) => one.id === id)?.apiConnectors ?? {};
}

/** One PUT without an answer that could be taken for done. */
const LOST = { kind: "drop-before-effect", method: "PUT" } as const;
const LOST_AND_DONE = { kind: "drop-after-effect", method: "PUT" } as const;
const AGAIN = { kind: "status", status: 409, method: "PUT", count: 9 } as const;

test.for<{ what: string; id: string; step: Step; connectorId: string | null; after: object }>([
  {
    what: "bound",
    id: "B2X_1_partners",
    step: "postFederationSignup",
    connectorId: "crm",
    after: { postFederationSignup: "crm" },
  },
  {
    what: "bound to another connector",
    id: "B2X_1_signup",
    step: "postAttributeCollection",
    connectorId: "crm",
    after: { postAttributeCollection: "crm" },
  },
  {
    what: "unbound",
    id: "B2X_1_signup",
    step: "postAttributeCollection",
    connectorId: null,
    after: {},
  },
  {
    what: "bound in Azure AD B2C",
    id: "B2C_1_customer",
    step: "postAttributeCollection",
    connectorId: "crm",
    after: {
      postFederationSignup: "fraud",
      postAttributeCollection: "crm",
      preTokenIssuance: "crm",
    },
  },
])("a step is $what by one PUT, in the version of its flow", async (row) => {
  const { id, step, connectorId, after } = row;
  await using sandbox = await practised();
  const { requestId } = await writerOf(sandbox).bind(flow(id), step, connectorId);
  expect(requestId).toMatch(/^[\da-f-]{36}$/);
  const [family, version] = id.startsWith("B2X") ? ["b2x", "v1.0"] : ["b2c", "beta"];
  const target = `${sandbox.url}/${version}/identity/apiConnectors/${connectorId}`;
  expect(sandbox.control.requests()).toMatchObject([
    {
      method: "PUT",
      path: `/${version}/identity/${family}UserFlows/${id}/apiConnectorConfiguration/${step}/$ref`,
      status: 204,
    },
  ]);
  expect(sandbox.control.requests()[0]?.body).toEqual(
    connectorId === null ? {} : { "@odata.id": target },
  );
  expect(bound(sandbox, id)).toEqual(after);
});

test.for(["preTokenIssuance", "preSendingClaims"] as const)(
  "the step before the token is bound where Graph calls it %s, by one PUT whether it was read before or not",
  async (tokenStep) => {
    await using sandbox = await practised();
    sandbox.control.configure({ tokenStep });
    const writer = writerOf(sandbox);
    await writer.bind(flow("B2C_1_customer"), "preTokenIssuance", "fraud");
    expect(bound(sandbox, "B2C_1_customer")).toMatchObject({ preTokenIssuance: "fraud" });
    sandbox.control.clearRequests();
    await writer.bind(flow("B2C_1_customer"), "preTokenIssuance", null);
    expect(bound(sandbox, "B2C_1_customer")).not.toHaveProperty("preTokenIssuance");
    expect(asked(sandbox)).toEqual([expect.stringMatching(`^PUT .*/${tokenStep}/\\$ref$`)]);
  },
);

test("what a reader learned of the step before the token, a writer knows", async () => {
  await using sandbox = await practised();
  sandbox.control.configure({ tokenStep: "preSendingClaims" });
  const shared = accessTo(sandbox);
  await openReader(shared).userFlows([]);
  sandbox.control.clearRequests();
  await openWriter(shared).bind(flow("B2C_1_customer"), "preTokenIssuance", "fraud");
  expect(asked(sandbox)).toHaveLength(1);
});

test.for([409, 204] as const)(
  "binding what is bound already is a success where Graph answers %i",
  async (bindAgain) => {
    await using sandbox = await practised();
    sandbox.control.configure({ bindAgain });
    const binding = writerOf(sandbox).bind(
      flow("B2X_1_signup"),
      "postAttributeCollection",
      "fraud",
    );
    expect(await binding).toEqual({ requestId: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(asked(sandbox, /^PUT/)).toHaveLength(1);
  },
);

test.for<{ what: string; faults: readonly InjectedFault[]; code: string | null; puts: number }>([
  { what: "another conflict", faults: [AGAIN], code: "conflict", puts: 1 },
  {
    what: "a conflict after which the flow may not be read",
    faults: [AGAIN, { kind: "status", status: 403, method: "GET", count: 9 }],
    code: "conflict",
    puts: 1,
  },
  {
    what: "a refusal",
    faults: [{ kind: "status", status: 400, method: "PUT" }],
    code: "rejected",
    puts: 1,
  },
  { what: "a lost request", faults: [LOST], code: null, puts: 2 },
  { what: "a lost answer, and then 409", faults: [LOST_AND_DONE], code: null, puts: 2 },
  {
    what: "no answer at all",
    faults: [{ ...LOST_AND_DONE, count: 3 }],
    code: "network",
    puts: 3,
  },
  {
    what: "a lost request, and then another conflict",
    faults: [LOST, AGAIN],
    code: "unavailable",
    puts: 2,
  },
  {
    what: "a lost answer, and then a refusal",
    faults: [LOST_AND_DONE, { kind: "status", status: 403, method: "PUT" }],
    code: "unavailable",
    puts: 2,
  },
])("a binding that meets $what ends with $code", async ({ faults, code, puts }) => {
  await using sandbox = await practised(...faults);
  const binding = writerOf(sandbox).bind(flow("B2X_1_signup"), "postAttributeCollection", "crm");
  expect(await faultOf(binding)).toEqual(code === null ? null : expect.objectContaining({ code }));
  expect(asked(sandbox, /^PUT/)).toHaveLength(puts);
});

test("after a conflict, whoever aborts is heard", async () => {
  const held = { kind: "delay", milliseconds: 600_000, method: "GET" } as const;
  await using sandbox = await practised(AGAIN, held);
  const aborting = new AbortController();
  const arrival = sandbox.control.arrival("GET", /B2X_1_signup/);
  const { signal } = aborting;
  const binding = writerOf(sandbox).bind(
    flow("B2X_1_signup"),
    "postAttributeCollection",
    "crm",
    signal,
  );
  await arrival;
  aborting.abort(new Error("enough"));
  await expect(binding).rejects.toThrow("enough");
});

test("a success without effect is a success, and a read shows the truth", async () => {
  await using sandbox = await practised({ kind: "no-effect", method: "PUT" });
  const writer = writerOf(sandbox);
  await writer.bind(flow("B2X_1_signup"), "postAttributeCollection", "crm");
  const now = await writer.userFlow(flow("B2X_1_signup"));
  expect(called(now?.steps)).toMatchObject({ postAttributeCollection: "fraud" });
});

test("a step of a flow that is gone, or to a connector that is gone, is not bound", async () => {
  await using sandbox = await practised();
  const writer = writerOf(sandbox);
  const gone = { code: "not-found" };
  const step = "postFederationSignup";
  expect(await faultOf(writer.bind(flow("B2X_1_gone"), step, "crm"))).toMatchObject(gone);
  expect(await faultOf(writer.bind(flow("B2X_1_signup"), step, "gone"))).toMatchObject(gone);
});

test.for(["", ".", ".."])("the connector id %j is refused before anything is sent", async (id) => {
  await using sandbox = await practised();
  const binding = writerOf(sandbox).bind(flow("B2X_1_signup"), "postFederationSignup", id);
  expect(await faultOf(binding)).toMatchObject({ code: "rejected" });
  expect(asked(sandbox)).toEqual([]);
});

test("a strange id stays one segment of the address that a step is bound to", async () => {
  await using graph = await startGraph({ status: 204 });
  const writer = openWriter(access(graph.url).access);
  await writer.bind(flow("B2X_1_a/b"), "postFederationSignup", "c/d?e");
  expect(graph.seen).toMatchObject([
    {
      method: "PUT",
      url: "/v1.0/identity/b2xUserFlows/B2X_1_a%2Fb/apiConnectorConfiguration/postFederationSignup/$ref",
      body: JSON.stringify({ "@odata.id": `${graph.url}/v1.0/identity/apiConnectors/c%2Fd%3Fe` }),
    },
  ]);
});

test("unbinding sends an empty object as JSON", async () => {
  await using graph = await startGraph({ status: 204 });
  const writer = openWriter(access(graph.url).access);
  await writer.bind(flow("B2X_1_signup"), "postFederationSignup", null);
  expect(graph.seen[0]).toMatchObject({
    body: "{}",
    headers: { "content-type": "application/json" },
  });
});

test("access that only reads has no way to bind, and refuses a PUT before anything is sent", async () => {
  await using sandbox = await practised();
  expect(readerOf(sandbox)).not.toHaveProperty("bind");
  const path = "/v1.0/identity/b2xUserFlows/B2X_1_signup";
  const put = { method: "PUT", kind: "UserFlow", id: "B2X_1_signup", path } as const;
  expect(await faultOf(accessTo(sandbox).reading.send(put, { body: {} }))).toMatchObject({
    code: "rejected",
    message: expect.stringContaining("may read and nothing else"),
  });
  expect(asked(sandbox)).toEqual([]);
});

test("the permission that binding needs is named with its id", async () => {
  await using sandbox = await practised({ kind: "status", status: 403, method: "PUT" });
  const binding = writerOf(sandbox).bind(flow("B2X_1_signup"), "postFederationSignup", "crm");
  expect(await faultOf(binding)).toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(
      /change which API connector a step of user flow B2X_1_signup calls.*IdentityUserFlow\.ReadWrite\.All \(65319a09-a2be-469d-8782-f6b07debf789\)/,
    ),
  });
});
