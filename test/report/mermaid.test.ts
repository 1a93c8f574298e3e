import fc from "fast-check";
import { Marked } from "marked";
import { expect, test } from "vitest";
import type { Use } from "../../src/model/generated/run.ts";
import { mermaidLines } from "../../src/report/mermaid.ts";
import { clipped, name } from "../../src/report/printable.ts";
import { render } from "../../src/report/report.ts";
import { usesView } from "../../src/report/uses-view.ts";
import { anyText, hostileTexts } from "./hostile.ts";
import { planOf } from "./samples.ts";
import { manyUses, uses } from "./uses.ts";

/** All that a line may be: nothing in a label is left that Mermaid could take for its own. */
const LABEL = String.raw`"(?:[\p{L}\p{N}_. -]|#\d+;)+"`;
const LINE = new RegExp(
  String.raw`^(?:graph LR| {2}[fc]\d+\[${LABEL}\]| {2}f\d+ (?:-->|-\.->|--x)\|${LABEL}\| c\d+)$`,
  "u",
);

const more = [
  "end",
  "graph TD",
  'x"]; click f1 "javascript:alert(1)"',
  "%%{init: {'theme': 'dark'}}%%",
  "style f1 fill:#f00;",
  "#quot;#34;",
  "--- title: x ---",
  "1. one",
  "- one",
  "fa:fa-ban $$x$$",
] as const;

function graphOf(used: readonly Use[]): readonly string[] {
  return mermaidLines(usesView(planOf({ uses: [...used] }), []).connectors);
}

function calledBy(flow: string, displayName: string): readonly string[] {
  return graphOf([{ ...uses[7]!, flow, displayName }]);
}

/** A label as a reader sees it. */
function shownIn(line: string | undefined): string {
  const label = /\["(.*)"\]/.exec(line ?? "")?.[1] ?? "";
  return label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

test.each([...hostileTexts.map(({ text }) => text), ...more])(
  "a flow and a connector called %j stay labels",
  (text) => {
    for (const line of calledBy(text, text)) expect(line).toMatch(LINE);
  },
);

test("no name leaves its label, and none reads as another", () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(...more, ""), (text, ending) => {
      const whole = `x${text}${ending}`;
      const lines = calledBy(whole, whole);
      expect(lines).toHaveLength(4);
      for (const line of lines) expect(line).toMatch(LINE);
      expect(shownIn(lines[1])).toBe(clipped(name(whole), 40));
    }),
  );
});

test("a name of nothing has a label", () => {
  expect(calledBy("", "   ").slice(1, 3)).toEqual([
    '  f1["#40;empty#41;"]',
    '  c1["#40;empty#41;"]',
  ]);
});

test("a flow is one node, whatever it calls, and so is a connector", () => {
  const nodes = graphOf(uses).filter((line) => line.includes("["));
  expect(nodes.filter((line) => /^ {2}f/.test(line))).toHaveLength(4);
  expect(nodes.filter((line) => /^ {2}c/.test(line))).toHaveLength(6);
});

test("what is bound is dashed, what is unbound is crossed, and both say so", () => {
  const lines = graphOf(uses);
  const bound = lines.filter((line) => line.includes("is bound by this plan"));
  const unbound = lines.filter((line) => line.includes("is unbound by this plan"));
  expect([bound.length, unbound.length]).toEqual([1, 2]);
  for (const line of bound) expect(line).toContain(" -.->|");
  for (const line of unbound) expect(line).toContain(" --x|");
});

test("a comment holds the graph as one block of code that ends where it should", () => {
  const hostile = uses.map((use) => ({
    ...use,
    flow: `${use.flow}\n\`\`\`\n# x`,
    displayName: "```",
  }));
  const options = { colour: false, width: 80 };
  const plans = [planOf({ uses: hostile })];
  const comment = render({ type: "plans", plans }, "markdown", options);
  const blocks = new Marked({ gfm: true }).lexer(comment).filter(({ type }) => type === "code");
  expect(blocks.map((block) => block.type === "code" && block["lang"])).toEqual(["mermaid"]);
});

test("what is too much for a drawing is listed alone", () => {
  const options = { colour: false, width: 80 };
  const plans = [planOf({ uses: manyUses })];
  const comment = render({ type: "plans", plans }, "markdown", options);
  expect(comment).not.toContain("```mermaid");
  expect(comment).toContain("61 calls are too many to draw; they are listed.");
  expect(comment.match(/^ {2}- `B2X_1_flow/gm)).toHaveLength(61);
  const fewer = [planOf({ uses: manyUses.slice(1) })];
  expect(render({ type: "plans", plans: fewer }, "markdown", options)).toContain("```mermaid");
});

test("a long list says how many it leaves out", () => {
  const used = Array.from({ length: 310 }, (_, index) => ({ ...uses[0]!, flow: `B2X_1_${index}` }));
  const plans = [planOf({ uses: used })];
  const comment = render({ type: "plans", plans }, "markdown", { colour: false, width: 80 });
  expect(comment).toContain("- and 10 more");
});
