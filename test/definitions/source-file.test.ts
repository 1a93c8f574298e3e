import { truncateSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readSource } from "../../src/definitions/source-file.ts";
import { connector, loadText, places, writtenFolder } from "./written-folder.ts";

function read(bytes: Uint8Array | string) {
  const root = writtenFolder({ "a.yaml": bytes });
  return readSource(path.join(root, "a.yaml"), 1);
}

test.each([
  { name: "UTF-8", bytes: Buffer.from("a: ä") },
  { name: "UTF-8 with a byte order mark", bytes: Buffer.from("\ufeffa: ä") },
])("$name is read", ({ bytes }) => {
  expect(read(bytes)).toEqual({ text: "a: ä" });
});

test("a byte order mark moves no place", () => {
  const loaded = loadText(`\ufeff${connector({ password: "x" })}`.replaceAll("\n", "\r\n"));
  expect(places(loaded)).toEqual(["error literal-secret 11:17"]);
  expect(places(loadText("\ufeffx: 1\n"))[0]).toContain("1:1");
});

test.each([
  { name: "UTF-16 LE with a mark", bytes: Buffer.from("\ufeffa: 1\n", "utf16le"), want: "UTF-16" },
  {
    name: "UTF-16 BE with a mark",
    bytes: Buffer.from("\ufeffa: 1\n", "utf16le").swap16(),
    want: "UTF-16",
  },
  { name: "UTF-16 LE without a mark", bytes: Buffer.from("a: 1\n", "utf16le"), want: "UTF-16" },
  {
    name: "UTF-16 BE without a mark",
    bytes: Buffer.from("a: 1\n", "utf16le").swap16(),
    want: "UTF-16",
  },
  { name: "UTF-32 LE", bytes: Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), want: "UTF-16" },
  { name: "a binary file", bytes: Buffer.from("a: \0\n"), want: "control character" },
])("$name is refused", ({ bytes, want }) => {
  const source = read(bytes);
  expect(source).toMatchObject({ fault: { code: "encoding" } });
  expect(JSON.stringify(source)).toContain(want);
});

test.each([
  {
    name: "Latin-1",
    bytes: Buffer.from("a: 1\r\nbc: ä\n", "latin1"),
    place: { line: 2, column: 5 },
  },
  {
    name: "a cut character",
    bytes: Buffer.from("a: 1\nb: ä").subarray(0, -1),
    place: { line: 2, column: 4 },
  },
  {
    name: "a lone surrogate",
    bytes: Buffer.from([0x61, 0xed, 0xa0, 0x80]),
    place: { line: 1, column: 2 },
  },
  {
    name: "Latin-1 after a byte order mark",
    bytes: Buffer.concat([Buffer.from("\ufeff"), Buffer.from("bc: ä\n", "latin1")]),
    place: { line: 1, column: 5 },
  },
  {
    name: "an escape character",
    bytes: Buffer.from("a: 1\nb: \u001b[0m\n"),
    place: { line: 2, column: 4 },
  },
])("invalid text is refused at its place: $name", ({ bytes, place }) => {
  expect(read(bytes)).toMatchObject({ fault: { code: "encoding", place } });
});

test("a file of more than 1 MiB is refused by its size, without being opened", () => {
  expect(readSource("/does/not/exist", 1024 * 1024 + 1)).toMatchObject({
    fault: { code: "too-large" },
  });
});

test("a file of exactly 1 MiB is read, a byte more is not", () => {
  const root = writtenFolder({ "a.yaml": "#".repeat(1024 * 1024) });
  const file = path.join(root, "a.yaml");
  expect(readSource(file, 1024 * 1024)).toMatchObject({ text: expect.any(String) });
  truncateSync(file, 1024 * 1024 + 1);
  // The size that was listed is older than the file.
  expect(readSource(file, 1024 * 1024)).toMatchObject({ fault: { code: "too-large" } });
});

test("a file that is gone when it is read is a fault", () => {
  const source = readSource("/does/not/exist", 1);
  expect(source).toMatchObject({ fault: { code: "file", place: { line: 1, column: 1 } } });
  expect(JSON.stringify(source)).toContain("does not exist");
});
