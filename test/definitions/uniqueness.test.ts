import fc from "fast-check";
import { expect, test } from "vitest";
import { type Claim, duplicates } from "../../src/definitions/uniqueness.ts";

function claimed(...files: readonly string[]): readonly Claim[] {
  return files.map((file) => ({ value: "fraud", at: { file, line: 3, column: 9 } }));
}

test("each of several claims names three others and counts the rest", () => {
  const messages = (...files: readonly string[]) =>
    duplicates("metadata.name", claimed(...files)).map(({ message }) => message);
  expect(messages("a")).toEqual([]);
  expect(messages("a", "b")).toEqual([
    'metadata.name "fraud" is also used at b:3:9. Each definition needs its own.',
    'metadata.name "fraud" is also used at a:3:9. Each definition needs its own.',
  ]);
  expect(messages("a", "b", "c", "d").join()).not.toContain("more");
  const many = messages("a", "b", "c", "d", "e");
  expect(many[0]).toContain("at b:3:9, c:3:9, d:3:9 and 1 more place.");
  expect(many[4]).toContain("at a:3:9, b:3:9, c:3:9 and 1 more place.");
  expect(messages("a", "b", "c", "d", "e", "f")[2]).toContain("d:3:9 and 2 more places.");
});

test("no claim is looked at more often than a few times, however many are the same", () => {
  let looks = 0;
  const claims = claimed(...Array.from({ length: 2_000 }, (_, index) => `${index}.yaml`)).map(
    ({ value, at }) => ({
      value,
      get at() {
        looks++;
        return at;
      },
    }),
  );
  expect(duplicates("metadata.name", claims)).toHaveLength(2_000);
  expect(looks).toBeLessThan(2_000 * 10);
});

test("a claim is a fault if and only if another has its value", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c", "d")), (values) => {
      const claims = values.map((value, line) => ({ value, at: { file: "f", line, column: 1 } }));
      const lines = duplicates("it", claims).map(({ at }) => at?.line);
      const want = values.flatMap((value, line) =>
        values.filter((other) => other === value).length > 1 ? [line] : [],
      );
      expect(lines.toSorted()).toEqual(want.toSorted());
    }),
  );
});
