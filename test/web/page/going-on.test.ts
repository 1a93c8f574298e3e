/** What the page says to whoever has just done something, or could not, so that nothing is lost. */
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/model/digest.ts";
import { seenDigest } from "../../../src/model/drift.ts";
import { FaultError, failure } from "../../../src/model/fault.ts";
import type { MemoryChange } from "../../../src/model/store.ts";
import { planOf, updated } from "../../report/samples.ts";
import { holders, operator, viewer } from "../api-world.ts";
import { noting, send } from "./forms.ts";
import { clean, now, runAt } from "./tenants.ts";
import { identityOf, openWorld, type World } from "./world.ts";

const clock = { now: () => now };
const tenants = ["production"];
const fields = [{ path: "spec.displayName", before: "A", after: "B" }];
const drifting = { plan: planOf({ changes: [{ ...updated, fields }] }), result: "drift" } as const;
const field = { name: updated.name, path: "spec.displayName" };
const seen = seenDigest({ before: "A" });
const word = { ...field, seen, until: "30d", reason: "a vendor\r\nmoves <b>" };

const acceptance = {
  op: "accept" as const,
  acceptance: {
    ...{ ...field, kind: updated.kind, value: digestOf("A"), by: "ada", reason: "they move" },
    ...{ since: now.toISOString(), until: "2026-08-29T10:16:00.000Z" },
  },
} satisfies MemoryChange;

async function drifted(more: object = {}): Promise<World> {
  const world = await openWorld({ tenants, clock, ...more });
  await world.record(runAt(5, drifting));
  return world;
}

async function get(world: World, query: string): Promise<string> {
  return (await fetch(`${world.url}/tenants/production${query}`)).text();
}

/** What takes the focus; null: nothing does. */
function said(page: string): string | null {
  const [, text] = /id="said"[^>]*autofocus>(.*?)<\/(?:p|div)>/s.exec(page) ?? [];
  return text?.replaceAll(/<[^>]*>/g, "").trim() ?? null;
}

describe("what was done", () => {
  test("an accepted value is told by the page that somebody is led to", async () => {
    const { acts } = noting();
    await using world = await drifted({ acts });
    const response = await send(`${world.url}/tenants/production/accept`, word);
    const query = (response.headers.get("location") ?? "").replace("/tenants/production", "");
    await world.store.settle(identityOf("production"), null, "accepted", [acceptance]);
    const page = await get(world, query);
    expect(page).toMatch(/id="said" role="status" tabindex="-1" autofocus/);
    expect(said(page)).toBe(
      "spec.displayName of age-check is accepted until 2026-08-29 10:16:00 UTC, by ada.",
    );
  });

  test("a value that is accepted no longer is told, also where it was none", async () => {
    const { acts } = noting();
    await using world = await drifted({ acts });
    const response = await send(`${world.url}/tenants/production/revoke`, field);
    const query = (response.headers.get("location") ?? "").replace("/tenants/production", "");
    expect(said(await get(world, query))).toBe(
      "spec.displayName of age-check is no longer accepted.",
    );
  });

  test("a run that has ended is told with how it did, and one that goes on as such", async () => {
    await using world = await drifted();
    const { id } = runAt(5, {});
    expect(said(await get(world, `?done=reconcile&run=${id}`))).toBe("The run has ended: drift");
    expect(said(await get(world, "?done=reconcile"))).toBe("The run has ended: drift");
    const options = (given: object) => ({
      ...given,
      tenant: async () => ({
        ...{ name: "production", timezone: "UTC", mode: "apply", suspensions: [], nextRun: null },
        ...{ isRunning: true, last: null, runs: [], outlines: [], drifts: [], resolved: [] },
      }),
    });
    await using other = await openWorld({ tenants, clock, options } as never);
    expect(said(await get(other, "?done=reconcile"))).toMatch(/^The run is in hand\./);
  });

  test.for([
    {
      of: "a value that nobody accepted",
      query: "?done=accept&name=age-check&path=spec.displayName",
    },
    { of: "a run that there is not", query: "?done=reconcile&run=19990101T000000000Z" },
    { of: "nothing that is known", query: "?done=%3Cscript%3E&name=a" },
    { of: "two things", query: "?done=reconcile&done=accept" },
  ])("an address that tells of $of is not believed", async ({ query }) => {
    await using world = await drifted();
    expect(said(await get(world, query))).toBe(null);
  });

  test("a value that is accepted again is not said to be accepted no longer", async () => {
    await using world = await drifted();
    await world.store.settle(identityOf("production"), null, "accepted", [acceptance]);
    expect(said(await get(world, "?done=revoke&name=age-check&path=spec.displayName"))).toBe(null);
  });
});

describe("what was written", () => {
  const refusing = noting(
    new FaultError(failure("refused", "The live value is another one.")),
  ).acts;

  test("is still there when it was refused, with the time that was chosen", async () => {
    await using world = await drifted({ acts: refusing });
    const response = await send(`${world.url}/tenants/production/accept`, word);
    expect(response.status).toBe(409);
    const page = await response.text();
    expect(page).toMatch(/id="said" role="alert" tabindex="-1" autofocus/);
    expect(said(page)).toContain("The live value is another one.");
    expect(page).toMatch(/<details class="act" id="[^"]+" open>/);
    expect(page).toContain(">a vendor moves &lt;b&gt;</textarea>");
    expect(page).toContain('<option value="30d" selected>');
    const [, form = ""] = /<a href="#([^"]+)">Go on with what you wrote/.exec(page) ?? [];
    expect(page).toContain(`<details class="act" id="${form}" open>`);
    expect(page).not.toContain("data-live");
  });

  test("is said where the difference is gone, or the store cannot be read", async () => {
    await using world = await drifted({ acts: refusing });
    await world.record(runAt(4, clean));
    const gone = await send(`${world.url}/tenants/production/accept`, word);
    expect(await gone.text()).toContain("You wrote: a vendor moves &lt;b&gt;");
    const fail = () => Promise.reject(new FaultError(failure("store", "state.db")));
    const options = (given: object) => ({ ...given, tenant: fail });
    await using blind = await drifted({ acts: refusing, options });
    const unread = await send(`${blind.url}/tenants/production/accept`, word);
    expect([unread.status, await unread.text()]).toEqual([
      409,
      expect.stringContaining("You wrote: a vendor moves &lt;b&gt;"),
    ]);
  });

  test("is told beside another value, which is to be looked at first", async () => {
    await using world = await drifted({ acts: refusing });
    const other = { ...word, seen: seenDigest({ before: "what was there before" }) };
    const page = await (await send(`${world.url}/tenants/production/accept`, other)).text();
    expect(page).toContain("The live value is another one than when you began.");
    expect(page).toContain(`name="seen" value="${seen}"`);
  });

  test("outlives the end of a session, and is gone on with after the sign-in", async () => {
    const { acts, asked } = noting();
    await using world = await drifted({ acts, access: holders });
    const ended = await send(`${world.url}/tenants/production/accept`, word);
    expect(ended.status).toBe(401);
    const asking = await ended.text();
    expect(asking).toContain("<h1>Sign in</h1>");
    expect(asking).toContain("nothing was accepted. What you wrote is kept:");
    const kept = Object.fromEntries(
      [...asking.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
        ([, name = "", value = ""]) => [
          name,
          value.replaceAll("&lt;", "<").replaceAll("&gt;", ">"),
        ],
      ),
    );
    const wrong = await send(`${world.url}/sign-in`, { ...kept, token: "nobody's token at all" });
    expect(await wrong.text()).toContain('name="until" value="30d"');
    const signedIn = await send(`${world.url}/sign-in`, { ...kept, token: operator });
    expect(signedIn.status).toBe(200);
    expect(signedIn.headers.get("set-cookie")).toContain("plumbline-");
    const page = await signedIn.text();
    expect(said(page)).toContain("nothing has been accepted yet");
    expect(page).toContain(">a vendor moves &lt;b&gt;</textarea>");
    expect(asked).toEqual([]);
    const asViewer = await send(`${world.url}/sign-in`, { ...kept, token: viewer });
    const shown = await asViewer.text();
    expect(shown).toContain("You wrote: a vendor moves &lt;b&gt;");
    expect(shown).not.toContain("<textarea");
  });
});

test("a tenant whose acceptance has run out stands above those that match", async () => {
  let at = now;
  await using world = await drifted({ clock: { now: () => at }, tenants: ["calm", "production"] });
  await world.record(runAt(5, { ...clean, tenant: "calm" }));
  await world.store.settle(identityOf("production"), null, "accepted", [acceptance]);
  const { acceptance: said } = acceptance;
  const value = { path: field.path, before: "A", after: "B", id: "1" };
  const accepted = [{ ...value, ...said }].map(({ value: _, ...one }) => one);
  const plan = planOf({ unchanged: [updated], accepted });
  await world.record(runAt(-1, { plan, result: "clean" }));
  const told = async () => {
    const page = await (await fetch(`${world.url}/`)).text();
    const [, heading = ""] = /<h1>(.*?)<\/h1>/s.exec(page) ?? [];
    const listed = [...page.matchAll(/<th scope="row"><a href="\/tenants\/([^"]+)"/g)];
    return [heading, ...listed.map(([, name]) => name)];
  };
  expect(await told()).toEqual(["All 2 tenants match git.", "calm", "production"]);
  at = new Date(said.until);
  expect(await told()).toEqual(["1 of 2 tenants matches git.", "production", "calm"]);
});

describe("what the button will do", () => {
  const effect = (page: string) =>
    (/id="effect">(.*?)<\/div>/s.exec(page)?.[1] ?? "").replaceAll(/<[^>]*>/g, "");

  test("is told by the mode of the tenant", async () => {
    await using applying = await drifted();
    const page = await get(applying, "");
    expect(page).toContain('<button aria-describedby="effect">Reconcile now</button>');
    expect(effect(page)).toMatch(/^mode apply A run writes what differs/);
    await using reporting = await drifted({ mode: "report" });
    expect(effect(await get(reporting, ""))).toMatch(/^mode report A run .* writes nothing\.$/);
    expect(await (await fetch(`${reporting.url}/`)).text()).toContain("reports only");
  });

  test("is told by what is suspended, by whom and why", async () => {
    await using world = await drifted();
    const said = {
      ...{ since: "2026-08-22T08:00:00.000Z", until: "2026-08-22T18:00:00.000Z" },
      ...{ by: "ada", reason: "the web hook moves" },
    };
    const suspend = (kind: "ApiConnector" | null, name: string | null) =>
      world.store.settle(identityOf("production"), null, "done", [
        { op: "suspend", suspension: { kind, name, ...said } },
      ]);
    await suspend("ApiConnector", "age-check");
    expect(effect(await get(world, ""))).toMatch(
      /It leaves age-check alone: suspended until 2026-08-22 18:00:00 UTC, by ada: the web hook moves$/,
    );
    await suspend(null, null);
    expect(effect(await get(world, ""))).toMatch(
      /^suspended A run writes nothing until 2026-08-22 18:00:00 UTC, by ada: the web hook moves$/,
    );
  });
});

test("whoever ended a difference is told on the page", async () => {
  await using world = await drifted();
  await world.record(runAt(4, clean));
  const { drifts } = await world.store.recall(identityOf("production"));
  const resolvedWho = {
    ...{ id: "a", at: "2026-08-22T10:00:00.000Z", activity: "Update Api connector" },
    request: null,
    actor: { type: "user", name: "jane@contoso.com <b>", id: null },
  } as const;
  const put = drifts.map((drift) => ({ ...drift, resolvedBy: "someone" as const, resolvedWho }));
  await world.store.record(identityOf("production"), runAt(3, clean), { put, forget: [] });
  const [, ended = ""] = /<h2 id="ended">(.*?)<\/section>/s.exec(await get(world, "")) ?? [];
  expect(ended.replaceAll(/<[^>]*>/g, "")).toMatch(/age-checkspec\.displayName/);
  expect(ended.replaceAll(/<[^>]*>/g, "")).toContain(
    "somebody changed the tenant:jane@contoso.com &lt;b&gt; at 2026-08-22 10:00:00 UTC",
  );
});
