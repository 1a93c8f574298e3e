import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from "../../src/sandbox/sandbox.ts";
import { CONNECTORS, type Practice, practise, START, written } from "./practice.ts";

const GOOD = {
  grant_type: "client_credentials",
  client_id: SANDBOX_CLIENT_ID,
  client_secret: SANDBOX_CLIENT_SECRET,
  scope: "https://graph.microsoft.com/.default",
};

interface Answered {
  readonly status: number;
  readonly access_token: string;
  readonly expires_in: number;
  readonly error: string;
  readonly error_codes: readonly number[];
  readonly error_description: string;
}

async function signIn(
  { sandbox }: Practice,
  change: Readonly<Record<string, string | null>> = {},
  tenant = sandbox.tenantId,
): Promise<Answered> {
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...GOOD, ...change })) {
    if (value !== null) form.set(key, value);
  }
  const response = await fetch(`${sandbox.url}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body: form,
  });
  return { ...((await response.json()) as Answered), status: response.status };
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

function assertion(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "RS256" })}.${encode(claims)}.signature`;
}

test("a token from the sign-in is good for an hour", async () => {
  await using practice = await practise();
  const { status, access_token, expires_in } = await signIn(practice);
  expect([status, expires_in]).toEqual([200, 3600]);
  practice.pass(3599);
  const headers = bearer(access_token);
  expect((await practice.call("GET", CONNECTORS, undefined, headers)).status).toBe(200);
  practice.pass(1);
  const expired = await practice.call("GET", CONNECTORS, undefined, headers);
  expect(expired.status).toBe(401);
  expect(expired.json.error.message).toContain("expired");
});

test("the ready token does not expire", async () => {
  await using practice = await practise();
  practice.pass(10 * 365 * 24 * 3600);
  expect((await practice.call("GET", CONNECTORS)).status).toBe(200);
});

test("an app may do what its roles say", async () => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  const roles = [["APIConnectors.Read.All"], ["APIConnectors.ReadWrite.All"], ["User.Read.All"]];
  const { connectors = [] } = practice.sandbox.control.state();
  practice.sandbox.control.setState({
    connectors,
    apps: roles.map((each, index) => ({
      clientId: `app-${index}`,
      clientSecret: "practice",
      roles: each,
    })),
  });
  const statuses: number[][] = [];
  for (const index of roles.keys()) {
    const change = { client_id: `app-${index}`, client_secret: "practice" };
    const headers = bearer((await signIn(practice, change)).access_token);
    const read = await practice.call("GET", CONNECTORS, undefined, headers);
    const write = await practice.call("PATCH", `${CONNECTORS}/connector-1`, {}, headers);
    statuses.push([read.status, write.status]);
    if (write.status !== 403) continue;
    expect(write.json.error.code).toBe("AADB2C");
    expect(write.json.error.message).toContain("(APIConnectors.ReadWrite.All)");
  }
  expect(statuses).toEqual([
    [200, 403],
    [200, 204],
    [403, 403],
  ]);
});

test("a refused read names both permissions that would do", async () => {
  await using practice = await practise();
  const app = { clientId: "app", clientSecret: "practice", roles: [] };
  practice.sandbox.control.setState({ apps: [app] });
  const change = { client_id: "app", client_secret: "practice" };
  const { access_token } = await signIn(practice, change);
  const { json } = await practice.call("GET", CONNECTORS, undefined, bearer(access_token));
  expect(json.error.message).toContain("APIConnectors.Read.All, APIConnectors.ReadWrite.All");
});

const in5Minutes = START.getTime() / 1000 + 300;

test.for([
  { name: "client id and assertion", client_id: SANDBOX_CLIENT_ID },
  { name: "assertion alone", client_id: null },
])("an app signs in with $name", async ({ client_id }) => {
  await using practice = await practise();
  const client_assertion = assertion({ sub: SANDBOX_CLIENT_ID, exp: in5Minutes });
  const { status } = await signIn(practice, { client_id, client_secret: null, client_assertion });
  expect(status).toBe(200);
});

test.for([
  {
    name: "a wrong secret",
    change: { client_secret: "x" },
    want: [401, "invalid_client", 7000215],
  },
  { name: "no secret", change: { client_secret: null }, want: [401, "invalid_client", 7000215] },
  {
    name: "an unknown app",
    change: { client_id: "x" },
    want: [400, "unauthorized_client", 700016],
  },
  {
    name: "a scope of delegation",
    change: { scope: "User.Read" },
    want: [400, "invalid_scope", 1002012],
  },
  {
    name: "another grant",
    change: { grant_type: "password" },
    want: [400, "unsupported_grant_type", 70003],
  },
  {
    name: "an expired assertion",
    change: { client_secret: null, client_assertion: assertion({ exp: in5Minutes - 300 }) },
    want: [401, "invalid_client", 700027],
  },
  {
    name: "an assertion that is no token",
    change: { client_secret: null, client_assertion: "a.b.c" },
    want: [401, "invalid_client", 700027],
  },
])("a sign-in with $name is refused as Microsoft Entra does", async ({ change, want }) => {
  await using practice = await practise();
  const { status, error, error_codes, error_description } = await signIn(practice, change);
  expect([status, error, error_codes[0]]).toEqual(want);
  expect(error_description).toMatch(new RegExp(`^AADSTS${want[2]}: `));
  expect(error_description).not.toContain(SANDBOX_CLIENT_SECRET);
});

test("another tenant is not found", async () => {
  await using practice = await practise();
  const { status, error_codes } = await signIn(
    practice,
    {},
    "11111111-2222-3333-4444-555555555555",
  );
  expect([status, error_codes]).toEqual([400, [90002]]);
});

test("the discovery documents lead to the token endpoint", async () => {
  await using practice = await practise();
  const discovery = await practice.call("GET", "/common/discovery/instance?api-version=1.1");
  const { tenant_discovery_endpoint } = JSON.parse(discovery.text);
  const configuration = await practice.call("GET", tenant_discovery_endpoint);
  expect(JSON.parse(configuration.text)).toMatchObject({
    token_endpoint: `${practice.sandbox.url}/${practice.sandbox.tenantId}/oauth2/v2.0/token`,
  });
});

/** A program of its own, because Node reads NODE_EXTRA_CA_CERTS at its start alone. */
const PROGRAM = `
  import { ClientSecretCredential } from "@azure/identity";
  const [url, tenantId, clientId, clientSecret] = process.argv.slice(1);
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
    authorityHost: url,
    disableInstanceDiscovery: true,
  });
  const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  const headers = { authorization: "Bearer " + token };
  const response = await fetch(url + "${CONNECTORS}", { headers });
  console.log(response.status);
`;

test("the real ClientSecretCredential signs in over HTTPS", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-"));
  await using practice = await practise({ tls: true, now: () => new Date() });
  const { url, tenantId, ca } = practice.sandbox;
  await writeFile(join(folder, "ca.pem"), ca ?? "");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", PROGRAM, url, tenantId, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") } },
  );
  await rm(folder, { recursive: true });
  expect(stdout).toBe("200\n");
  expect(practice.sandbox.control.requests()).toMatchObject([{ clientId: SANDBOX_CLIENT_ID }]);
});
