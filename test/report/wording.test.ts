import { expect, test } from "vitest";
import type { Result } from "../../src/model/generated/run.ts";
import { worst } from "../../src/model/result.ts";
import { resultSentence } from "../../src/report/sentences.ts";
import { plural, resultTones } from "../../src/report/wording.ts";

test.each([
  [0, "0 changes"],
  [1, "1 change"],
  [2, "2 changes"],
  [1_000, "1,000 changes"],
])("%i is told as %s", (count, want) => {
  expect(plural(count, "change")).toBe(want);
});

test("the worst of several results is the one that decides the exit status", () => {
  // As the exit status has it: 1, 6, 5, 4, 3, 2, 0.
  const order: readonly Result[] = [
    "failed",
    "unreadable",
    "partial",
    "refused",
    "invalid",
    "drift",
    "converged",
    "clean",
  ];
  for (const [index, want] of order.entries()) {
    expect(worst(order.slice(index).toReversed())).toBe(want);
  }
  expect(worst([])).toBe("clean");
});

test("every result is a sentence of its own for a plan and for a run", () => {
  const results = Object.keys(resultTones) as Result[];
  for (const stage of ["plan", "wrote", "read"] as const) {
    const sentences = results.map((result) => resultSentence(result, stage));
    expect(new Set(sentences).size).toBe(results.length);
    for (const text of sentences) expect(text).toMatch(/^[A-Z].*\.$/);
  }
});
