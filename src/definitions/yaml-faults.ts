import { type Document, type ErrorCode, isCollection, isScalar, visit, type YAMLError } from "yaml";
import { deeperLine, type Misplaced, unalignedLine } from "./indentation.ts";
import { type Place, type WrittenFault, wrong } from "./place.ts";
import { ALIAS, TAG } from "./yaml-tree.ts";

/**
 * What the parser found, the first of each line: the others mostly follow from it. Each stands where
 * a person has to mend the text, which is not always where the parser noticed.
 */
export function parserFaults(
  document: Document.Parsed,
  text: string,
  place: (offset: number) => Place,
): WrittenFault[] {
  const errors = [...document.errors, ...document.warnings];
  if (errors.length === 0) return [];
  // A tab makes the parser lose its way: what it finds from there on is no mistake of its own.
  const tab = errors.findIndex(({ code }) => code === "TAB_AS_INDENT");
  const mistakes = mistakesIn(document, tab < 0 ? errors : errors.slice(0, tab + 1), text, place);
  const faults = new Map<number, WrittenFault>();
  let covered = 0;
  for (const { offset, message, end } of mistakes) {
    if (offset < covered) continue;
    covered = end;
    const at = place(offset);
    if (!faults.has(at.line)) faults.set(at.line, wrong("yaml", at, message));
  }
  return [...faults.values()];
}

/** A mistake covers what follows from it: in a text without end, all up to where the parser gave up. */
interface Mistake extends Misplaced {
  readonly end: number;
}

/** In the order of the text. */
function mistakesIn(
  document: Document.Parsed,
  errors: readonly YAMLError[],
  text: string,
  place: (offset: number) => Place,
): readonly Mistake[] {
  const openings = openingsOf(document, text);
  const overLines = new Set(
    errors.filter(({ code }) => code === "MULTILINE_IMPLICIT_KEY").map(({ pos }) => pos[0]),
  );
  const lines = new Set<number>();
  const mistakes: Mistake[] = [];
  for (const error of errors) {
    const { line } = place(error.pos[0]);
    if (!lines.has(line)) mistakes.push(mistake(error, text, openings, overLines));
    lines.add(line);
  }
  return mistakes.sort((a, b) => a.offset - b.offset);
}

/** By where it ends: what opens with a quote or bracket. */
type Openings = ReadonlyMap<number, { readonly offset: number }>;

/** The message is the only thing that tells an open bracket from a missing comma. */
const UNCLOSED = /^Missing closing |end with a [\]}]$/;

const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", "[": "]", "{": "}" };

const ABOUT_LINES: ReadonlySet<ErrorCode> = new Set([
  "BAD_INDENT",
  "MISSING_CHAR",
  "UNEXPECTED_TOKEN",
]);

function mistake(
  { code, message, pos }: YAMLError,
  text: string,
  openings: Openings,
  overLines: ReadonlySet<number>,
): Mistake {
  const [offset] = pos;
  const opening = UNCLOSED.test(message) ? openings.get(offset) : undefined;
  if (opening !== undefined) {
    const sign = text[opening.offset] ?? "";
    return { offset: opening.offset, message: unclosed(sign), end: offset };
  }
  const line = overLines.has(offset) ? deeperLine(text, offset) : null;
  const misplaced = line ?? (ABOUT_LINES.has(code) ? unalignedLine(text, offset) : null);
  const { offset: at, message: told } = misplaced ?? { offset, message: SENTENCES[code] };
  return { offset: at, message: told, end: at };
}

function unclosed(sign: string): string {
  const what = sign === "[" || sign === "{" ? "bracket" : "quote";
  return `The ${what} ${sign} opens here and is never closed: write ${CLOSING[sign] ?? sign} where it ends.`;
}

/** Of those with the same end, the innermost that is not closed itself. */
function openingsOf(document: Document.Parsed, text: string): Openings {
  const openings = new Map<number, { readonly offset: number }>();
  visit(document, {
    Node(_, node) {
      const opens = isScalar(node)
        ? node.type?.startsWith("QUOTE_")
        : isCollection(node) && node.flow;
      if (!opens || !node.range) return;
      const [offset, end] = node.range;
      const closing = CLOSING[text[offset] ?? ""];
      // A pair within [ ] is a mapping without braces.
      if (closing === undefined) return;
      const isClosed = end - offset > 1 && text[end - 1] === closing;
      if (!openings.has(end) || !isClosed) openings.set(end, { offset });
    },
  });
  return openings;
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
