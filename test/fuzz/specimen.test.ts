import { expect, test } from "vitest";
import { literal } from "../../fuzz/canaries.ts";
import { examine } from "../../fuzz/examine.ts";
import { judge } from "../../fuzz/oracle.ts";
import { specimenOf } from "../../fuzz/specimen.ts";
import { openWorkspace } from "../../fuzz/workspace.ts";

const numbers = Array.from({ length: 60 }, (_, index) => index);

test("a number always stands for the same file, and another for another", () => {
  const once = numbers.map((number) => specimenOf(number));
  const again = numbers.toReversed().map((number) => specimenOf(number));
  expect(again.toReversed()).toEqual(once);
  expect(new Set(once.map(({ bytes }) => bytes.toString("base64"))).size).toBeGreaterThan(55);
});

test("files get as far as the parser, the schema and the rules, and some are accepted", async () => {
  using workspace = openWorkspace();
  const stages = new Set<string>();
  for (const number of numbers) {
    const specimen = specimenOf(number);
    const answer = await examine(specimen, workspace);
    const { stage, complaints } = judge(
      // How long it took says something about this machine alone.
      { ...answer, milliseconds: 0 },
      specimen.bytes,
      workspace.textOf,
    );
    expect(complaints).toEqual([]);
    stages.add(stage);
  }
  expect([...stages].sort()).toEqual(["accepted", "parser", "rules", "schema"]);
});

test("secrets are written into many files by mistake", () => {
  const holding = numbers.filter((number) => specimenOf(number).bytes.includes(literal.value));
  expect(holding.length).toBeGreaterThan(5);
});

test("definitions of every kind are written, and a flow may stand beside what it calls", () => {
  const texts = Array.from({ length: 200 }, (_, number) => specimenOf(number).bytes.toString());
  const flows = texts.filter((text) => /kind: ["']?UserFlow/.test(text));
  expect(flows.length).toBeGreaterThan(5);
  expect(flows.some((text) => /kind: ["']?ApiConnector/.test(text))).toBe(true);
});
