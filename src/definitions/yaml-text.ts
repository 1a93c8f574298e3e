import { Composer, type CST, type Document, Lexer, Parser } from "yaml";
import { type Place, START, type WrittenFault, wrong } from "./place.ts";
import { parserFaults } from "./yaml-faults.ts";
import { type Excess, isUnwritten, offsetOf, type YamlTree, yamlTree } from "./yaml-tree.ts";

/** Deeper than any format of ours, and far below what would exhaust the stack. */
const DEEPEST = 64;

/** More than 1 MiB of definitions has, a line for each key: reading must not keep the service waiting. */
const MOST_PIECES = 300_000;

/** The parser makes an error of each wrong escape sequence, and takes longer for it than for a line. */
const MOST_ESCAPES = 10_000;

const EMPTY = "This file holds no YAML document: write a definition, or delete the file.";

/** A document of a file, and how to say where a part of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  /** `path` names keys, and items by their index from 0; see `offsetOf`. */
  placeOf(path: readonly string[], part?: "key" | "value"): Place;
}

export interface YamlText {
  /** Without empty documents and without those that have faults. */
  readonly documents: readonly YamlDocument[];
  /** In the order of the text. */
  readonly faults: readonly WrittenFault[];
}

/**
 * Reads YAML 1.2 (core schema) with positions, less what it does not need: no aliases, tags, merge
 * keys, directives, duplicate keys or keys that are not text. No message repeats the text, because
 * a secret may stand in it. `whenEmpty` is what a text without any document is told.
 */
export function readYaml(text: string, whenEmpty: string = EMPTY): YamlText {
  const place = placer(text);
  const documents: YamlDocument[] = [];
  const faults: WrittenFault[] = [];
  try {
    withoutStacks(() => {
      // Duplicate keys are found while building the tree: the search of the composer is quadratic.
      const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
      for (const document of composer.compose(tokens(text))) {
        readDocument(document, text, place, documents, faults);
      }
    });
  } catch (thrown) {
    if (!(thrown instanceof TooMuch)) throw thrown;
    faults.push(wrong(thrown.code, place(thrown.offset), thrown.message));
  }
  if (documents.length === 0 && faults.length === 0) {
    faults.push(wrong("empty-file", START, whenEmpty));
  }
  return { documents, faults };
}

/**
 * The parser makes an error of each mistake, of which a hostile file has a hundred thousand. Where one
 * was made is of no interest, and finding out takes longer than reading the file.
 */
function withoutStacks(work: () => void): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/**
 * Offsets to places. Counts lines itself and when first asked: the parser does not tell of every
 * line end, and most texts need few places.
 */
function placer(text: string): (offset: number) => Place {
  // What is missing at the end is missed where the text ends, not after its last line.
  const end = text.trimEnd().length;
  let starts: readonly number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    const at = Math.min(Math.max(offset, 0), end);
    let low = 0;
    for (let high = starts.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Ends the parsing of a text that would cost too much. */
class TooMuch extends Error {
  readonly code: "yaml" | "too-large";
  readonly offset: number;
  constructor(code: "yaml" | "too-large", offset: number, message: string) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/** The parser keeps its own stack, the composer after it recurses: so the depth is bounded here. */
function* tokens(text: string): Generator<CST.Token> {
  const parser = new Parser();
  let pieces = 0;
  let escapes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > DEEPEST) {
      const message = `This is nested more than ${DEEPEST} levels deep; a definition needs fewer than 10.`;
      throw new TooMuch("yaml", parser.offset, message);
    }
    if (lexeme.startsWith('"')) escapes += lexeme.split("\\").length - 1;
    if (escapes > MOST_ESCAPES) {
      const message = `This file has more than ${MOST_ESCAPES} escape sequences (\\). Split it into several.`;
      throw new TooMuch("too-large", parser.offset, message);
    }
    pieces += 1;
    if (pieces > MOST_PIECES) {
      const message = `This file has more than ${MOST_PIECES} words and signs. Split it into several.`;
      throw new TooMuch("too-large", parser.offset, message);
    }
  }
  yield* parser.end();
}

function readDocument(
  document: Document.Parsed,
  text: string,
  place: (offset: number) => Place,
  documents: YamlDocument[],
  faults: WrittenFault[],
): void {
  const found = parserFaults(document, text, place);
  if (found.length === 0) {
    const tree = treeOf(document, place, found);
    if (found.length === 0 && tree !== null) {
      documents.push({
        value: tree.value,
        placeOf: (path, part) => place(offsetOf(tree, path, part)),
      });
    }
  }
  for (const fault of found) faults.push(fault);
}

/** null for an empty document, such as the one after a last `---`. */
function treeOf(
  document: Document.Parsed,
  place: (offset: number) => Place,
  found: WrittenFault[],
): YamlTree | null {
  const { contents, directives } = document;
  if (directives.yaml.explicit && directives.yaml.version !== "1.2") {
    found.push(wrong("yaml", place(0), "Only YAML 1.2 is read: remove the %YAML line."));
    return null;
  }
  if (isUnwritten(contents)) return null;
  const excess: Excess[] = [];
  const tree = yamlTree(contents, excess);
  for (const { offset, message } of excess) found.push(wrong("yaml", place(offset), message));
  return tree;
}
