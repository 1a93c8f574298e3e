import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Format, formats, render, renderLine } from "../../src/report/report.ts";
import { anyText, fill, fullReports, hostileTexts } from "./hostile.ts";
import {
  calmClosedRun,
  cleanPlan,
  convergedRun,
  created,
  forbidden,
  insidePlan,
  planOf,
  runOf,
  samples,
  unreadableRun,
} from "./samples.ts";

const plain = { colour: false, width: 80 };
const extension: Record<Format, string> = {
  text: "txt",
  json: "json",
  markdown: "md",
  html: "html",
};

for (const [name, report] of Object.entries(samples)) {
  test.each(formats)(`${name} reads as reviewed in %s`, async (format) => {
    await expect(render(report, format, plain)).toMatchFileSnapshot(
      `golden/${name}.${extension[format]}`,
    );
  });
}

test.each(formats)("the same report gives the same bytes in %s", (format) => {
  const copy = structuredClone(samples["mixed-plan"]!);
  expect(render(copy, format, plain)).toBe(render(samples["mixed-plan"]!, format, plain));
});

test.each(formats)("a report of nothing is still a report in %s", (format) => {
  const text = render({ type: "plans", plans: [] }, format, plain);
  expect(text.length).toBeGreaterThan(10);
  expect(text.endsWith("\n")).toBe(true);
});

const lineCases = [
  {
    name: "a converged run",
    run: convergedRun,
    want: "production: converged: 1 created, 1 updated, 3 unchanged, 1 unmanaged (1.2 s, commit 9f2c1a7d0b)",
  },
  {
    name: "a clean run without a commit",
    run: runOf({ plan: cleanPlan, commit: null }),
    want: "production: clean: 3 unchanged (1.2 s)",
  },
  {
    name: "a run of an empty tenant",
    run: runOf({ plan: planOf({}), commit: "release-7" }),
    want: "production: clean: nothing defined (1.2 s, commit release-7)",
  },
  {
    name: "a run that only reports",
    run: runOf({ plan: planOf({ changes: [created] }), mode: "report", result: "drift" }),
    want: "production: drift: 1 to create (1.2 s, commit 9f2c1a7d0b)",
  },
  {
    name: "a run that could not read",
    run: unreadableRun,
    want: `staging: unreadable: 1 error (1.2 s, commit 9f2c1a7d0b): ${forbidden.message}`,
  },
  {
    name: "a run outside the windows of its tenant",
    run: calmClosedRun,
    want: "production: clean: 3 unchanged (1.2 s, commit 9f2c1a7d0b) · Change window: closed; the next one is from 2026-08-22 22:00:00 UTC to 2026-08-23 02:00:00 UTC",
  },
  {
    name: "a run inside the windows of its tenant",
    run: runOf({ plan: insidePlan }),
    want: "production: clean: 3 unchanged (1.2 s, commit 9f2c1a7d0b)",
  },
] as const;

test.each(lineCases)("$name is told in one line", ({ run, want }) => {
  expect(renderLine(run)).toBe(want);
});

test("one line tells the next run as the whole report does", () => {
  const run = runOf({ plan: cleanPlan, commit: null });
  const nextRun = "2026-08-22T10:30:00.000Z";
  const nextRuns = new Map([[run.tenant, nextRun]]);
  const told = "Next run: 2026-08-22 10:30:00 UTC";
  expect(renderLine(run, nextRun)).toBe(`production: clean: 3 unchanged (1.2 s) · ${told}`);
  expect(render({ type: "runs", runs: [run], nextRuns }, "text", plain)).toContain(told);
});

const forPeople = ["text", "markdown", "html"] as const;
const plans = { type: "plans", plans: [planOf({ changes: [created] })] } as const;

test.each(forPeople)("the command calls Plumbline as the reader does in %s", (format) => {
  const program = "npm run -s plumbline --";
  const modes = new Map([["production", "apply"]] as const);
  const got = render(plans, format, { ...plain, program, modes });
  expect(got).toContain("To apply exactly this plan:");
  expect(got).toContain(`${program} apply --tenant production --plan sha256:`);
  expect(render(plans, format, plain)).toMatch(/(^|[ >])plumbline apply --tenant production/m);
});

test.each(forPeople)("a tenant in report mode is told the key and no command in %s", (format) => {
  const modes = new Map([["production", "report"]] as const);
  const got = render(plans, format, { ...plain, modes });
  expect(got.replace(/\s+/g, " ")).toContain(
    "This tenant is in mode: report. Set mode: apply in plumbline.yaml to carry this out.",
  );
  expect(got).not.toContain("plumbline apply");
  const nothing = render({ type: "plans", plans: [cleanPlan] }, format, { ...plain, modes });
  expect(nothing).not.toContain("mode: report");
});

test("a long error does not make a long line", () => {
  const run = runOf({ result: "failed", faults: [{ ...forbidden, message: "x".repeat(5_000) }] });
  expect(renderLine(run).length).toBeLessThan(400);
});

const steering = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;
const broad = { colour: false, width: 1_000_000 };

for (const { name, report } of fullReports) {
  test.each(hostileTexts)(`${name} full of $name is plain text line by line`, ({ text }) => {
    const got = render(fill(report, text), "text", broad);
    expect(got).not.toMatch(steering);
    expect(lineCount(got)).toBe(lineCount(render(fill(report, "x"), "text", broad)));
  });

  test(`no value in ${name} adds a line, steers the terminal or hides`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const got = render(fill(report, text), "text", broad);
        expect(got).not.toMatch(steering);
        expect(lineCount(got)).toBe(lineCount(render(fill(report, "x"), "text", broad)));
      }),
      { numRuns: 60 },
    );
  });

  test.each(formats)(`no key in a URL of ${name} is shown in %s`, (format) => {
    const url = "https://user:canary-1@host.example/a?code=canary-2&canary-3&b=canary-4#t=canary-5";
    expect(render(fill(report, url), format, plain)).not.toContain("canary");
  });

  test.each(formats)(`${name} has no colour and no control characters in %s`, (format) => {
    expect(render(report, format, plain)).not.toMatch(steering);
  });
}

test("no value forges a second line of a run", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const filled = fill({ type: "runs", runs: [unreadableRun] }, text);
      const line = filled.type === "runs" ? renderLine(filled.runs[0]!) : "";
      expect(line).not.toMatch(/\n|\p{Cc}/u);
      expect(line.startsWith("staging: unreadable: 1 error")).toBe(true);
    }),
  );
});

test("colour adds to the text and changes none of it", () => {
  for (const report of Object.values(samples)) {
    const coloured = render(report, "text", { colour: true, width: 80 });
    expect(coloured).toContain("\u001b[");
    expect(stripVTControlCharacters(coloured)).toBe(render(report, "text", plain));
  }
});

test.each(["json", "markdown", "html"] as const)("%s knows no colour and no width", (format) => {
  const report = samples["mixed-plan"]!;
  const coloured = render(report, format, { colour: true, width: 20 });
  expect(coloured).toBe(render(report, format, plain));
});

function lineCount(text: string): number {
  return text.split("\n").length;
}
