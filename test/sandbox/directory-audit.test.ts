import { afterAll, expect, test } from "vitest";
import { SANDBOX_CLIENT_ID } from "../../src/sandbox/sandbox.ts";
import { makeToken } from "../../src/sandbox/token.ts";
import { CONNECTORS, type Practice, practise, START } from "./practice.ts";

const AUDITS = "/v1.0/auditLogs/directoryAudits";
const client = "99999999-0000-4000-8000-000000000000";
const basic = {
  "@odata.type": "#microsoft.graph.basicAuthentication",
  username: "u",
  password: "p",
};
const body = {
  displayName: "A",
  targetUrl: "https://a.example/",
  authenticationConfiguration: basic,
};

type Entry = Readonly<Record<string, unknown>>;

async function list({ call }: Practice, query = ""): Promise<readonly Entry[]> {
  const { json } = await call("GET", `${AUDITS}${query}`);
  return json.value as unknown as readonly Entry[];
}

const activities = (entries: readonly Entry[]) =>
  entries.map(({ activityDisplayName }) => activityDisplayName);

const filter = (text: string) => `?$filter=${encodeURIComponent(text)}`;

const shared = practise();
afterAll(async () => (await shared)[Symbol.asyncDispose]());

test("a write by an app is an entry with its id and its client-request-id", async () => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, body, { "client-request-id": client });
  expect(await list(practice)).toEqual([
    {
      id: "B2C_SANDBOX_1",
      category: "ResourceManagement",
      correlationId: client,
      result: "success",
      resultReason: "N/A",
      activityDisplayName: "Create Api connector",
      activityDateTime: START.toISOString(),
      loggedByService: "B2C",
      operationType: "",
      initiatedBy: {
        user: null,
        app: {
          appId: SANDBOX_CLIENT_ID,
          displayName: null,
          servicePrincipalId: null,
          servicePrincipalName: SANDBOX_CLIENT_ID,
        },
      },
      targetResources: [
        {
          id: "connector-1",
          displayName: "A",
          type: "Other",
          userPrincipalName: null,
          groupType: null,
          modifiedProperties: [],
        },
      ],
      additionalDetails: [],
    },
  ]);
});

test("every change is an entry, by an app or by a person, the newest first; a read is none", async () => {
  await using practice = await practise();
  const { control } = practice.sandbox;
  control.configure({ person: "jane@contoso.com" });
  await practice.call("POST", CONNECTORS, body);
  practice.pass(60);
  await practice.call("PATCH", `${CONNECTORS}/connector-1`, { authenticationConfiguration: basic });
  await practice.call("GET", CONNECTORS);
  practice.pass(60);
  control.addUserFlow({ id: "B2X_1_signup" });
  control.changeUserFlow("B2X_1_signup", {
    apiConnectors: { postFederationSignup: "connector-1" },
  });
  practice.pass(60);
  control.changeUserFlow("B2X_1_signup", { apiConnectors: { postFederationSignup: null } });
  control.changeConnector("A", { displayName: "B" });
  control.deleteConnector("B");
  const entries = await list(practice);
  expect(activities(entries)).toEqual([
    "Update user flow",
    "Update Api connector",
    "Delete Api connector",
    "Update user flow",
    "Update Api connector",
    "Create Api connector",
  ]);
  expect(entries[0]?.["initiatedBy"]).toMatchObject({
    user: { userPrincipalName: "jane@contoso.com" },
    app: null,
  });
  expect(entries[4]?.["initiatedBy"]).toMatchObject({ user: null });
});

test("an entry arrives after the delay that is set", async () => {
  await using practice = await practise();
  practice.sandbox.control.configure({ auditDelay: 120_000 });
  await practice.call("POST", CONNECTORS, body);
  practice.pass(119);
  expect(await list(practice)).toEqual([]);
  practice.pass(1);
  expect(await list(practice)).toHaveLength(1);
});

test.each([
  ["id", { id: "connector-1", displayName: null }],
  ["name", { id: null, displayName: "A" }],
] as const)(
  "entries call their objects by %s alone where that is set",
  async (auditTargets, want) => {
    await using practice = await practise();
    practice.sandbox.control.configure({ auditTargets, auditCorrelation: "own" });
    await practice.call("POST", CONNECTORS, body, { "client-request-id": client });
    const [entry] = await list(practice);
    expect(entry?.["targetResources"]).toMatchObject([want]);
    expect(entry?.["correlationId"]).not.toBe(client);
  },
);

test("the log is asked by service, instant and activities, in pages that keep the question", async () => {
  await using practice = await practise();
  const { control } = practice.sandbox;
  for (let hours = 0; hours < 6; hours += 1) {
    const at = new Date(START.getTime() + hours * 3_600_000).toISOString();
    const activityDisplayName = hours % 2 === 0 ? "Update Api connector" : "Issue a token";
    control.addAudit({
      id: `e${hours}`,
      loggedByService: "B2C",
      activityDateTime: at,
      activityDisplayName,
    });
  }
  control.addAudit({
    id: "core",
    loggedByService: "Core Directory",
    activityDateTime: START.toISOString(),
  });
  const asked =
    "loggedByService eq 'B2C' and activityDateTime ge 2027-01-01T01:00:00Z and (activityDisplayName eq 'Update Api connector' or startswith(activityDisplayName,'Delete'))";
  const query = `${filter(asked)}&$orderby=activityDateTime%20asc&$top=1`;
  const first = await practice.call("GET", `${AUDITS}${query}`);
  expect(first.json.value).toMatchObject([{ id: "e2" }]);
  const next = new URL(first.json["@odata.nextLink"] ?? "");
  const second = await practice.call("GET", next.pathname + next.search);
  expect(second.json.value).toMatchObject([{ id: "e4" }]);
  expect(second.json["@odata.nextLink"]).toBeUndefined();
});

test.each([
  filter("displayName eq 'x'"),
  filter("loggedByService eq"),
  filter("loggedByService eq 'B2C' and"),
  filter("(loggedByService eq 'B2C'"),
  filter("category ge 'x'"),
  "?$orderby=category",
  "?$select=id",
])("a question that the log does not know is refused: %s", async (query) => {
  expect((await (await shared).call("GET", `${AUDITS}${query}`)).status).toBe(400);
});

test("an app without AuditLog.Read.All is refused in the words of Graph", async () => {
  const practice = await shared;
  const token = makeToken({ clientId: "app", roles: ["APIConnectors.ReadWrite.All"] }, null);
  const { status, json } = await practice.call("GET", AUDITS, undefined, {
    authorization: `Bearer ${token}`,
  });
  expect(status).toBe(403);
  expect(json.error.code).toBe("Authentication_MSGraphPermissionMissing");
  expect(json.error.message).toContain("AuditLog.Read.All");
});

test("nothing but a list is read of it, and nothing is written", async () => {
  const { call } = await shared;
  expect((await call("GET", `${AUDITS}/one`)).status).toBe(404);
  expect((await call("POST", AUDITS, {})).status).toBe(405);
  expect((await call("GET", "/v1.0/auditLogs/signIns")).status).toBe(404);
});

test.each([
  { auditDelay: -1 },
  { auditTargets: "all" },
  { auditCorrelation: "no" },
  { person: "" },
])("a setting of another kind is refused: %o", async (settings) => {
  const { control } = (await shared).sandbox;
  expect(() => control.configure(settings as never)).toThrow(
    /auditDelay|auditTargets|auditCorrelation|person/,
  );
});
