// What makes parsers slow or deep: long lines, nesting, aliases of aliases, very many of anything.
import type { Random } from "./random.ts";

/** Most files are of a few hundred bytes; one of this many takes as long as a hundred of them. */
const LARGEST = 1_100_000;

type Excess = (count: number, random: Random) => string;

const openBrackets: Excess = (count, random) =>
  random.pick(["[", "{", "{a: ", "[[a, "]).repeat(count);

const closedBrackets: Excess = (count) => "[".repeat(count) + "]".repeat(count);

const nestedLists: Excess = (count) => "- ".repeat(count);

const nestedKeys: Excess = (count) =>
  Array.from({ length: Math.min(count, 1_000) }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n");

const complexKeys: Excess = (count) => "? ".repeat(count);

/** Each name stands for ten of the one before it. */
const aliasBomb: Excess = (count) => {
  const length = Math.min(count, 40);
  const level = (index: number) =>
    `a${index}: &a${index} [${`*a${index - 1},`.repeat(10)}]`.replace("*a-1", "x");
  return `\n${Array.from({ length }, (_, index) => level(index).replaceAll("*a-1", "x")).join("\n")}\n`;
};

const longLine: Excess = (count, random) =>
  random
    .pick(["x", "é", " ", "\t", "a: ", "\\", "'", "'' ", '\\"', "&a ", "!a ", "# "])
    .repeat(count);

const quoted: Excess = (count, random) =>
  `"${random.pick(["\\x", "\\n", "\\u0041", "\\\n", "\n", "\n\n ", "x "]).repeat(count)}"`;

const manyKeys: Excess = (count) =>
  `\n${Array.from({ length: count }, (_, index) => `k${index}: ${index}`).join("\n")}\n`;

const sameKey: Excess = (count) => `\n${"spec: {}\n".repeat(count)}`;

const manyDocuments: Excess = (count, random) =>
  random
    .pick(["---\n", "---\na: b\n", "...\n", "---\nkind: ApiConnector\n", "--- |\n"])
    .repeat(count);

const manyItems: Excess = (count, random) =>
  `[${`${random.pick(["1", "{}", "a: b", "'x'", "{env: X}", "*a", ""])},`.repeat(count)}]`;

const manyLines: Excess = (count, random) =>
  random
    .pick(["\n", " \n", "#\n", "  x\n", "\t\n", "a\n", "\r\n", "- a\n", " - a: b\n"])
    .repeat(count);

const digits: Excess = (count, random) =>
  random.pick(["9", "0", "0x", "1e", "-", "."]).repeat(count);

const excesses: readonly Excess[] = [
  ...[openBrackets, closedBrackets, nestedLists, nestedKeys, complexKeys, aliasBomb, longLine],
  ...[quoted, manyKeys, sameKey, manyDocuments, manyItems, manyLines, digits],
];

/** Too much of one thing, somewhere in the file; mostly a little too much, rarely all that is read. */
export function extreme(bytes: Buffer, random: Random): Buffer {
  const count = random.chance(0.05) ? 400_000 : random.pick([10, 50, 70, 300, 3_000]);
  const what = Buffer.from(random.pick(excesses)(count, random)).subarray(0, LARGEST);
  const at = random.pick([0, bytes.length, random.below(bytes.length + 1)]);
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}
