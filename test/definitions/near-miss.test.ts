import { expect, test } from "vitest";
import { choice, inWords, nearMiss } from "../../src/definitions/near-miss.ts";

test.each([
  { word: "displayname", want: "displayName" },
  { word: "dispalyName", want: "displayName" },
  { word: "displaName", want: "displayName" },
  { word: "targetURL", want: "targetUrl" },
  { word: "targetUri", want: "targetUrl" },
  { word: "evn", want: "env" },
  { word: "envs", want: "env" },
  { word: "url", want: "targetUrl" },
  { word: "Target", want: "targetUrl" },
  { word: "name", want: "displayName" },
  { word: "play", want: null },
  { word: "rl", want: null },
  { word: "", want: null },
  { word: "x".repeat(100_000), want: null },
])("the word near $word is $want", ({ word, want }) => {
  expect(nearMiss(word, ["displayName", "targetUrl", "env", "file"])).toBe(want);
});

test("the beginning of several candidates is near none of them", () => {
  expect(nearMiss("client", ["clientSecret", "clientCertificate"])).toBeNull();
  expect(nearMiss("certificate", ["clientSecret", "clientCertificate"])).toBe("clientCertificate");
});

test("only what looks like a key that a person chose is repeated", () => {
  expect(inWords("displayname")).toBe(' "displayname"');
  for (const word of ["", "p@ss", "a b", "1a", "x".repeat(41), "a\nb"])
    expect(inWords(word)).toBe("");
});

test("choices read as a sentence does", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(choice)).toEqual([
    "",
    "a",
    "a or b",
    "a, b or c",
  ]);
});
