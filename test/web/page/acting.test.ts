import { describe, expect, test } from "vitest";
import { seenDigest } from "../../../src/model/drift.ts";
import { FaultError, failure } from "../../../src/model/fault.ts";
import { planOf, updated } from "../../report/samples.ts";
import { bearer, holders, operator, viewer } from "../api-world.ts";
import { cookieOf, type Headers, noting, send, signIn } from "./forms.ts";
import { drifting, now, runAt } from "./tenants.ts";
import { openWorld } from "./world.ts";

const clock = { now: () => now };
const tenants = ["production"];

const word = { name: "fraud-check", path: "spec.targetUrl", until: "7d", reason: "a vendor moves" };

describe("on this machine", () => {
  test("a run is asked for, and leads back to the tenant", async () => {
    const { acts, asked } = noting();
    await using world = await openWorld({ tenants, clock, acts });
    const response = await send(`${world.url}/tenants/production/reconcile`, {});
    expect([response.status, response.headers.get("location")]).toEqual([
      ...[303, "/tenants/production?done=reconcile&run=a-run"],
    ]);
    expect(asked).toEqual([["reconcile", "production", "local"]]);
  });

  test("a difference is accepted as it was shown, with a reason and for a while", async () => {
    const { acts, asked } = noting();
    await using world = await openWorld({ tenants, clock, acts });
    await world.record(runAt(5, drifting));
    const page = await (await fetch(`${world.url}/tenants/production`)).text();
    const [, shown = ""] = /name="seen" value="([^"]+)"/.exec(page) ?? [];
    const seen = seenDigest({ before: drifting.plan?.changes[0]?.fields[0]?.before ?? null });
    expect(shown).toBe(seen);
    const sent = { ...word, seen, reason: "  a vendor moves " };
    expect((await send(`${world.url}/tenants/production/accept`, sent)).status).toBe(303);
    expect(asked).toEqual([["accept", "production", { ...word, seen }, "local"]]);
  });

  test("what is not shown whole is not accepted by its looks", async () => {
    await using world = await openWorld({ tenants, clock });
    const fields = [
      { path: "spec.query.code", before: "(redacted)", after: "(redacted)" },
      { path: "spec.authentication.basic.username", before: "a", after: "b" },
      { path: "spec.targetUrl", before: "https://a.example/?code=(redacted)", after: "https://b" },
      { path: "spec.displayName", before: "A", after: "B" },
    ];
    const plan = planOf({ changes: [{ ...updated, fields }] });
    await world.record(runAt(5, { ...drifting, plan }));
    const page = await (await fetch(`${world.url}/tenants/production`)).text();
    const offered = [...page.matchAll(/name="path" value="([^"]+)"/g)].map(([, path]) => path);
    expect(offered).toEqual(["spec.displayName"]);
  });

  test("what was accepted is revoked", async () => {
    const { acts, asked } = noting();
    await using world = await openWorld({ tenants, clock, acts });
    const { name, path } = word;
    expect((await send(`${world.url}/tenants/production/revoke`, { name, path })).status).toBe(303);
    expect(asked).toEqual([["revoke", "production", { name, path }, "local"]]);
  });

  test.for([
    { code: "refused", status: 409 },
    { code: "locked", status: 409 },
    { code: "unauthorised", status: 409 },
    { code: "stopped", status: 503 },
    { code: "store", status: 503 },
  ] as const)("what cannot be done, $code, is told with its reason", async ({ code, status }) => {
    const { acts } = noting(new FaultError(failure(code, "Something <stands> in the way.")));
    await using world = await openWorld({ tenants, clock, acts });
    const response = await send(`${world.url}/tenants/production/reconcile`, {});
    expect(response.status).toBe(status);
    const page = await response.text();
    expect(page).toContain("<h1>That was not done.</h1>");
    expect(page).toContain(
      code === "store" ? "The log of the service has" : "Something &lt;stands&gt; in the way.",
    );
    expect(page).toContain('href="/tenants/production"');
  });

  test("a bug is told to the log alone, also where it has a code", async () => {
    const { acts } = noting(new FaultError(failure("internal", "x is undefined")));
    await using world = await openWorld({ tenants, clock, acts });
    const response = await send(`${world.url}/tenants/production/accept`, word);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("x is undefined");
    expect(world.errors).toHaveLength(1);
  });

  test.for([
    { of: "another site", headers: { "sec-fetch-site": "cross-site" } },
    { of: "a site beside it", headers: { "sec-fetch-site": "same-site" } },
    { of: "another origin", headers: { origin: "https://evil.example" } },
    { of: "a sandboxed frame", headers: { origin: "null" } },
  ])("a form of $of does nothing", async ({ headers }) => {
    const { acts, asked } = noting();
    await using world = await openWorld({ tenants, clock, acts });
    for (const act of ["reconcile", "accept", "revoke"]) {
      const { status } = await send(`${world.url}/tenants/production/${act}`, word, headers);
      expect(status).toBe(403);
    }
    expect(asked).toEqual([]);
  });

  test("a tenant that there is not, other content and much content are refused", async () => {
    const { acts, asked } = noting();
    await using world = await openWorld({ tenants, clock, acts });
    expect((await send(`${world.url}/tenants/nobody/reconcile`, {})).status).toBe(404);
    const large = { reason: "a".repeat(20_000) };
    const long = await send(`${world.url}/tenants/production/accept`, large);
    expect(long.status).toBe(413);
    expect(await long.text()).toContain("<h1>That was too long.</h1>");
    const url = `${world.url}/tenants/production/reconcile`;
    const headers = { "content-type": "application/xml" };
    const other = await fetch(url, { method: "POST", body: "<a/>", headers });
    expect(other.status).toBe(415);
    expect(other.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await other.text()).toContain("The page takes its own forms alone");
    expect(asked).toEqual([]);
    expect(world.logged).toEqual([]);
  });

  test("nobody needs to sign in", async () => {
    await using world = await openWorld({ tenants, clock });
    const response = await fetch(`${world.url}/sign-in?to=/tenants/production`);
    expect(new URL(response.url).pathname).toBe("/tenants/production");
    expect(await response.text()).not.toContain("Sign out");
  });
});

describe("where somebody said who may use it", () => {
  const open = (acts = noting().acts) => openWorld({ tenants, clock, acts, access: holders });

  test.for(["/", "/tenants/production", "/tenants/production/audit", "/tenants/nobody?a=1&b=2"])(
    "%s asks who is there first, and is come back to",
    async (path) => {
      await using world = await open();
      const response = await fetch(world.url + path, { redirect: "manual" });
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toBe(`/sign-in?to=${encodeURIComponent(path)}`);
      expect(await response.text()).toBe("");
    },
  );

  test("nothing is told or done without a session", async () => {
    const { acts, asked } = noting();
    await using world = await open(acts);
    const { port } = new URL(world.url);
    for (const value of ["", "constructor", operator]) {
      const headers = { cookie: `plumbline-${port}=${value}; __Host-plumbline-${port}=${value}` };
      expect((await fetch(`${world.url}/page/events`, { headers })).status).toBe(401);
      for (const act of ["reconcile", "revoke"]) {
        const response = await send(`${world.url}/tenants/production/${act}`, word, headers);
        expect(response.headers.get("location")).toBe("/sign-in?to=%2Ftenants%2Fproduction");
      }
      const response = await send(`${world.url}/tenants/production/accept`, word, headers);
      expect(response.status).toBe(401);
    }
    expect(asked).toEqual([]);
  });

  test("the holder of a token signs in, acts under its name, and signs out", async () => {
    const { acts, asked } = noting();
    await using world = await open(acts);
    const response = await signIn(world, ` ${operator}\n`);
    expect(response.headers.get("location")).toBe("/tenants/production");
    expect(response.headers.get("set-cookie")).toMatch(
      /^plumbline-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const headers = await cookieOf(response);
    const page = await (await fetch(`${world.url}/tenants/production`, { headers })).text();
    expect(page).toContain("ops, operator");
    expect(page).toContain("Reconcile now");
    await send(`${world.url}/tenants/production/reconcile`, {}, headers);
    expect(asked).toEqual([["reconcile", "production", "ops"]]);
    const out = await send(`${world.url}/sign-out`, {}, headers);
    expect(out.headers.get("location")).toBe("/sign-in");
    const again = await fetch(`${world.url}/`, { headers, redirect: "manual" });
    expect(again.status).toBe(303);
  });

  test("a viewer is shown no button, and does nothing without one", async () => {
    const { acts, asked } = noting();
    await using world = await open(acts);
    await world.record(runAt(5, drifting));
    const headers = await cookieOf(await signIn(world, viewer));
    const page = await (await fetch(`${world.url}/tenants/production`, { headers })).text();
    expect(page).toContain("wall, viewer");
    const [, main = ""] = /<main(.*)<\/main>/s.exec(page) ?? [];
    expect(main).not.toMatch(/<button|<form|<input|<textarea/);
    for (const act of ["reconcile", "accept", "revoke"]) {
      const response = await send(`${world.url}/tenants/production/${act}`, word, headers);
      expect(response.status).toBe(403);
    }
    expect(asked).toEqual([]);
  });

  test("a token that a proxy sends along is as good as a session", async () => {
    await using world = await open();
    const headers = { authorization: `Bearer ${operator}`, "x-forwarded-for": "203.0.113.9" };
    const page = await (await fetch(`${world.url}/tenants/production`, { headers })).text();
    expect(page).toContain("Reconcile now");
    expect(page).not.toContain("Sign out");
  });

  test("whoever a proxy names now is not taken for whoever signed in before", async () => {
    await using world = await open();
    const headers = await cookieOf(await signIn(world, viewer));
    const named = { ...headers, authorization: `Bearer ${operator}` };
    const page = await (await fetch(`${world.url}/tenants/production`, { headers: named })).text();
    expect(page).toContain("ops, operator");
  });

  test("a password that a proxy asks for before the service says nothing of who signed in", async () => {
    await using world = await open();
    const basic = { authorization: `Basic ${btoa("ada:a password")}` };
    const asked = await fetch(`${world.url}/`, { headers: basic, redirect: "manual" });
    expect(asked.headers.get("location")).toBe("/sign-in?to=%2F");
    const headers = { ...(await cookieOf(await signIn(world, viewer))), ...basic };
    const page = await (await fetch(`${world.url}/tenants/production`, { headers })).text();
    expect(page).toContain("wall, viewer");
    expect(world.logged).toEqual(["info: wall signed in from 127.0.0.1, as viewer."]);
  });

  test.for([
    { of: "no token", token: "" },
    { of: "a wrong one", token: "a-token-of-nobody-that-is-known" },
    { of: "markup", token: '"><script>alert(1)</script>' },
  ])("$of leads nowhere, and is not repeated", async ({ token }) => {
    await using world = await open();
    const response = await signIn(world, token);
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBe(null);
    const page = await response.text();
    expect(page).toContain('role="alert"');
    if (token !== "") expect(page).not.toContain(token);
    expect(page).toContain('name="to" value="/tenants/production"');
  });

  test("nobody is signed in by a form of another site", async () => {
    await using world = await open();
    const fields = { token: operator, to: "/", tenant: "production", ...word };
    const headers = { origin: "https://evil.example" };
    const response = await send(`${world.url}/sign-in`, fields, headers);
    expect([response.status, response.headers.get("set-cookie")]).toEqual([403, null]);
    expect(await response.text()).not.toContain(word.reason);
  });

  test("nobody is led to another site", async () => {
    await using world = await open();
    const response = await signIn(world, operator, { to: "https://evil.example/" });
    expect(response.headers.get("location")).toBe("/");
  });

  test("over TLS the cookie travels over TLS alone", async () => {
    await using world = await open();
    const { host } = new URL(world.url);
    const headers = { origin: `https://${host}`, "sec-fetch-site": "same-origin" };
    const response = await send(`${world.url}/sign-in`, { token: viewer, to: "/" }, headers);
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-plumbline-\d+=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const signedIn = await fetch(`${world.url}/tenants/production`, {
      headers: await cookieOf(response),
    });
    expect(await signedIn.text()).toContain("wall, viewer");
  });

  test("a proxy that replaces the Host is told of, with what to do", async () => {
    const { acts, asked } = noting();
    await using world = await open(acts);
    const headers = { ...bearer(operator), origin: "https://plumbline.contoso.com" };
    const response = await send(`${world.url}/tenants/production/reconcile`, {}, headers);
    expect(response.status).toBe(403);
    const page = await response.text();
    expect(page).toContain("https://plumbline.contoso.com");
    expect(page).toContain(new URL(world.url).host);
    expect(page).toContain("http.trustedProxies");
    expect(asked).toEqual([]);
  });

  test("a proxy that is trusted says which Host it was asked for, and no other does", async () => {
    for (const { trustedProxies, done } of [
      { trustedProxies: ["127.0.0.1"], done: 1 },
      { trustedProxies: [], done: 0 },
      { trustedProxies: ["192.0.2.1"], done: 0 },
    ]) {
      const { acts, asked } = noting();
      await using world = await openWorld({
        tenants,
        clock,
        acts,
        access: holders,
        trustedProxies,
      });
      const named = { origin: "https://plumbline.contoso.com", ...bearer(operator) };
      const headers = { ...named, "x-forwarded-host": "plumbline.contoso.com" };
      await send(`${world.url}/tenants/production/reconcile`, {}, headers);
      expect(asked).toHaveLength(done);
    }
  });

  test("a session is another one after each sign-in, and the earlier one has ended", async () => {
    await using world = await open();
    const first = await cookieOf(await signIn(world, viewer));
    const sent = { token: operator, to: "/" };
    const second = await cookieOf(await send(`${world.url}/sign-in`, sent, first));
    expect(second).not.toEqual(first);
    const status = async (headers: Headers) =>
      (await fetch(`${world.url}/`, { headers, redirect: "manual" })).status;
    expect([await status(first), await status(second)]).toEqual([303, 200]);
  });

  test("tokens that are tried out are slowed down, and health goes on", async () => {
    await using world = await open();
    let status = 401;
    for (let tries = 0; tries < 100 && status === 401; tries += 1) {
      ({ status } = await signIn(world, `a-token-of-nobody-${tries}`));
    }
    expect(status).toBe(429);
    expect((await fetch(`${world.url}/healthz`)).status).toBe(200);
  });

  test("the look and the script are no secret", async () => {
    await using world = await open();
    for (const path of ["/page/style.css", "/page/live.js", "/sign-in"]) {
      expect((await fetch(world.url + path)).status).toBe(200);
    }
  });
});
