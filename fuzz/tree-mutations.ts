// Changes to what a file says that leave it YAML: they get past the parser, to the rules behind it.
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseAllDocuments,
} from "yaml";
import { literal } from "./canaries.ts";
import type { Random } from "./random.ts";
import { oddKey, oddValue } from "./words.ts";

/** A collection with what stands in it; the items of a mapping are pairs. */
type Collection = { readonly items: unknown[] };

/**
 * Changes, removes, adds, moves or retypes one to three parts. A text that is no YAML stays as it is:
 * it gets its share from the bytes.
 */
export function mutatedTree(text: string, random: Random): string {
  const documents = [...parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent" })];
  if (documents.length === 0 || documents.some(({ errors }) => errors.length > 0)) return text;
  const count = random.pick([1, 1, 1, 2, 3]);
  for (let done = 0; done < count; done++) change(random.pick(documents), random);
  return documents.map((document) => printed(document, text)).join("---\n");
}

/** What cannot be printed any more, such as an alias that lost its anchor, stays as it was. */
function printed(document: Document, text: string): string {
  try {
    return document.toString({ lineWidth: 0 }).replace(/^---\n/, "");
  } catch {
    return text;
  }
}

function change(document: Document, random: Random): void {
  const collections = collectionsIn(document.contents as Node | null);
  if (collections.length === 0) return;
  const { items } = random.pick(collections);
  const at = random.below(items.length + 1);
  const item = items[at];
  switch (random.below(8)) {
    case 0:
      items.splice(at, 1);
      return;
    case 1:
      items.splice(at, 0, newItem(document, items, random));
      return;
    case 2:
      if (isPair(item) || isNode(item)) random.pick(collections).items.push(item.clone());
      return;
    case 3:
      if (isPair(item)) item.key = document.createNode(misspelt(item.key, random));
      return;
    case 4:
      if (isPair(item)) item.value = document.createNode(retyped(item.value, random));
      return;
    case 5:
      writeOut(document, collections, random);
      return;
    default:
      setValue(items, at, document.createNode(oddValue(random)));
  }
}

function collectionsIn(node: unknown): Collection[] {
  if (isPair(node)) return collectionsIn(node.value);
  if (!isMap(node) && !isSeq(node)) return [];
  return [node as Collection, ...node.items.flatMap(collectionsIn)];
}

/** A mapping takes pairs alone. */
function newItem(document: Document, items: readonly unknown[], random: Random): unknown {
  const value = document.createNode(oddValue(random));
  if (items.length > 0 && !isPair(items[0])) return value;
  return new Pair(document.createNode(oddKey(random)), value);
}

function setValue(items: unknown[], at: number, value: unknown): void {
  const item = items[at];
  if (item === undefined) return;
  if (isPair(item)) item.value = value;
  else items[at] = value;
}

/** One letter too many, too few or wrong: what people type. */
function misspelt(key: unknown, random: Random): string {
  const text = isScalar(key) ? String(key.value) : "key";
  const at = random.below(text.length + 1);
  return (
    text.slice(0, at) + random.pick(["", "s", "S", "-", text]) + text.slice(at + random.below(2))
  );
}

/** The same value as another type. */
function retyped(value: unknown, random: Random): unknown {
  const plain = isScalar(value) ? value.value : null;
  return random.pick([String(plain), Number(plain), [plain], { value: plain }, plain !== null]);
}

/** Puts a secret where a reference to it stood. */
function writeOut(document: Document, collections: readonly Collection[], random: Random): void {
  const references = collections.flatMap(({ items }) =>
    items.filter(
      (item): item is Pair =>
        isPair(item) && isMap(item.value) && (item.value.has("env") || item.value.has("file")),
    ),
  );
  if (references.length === 0) return;
  random.pick(references).value = document.createNode(literal.value);
}
