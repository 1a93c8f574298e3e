import fc from "fast-check";
import { Marked } from "marked";
import { expect, test } from "vitest";
import { type Report, render } from "../../src/report/report.ts";
import { anyText, fill, fullReports, hostileTexts } from "./hostile.ts";
import { created, forbidden, mixedPlan, planOf, samples } from "./samples.ts";

const marked = new Marked({ gfm: true });

function markdown(report: Report): string {
  return render(report, "markdown", { colour: false, width: 80 });
}

/** The tags of the comment as GitHub would show it, which is its structure without its words. */
function tags(report: Report): readonly string[] {
  const page = marked.parse(markdown(report), { async: false });
  return page.match(/<[^>]*>/g) ?? [];
}

/** What is left when code, where GitHub links nothing, is taken out. */
function outsideCode(report: Report): string {
  const page = marked.parse(markdown(report), { async: false });
  return page.replace(/<code[^>]*>.*?<\/code>/gs, "").replaceAll("&#39;", "'");
}

/** A sentence of nothing has no paragraph, rightly. */
const words = hostileTexts.filter(({ text }) => text.trim() !== "");

const withoutCode = (all: readonly string[]) => all.filter((tag) => !/^<\/?code/.test(tag));

for (const { name, report } of fullReports) {
  const want = withoutCode(tags(fill(report, "x")));

  test.each(words)(`${name} full of $name keeps its structure`, ({ text }) => {
    expect(withoutCode(tags(fill(report, text)))).toEqual(want);
  });

  test(`no value in ${name} becomes markup, a link or a mention`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const filled = fill(report, `x${text}`);
        expect(withoutCode(tags(filled))).toEqual(want);
        expect(outsideCode(filled)).not.toMatch(/(^|\W)@\w|(^|\W)#\d|\bgh-\d|:\/\/|www\./i);
      }),
      { numRuns: 60 },
    );
  });
}

test("an empty name is told as such", () => {
  const plan = planOf({ unmanaged: [{ ...mixedPlan.unmanaged[0]!, displayName: "" }] });
  expect(markdown({ type: "plans", plans: [plan] })).toContain("- `(empty)` `77777777");
});

test("code in a sentence stays code", () => {
  expect(markdown(samples["faults"]!)).toContain("Did you mean `targetUrl`?");
});

test("a report that is too long for a comment keeps its counts, faults and command", () => {
  const changes = Array.from({ length: 300 }, (_, index) => ({
    ...created,
    name: `check-${index}`,
    reason: "because ".repeat(100),
  }));
  const got = markdown({
    type: "plans",
    plans: [planOf({ changes, faults: [forbidden] }), mixedPlan],
  });
  expect(got.length).toBeLessThanOrEqual(65_536);
  expect(got.length).toBeGreaterThan(60_000);
  expect(got).toContain("| production | **unreadable** | 300 |");
  expect(got).toContain(forbidden.requestId);
  expect(got).toContain("plumbline apply --tenant production --plan sha256:");
  expect(got).toMatch(/\*\*\d+ parts of this report are left out\*\*/);
});

test("a thousand tenants still fit a comment", () => {
  const plans = Array.from({ length: 1_000 }, (_, index) =>
    planOf({ tenant: `tenant-${index}`, changes: [created] }),
  );
  const got = markdown({ type: "plans", plans });
  expect(got.length).toBeLessThanOrEqual(65_536);
  expect(got).toContain("and 900 more tenants");
});
