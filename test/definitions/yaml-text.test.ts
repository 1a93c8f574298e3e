import { expect, test } from "vitest";
import { readYaml } from "../../src/definitions/yaml-text.ts";

/** `line:column message` */
function faults(text: string): readonly string[] {
  return readYaml(text).faults.map(
    ({ place, message }) => `${place.line}:${place.column} ${message}`,
  );
}

function values(text: string): readonly unknown[] {
  return readYaml(text).documents.map(({ value }) => value);
}

test("scalars follow the core schema of YAML 1.2", () => {
  const text =
    "a: yes\nb: true\nc: 0o17\nd: 017\ne: ~\nf: 1e3\ng: 2026-01-01\nh:\ni: 'x'\nj: |\n  y\n";
  expect(values(text)).toEqual([
    {
      a: "yes",
      b: true,
      c: 15,
      d: 17,
      e: null,
      f: 1000,
      g: "2026-01-01",
      h: null,
      i: "x",
      j: "y\n",
    },
  ]);
});

test("lines may end in LF or CRLF, with the same places", () => {
  const text = "a:\n  b: [1, 2]\n";
  for (const written of [text, text.replaceAll("\n", "\r\n")]) {
    const [document] = readYaml(written).documents;
    expect(document?.value).toEqual({ a: { b: [1, 2] } });
    expect(document?.placeOf(["a", "b", "1"])).toEqual({ line: 2, column: 10 });
    expect(document?.placeOf(["a", "b"], "key")).toEqual({ line: 2, column: 3 });
    expect(document?.placeOf(["a", "b"])).toEqual({ line: 2, column: 6 });
  }
});

test("what was not written has the place of what would hold it", () => {
  const [document] = readYaml("a:\n  b: 1\nc:\n").documents;
  expect(document?.placeOf(["a", "x", "y"])).toEqual({ line: 2, column: 3 });
  expect(document?.placeOf(["c"])).toEqual({ line: 3, column: 1 });
  expect(document?.placeOf([])).toEqual({ line: 1, column: 1 });
});

test("empty documents between others are left out", () => {
  expect(values("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n---\n")).toEqual([
    { a: 1 },
    { b: 2 },
  ]);
  expect(faults("---\na: 1\n---\n---\nb: 2\n---\n")).toEqual([]);
});

test.each(["", "\n\n", "# a comment\n", "---\n", "---\n---\n"])(
  "a file with nothing in it is a fault: %j",
  (text) => {
    const { faults: found, documents } = readYaml(text);
    expect(documents).toEqual([]);
    expect(found.map(({ code }) => code)).toEqual(["empty-file"]);
  },
);

test("a written null is no empty document", () => {
  expect(values("null")).toEqual([null]);
});

test.each([
  { name: "tabs as indentation", text: "a:\n\tb: 1\n", want: "2:1 Tabs are not allowed" },
  { name: "a tab after the indentation", text: "a:\n  b: 1\n \tc: 2\n", want: "3:" },
  { name: "duplicate keys", text: "a: 1\nb: 2\na: 3\n", want: '3:1 The key "a" stands here twice' },
  { name: "duplicate keys in braces", text: "x: {a: 1, a: 2}\n", want: '1:11 The key "a" stands' },
  { name: "keys that are equal when read", text: 'a: 1\n"a": 2\n', want: "2:1 The key" },
  { name: "an anchor", text: "a: &x 1\n", want: "1:7 Anchors" },
  { name: "an anchor on a mapping", text: "a: &x\n  b: 1\n", want: "2:3 Anchors" },
  { name: "an alias to nothing", text: "a: *x\n", want: "1:4 Anchors" },
  { name: "an alias as key", text: "*x : 1\n", want: "1:1 Anchors" },
  { name: "a merge key", text: "a:\n  <<: { b: 1 }\n", want: "2:3 Merge keys" },
  { name: "a custom tag", text: "a: !env X\n", want: "1:" },
  { name: "a binary tag", text: "a: !!binary aGk=\n", want: "1:" },
  { name: "a tag of the core schema", text: "a: !!str 1\n", want: "1:10 Tags" },
  { name: "a set", text: "a: !!set {b}\n", want: "1:" },
  { name: "a number as key", text: "1: x\n", want: "1:1 A key must be text" },
  { name: "null as key", text: "~: x\n", want: "1:1 A key must be text" },
  { name: "a mapping as key", text: "{a: 1}: x\n", want: "1:1 A key must be text" },
  { name: "a list as key", text: "? [a]\n: x\n", want: "1:3 A key must be text" },
  { name: "YAML 1.1", text: "%YAML 1.1\n---\na: yes\n", want: "1:1 Only YAML 1.2" },
  { name: "an unknown directive", text: "%FOO\n---\na: 1\n", want: "1:1 Directives" },
  { name: "an open quote", text: 'a: "b\n', want: "1:" },
  { name: "an open bracket", text: "a: [1, 2\n", want: "1:" },
  { name: "a colon in a plain text", text: "a: b: c\n", want: "1:4 A mapping may not start" },
  { name: "wrong indentation", text: "a:\n    b: 1\n  c: 2\n", want: "3:" },
  { name: "a wrong escape", text: 'a: "\\q"\n', want: "1:" },
  { name: "a text that begins with @", text: "a: @b\n", want: "1:4 A text may not begin" },
])("$name: a fault at its place", ({ text, want }) => {
  const found = faults(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(want);
  expect(values(text)).toEqual([]);
});

test("a fault in one document leaves the others readable", () => {
  const { documents, faults: found } = readYaml("a: 1\n---\nb: *x\n---\nc: 3\n");
  expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { c: 3 }]);
  expect(found.map(({ place }) => place.line)).toEqual([3]);
});

test("an alias bomb is refused without being unfolded", () => {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 30; i++) {
    const last = `*a${i - 1}`;
    lines.push(`a${i}: &a${i} [${Array(9).fill(last).join(", ")}]`);
  }
  expect(faults(lines.join("\n"))[0]).toContain("1:9 Anchors");
});

test.each([
  { name: "brackets", text: "[".repeat(100_000) },
  { name: "braces", text: "{a: ".repeat(100_000) },
  { name: "lists on one line", text: "- ".repeat(100_000) },
  { name: "complex keys", text: "? ".repeat(100_000) },
  {
    name: "indentation",
    text: Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
  },
])("nesting without end is refused: $name", ({ text }) => {
  const found = readYaml(text).faults;
  expect(found).toHaveLength(1);
  expect(found[0]?.message).toContain("nested more than 64 levels");
  expect(found[0]?.place.line).toBeLessThan(100);
});

test("very many keys in one mapping are no reason to wait", () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join("");
  expect(readYaml(`${text}k1: 2\n`).faults.map(({ place }) => place.line)).toEqual([20_001]);
});

test.each([
  { name: "commas", text: `[${",".repeat(1_000_000)}` },
  { name: "wrong indentation", text: "  a:\n b:\n".repeat(100_000) },
  { name: "documents", text: "---\na\n".repeat(150_000) },
  { name: "items", text: `[${"1,".repeat(120_000)}]` },
])("a file of nothing but signs is refused before it costs much: $name", ({ text }) => {
  const { faults: found } = readYaml(text);
  expect(found.map(({ code }) => code)).toEqual(["too-large"]);
});

test("errors that are thrown after a text was read have their stack", () => {
  readYaml("a: [");
  readYaml("[".repeat(1_000));
  expect(new Error("later").stack).toContain("    at ");
});

test("a place counts every line end, also those within an open bracket", () => {
  expect(readYaml(`[x: 1\n${"y: 2\n".repeat(20)}]\n`).faults.at(-1)?.place).toEqual({
    line: 20,
    column: 4,
  });
});

test("a key called __proto__ is a key like any other", () => {
  const [value] = values("__proto__: { polluted: true }\nconstructor: 1\n");
  expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test("no message repeats what stands in the text", () => {
  const secret = "s3cr3t/Value=";
  const texts = [
    `a: *${secret}\n`,
    `a: !${secret} x\n`,
    `a: "\\q${secret}"\n`,
    `a: ${secret}: x: y\n`,
    `a: 'x' ${secret}\n`,
    `${secret}: 1\n${secret}: 2\n`,
    `a: | ${secret}\n  x\n`,
    `%${secret}\n---\na: 1\n`,
    `a: [${secret}\n`,
  ];
  for (const text of texts) {
    expect(faults(text)).not.toEqual([]);
    expect(faults(text).join()).not.toContain("s3cr3t");
  }
});
