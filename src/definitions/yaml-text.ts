import {
  Composer,
  type CST,
  type Document,
  type ErrorCode,
  Lexer,
  LineCounter,
  Parser,
} from "yaml";
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
  const lines = new LineCounter();
  // What is missing at the end is missed where the text ends, not after its last line.
  const end = text.trimEnd().length;
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), end));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents: YamlDocument[] = [];
  const faults: WrittenFault[] = [];
  try {
    // Duplicate keys are found while building the tree: the search of the composer is quadratic.
    const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
    for (const document of composer.compose(tokens(text, lines))) {
      readDocument(document, place, documents, faults);
    }
  } catch (thrown) {
    if (!(thrown instanceof TooDeep)) throw thrown;
    const message = `This is nested more than ${DEEPEST} levels deep; a definition needs fewer than 10.`;
    faults.push(wrong("yaml", place(thrown.offset), message));
  }
  if (documents.length === 0 && faults.length === 0) faults.push(wrong("empty-file", START, EMPTY));
  return { documents, faults };
}

class TooDeep extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super("nested too deep");
    this.offset = offset;
  }
}

/** The parser keeps its own stack, the composer after it recurses: so the depth is bounded here. */
function* tokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > DEEPEST) throw new TooDeep(parser.offset);
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
