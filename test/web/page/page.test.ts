import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../src/model/digest.ts";
import { FaultError, failure } from "../../../src/model/fault.ts";
import { LISTENERS, openEvents } from "../../../src/web/page/live/events.ts";
import { planOf, updated } from "../../report/samples.ts";
import { clean, drifting, fillWorld, names, now, runAt } from "./tenants.ts";
import { identityOf, openWorld, type World } from "./world.ts";

const clock = { now: () => now };

function open(tenants: readonly string[], more: object = {}): Promise<World> {
  return openWorld({ tenants, clock, ...more });
}

async function text(url: string): Promise<string> {
  return (await fetch(url)).text();
}

function heading(page: string): string {
  return (/<h1>(.*?)<\/h1>/s.exec(page)?.[1] ?? "").replaceAll(/<[^>]*>/g, "");
}

/** The tenants of the overview from above. */
function listed(page: string): readonly string[] {
  return [...page.matchAll(/<th scope="row"><a href="\/tenants\/([^"]+)"/g)].map(
    ([, name = ""]) => name,
  );
}

/** As `fetch` cannot: with any Host. */
function statusWith(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}

describe("the overview", () => {
  test("says that nothing has been run yet", async () => {
    await using world = await open(["production", "staging"]);
    const page = await text(`${world.url}/`);
    expect(heading(page)).toBe("None of 2 tenants has been run yet.");
    expect(page).toContain("not yet run");
  });

  test("says in one sentence that all is well", async () => {
    await using world = await open(["production", "staging"]);
    for (const tenant of ["production", "staging"])
      await world.record(runAt(5, { ...clean, tenant }));
    expect(heading(await text(`${world.url}/`))).toBe("All 2 tenants match git.");
  });

  test("tells the worst tenant first, how much differs there, and since when", async () => {
    await using world = await open(["calm", "drifting", "broken", "waiting"]);
    await world.record(runAt(5, { ...clean, tenant: "calm" }));
    await world.record(runAt(185, { ...drifting, tenant: "drifting" }));
    await world.record(runAt(5, { ...drifting, tenant: "drifting" }));
    await world.record(runAt(5, { plan: null, result: "failed", tenant: "broken" }));
    const page = await text(`${world.url}/`);
    expect(heading(page)).toBe("1 of 4 tenants matches git.");
    expect(listed(page)).toEqual(["broken", "drifting", "waiting", "calm"]);
    expect(page).toMatch(
      /<b>3<\/b>, <time [^>]*datetime="2026-08-22T07:11:02.000Z"[^>]*>since 3 h</,
    );
  });

  test("shows the tenants that are asked for by a part of their name, and by state", async () => {
    await using world = await open(["production", "pre-production", "test"]);
    await world.record(runAt(5, { ...clean, tenant: "production" }));
    expect(listed(await text(`${world.url}/?name=PROD`))).toEqual(["pre-production", "production"]);
    expect(listed(await text(`${world.url}/?name=&state=clean`))).toEqual(["production"]);
    const none = await text(`${world.url}/?name=${encodeURIComponent('"><script>')}`);
    expect(listed(none)).toEqual([]);
    expect(none).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(none).toContain("None of 3 tenants fits.");
    expect((await fetch(`${world.url}/?name=a&name=b&state[]=x`)).status).toBe(200);
  });

  test("says until when a tenant is suspended", async () => {
    await using world = await open([...names]);
    await fillWorld(world);
    expect(await text(`${world.url}/`)).toContain(
      'suspended until <time class="whole" datetime="2026-08-22T18:00:00.000Z"',
    );
  });

  test("tells a thousand tenants", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `tenant-${index}`);
    await using world = await open(many);
    for (const tenant of many.slice(1)) await world.record(runAt(5, { ...clean, tenant }));
    const page = await text(`${world.url}/`);
    expect(heading(page)).toBe("999 of 1,000 tenants match git.");
    expect(listed(page)).toHaveLength(1_000);
    expect(listed(page)[0]).toBe("tenant-0");
  });
});

describe("one tenant", () => {
  let world: World;
  beforeAll(async () => {
    world = await open([...names]);
    await fillWorld(world);
    await world.store.settle(
      identityOf("production"),
      null,
      "done",
      [],
      [
        {
          ...{ at: "2026-08-22T10:00:00.000Z", tenant: identityOf("production") },
          ...{ action: "refuse", result: "limit", run: "20260822T101300000Z", commit: null },
          ...{ trigger: "schedule", by: "<b>ada</b>", kind: "ApiConnector", name: "old-check" },
          ...{ id: null, before: null, after: null, requestId: null, until: null },
          message: "The definition is gone.",
        },
      ],
    );
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test("is told with both sides of each difference, since when, how often, and where git says so", async () => {
    const page = await text(`${world.url}/tenants/production`);
    expect(page).toContain("entra-old");
    expect(page).toContain(">ongoing<");
    expect(page).toContain("in 14 runs");
    expect(page).toContain("connectors/<wbr>age-check.yaml:4:3");
    expect(page).toContain("commit <code>9f2c1a7d0b</code>");
  });

  test("leads to the file, the line and the commit where git says so", async () => {
    const sourceUrl = "https://git.example/contoso/blob/{commit}/{file}#L{line}";
    await using world = await open(["production"], { sourceUrl });
    const at = { file: "connectors/a b & c.yaml", line: 4, column: 3 };
    await world.record(runAt(5, { ...drifting, plan: planOf({ changes: [{ ...updated, at }] }) }));
    const page = await text(`${world.url}/tenants/production`);
    expect(page).toMatch(
      /href="https:\/\/git\.example\/contoso\/blob\/9f2c\w+\/connectors\/a%20b%20%26%20c\.yaml#L4" rel="noreferrer"/,
    );
  });

  test("is told with what a person accepted, until when and why, and it counts as no difference", async () => {
    const { kind, name } = updated;
    const path = "spec.targetUrl";
    const said = { since: "2026-08-22T09:00:00.000Z", until: "2026-08-29T09:00:00.000Z" };
    const by = { by: "ada", reason: "they move <first>" };
    const value = digestOf("https://old.example");
    await using other = await open(["production"]);
    await other.store.settle(identityOf("production"), null, "done", [
      { op: "accept", acceptance: { kind, name, path, value, ...said, ...by } },
    ]);
    const accepted = { kind, name, id: "1", path, before: "https://old.example", after: null };
    const plan = planOf({ unchanged: [updated], accepted: [{ ...accepted, ...said, ...by }] });
    await other.record(runAt(5, { plan, result: "clean" }));
    expect(heading(await text(`${other.url}/`))).toBe("The tenant matches git.");
    const page = await text(`${other.url}/tenants/production`);
    expect(page).toContain("1 accepted");
    expect(page).toMatch(
      /accepted until <time [^>]*>2026-08-29 09:00:00 UTC<\/time> by ada: they move &lt;first&gt;/,
    );
  });

  test("is told as it is since somebody has accepted something, and once that is over", async () => {
    let at = now;
    await using other = await open(["production"], { clock: { now: () => at } });
    const fields = [{ path: "spec.displayName", before: "A", after: "B" }];
    await other.record(
      runAt(5, { plan: planOf({ changes: [{ ...updated, fields }] }), result: "drift" }),
    );
    const told = async () => {
      const overview = await text(`${other.url}/`);
      const tenant = await text(`${other.url}/tenants/production`);
      const [, heard = ""] = /<h2 id="differences">(.*?)<\/h2>/s.exec(tenant) ?? [];
      const [, count = ""] = /data-label="Differences">(.*?)<\/td>/s.exec(overview) ?? [];
      return [heard, count].map((html) => html.replaceAll(/<[^>]*>/g, "").trim());
    };
    expect(await told()).toEqual(["Differences 1 open", "1, since 4 min"]);
    const { kind, name } = updated;
    const acceptance = {
      ...{
        kind,
        name,
        path: "spec.displayName",
        value: digestOf("A"),
        by: "ada",
        reason: "they move",
      },
      ...{ since: now.toISOString(), until: "2026-08-22T11:00:00.000Z" },
    };
    await other.store.settle(identityOf("production"), null, "done", [
      { op: "accept", acceptance },
    ]);
    expect(await told()).toEqual(["Differences none open 1 accepted", "none"]);
    at = new Date("2026-08-22T11:00:00.000Z");
    expect(await told()).toEqual(["Differences 1 open", "1, since 48 min"]);
  });

  test("is told with its runs as a chart that has words, and the last twenty with links", async () => {
    const page = await text(`${world.url}/tenants/production`);
    expect(page).toContain("The last 61 runs, the newest on the right: 2 unreadable (a cross)");
    expect(page.match(/<rect /g)).toHaveLength(61);
    const links = page.match(/href="\/tenants\/production\/runs\/[^"]+"/g) ?? [];
    expect(links).toHaveLength(20);
    const run = await text(world.url + links[0]?.slice(6, -1));
    expect(run).toContain("age-check");
    expect(run).toContain("Run 20260822T101300000Z of production");
  });

  test("says so when it has not been run yet", async () => {
    expect(await text(`${world.url}/tenants/testing`)).toContain("has not been run yet");
  });

  test("has an audit, in which names are text", async () => {
    const page = await text(`${world.url}/tenants/production/audit`);
    expect(page).toContain("refused (limit)");
    expect(page).toContain("&lt;b&gt;ada&lt;/b&gt;");
    expect(page).toContain('href="/tenants/production/runs/20260822T101300000Z"');
    expect(await text(`${world.url}/tenants/testing/audit`)).toContain("Nothing has been written");
  });

  test.for(["/tenants/nobody", "/tenants/nobody/audit", "/tenants/nobody/runs/1"])(
    "%s is not there, and the answer says which tenants are",
    async (path) => {
      const response = await fetch(world.url + path);
      expect(response.status).toBe(404);
      const page = await response.text();
      expect(heading(page)).toBe("There is no tenant called nobody.");
      for (const name of names) expect(page).toContain(`href="/tenants/${name}"`);
    },
  );

  test("a run that is not there is a page that leads to those that are", async () => {
    const response = await fetch(`${world.url}/tenants/production/runs/nothing`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('href="/tenants/production"');
  });
});

describe("whoever asks", () => {
  const paths = ["/", "/tenants/production", "/tenants/nobody", "/page/style.css", "/page/live.js"];

  test.for(paths)("%s is under a policy that lets nothing in but our own files", async (path) => {
    await using world = await open(["production"]);
    await world.record(runAt(5, drifting));
    const response = await fetch(world.url + path);
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const content = await response.text();
    expect(content).not.toMatch(
      /<style|\sstyle=|\son\w+="|<script(?! type="module" src="\/page\/live.js">)/,
    );
  });

  test.for([
    { host: "localhost", status: 200 },
    { host: "LOCALHOST:8080", status: 200 },
    { host: "127.0.0.1:1", status: 200 },
    { host: "[::1]:8080", status: 200 },
    { host: "evil.example", status: 421 },
    { host: "127.0.0.1.evil.example", status: 421 },
    { host: "localhost.evil.example:80", status: 421 },
    { host: "localhost@evil.example", status: 421 },
  ])("with the Host $host gets $status", async ({ host, status }) => {
    await using world = await open(["production"]);
    for (const path of ["/", "/page/live.js"]) {
      expect(await statusWith(world.url + path, host)).toBe(status);
    }
    if (status === 421) expect(await statusWith(`${world.url}/page/events`, host)).toBe(421);
    expect(await statusWith(`${world.url}/healthz`, host)).toBe(200);
  });

  test("may keep the style sheet and the script until they change", async () => {
    await using world = await open(["production"]);
    const first = await fetch(`${world.url}/page/style.css`);
    const etag = first.headers.get("etag") ?? "";
    const again = await fetch(`${world.url}/page/style.css`, {
      headers: { "if-none-match": etag },
    });
    expect([first.status, again.status]).toEqual([200, 304]);
    expect((await fetch(`${world.url}/`)).headers.get("cache-control")).toBe("no-store");
  });

  test.for(["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"])(
    "through a proxy on this machine, which %s tells, gets nothing",
    async (header) => {
      await using world = await open(["production"]);
      const headers = { [header]: "1.1 elsewhere.example" };
      for (const path of ["/", "/page/live.js", "/page/events", "/tenants/production"]) {
        const response = await fetch(world.url + path, { headers });
        expect(response.status).toBe(421);
        expect(await response.text()).toContain("http.access");
      }
    },
  );

  test("from other machines is not waited for until somebody says who may ask", async () => {
    await expect(open(["production"], { host: "0.0.0.0" })).rejects.toThrow(
      /nobody has said who may use the page and the API/,
    );
  });

  test.for([
    { path: "/", allow: "GET, HEAD" },
    { path: "/tenants/production", allow: "GET, HEAD" },
    { path: "/tenants/production/runs/1", allow: "GET, HEAD" },
    { path: "/page/events", allow: "GET" },
  ])("is told what $path can be asked with", async ({ path, allow }) => {
    await using world = await open(["production"]);
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const response = await fetch(world.url + path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe(allow);
    }
  });
});

describe("what goes wrong", () => {
  test("a store that cannot be read is a page that says what to do", async () => {
    const fault = failure("store", "The store state.db cannot be read. Restore it from a backup.");
    const fail = () => Promise.reject(new FaultError(fault));
    const options = (given: object) => ({ ...given, tenants: fail, tenant: fail });
    await using world = await open(["production"], { options });
    for (const path of ["/", "/tenants/production"]) {
      const response = await fetch(world.url + path);
      expect(response.status).toBe(503);
      const page = await response.text();
      expect(heading(page)).toBe("The store cannot be read, so nothing is known.");
      expect(page).toContain("The log of the service has the reason.");
      expect(page).not.toContain("state.db");
    }
    expect(world.errors.map(String).join()).toContain("state.db");
  });

  test("a run that is damaged in the store is told the same way", async () => {
    await using world = await open(["production"]);
    await world.record(runAt(5, clean));
    const database = new DatabaseSync(world.file);
    database.exec("UPDATE runs SET run = '{'");
    database.close();
    expect((await fetch(`${world.url}/`)).status).toBe(200);
    const response = await fetch(`${world.url}/tenants/production`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("The store cannot be read");
  });

  test("a run that was told already is not read again, however often somebody looks", async () => {
    await using world = await open(["production"]);
    for (const minutes of [15, 10, 5]) await world.record(runAt(minutes, clean));
    const listed = async () =>
      [
        ...(await text(`${world.url}/tenants/production`)).matchAll(
          /<tr><th scope="row"><a href="[^"]*runs/g,
        ),
      ].length;
    expect(await listed()).toBe(3);
    const database = new DatabaseSync(world.file);
    database.exec("UPDATE runs SET run = '{' WHERE sequence < 3");
    database.close();
    expect(await listed()).toBe(3);
    await world.record(runAt(1, clean));
    expect(await listed()).toBe(4);
  });

  test("what nobody expected is kept from the reader, and logged", async () => {
    const fail = () => Promise.reject(new TypeError("canary"));
    await using world = await open(["production"], {
      options: (given: object) => ({ ...given, tenants: fail }),
    });
    const response = await fetch(`${world.url}/`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("canary");
    expect(world.errors).toEqual([expect.objectContaining({ message: "canary" })]);
  });
});

describe("events", () => {
  test("tell which tenant's run has ended", async () => {
    await using world = await open(["production"]);
    const response = await fetch(`${world.url}/page/events`);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    await world.record(runAt(5, clean));
    while (!heard.includes("run")) heard += (await reader?.read())?.value ?? "";
    expect(heard).toContain('event: run\ndata: {"tenant":"production"}\n\n');
    await reader?.cancel();
  });

  test("come with a sign of life while nothing happens, until the stream is closed", async () => {
    const events = openEvents(() => () => undefined, 1);
    const listener = { who: null, isOver: () => false, ended: null };
    const server = createServer((_request, response) => void events.listen(response, {}, listener));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    while (heard.length < 9) heard += (await reader?.read())?.value ?? "";
    expect(heard).toMatch(/^(:\n\n)+$/);
    events.close();
    while (!(await reader?.read())?.done);
    await new Promise((done) => server.close(done));
  });

  test("are for a bounded number of listeners", async () => {
    await using world = await open(["production"]);
    const url = `${world.url}/page/events`;
    const listening = await Promise.all(Array.from({ length: LISTENERS }, () => fetch(url)));
    expect((await fetch(url)).status).toBe(503);
    await listening[0]?.body?.cancel();
    await expect.poll(async () => (await fetch(url)).status).toBe(200);
  });

  test("end when the service stops", async () => {
    const world = await open(["production"]);
    const response = await fetch(`${world.url}/page/events`);
    await world[Symbol.asyncDispose]();
    expect(await response.text()).toBe(":\n\n");
  });
});
