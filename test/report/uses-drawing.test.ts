import fc from "fast-check";
import { expect, test } from "vitest";
import { steps } from "../../src/model/definition.ts";
import type { Use } from "../../src/model/generated/run.ts";
import { render } from "../../src/report/report.ts";
import { drawingOf } from "../../src/report/uses-drawing.ts";
import { usesView } from "../../src/report/uses-view.ts";
import { planOf } from "./samples.ts";
import { manyUses, uses } from "./uses.ts";

function drawn(used: readonly Use[]) {
  return drawingOf(usesView(planOf({ uses: [...used] }), []).connectors);
}

function page(used: readonly Use[]): string {
  const plans = [planOf({ uses: [...used] })];
  return render({ type: "plans", plans }, "html", { colour: false, width: 80 });
}

/** A step calls at most one connector now, and at most one soon. */
const anyUses = fc
  .uniqueArray(
    fc.record({
      flow: fc.constantFrom("B2X_1_a", "B2X_1_b", "B2X_1_c", "B2C_1_d"),
      step: fc.constantFrom(...steps),
      before: fc.constantFrom("one", "two", "three", "four", null),
      after: fc.constantFrom("one", "two", "three", "four", null),
    }),
    { selector: ({ flow, step }) => `${flow} ${step}` },
  )
  .map((all) =>
    all.flatMap(({ flow, step, before, after }): Use[] => {
      const base = { flow, step, id: null, displayName: null };
      if (before !== null && before === after) {
        return [{ ...base, name: before, before: true, after: true }];
      }
      return [
        ...(before === null ? [] : [{ ...base, name: before, before: true, after: false }]),
        ...(after === null ? [] : [{ ...base, name: after, before: false, after: true }]),
      ];
    }),
  );

test("every step and every connector has a place of its own, and every call is a line", () => {
  fc.assert(
    fc.property(anyUses, (used) => {
      const { height, steps, connectors, lines } = drawn(used);
      for (const places of [steps, connectors]) {
        expect(new Set(places.map(({ y }) => y)).size).toBe(places.length);
        for (const { y } of places) {
          expect(y).toBeGreaterThan(20);
          expect(y).toBeLessThan(height - 20);
        }
      }
      expect(steps).toHaveLength(new Set(used.map(({ flow, step }) => flow + step)).size);
      expect(lines).toHaveLength(used.length);
      for (const { from, to, use } of lines) {
        const step = steps.find(({ y }) => y === from)?.use;
        expect([step?.flow, step?.step]).toEqual([use.flow, use.step]);
        expect(connectors.find(({ y }) => y === to)?.connector.uses).toContain(use);
      }
    }),
  );
});

test("connectors between which a step changes stand beside each other", () => {
  const order = drawn(uses).connectors.map(({ connector }) => connector.called);
  expect(order.indexOf("Old check")).toBe(order.indexOf("fraud-check") + 1);
});

test("a long name is short in the drawing and whole in the table", () => {
  const displayName = `Check of ${"very ".repeat(10)}long names`;
  const got = page([{ ...uses[7]!, displayName }]);
  const drawing = /<svg viewBox="0 0 760.*?<\/svg>/s.exec(got)?.[0] ?? "";
  expect(drawing).toContain("…</text>");
  expect(drawing).not.toContain(displayName);
  expect(got).toContain(`<code>${displayName}</code>`);
});

test("the drawing has a title and a description, and says what is bound in words too", () => {
  const got = page(uses);
  expect(got).toContain('role="img" aria-labelledby="tenant-1-uses tenant-1-uses-words"');
  expect(got).toContain('<title id="tenant-1-uses">Connectors that user flows call</title>');
  expect(got).toContain("4 user flows call 6 connectors.");
  expect(got.match(/<text class="word tone-create"/g)).toHaveLength(1);
  expect(got.match(/<text class="word tone-delete"/g)).toHaveLength(2);
});

test("what is too much for a drawing is a table alone", () => {
  const got = page(manyUses);
  expect(got).not.toContain('role="img"');
  expect(got).toContain("61 calls are too many to draw; they are listed.");
  expect(got.match(/<td data-label="Step">/g)).toHaveLength(61);
});
