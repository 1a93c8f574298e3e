import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesGlob } from "../../src/definitions/glob.ts";

test.each([
  { pattern: "A", text: "A", want: true },
  { pattern: "A", text: "AB", want: false },
  { pattern: "*", text: "", want: true },
  { pattern: "FRAUD_*", text: "FRAUD_", want: true },
  { pattern: "FRAUD_*", text: "XFRAUD_A", want: false },
  { pattern: "*.contoso.com", text: "contoso.com", want: false },
  { pattern: "*.contoso.com", text: ".contoso.com", want: true },
  { pattern: "A*A", text: "A", want: false },
  { pattern: "A*B*C", text: "AXBXC", want: true },
  { pattern: "A*B*C", text: "AXC", want: false },
  { pattern: "*AB*AB*", text: "AB", want: false },
  { pattern: "a.c", text: "abc", want: false },
])("$pattern on $text: $want", ({ pattern, text, want }) => {
  expect(matchesGlob(pattern, text)).toBe(want);
});

test("a glob matches exactly what the same regular expression does", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
  fc.assert(
    fc.property(word, text, (pattern, subject) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      expect(matchesGlob(pattern, subject)).toBe(expression.test(subject));
    }),
  );
});
