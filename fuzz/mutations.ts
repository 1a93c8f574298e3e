// What can happen to a file on its way: to its bytes, to its signs, or to what it says.
import type { Kind } from "./corpus.ts";
import { startingText } from "./corpus.ts";
import { extreme } from "./extremes.ts";
import type { Random } from "./random.ts";
import { indicators } from "./words.ts";

export type Mutation = (bytes: Buffer, random: Random, kind: Kind) => Buffer;

const deleted: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  return without(bytes, at, at + random.pick([1, 1, 2, 8, 60]));
};

const truncated: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1));

const flipped: Mutation = (bytes, random) => {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
};

const insertedBytes: Mutation = (bytes, random) => {
  const noise = Buffer.from(
    Array.from({ length: random.pick([1, 2, 6]) }, () => random.below(256)),
  );
  return inserted(bytes, random.below(bytes.length + 1), noise);
};

const duplicated: Mutation = (bytes, random) => {
  const [from, to] = range(bytes, random);
  return inserted(bytes, random.below(bytes.length + 1), bytes.subarray(from, to));
};

/** Lines are what people copy twice, or put in another order. */
const movedLine: Mutation = (bytes, random) => {
  const lines = bytes.toString("latin1").split("\n");
  const [line = ""] = lines.splice(random.below(lines.length), random.pick([0, 1, 1]));
  lines.splice(random.below(lines.length + 1), 0, line);
  return Buffer.from(lines.join("\n"), "latin1");
};

const spliced: Mutation = (bytes, random, kind) => {
  const other = Buffer.from(startingText(random.chance(0.8) ? kind : otherThan(kind), random));
  const [from, to] = range(other, random);
  return inserted(bytes, random.below(bytes.length + 1), other.subarray(from, to));
};

const indicator: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  return inserted(bytes, at, Buffer.from(random.pick(indicators)));
};

/** In the place of a sign that has a meaning, another. */
const exchanged: Mutation = (bytes, random) => {
  const places = [...bytes.toString("latin1").matchAll(/[:\-?,[\]{}#&*!|>'"%@`\n ]/g)];
  if (places.length === 0) return bytes;
  const { index } = random.pick(places);
  return inserted(without(bytes, index, index + 1), index, Buffer.from(random.pick(indicators)));
};

const indented: Mutation = (bytes, random) => {
  const lines = bytes.toString("latin1").split("\n");
  const at = random.below(lines.length);
  lines[at] = random.pick([" ", "  ", "\t", "   "]) + (lines[at] ?? "");
  return Buffer.from(lines.join("\n"), "latin1");
};

const encoded: Mutation = (bytes, random) => {
  const text = bytes.toString("utf8");
  switch (random.below(5)) {
    case 0:
      return Buffer.from(text.replaceAll("\n", "\r\n"));
    case 1:
      return Buffer.from(`\ufeff${text}`);
    case 2:
      return Buffer.from(`\ufeff${text}`, "utf16le");
    case 3:
      return Buffer.from(text, "utf16le").swap16();
    default:
      return Buffer.from(text.replaceAll("\n", "\r"));
  }
};

const excessive: Mutation = (bytes, random) => extreme(bytes, random);

/** Mostly small ones, so that many a file is nearly right. */
const mutations: readonly Mutation[] = [
  ...[deleted, deleted, truncated, flipped, flipped, insertedBytes, duplicated],
  ...[movedLine, movedLine, spliced, indicator, indicator, indicator, exchanged, exchanged],
  ...[indented, encoded, excessive],
];

/** Something that happens to the bytes of a file. */
export function mutated(bytes: Buffer, random: Random, kind: Kind): Buffer {
  return random.pick(mutations)(bytes, random, kind);
}

function range(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, from + random.pick([1, 10, 100, 1_000])];
}

function without(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function inserted(bytes: Buffer, at: number, what: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

function otherThan(kind: Kind): Kind {
  return kind === "definition" ? "configuration" : "definition";
}
