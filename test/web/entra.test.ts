import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEntra } from "../../src/web/entra.ts";
import { bearer, holders, openApiWorld, viewer } from "./api-world.ts";
import { audience, type SignInService, startSignInService, tenantId } from "./sign-in-service.ts";

let service: SignInService;
beforeAll(async () => {
  service = await startSignInService();
});
afterAll(() => service[Symbol.asyncDispose]());

function options({ url, issuer }: SignInService) {
  return {
    ...{ audience, issuers: [issuer, `https://sts.windows.net/${tenantId}/`] },
    keys: `${url}/${tenantId}/discovery/v2.0/keys`,
    ...{ viewerRole: "Plumbline.Viewer", operatorRole: "Plumbline.Operator" },
  };
}

const recognise = (token: string) => openEntra(options(service))(token);

test.for([
  {
    whose: "an application",
    claims: {},
    caller: { name: "app a-client (an-object)", role: "viewer" },
  },
  {
    whose: "a person",
    claims: {
      ...{ preferred_username: "ada@contoso.com", roles: ["Plumbline.Operator"] },
      ...{ sub: "pairwise", scp: "access" },
    },
    caller: { name: "ada@contoso.com (an-object)", role: "operator" },
  },
  {
    whose: "a person, of version 1",
    claims: {
      ...{ iss: `https://sts.windows.net/${tenantId}/`, upn: "ada@contoso.com" },
      ...{ azp: undefined, appid: "a-client", roles: ["Plumbline.Viewer", "Plumbline.Operator"] },
    },
    caller: { name: "ada@contoso.com (an-object)", role: "operator" },
  },
  {
    whose: "somebody with roles of another app alone",
    claims: { roles: ["Other.Operator"], oid: undefined, sub: "a-subject", idtyp: "app" },
    caller: { name: "app a-client (a-subject)", role: null },
  },
  {
    whose: "somebody with a long and hostile name",
    claims: { preferred_username: `a\u202e\u009b31m\n\u0000${"b".repeat(300)}` },
    caller: { name: `a31m${"b".repeat(116)} (an-object)` },
  },
  { whose: "somebody without roles", claims: { roles: undefined }, caller: { role: null } },
  {
    whose: "somebody whose role is no list",
    claims: { roles: "Plumbline.Operator" },
    caller: { role: null },
  },
])("a token of $whose says who it is and what it may do", async ({ claims, caller }) => {
  expect(await recognise(await service.token(claims))).toMatchObject(caller);
});

const now = () => Math.floor(Date.now() / 1_000);

test.for<{ what: string; token: () => string | Promise<string> }>([
  { what: "for another audience", token: () => service.token({ aud: "another" }) },
  { what: "of another issuer", token: () => service.token({ iss: "https://evil.example" }) },
  { what: "that has ended", token: () => service.token({ exp: now() - 61 }) },
  { what: "that begins later", token: () => service.token({ nbf: now() + 120 }) },
  { what: "that never ends", token: () => service.token({ exp: undefined }) },
  { what: "that is an ID token", token: () => service.token({ azp: undefined }) },
  { what: "that is an ID token with a client", token: () => service.token({ nonce: "a" }) },
  {
    what: "of a person who granted no scope",
    token: () => service.token({ preferred_username: "ada@contoso.com", sub: "pairwise" }),
  },
  { what: "by a key that there is not", token: () => service.token({}, { kid: "two" }) },
  { what: "without a signature", token: () => new UnsecuredJWT({ aud: audience }).encode() },
  {
    what: "with another signature",
    token: async () => {
      const { privateKey } = await generateKeyPair("RS256");
      const claims = { iss: service.issuer, aud: audience, exp: now() + 60, azp: "a" };
      const signing = new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "one" });
      return signing.sign(privateKey);
    },
  },
  {
    what: "signed with a shared secret",
    token: () =>
      new SignJWT({ iss: service.issuer, aud: audience, exp: now() + 60, azp: "a" })
        .setProtectedHeader({ alg: "HS256", kid: "one" })
        .sign(new TextEncoder().encode("a secret that is long enough for it")),
  },
  { what: "that is none", token: () => "not.a.token" },
  { what: "that is no text of three parts", token: () => "nothing" },
])("a token is not accepted $what", async ({ token }) => {
  expect(await recognise(await token())).toBe(null);
});

test("clocks may differ by a minute", async () => {
  expect(await recognise(await service.token({ exp: now() - 30 }))).toMatchObject({});
});

test("keys are fetched when they are first needed, once, from the directory of the company", async () => {
  await using other = await startSignInService();
  const open = openEntra(options(other));
  expect(other.asked).toEqual([]);
  for (const oid of ["a", "b", "c"]) await open(await other.token({ oid }));
  expect(other.asked).toEqual([`/${tenantId}/discovery/v2.0/keys`]);
});

test.for(["fail", "talk nonsense", "break"] as const)(
  "where the sign-in service happens to %s, its tokens are not refused: nobody can tell, and holders go on",
  async (behaviour) => {
    await using other = await startSignInService();
    other.behaviour = behaviour;
    await using world = await openApiWorld({ ...holders, entra: options(other) });
    const token = await other.token();
    const response = await world.get("/api/v1/tenants", bearer(token));
    expect(response.status).toBe(503);
    const answer = await response.text();
    expect(JSON.parse(answer)).toMatchObject({ error: "unavailable" });
    expect(answer).not.toContain(token);
    expect(world.logged.join()).not.toContain(token);
    expect((await world.get("/api/v1/tenants", bearer(viewer))).status).toBe(200);
    other.behaviour = "answer";
    await expect
      .poll(async () => (await world.get("/api/v1/tenants", bearer(token))).status, {
        timeout: 5_000,
      })
      .toBe(200);
  },
);

test("tokens that anybody can make up ask for no keys, or not again and again", async () => {
  await using other = await startSignInService();
  other.behaviour = "fail";
  const open = openEntra(options(other));
  for (const claims of [{ iss: "https://evil.example" }, { aud: "another" }]) {
    expect(await open(await other.token(claims))).toBe(null);
  }
  expect(other.asked).toEqual([]);
  for (let tries = 0; tries < 10; tries += 1) {
    await expect(open(await other.token())).rejects.toThrow("cannot be read");
  }
  expect(other.asked).toHaveLength(1);
});

test("keys that were had hold on while the sign-in service is away", async () => {
  await using other = await startSignInService();
  const open = openEntra(options(other));
  expect(await open(await other.token())).not.toBe(null);
  other.behaviour = "break";
  // A key that is not known makes it ask again.
  await open(await other.token({}, { kid: "two" }));
  expect(await open(await other.token())).toMatchObject({ role: "viewer" });
});

test("the app role decides what a person may do over the API, and the audit hears who it was", async () => {
  await using world = await openApiWorld({ tokens: [], entra: options(service) });
  const path = "/api/v1/tenants/production/reconcile";
  const ada = { preferred_username: "ada@contoso.com" };
  const reader = await service.token(ada);
  const actor = await service.token({ ...ada, roles: ["Plumbline.Operator"] });
  const stranger = await service.token({ ...ada, roles: [] });
  const statuses = [];
  for (const token of [reader, actor, stranger]) {
    const { status } = await world.get("/api/v1/tenants", bearer(token));
    statuses.push([status, (await world.post(path, bearer(token))).status]);
  }
  expect(statuses).toEqual([
    [200, 403],
    [200, 200],
    [403, 403],
  ]);
  expect(world.asked).toEqual(["ada@contoso.com (an-object)"]);
});
