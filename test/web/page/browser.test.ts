import type { Browser } from "playwright-core";
import { test as anyTest, beforeAll, expect } from "vitest";
import { seenDigest } from "../../../src/model/drift.ts";
import type { Report } from "../../../src/report/report.ts";
import { LONGEST } from "../../../src/web/sessions.ts";
import { definition, openService, practice, seeded } from "../../cli/program.ts";
import { fill, hostileTexts } from "../../report/hostile.ts";
import { certificatesRun, partialRun, planOf, updated, usesRun } from "../../report/samples.ts";
import { holders, operator, viewer } from "../api-world.ts";
import { findings, hasBrowser, openBrowser, openPage, overflow, phone } from "./browser.ts";
import { clean, drifting, fillWorld, names, now, runAt } from "./tenants.ts";
import { openWorld, type World } from "./world.ts";

const clock = { now: () => now };
const test = anyTest.skipIf(!hasBrowser);
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await openBrowser();
  return () => browser.close();
}, 60_000);

/** The same page all along: it was never loaded again. */
const marked = "window.marked === true";

test("drift appears on the open page by itself, and goes when a run has mended it", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant([seeded("a")]);
  service.configure({ tenants: [practice(tenant, { schedule: "* * * * * *" })] });
  service.write("connectors/a.yaml", definition("a"));
  const serving = service.start(["serve"]);
  await serving.says(/practice: clean/);
  const url = /health at (http:\S+)\/healthz/.exec(serving.stderr())?.[1] ?? "";
  await using overview = await openPage(browser);
  await using detail = await openPage(browser);
  await overview.page.goto(`${url}/`);
  await detail.page.goto(`${url}/tenants/practice`);
  for (const { page } of [overview, detail]) await page.evaluate("window.marked = true");
  await overview.page.waitForSelector("h1:text('The tenant matches git.')");

  const reason = ["--until", "1h", "--reason", "somebody looks"];
  expect((await service.run(["suspend", "practice", ...reason])).status).toBe(0);
  await fetch(`${tenant.url}/_sandbox/connectors/a`, {
    method: "PATCH",
    body: JSON.stringify({ targetUrl: "https://evil.example/x" }),
  });
  await overview.page.waitForSelector("h1:text('The tenant differs from git.')");
  await overview.page.waitForSelector("text=suspended until");
  await detail.page.waitForSelector("td.was:has-text('evil.example')");

  expect((await service.run(["resume", "practice"])).status).toBe(0);
  await overview.page.waitForSelector("h1:text('The tenant matches git.')");
  await detail.page.waitForSelector("h2:has-text('none open')");
  expect(await overview.page.evaluate(marked)).toBe(true);
  expect(await detail.page.evaluate(marked)).toBe(true);
  expect(await overview.page.textContent("[role=status]")).toMatch(/^Updated .*matches git\.$/);
  expect([...overview.complaints, ...detail.complaints]).toEqual([]);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});

test("an operator has a tenant run, accepts what differs with a reason, and takes that back", async () => {
  await using service = openService();
  Object.assign(service.env, { CONNECTOR_PASSWORD: "open sesame", OPS: operator, WALL: viewer });
  const tenant = await service.tenant([seeded("a")]);
  const tokens = [
    { name: "ops", role: "operator", token: { env: "OPS" } },
    { name: "wall", role: "viewer", token: { env: "WALL" } },
  ];
  const http = { listen: "127.0.0.1:0", access: { tokens } };
  service.configure({ http, tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  const serving = service.start(["serve"]);
  await serving.says(/practice: converged/);
  const url = /health at (http:\S+)\/healthz/.exec(serving.stderr())?.[1] ?? "";
  const reason = ["--until", "1h", "--reason", "somebody looks"];
  expect((await service.run(["suspend", "practice", ...reason])).status).toBe(0);
  const live = JSON.stringify({ targetUrl: "https://elsewhere.example/x" });
  await fetch(`${tenant.url}/_sandbox/connectors/a`, { method: "PATCH", body: live });

  await using ops = await openPage(browser);
  await using wall = await openPage(browser);
  for (const [opened, token] of [[ops, operator] as const, [wall, viewer] as const]) {
    await opened.page.goto(`${url}/tenants/practice`);
    expect(await findings(opened.page)).toEqual([]);
    await opened.page.fill("#token", token);
    await opened.page.click("main button");
    await opened.page.waitForSelector("h2:has-text('none open')");
  }
  await ops.page.click("text=Reconcile now");
  await ops.page.waitForSelector("td.was:has-text('elsewhere.example')");
  await wall.page.waitForSelector("td.was:has-text('elsewhere.example')");
  expect(await wall.page.locator("main button, main form, main summary").count()).toBe(0);

  await ops.page.click("summary");
  await ops.page.click("details button");
  expect(await ops.page.evaluate("document.activeElement.name")).toBe("reason");
  expect(await findings(ops.page)).toEqual([]);
  await ops.page.fill("textarea", "a vendor <b>moves</b>");
  await ops.page.click("details button");
  const accepted = "td:has-text('by ops: a vendor <b>moves</b>')";
  await ops.page.waitForSelector(accepted);
  const focused = "document.activeElement.textContent";
  expect(await ops.page.evaluate(focused)).toMatch(
    /^spec\.targetUrl of a is accepted until .* by ops/,
  );
  expect(await findings(ops.page)).toEqual([]);
  await wall.page.waitForSelector(accepted);
  expect(await wall.page.textContent("h2")).toMatch(/none open 1 accepted/);

  await ops.page.click("text=No longer accept");
  await ops.page.waitForSelector("h2:has-text('1 open')");
  expect(await ops.page.evaluate(focused)).toBe("spec.targetUrl of a is no longer accepted.");
  expect((await service.run(["resume", "practice"])).status).toBe(0);
  await ops.page.click("text=Reconcile now");
  await ops.page.waitForSelector("h2:has-text('none open')");
  await wall.page.waitForSelector("h2:has-text('none open')");
  expect(await ops.page.evaluate(focused)).toBe("The run has ended: converged");
  expect(await findings(ops.page)).toEqual([]);
  await ops.page.click("text=Sign out");
  await ops.page.waitForSelector("h1:has-text('Sign in')");
  expect([...ops.complaints, ...wall.complaints]).toEqual([]);
  const { stdout } = await service.run(["audit", "--output", "json"]);
  const { entries } = JSON.parse(stdout) as {
    entries: { entry: { action: string; by: string } }[];
  };
  const acts = entries.filter(({ entry }) => entry.by === "ops").map(({ entry }) => entry.action);
  expect(acts).toEqual([
    ...["refuse", "reconcile", "accept", "accept", "update", "update", "reconcile"],
  ]);
});

test("what is typed, the focus and the scroll stay when the page is renewed", async () => {
  const many = Array.from({ length: 60 }, (_, index) => `tenant-${index}`);
  await using world = await openWorld({ tenants: many, clock });
  await using opened = await openPage(browser);
  const { page } = opened;
  await page.goto(`${world.url}/`);
  await page.waitForSelector("text=Live");
  await page.fill("#name", "tenant-4");
  await page.evaluate("document.querySelector('#name').setSelectionRange(2, 4); scrollTo(0, 300)");
  await world.record(runAt(5, { ...drifting, tenant: "tenant-7" }));
  await page.waitForSelector("h1:text('0 of 60 tenants match git.')");
  expect(await page.inputValue("#name")).toBe("tenant-4");
  const kept = "[document.activeElement.id, document.activeElement.selectionStart, scrollY]";
  expect(await page.evaluate(kept)).toEqual(["name", 2, 300]);

  await page.focus("a[href='/tenants/tenant-9']");
  await world.record(runAt(4, { ...clean, tenant: "tenant-7" }));
  await page.waitForSelector("h1:text('1 of 60 tenants matches git.')");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("tenant-9");
  expect(opened.complaints).toEqual([]);
});

test("whoever has begun to accept a value accepts that one or none, whatever comes meanwhile", async () => {
  await using world = await openWorld({ tenants: ["production"], clock });
  const showing = (before: string) => {
    const fields = [{ path: "spec.displayName", before, after: "git" }];
    return { ...drifting, plan: planOf({ changes: [{ ...updated, fields }] }) };
  };
  await world.record(runAt(5, showing("one")));
  await using opened = await openPage(browser);
  const { page } = opened;
  await page.goto(`${world.url}/tenants/production`);
  await page.click("summary");
  await page.fill("textarea", "our vendor");
  await world.record(runAt(4, showing("another")));
  await page.waitForSelector("td.was:has-text('another')");
  expect(await page.inputValue("textarea")).toBe("our vendor");
  expect(await page.inputValue("[name=seen]")).toBe(seenDigest({ before: "one" }));
});

test.for([
  { how: "with a script", javaScriptEnabled: true },
  { how: "without a script", javaScriptEnabled: false },
])("what was typed outlives the end of the session, $how", async ({ javaScriptEnabled }) => {
  let at = now;
  const clock = { now: () => at };
  await using world = await openWorld({ tenants: ["production"], clock, access: holders });
  const fields = [{ path: "spec.displayName", before: "one", after: "git" }];
  const run = { ...drifting, plan: planOf({ changes: [{ ...updated, fields }] }) };
  await world.record(runAt(5, run));
  await using opened = await openPage(browser, { javaScriptEnabled });
  const { page } = opened;
  // axe is a script itself.
  const found = async () => (javaScriptEnabled ? await findings(page) : []);
  await page.goto(`${world.url}/tenants/production`);
  await page.fill("#token", operator);
  await page.click("main button");
  await page.click("summary");
  await page.fill("textarea", "our vendor");
  if (javaScriptEnabled) await page.waitForSelector("text=Live");
  at = new Date(now.getTime() + LONGEST);
  await world.record(runAt(4, run));
  if (javaScriptEnabled) await page.waitForSelector("text=You are signed out");
  expect(await page.inputValue("textarea")).toBe("our vendor");
  await page.click("details button");
  await page.waitForSelector("h1:has-text('Sign in')");
  expect(await found()).toEqual([]);
  await page.fill("#token", operator);
  await page.click("main button");
  await page.waitForSelector("text=nothing has been accepted yet");
  expect(await found()).toEqual([]);
  expect(await page.inputValue("textarea")).toBe("our vendor");
});

test("the page is whole without JavaScript", async () => {
  await using world = await openWorld({ tenants: [...names], clock });
  await fillWorld(world);
  await using opened = await openPage(browser, { javaScriptEnabled: false });
  const { page } = opened;
  await page.goto(`${world.url}/`);
  expect(await page.textContent("h1")).toBe("1 of 4 tenants matches git.");
  await page.fill("#name", "prod");
  await page.click("button");
  expect(await page.locator("tbody tr").count()).toBe(1);
  await page.click("text=production");
  expect(await page.locator(".differences tbody tr").count()).toBe(11);
  await page.locator(".runs a").first().click();
  expect(await page.textContent("main")).toContain("Run 20260822T101300000Z");
  await page.click("nav >> text=production");
  await page.click("text=Audit");
  expect(await page.textContent("h1")).toBe("What was done to production");
});

const looks = [
  { look: "light and wide", options: {} },
  { look: "dark and wide", options: { colorScheme: "dark" } },
  { look: "light on a phone", options: phone },
  { look: "dark on a phone", options: { ...phone, colorScheme: "dark" } },
] as const;

test.for(looks)("every page is usable by everybody, $look", async ({ options }) => {
  await using world = await openWorld({ tenants: [...names], clock });
  await fillWorld(world);
  await world.record({ ...usesRun, ...runTimes(2), tenant: "testing" });
  const [run] = await world.store.runs("testing", 1);
  await using opened = await openPage(browser, options);
  const { page } = opened;
  const paths = [
    ...[
      "/",
      "/?name=nothing",
      "/tenants/production",
      "/tenants/production?done=reconcile",
      "/tenants/partners",
      "/tenants/testing",
    ],
    ...[`/tenants/testing/runs/${run?.id}`, "/tenants/production/audit", "/tenants/nobody"],
  ];
  for (const path of paths) {
    await page.goto(world.url + path);
    expect({ path, found: await findings(page) }).toEqual({ path, found: [] });
    expect({ path, wider: await overflow(page) }).toEqual({ path, wider: 0 });
  }
  expect(opened.complaints).toEqual([expect.stringContaining("status of 404")]);
});

test("the keyboard reaches the content first, and then every link", async () => {
  await using world = await openWorld({ tenants: ["production", "staging"], clock });
  await using opened = await openPage(browser);
  const { page } = opened;
  await page.goto(`${world.url}/`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("To the content");
  await page.keyboard.press("Enter");
  const reached: unknown[] = [];
  for (let presses = 0; presses < 5; presses += 1) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate("document.activeElement.id || document.activeElement.textContent"),
    );
  }
  expect(reached).toEqual(["name", "state", "Show", "production", "staging"]);
});

test("hostile names in tenants, definitions and values do no harm", async () => {
  const tenants = hostileTexts.map(({ text }, index) => `${index} ${text.toWellFormed()}`);
  await using world = await openWorld({ tenants, clock });
  for (const [index, { text }] of hostileTexts.entries()) {
    await fillHostile(world, tenants[index] ?? "", text);
  }
  await using opened = await openPage(browser, phone);
  const { page } = opened;
  await page.goto(`${world.url}/`);
  const links = await page.evaluate<string[]>(
    "[...document.querySelectorAll('th a')].map(({ href }) => href)",
  );
  expect(links).toHaveLength(hostileTexts.length);
  const plain = "document.querySelectorAll('img, iframe, main script, main style').length";
  for (const link of [`${world.url}/`, ...links]) {
    await page.goto(link);
    expect(await page.evaluate(plain)).toBe(0);
    expect({ link, wider: await overflow(page) }).toEqual({ link, wider: 0 });
    expect(await page.locator("footer").count()).toBe(1);
  }
  expect(opened.complaints).toEqual([]);
});

function runTimes(minutes: number) {
  const { id, startedAt, finishedAt } = runAt(minutes, {});
  return { id, startedAt, finishedAt };
}

async function fillHostile(world: World, tenant: string, text: string): Promise<void> {
  for (const [index, run] of [partialRun, certificatesRun, usesRun].entries()) {
    const report: Report = { type: "runs", runs: [run] };
    const filled = fill(report, text.toWellFormed()) as typeof report;
    await world.record({ ...run, ...filled.runs[0], ...runTimes(9 - index), tenant });
  }
}
