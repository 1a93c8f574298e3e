/**
 * Makes the pictures of the page in docs/images, from tenants with an invented past and in a real
 * browser: `node scripts/page-images.ts`.
 */
import { fileURLToPath } from "node:url";
import { planOf, updated } from "../test/report/samples.ts";
import { openBrowser, openPage } from "../test/web/page/browser.ts";
import { fillWorld, names, now, runAt } from "../test/web/page/tenants.ts";
import { openWorld } from "../test/web/page/world.ts";

const images = [
  { path: "/", file: "page-overview.png", height: 600 },
  { path: "/tenants/production", file: "page-tenant.png", height: 900 },
] as const;

const browser = await openBrowser();
await using world = await openWorld({ tenants: [...names], clock: { now: () => now } });
await fillWorld(world);
// All but one connector is in line again.
const mended = ["fraud-check", "old-check", "invite-check", "terms-check"].map((name) => ({
  ...updated,
  name,
}));
const flows = ["B2X_1_basic", "B2X_1_partners", "B2X_1_signup"].map((name) => ({
  ...updated,
  kind: "UserFlow" as const,
  name,
}));
const plan = planOf({ changes: [updated], unchanged: [...mended, ...flows] });
await world.record(runAt(1, { plan, result: "drift", trigger: "schedule" }));
for (const { path, file, height } of images) {
  await using opened = await openPage(browser, { viewport: { width: 1200, height } });
  await opened.page.goto(world.url + path);
  await opened.page.waitForSelector("text=Live");
  await opened.page.screenshot({
    path: fileURLToPath(new URL(`../docs/images/${file}`, import.meta.url)),
  });
}
await browser.close();
