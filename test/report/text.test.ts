import fc from "fast-check";
import { expect, test } from "vitest";
import type { RenderOptions, Report } from "../../src/report/report.ts";
import { render } from "../../src/report/report.ts";
import {
  cleanPlan,
  created,
  heldAmbiguous,
  mixedPlan,
  planOf,
  runOf,
  samples,
  updated,
  warning,
} from "./samples.ts";

function text(report: Report, options: Partial<RenderOptions> = {}): string {
  return render(report, "text", { colour: false, width: 80, ...options });
}

test.each([40, 60, 80, 120])(
  "at %i columns only a word that cannot be broken sticks out",
  (width) => {
    for (const report of Object.values(samples)) {
      for (const line of text(report, { width }).split("\n")) {
        if ([...line].length <= width) continue;
        const isCommand = line.startsWith("  plumbline apply ");
        const isHead = /^ {2}[+~=!-] /.test(line);
        expect(isCommand || isHead || line.trim().split(" ").length <= 2).toBe(true);
      }
    }
  },
);

test("no line of an everyday report is wider than 80 columns but the command", () => {
  for (const report of Object.values(samples)) {
    const wide = text(report)
      .split("\n")
      .filter((line) => line.length > 80 && !line.includes("plumbline apply"));
    expect(wide).toEqual([]);
  }
});

test("a plan without changes says so in three calm lines", () => {
  expect(text({ type: "plans", plans: [cleanPlan] })).toBe(
    "production: The tenant matches git.\nNo user flow calls a connector.\nproduction: clean: 3 unchanged\n",
  );
});

test("every tenant begins with how it stands and ends with its counts, a clean one too", () => {
  const { unmanaged } = mixedPlan;
  for (const parts of [{ unmanaged }, { unmanaged, changes: [created] }, { faults: [warning] }]) {
    const lines = text({ type: "plans", plans: [planOf({ tenant: "a", ...parts })] }).split("\n\n");
    expect(lines[0]).toMatch(/^a: The tenant (matches|differs from) git\./);
    expect(lines.at(-1)).toMatch(/^a: (clean|drift): /);
  }
});

test("a warning is told even when the plan has no changes", () => {
  const plan = planOf({ faults: [warning] });
  expect(text({ type: "plans", plans: [plan] })).toContain("env FRAUD_FUNCTION_KEY is not set");
});

test("a plan with an error offers no command to apply it", () => {
  const error = { ...warning, severity: "error" } as const;
  const got = text({ type: "plans", plans: [planOf({ changes: [created], faults: [error] })] });
  expect(got).not.toContain("plumbline apply");
  expect(got).toContain("production: invalid: 1 to create");
});

test("a plan that holds everything offers no command to apply it", () => {
  const got = text({ type: "plans", plans: [planOf({ held: [heldAmbiguous] })] });
  expect(got).not.toContain("plumbline apply");
  expect(got).toContain("To lift: Set metadata.id to one of the candidates.");
});

test("a secret is never shown, whatever stands in its place", () => {
  const fields = [
    { path: "spec.query.code", before: "canary-1", after: "canary-2", secret: true },
  ] as const;
  const got = text({
    type: "plans",
    plans: [planOf({ changes: [{ ...updated, fields: [...fields] }] })],
  });
  expect(got).toContain("spec.query.code: (redacted) → (redacted)");
  expect(got).not.toContain("canary");
});

test("a value that spells (redacted) or an arrow is told from the real ones by its quotes", () => {
  const fields = [{ path: "spec.displayName", before: "(redacted)", after: 'a" → "b\\' }];
  const got = text({ type: "plans", plans: [planOf({ changes: [{ ...updated, fields }] })] });
  expect(got).toContain('spec.displayName: "(redacted)" → "a\\" → \\"b\\\\"');
});

test("instants are told in the zone that was asked for", () => {
  const report: Report = {
    type: "runs",
    runs: [runOf({ plan: cleanPlan })],
    nextRuns: new Map([["production", "2026-08-22T10:30:00.000Z"]]),
  };
  const got = text(report, { timezone: "Europe/Berlin" });
  expect(got).toContain("Next run: 2026-08-22 12:30:00 CEST.");
});

test("many unchanged definitions are counted rather than listed", () => {
  const unchanged = Array.from({ length: 25 }, (_, index) => ({
    ...cleanPlan.unchanged[0]!,
    name: `check-${index}`,
  }));
  const got = text({ type: "plans", plans: [planOf({ changes: [created], unchanged })] });
  expect(got).toContain("check-19 and 5 more");
  expect(got).not.toContain("check-20");
});

test("any width gives the same words in the same order", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), (width) => {
      const words = (got: string) => got.split(/\s+/).join(" ");
      const report = samples["several-runs"]!;
      expect(words(text(report, { width }))).toBe(words(text(report, { width: 10_000 })));
    }),
    { numRuns: 40 },
  );
});
