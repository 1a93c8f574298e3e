import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { inWords } from "./near-miss.ts";

/** One YAML document as plain data that remembers where each part stood. */
export interface YamlTree {
  /** Objects, arrays, strings, numbers, booleans and null; `__proto__` is an ordinary key. */
  readonly value: unknown;
  /** Offset of the document's content. */
  readonly start: number;
  /** Per object or array of `value`: its keys, and two offsets for each: of the key, of the value. */
  readonly marks: ReadonlyMap<object, Marks>;
}

interface Marks {
  readonly keys: string[];
  readonly offsets: number[];
}

/** What YAML allows and this format does not. */
export interface Excess {
  readonly offset: number;
  readonly message: string;
}

export const ALIAS =
  "Anchors (&) and aliases (*) are not allowed: write the value out, or use a variable.";
export const TAG = "Tags (!) are not allowed: remove it; quote the value if it is text.";
const MERGE = "Merge keys (<<) are not allowed: write the keys out.";
const KEY = "A key must be text: put it in quotes.";

/**
 * Turns the content of a document into plain data, in one pass and without the work of `toJS`. The
 * depth of nesting must be bounded before: this recurses.
 */
export function yamlTree(content: Node | null, excess: Excess[]): YamlTree {
  const marks = new Map<object, Marks>();
  const start = content?.range?.[0] ?? 0;
  return { value: plain(content, start, marks, excess), start, marks };
}

function plain(
  node: unknown,
  offset: number,
  marks: Map<object, Marks>,
  excess: Excess[],
): unknown {
  if (isScalar(node)) {
    if (node.tag !== undefined || node.anchor !== undefined) unwanted(node, offset, excess);
    return node.value;
  }
  if (isMap(node)) {
    if (node.tag !== undefined || node.anchor !== undefined) unwanted(node, offset, excess);
    return plainMap(node.items, offset, marks, excess);
  }
  if (isSeq(node)) {
    if (node.tag !== undefined || node.anchor !== undefined) unwanted(node, offset, excess);
    return plainList(node.items, offset, marks, excess);
  }
  if (isAlias(node)) excess.push({ offset, message: ALIAS });
  return null;
}

function unwanted(node: Node, offset: number, excess: Excess[]): void {
  if (node.tag !== undefined) excess.push({ offset, message: TAG });
  if (!isAlias(node) && "anchor" in node && node.anchor !== undefined) {
    excess.push({ offset, message: ALIAS });
  }
}

function plainMap(
  items: readonly Pair[],
  offset: number,
  marks: Map<object, Marks>,
  excess: Excess[],
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  const keys: string[] = [];
  const offsets: number[] = [];
  for (const item of items) {
    const keyOffset = startOf(item.key, offset);
    const key = keyOf(item.key, keyOffset, excess);
    if (key === null) continue;
    if (Object.hasOwn(object, key)) {
      excess.push({ offset: keyOffset, message: `The key${inWords(key)} stands here twice.` });
      continue;
    }
    const valueOffset = isUnwritten(item.value) ? keyOffset : startOf(item.value, keyOffset);
    const value = plain(item.value, valueOffset, marks, excess);
    if (key === "__proto__") setOwn(object, key, value);
    else object[key] = value;
    keys.push(key);
    offsets.push(keyOffset, valueOffset);
  }
  marks.set(object, { keys, offsets });
  return object;
}

function plainList(
  items: readonly unknown[],
  offset: number,
  marks: Map<object, Marks>,
  excess: Excess[],
): unknown[] {
  const list: unknown[] = [];
  const keys: string[] = [];
  const offsets: number[] = [];
  for (const item of items) {
    const itemOffset = startOf(item, offset);
    keys.push(String(list.length));
    offsets.push(itemOffset, itemOffset);
    list.push(plain(item, itemOffset, marks, excess));
  }
  marks.set(list, { keys, offsets });
  return list;
}

/** The text of a key; null (and a fault) when it is no plain text, or a merge key. */
function keyOf(node: unknown, offset: number, excess: Excess[]): string | null {
  if (!isScalar(node)) {
    excess.push({ offset, message: isAlias(node) ? ALIAS : KEY });
    return null;
  }
  if (node.tag !== undefined || node.anchor !== undefined) unwanted(node, offset, excess);
  if (node.value === "<<" && node.type === "PLAIN") {
    excess.push({ offset, message: MERGE });
    return null;
  }
  if (typeof node.value === "string") return node.value;
  excess.push({ offset, message: KEY });
  return null;
}

function startOf(node: unknown, otherwise: number): number {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) {
    return node.range?.[0] ?? otherwise;
  }
  return otherwise;
}

/** True where nothing was written. The range of such a value may point to a later line. */
export function isUnwritten(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && node.source === "");
}

function setOwn(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/**
 * Offset of the part that the path names; of its deepest written ancestor where it does not exist.
 * A `key` is the place of its name, a `value` that of what it holds.
 */
export function offsetOf(
  tree: YamlTree,
  path: readonly string[],
  part: "key" | "value" = "value",
): number {
  let at = tree.start;
  let value = tree.value;
  for (const [depth, name] of path.entries()) {
    if (typeof value !== "object" || value === null) break;
    const marks = tree.marks.get(value);
    const index = marks?.keys.indexOf(name) ?? -1;
    if (marks === undefined || index < 0) break;
    const wanted = part === "key" && depth === path.length - 1 ? 0 : 1;
    at = marks.offsets[index * 2 + wanted] ?? at;
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return at;
}
