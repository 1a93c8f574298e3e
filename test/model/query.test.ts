import fc from "fast-check";
import { expect, test } from "vitest";
import { joinUrl, splitUrl } from "../../src/model/query.ts";

test("a URL is split into its base and its parameters", () => {
  expect(splitUrl("https://API.contoso.example:443/hook?code=a%2Fb&x=#part")).toEqual({
    base: "https://api.contoso.example/hook#part",
    query: [
      { key: "code", value: "a/b" },
      { key: "x", value: "" },
    ],
  });
});

test("a fragment makes another URL, and comes back", () => {
  const split = (text: string) => splitUrl(text)?.base;
  expect(split("https://a.example/#b")).not.toBe(split("https://a.example/"));
  expect(split("https://a.example/#")).not.toBe(split("https://a.example/"));
  const parts = splitUrl("https://a.example/?k=v#b");
  expect(parts && joinUrl(parts)).toBe("https://a.example/?k=v#b");
});

test("a key that comes again, or looks as if it did, stays apart from the others", () => {
  const split = splitUrl("https://api.contoso.example/?a=1&a=2&a[1]=3");
  expect(split?.query.map(({ key }) => key)).toEqual(["a", "a[1]", "a[1][0]"]);
});

test("what is no URL is not split", () => {
  expect(splitUrl("not a URL")).toBeNull();
});

test("joining undoes splitting, whatever the parameters are called", () => {
  const name = fc.oneof(fc.string(), fc.constantFrom("a", "a[0]", "a[1]", "a[1][0]"));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
      const url = new URL("https://api.contoso.example/hook");
      for (const [key, value] of pairs) url.searchParams.append(key, value);
      const split = splitUrl(url.href);
      expect(split === null ? null : new URL(joinUrl(split)).searchParams.toString()).toBe(
        url.searchParams.toString(),
      );
      const keys = split?.query.map(({ key }) => key) ?? [];
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});
