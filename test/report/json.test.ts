import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { render } from "../../src/report/report.ts";
import { anyText, fill, fullReports } from "./hostile.ts";
import { mixedPlan, samples } from "./samples.ts";

const plain = { colour: false, width: 80 };
const schemas = { plans: "plan", runs: "run", faults: "validation" } as const;

function validators() {
  const ajv = new Ajv2020({ strict: false });
  for (const name of Object.values(schemas)) {
    const url = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
    ajv.addSchema(JSON.parse(readFileSync(url, "utf8")));
  }
  return ajv;
}

const ajv = validators();

test.each(Object.entries(samples))("%s holds to its schema", (_, report) => {
  const isValid = ajv.validate(
    `${schemas[report.type]}.schema.json`,
    JSON.parse(render(report, "json", plain)),
  );
  expect(ajv.errors).toBeNull();
  expect(isValid).toBe(true);
});

test("a plan is printed with two spaces and a newline at the end", () => {
  const text = render({ type: "plans", plans: [mixedPlan] }, "json", plain);
  expect(text).toBe(`${JSON.stringify({ version: 1, plans: [mixedPlan] }, null, 2)}\n`);
});

test("any value comes back as it was, without its keys, and steers no terminal", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      fc.pre(!text.includes("://"));
      for (const { report } of fullReports) {
        const filled = fill(report, text);
        const got = render(filled, "json", plain);
        expect(got).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
        const { type, ...rest } = filled;
        const want: Record<string, unknown> = { version: 1, ...rest };
        delete want["checked"];
        expect(JSON.parse(got)).toEqual(want);
      }
    }),
    { numRuns: 50 },
  );
});
