import { expect, test } from "vitest";
import { deeperLine, unalignedLine } from "../../src/definitions/indentation.ts";
import { readYaml } from "../../src/definitions/yaml-text.ts";
import { connector } from "./written-folder.ts";

const valid = connector();

function faults(text: string): readonly string[] {
  return readYaml(text).faults.map(
    ({ place, message }) => `${place.line}:${place.column} ${message}`,
  );
}

test.each([
  {
    name: "a key below one that has its value",
    text: valid.replace("  targetUrl", "    targetUrl"),
    want: "7:5 This line is indented deeper (4 spaces) than the key above it (2), which has its value already: align the two.",
  },
  {
    name: "a key at the top",
    text: valid.replace("kind:", "  kind:"),
    want: "2:3 This line is indented deeper (2 spaces) than the key above it (0)",
  },
  {
    name: "a key of an item",
    text: "tenants:\n  - name: a\n      mode: report\n",
    want: "3:7 This line is indented deeper (6 spaces) than the key above it (4)",
  },
])("a line that is indented too deep is the one that is told: $name", ({ text, want }) => {
  const found = faults(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(want);
});

test.each([
  {
    name: "one space too few",
    text: valid.replace("  targetUrl", " targetUrl"),
    want: "7:2 This line begins with 1 space, the lines above it that it can belong to with 0 or 2: align it.",
  },
  {
    name: "one space less than the line before it",
    text: valid.replace("      username", "       username"),
    want: "11:7 This line begins with 6 spaces, the lines above it that it can belong to with 4 or 7",
  },
  {
    name: "too much after an empty line and a comment",
    text: valid.replace("  targetUrl", "\n# where\n    targetUrl"),
    want: "9:5 This line begins with 4 spaces, the lines above it that it can belong to with 2:",
  },
  {
    name: "less than the first line",
    text: "  a: 1\nb: 2\n",
    want: "2:1 This line begins with 0 spaces, the lines above it that it can belong to with 2",
  },
  {
    name: "between a dash and its item",
    text: "a:\n  - b: 1\n   c: 2\n",
    want: "3:4 This line begins with 3 spaces, the lines above it that it can belong to with 2 or 4",
  },
])("a line that fits none above it is told with those it could fit: $name", ({ text, want }) => {
  const found = faults(text);
  expect(found[0]).toContain(want);
});

test("a colon within a value is no question of indentation", () => {
  expect(faults("a: b: c\n  d: e\n")[0]).toContain("1:4 A mapping may not start");
});

test("a line that stands well is not the one that is told", () => {
  expect(deeperLine("a: x\nb: y\n", 3)).toBeNull();
  expect(deeperLine("a: x", 3)).toBeNull();
  expect(unalignedLine("a:\n  b: 1\n  c: 2\n", 10)).toBeNull();
  expect(unalignedLine("a: 1\n", 0)).toBeNull();
});
