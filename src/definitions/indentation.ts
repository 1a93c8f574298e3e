import { choice } from "./near-miss.ts";

/** A line that does not stand where it should; the offset is that of its first sign. */
export interface Misplaced {
  readonly offset: number;
  readonly message: string;
}

/** How many lines are looked at: an error has its cause nearby, and a file may hold many. */
const NEARBY = 200;

/**
 * The line after this place that is indented deeper although the key at this place has its value
 * already; null when there is none. The parser takes such a line for more of the value.
 */
export function deeperLine(text: string, offset: number): Misplaced | null {
  const from = columns(lineAt(text, startOfLine(text, offset))).at(-1) ?? 0;
  let start = endOfLine(text, offset) + 1;
  for (let seen = 0; start < text.length && seen < NEARBY; seen++) {
    const line = lineAt(text, start);
    const [indent] = columns(line);
    if (indent !== undefined && indent <= from) return null;
    if (indent !== undefined && /:(\s|$)/.test(line)) {
      const message = `This line is indented deeper (${spaces(indent)}) than the key above it (${from}), which has its value already: align the two.`;
      return { offset: start + indent, message };
    }
    start += line.length + 1;
  }
  return null;
}

/**
 * The line at this place, or the next that has content, when it begins at a column at which no line
 * above it does that it could belong to; null when its indentation is not what is wrong.
 */
export function unalignedLine(text: string, offset: number): Misplaced | null {
  const start = contentLine(text, startOfLine(text, offset));
  const [indent] = columns(lineAt(text, start));
  if (indent === undefined || offset > start + indent) return null;
  const above = columnsAbove(text, start);
  if (above.length === 0 || above.includes(indent)) return null;
  const less = Math.max(...above.filter((column) => column < indent));
  const more = Math.min(...above.filter((column) => column > indent));
  const fitting = [less, more].filter((column) => Number.isFinite(column)).map(String);
  const message = `This line begins with ${spaces(indent)}, the lines above it that it can belong to with ${choice(fitting)}: align it.`;
  return { offset: start + indent, message };
}

/** Where the first line from here on begins that is neither empty nor a comment. */
function contentLine(text: string, from: number): number {
  let start = from;
  for (let seen = 0; start < text.length && seen < NEARBY; seen++) {
    const line = lineAt(text, start);
    if (columns(line).length > 0) return start;
    start += line.length + 1;
  }
  return from;
}

/** The columns, from 0, of what is still open above a line. */
function columnsAbove(text: string, start: number): readonly number[] {
  const found: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  let end = start - 1;
  for (let seen = 0; end >= 0 && least > 0 && seen < NEARBY; seen++) {
    const from = startOfLine(text, end);
    const line = text.slice(from, end);
    if (line.startsWith("---")) break;
    for (const column of columns(line).toReversed()) {
      if (column >= least) continue;
      found.push(column);
      least = column;
    }
    end = from - 1;
  }
  return found;
}

/** Where the dashes and the content of a line begin, from 0; none for an empty line or a comment. */
function columns(line: string): readonly number[] {
  const [lead = ""] = /^ *(?:- +)*/.exec(line) ?? [];
  const rest = line.slice(lead.length).trimEnd();
  if (rest === "" || rest.startsWith("#")) return [];
  const dashes = [...lead.matchAll(/-/g)].map(({ index }) => index);
  return [...dashes, lead.length];
}

function startOfLine(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

function endOfLine(text: string, offset: number): number {
  const found = text.indexOf("\n", offset);
  return found < 0 ? text.length : found;
}

function lineAt(text: string, start: number): string {
  return text.slice(start, endOfLine(text, start));
}

function spaces(count: number): string {
  return count === 1 ? "1 space" : `${count} spaces`;
}
