import { expect, test } from "vitest";
import { readYaml } from "../../src/definitions/yaml-text.ts";
import { connector } from "./written-folder.ts";

/** `line:column message` */
function faults(text: string): readonly string[] {
  return readYaml(text).faults.map(
    ({ place, message }) => `${place.line}:${place.column} ${message}`,
  );
}

const valid = connector();

test.each([
  {
    name: "a double quote",
    text: connector({ displayName: '"Fraud check' }),
    want: '6:16 The quote " opens here and is never closed: write " where it ends.',
  },
  {
    name: "a single quote",
    text: connector({ displayName: "'Fraud check" }),
    want: "6:16 The quote ' opens here",
  },
  {
    name: "a quote before another quoted text",
    text: connector({ displayName: '"Fraud check', username: '"entra"' }),
    want: '6:16 The quote " opens here',
  },
  {
    name: "a quoted key",
    text: valid.replace("displayName:", '"displayName:'),
    want: '6:3 The quote " opens here',
  },
  {
    name: "a quote within a bracket",
    text: connector({ password: '{ env: "X }' }),
    want: '11:24 The quote " opens here',
  },
  {
    name: "a brace",
    text: connector({ password: "{ env: X" }),
    want: "11:17 The bracket { opens here and is never closed: write } where it ends.",
  },
  {
    name: "a brace that more lines follow",
    text: connector({ query: "{ code: { env: X }" }),
    want: "8:10 The bracket { opens here",
  },
  {
    name: "a bracket",
    text: "a: [1, 2\nb: c\n",
    want: "1:4 The bracket [ opens here and is never closed: write ] where it ends.",
  },
  {
    name: "a bracket, and what follows from it",
    text: `[x: 1\n${"y: 2\n".repeat(20)}`,
    want: "1:1 The bracket [ opens here",
  },
  { name: "the outer of two brackets", text: "[[1]", want: "1:1 The bracket [ opens here" },
  { name: "the inner of two brackets", text: "[[1", want: "1:2 The bracket [ opens here" },
])("what is never closed is told where it opens: $name", ({ text, want }) => {
  const found = faults(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(want);
});

test("a missing comma is no open bracket", () => {
  for (const text of ['a: ["x""y"]\n', "a: [[1][2]]\n"]) {
    expect(faults(text)).not.toEqual([]);
    expect(faults(text).join()).not.toContain("never closed");
  }
});

test.each([
  {
    name: "of the specification",
    text: valid.replace("  displayName", "\tdisplayName"),
    at: "6:1",
  },
  { name: "deep within", text: valid.replace("      username", "\t\tusername"), at: "10:1" },
  { name: "after spaces", text: valid.replace("    basic", "  \tbasic"), at: "9:3" },
  { name: "in several lines", text: valid.replaceAll(/^ {2}/gm, "\t"), at: "4:1" },
])("a tab is one fault, and what the parser makes of it is none: $name", ({ text, at }) => {
  expect(faults(text)).toEqual([`${at} Tabs are not allowed as indentation: use spaces.`]);
});

test("a text of nothing but wrong escape sequences is refused before it costs much", () => {
  for (const text of [`a: "${"\\q".repeat(500_000)}"`, `[${'"\\q",'.repeat(190_000)}]`]) {
    expect(readYaml(text).faults.map(({ code }) => code)).toEqual(["too-large"]);
  }
  const few = readYaml(`a: "${"\\n".repeat(9_000)}"\n`);
  expect(few.faults).toEqual([]);
});
