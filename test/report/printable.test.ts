import fc from "fast-check";
import { expect, test } from "vitest";
import { grouped, name, pair, redactUrl, sentence, url } from "../../src/report/printable.ts";

const urlCases = [
  { name: "a plain URL stays", text: "https://a.example/b", want: "https://a.example/b" },
  {
    name: "a value goes",
    text: "https://a.example/?code=s",
    want: "https://a.example/?code=(redacted)",
  },
  {
    name: "a key without value goes",
    text: "https://a.example/?s",
    want: "https://a.example/?(redacted)",
  },
  { name: "an empty query stays", text: "https://a.example/?", want: "https://a.example/?" },
  {
    name: "every parameter goes, the fragment too",
    text: "https://a.example/?a=s&b=s=s?s#s",
    want: "https://a.example/?a=(redacted)&b=(redacted)?(redacted)#(redacted)",
  },
  {
    name: "a user in front of the host goes",
    text: "https://me:s@a.example/b",
    want: "https://(redacted)@a.example/b",
  },
  { name: "a text that is no URL is treated alike", text: "no url?s", want: "no url?(redacted)" },
] as const;

test.each(urlCases)("$name", ({ text, want }) => {
  expect(redactUrl(text)).toBe(want);
  expect(redactUrl(want)).toBe(want);
});

test("a sentence loses the keys of every URL in it", () => {
  const text = 'Graph said "https://a.example/?code=s" and http://b.example?k=s.';
  const want = 'Graph said "https://a.example/?code=(redacted)" and http://b.example?k=(redacted)';
  expect(sentence(text)).toBe(want);
});

const visibleCases = [
  { text: "a\nb", want: "a⟨U+000A⟩b" },
  { text: "\u001b[31m", want: "⟨U+001B⟩[31m" },
  { text: "\u202e\u200b", want: "⟨U+202E⟩⟨U+200B⟩" },
  { text: "a\u00a0b", want: "a⟨U+00A0⟩b" },
  { text: "⟨U+000A⟩", want: "⟨U+27E8⟩U+000A⟩" },
  { text: "Prüfung 東京 🦊 é", want: "Prüfung 東京 🦊 é" },
  { text: "\u{e0041}", want: "⟨U+E0041⟩" },
] as const;

test.each(visibleCases)("$want is how it is shown", ({ text, want }) => {
  expect(name(text)).toBe(want);
});

test("two different short names never look the same", () => {
  const text = fc.string({ unit: "binary", maxLength: 8 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      fc.pre(one !== other && !/[?#:]/.test(one + other));
      expect(name(one)).not.toBe(name(other));
    }),
  );
});

test("a long value is cut and its length is told", () => {
  const got = url(`https://a.example/${"x".repeat(10_000)}`);
  expect(got.length).toBeLessThan(340);
  expect(got).toMatch(/x… \(10,018 characters\)$/);
});

test("two long values that differ late show where they differ", () => {
  const same = "x".repeat(5_000);
  const [before, after] = pair(`${same}old`, `${same}new`, false);
  expect(before).toContain("xold (5,003 characters)");
  expect(after).toContain("xnew (5,003 characters)");
  expect(before.startsWith("…")).toBe(true);
});

test("a short value beside a long one is shown whole", () => {
  const [before, after] = pair("short", "y".repeat(400), false);
  expect(before).toBe("short");
  expect(after).toMatch(/^y{300}… \(400 characters\)$/);
});

test("two different values look different as long as they hold no URL", () => {
  const text = fc.string({ unit: "binary", maxLength: 700 });
  fc.assert(
    fc.property(text, text, text, (head, one, other) => {
      fc.pre(one !== other && !(head + one + other).includes(":"));
      const [before, after] = pair(head + one, head + other, false);
      expect(before).not.toBe(after);
    }),
  );
});

test.each([
  [0, "0"],
  [999, "999"],
  [1_000, "1,000"],
  [1_234_567, "1,234,567"],
])("%i is grouped as %s", (count, want) => {
  expect(grouped(count)).toBe(want);
});
