import fc from "fast-check";
import { expect, test } from "vitest";
import { type Report, render } from "../../src/report/report.ts";
import { anyText, fill, fullReports, hostileTexts } from "./hostile.ts";
import { planOf, samples, updated } from "./samples.ts";

function html(report: Report): string {
  return render(report, "html", { colour: false, width: 80 });
}

/** Every tag with its attributes: the structure without the words. */
function tags(page: string): readonly string[] {
  return page.match(/<[^>]*>/g) ?? [];
}

/** Code and the places at which a line may break follow the words. */
const withoutCode = (all: readonly string[]) => all.filter((tag) => !/^<(\/?code|wbr)/.test(tag));

for (const { name, report } of fullReports) {
  const want = withoutCode(tags(html(fill(report, "x"))));

  test.each(hostileTexts)(`${name} full of $name keeps its structure`, ({ text }) => {
    expect(withoutCode(tags(html(fill(report, text))))).toEqual(want);
  });

  test(`no value in ${name} becomes markup`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(withoutCode(tags(html(fill(report, text))))).toEqual(want);
      }),
      { numRuns: 60 },
    );
  });
}

test.each(Object.entries(samples))("%s loads nothing and runs nothing", (_, report) => {
  const page = html(report);
  expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b/i);
  expect(page).not.toMatch(/\s(src|href|on\w+)=/i);
  expect(page).not.toMatch(/url\(|@import/i);
  expect(page).toContain("default-src 'none'");
});

test.each(Object.entries(samples))(
  "%s closes every tag in order and uses each id once",
  (_, report) => {
    const page = html(report);
    const open: string[] = [];
    for (const [, slash, tag = ""] of page.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/gi)) {
      if (["meta", "br", "wbr"].includes(tag)) continue;
      if (slash === "") open.push(tag);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  },
);

test("URLs and paths break between their parts and not within a name", () => {
  const fields = [
    { path: "spec.targetUrl", before: "https://a.example/b?c.d", after: "https://a.example/<b>" },
    { path: "spec.displayName", before: "e. g. v1.2.3", after: "No. 5" },
  ];
  const page = html({ type: "plans", plans: [planOf({ changes: [{ ...updated, fields }] })] });
  expect(page).toContain("<code>https://<wbr>a.<wbr>example/<wbr>b?(redacted)</code>");
  expect(page).toContain("<code>https://<wbr>a.<wbr>example/<wbr>&lt;b&gt;</code>");
  expect(page).toContain("<code>e. g. v1.2.3</code>");
  expect(page).toContain("<code>connectors/<wbr>age-check.yaml:4:3</code>");
});

test("paths of fields break behind a dot and thumbprints in two halves", () => {
  const page = html(samples["certificates-plan"]!);
  expect(page).toContain("<code>spec.<wbr>authentication.<wbr>basic.<wbr>password</code>");
  expect(page).toContain("<code>9C6E41D20B7F3A5586D1<wbr>E4C92F70A3B86D15E7F4</code>");
});

test("a digest is set as code", () => {
  expect(html(samples["mixed-plan"]!)).toMatch(/<dt>Digest<\/dt><dd><code>sha256:\w+<\/code>/);
});

test("headings go down one level at a time and every table has a caption and scoped headings", () => {
  for (const report of Object.values(samples)) {
    const page = html(report);
    const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    levels.reduce((before, level) => {
      expect(level - before).toBeLessThanOrEqual(1);
      return level;
    }, 0);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(page.match(/<table/g)?.length).toBe(page.match(/<caption/g)?.length);
    expect(page.match(/<th /g)?.length).toBe(page.match(/<th scope/g)?.length);
  }
});
