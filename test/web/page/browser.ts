/** A real browser, and what it complained of. */

import chromium from "@sparticuz/chromium";
import axe from "axe-core";
import {
  type Browser,
  type BrowserContextOptions,
  chromium as launcher,
  type Page,
} from "playwright-core";

/** The browser that comes with the tests is built for Linux. */
export const hasBrowser = process.platform === "linux";

/**
 * The arguments are Playwright's own, so that pages are in a process apart and their policy is kept:
 * those of the package are for places where a browser has no room.
 */
export async function openBrowser(): Promise<Browser> {
  return launcher.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox", "--headless=shell", "--use-gl=angle", "--use-angle=swiftshader"],
    headless: true,
  });
}

export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the console, of scripts and of the policy, and dialogs: all that a page must not have. */
  readonly complaints: readonly string[];
}

/** A page of its own, without cookies and cache of others. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } };

/** What axe finds, as one line each. The policy of the page lets no script in, so it is evaluated. */
export async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }[];
  }>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary ?? ""}`),
  );
}

/** Pixels by which the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}
