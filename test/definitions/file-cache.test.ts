import { expect, test } from "vitest";
import { openFileCache } from "../../src/definitions/file-cache.ts";
import { findFiles } from "../../src/definitions/folder.ts";
import { connector, write, writtenFolder } from "./written-folder.ts";

test("a file is parsed once, also for several listings and when it is only touched", () => {
  const root = writtenFolder({ "a.yaml": connector() });
  const cache = openFileCache();
  const parse = (listing: string) =>
    cache.parse(listing, findFiles({ root, folders: ["."], exclude: [] }).files)[0]?.parsed;
  const first = parse("one");
  expect(first?.drafts).toHaveLength(1);
  expect(parse("two")).toBe(first);
  write(root, "a.yaml", connector());
  expect(parse("one")).toBe(first);
  write(root, "a.yaml", connector({ name: "other" }));
  expect(parse("one")?.drafts[0]?.name).toBe("other");
});

test("a file is forgotten when no listing has it any more", () => {
  const root = writtenFolder({ "a.yaml": connector() });
  const { files } = findFiles({ root, folders: ["."], exclude: [] });
  const cache = openFileCache();
  const first = cache.parse("one", files)[0]?.parsed;
  cache.parse("two", files);
  cache.parse("one", []);
  expect(cache.parse("one", files)[0]?.parsed).toBe(first);
  cache.parse("one", []);
  cache.parse("two", []);
  expect(cache.parse("one", files)[0]?.parsed).not.toBe(first);
});
