import { Composer, type CST, type Document, type ErrorCode, Lexer, Parser } from "yaml";
import { type Place, START, type WrittenFault, wrong } from "./place.ts";
import {
  ALIAS,
  type Excess,
  isUnwritten,
  offsetOf,
  TAG,
  type YamlTree,
  yamlTree,
} from "./yaml-tree.ts";

/** Deeper than any format of ours, and far below what would exhaust the stack. */
const DEEPEST = 64;

/** More pieces than 1 MiB of sensible YAML has: reading a file must not keep the service waiting. */
const MOST_PIECES = 400_000;

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
 * a secret may stand in it.
 */
export function readYaml(text: string): YamlText {
  const place = placer(text);
  const documents: YamlDocument[] = [];
  const faults: WrittenFault[] = [];
  try {
    // Duplicate keys are found while building the tree: the search of the composer is quadratic.
    const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
    for (const document of composer.compose(tokens(text))) {
      readDocument(document, place, documents, faults);
    }
  } catch (thrown) {
    if (!(thrown instanceof TooMuch)) throw thrown;
    faults.push(wrong(thrown.code, place(thrown.offset), thrown.message));
  }
  if (documents.length === 0 && faults.length === 0) faults.push(wrong("empty-file", START, EMPTY));
  return { documents, faults };
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
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > DEEPEST) {
      const message = `This is nested more than ${DEEPEST} levels deep; a definition needs fewer than 10.`;
      throw new TooMuch("yaml", parser.offset, message);
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
  place: (offset: number) => Place,
  documents: YamlDocument[],
  faults: WrittenFault[],
): void {
  const found = parserFaults(document, place);
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

/** What the parser found, the first of each line: the others mostly follow from it. */
function parserFaults(document: Document.Parsed, place: (offset: number) => Place): WrittenFault[] {
  if (document.errors.length === 0 && document.warnings.length === 0) return [];
  const byLine = new Map<number, WrittenFault>();
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    const at = place(pos[0]);
    if (!byLine.has(at.line)) byLine.set(at.line, wrong("yaml", at, SENTENCES[code]));
  }
  return [...byLine.values()];
}

const UNEXPECTED =
  "This is not valid YAML here: check the indentation, and put text with special characters in quotes.";

/** Our own words for the errors of `yaml`, whose messages repeat parts of the text. */
const SENTENCES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: ALIAS,
  BAD_ALIAS: ALIAS,
  BAD_COLLECTION_TYPE: TAG,
  BAD_DIRECTIVE: "Directives (%) are not allowed: remove this line.",
  BAD_DQ_ESCAPE:
    'This is no escape sequence of a "quoted" text: write \\\\ for a backslash, or use single quotes.',
  BAD_INDENT:
    "The indentation does not fit: align this with the lines that it belongs to, or close the bracket before it.",
  BAD_PROP_ORDER: "Anchors and tags are not allowed: remove them.",
  BAD_SCALAR_START: "A text may not begin with this character: put it in quotes.",
  BLOCK_AS_IMPLICIT_KEY:
    "A mapping may not start on the line of another key: begin a new line, or put the text in quotes when it holds a colon and a space.",
  BLOCK_IN_FLOW: "Lines with - or ? are not allowed within { } or [ ].",
  DUPLICATE_KEY: "This key stands here twice.",
  IMPOSSIBLE: UNEXPECTED,
  KEY_OVER_1024_CHARS: "A key is longer than 1024 characters.",
  MISSING_CHAR:
    "Something is missing here: a closing quote or bracket, a comma, or the colon and space after a key.",
  MULTILINE_IMPLICIT_KEY:
    "A key must stand on one line: a colon and a space after a key, or a closing quote, may be missing.",
  MULTIPLE_ANCHORS: ALIAS,
  MULTIPLE_DOCS: "Only one document is expected here.",
  MULTIPLE_TAGS: TAG,
  NON_STRING_KEY: "A key must be text: put it in quotes.",
  RESOURCE_EXHAUSTION: "This is nested too deep.",
  TAB_AS_INDENT: "Tabs are not allowed as indentation: use spaces.",
  TAG_RESOLVE_FAILED: TAG,
  UNEXPECTED_TOKEN: UNEXPECTED,
};
