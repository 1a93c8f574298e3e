/** Blacks out every place in a text where one of many forms stands. */
const REPLACEMENT = "[redacted]";

/** A text to look for; with a pattern where it holds escapes whose case is free. */
export interface Form {
  readonly exact: string;
  readonly pattern: RegExp | null;
}

/** `%2F` in URLs, `\u00E9` in JSON. */
const ESCAPE = /(%[0-9a-f]{2}|\\u[0-9a-f]{4})/i;

/** From `start` up to, not including, `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export function toForm(exact: string): Form {
  return { exact, pattern: ESCAPE.test(exact) ? ignoringCaseOfEscapes(exact) : null };
}

function ignoringCaseOfEscapes(exact: string): RegExp {
  // Splitting by a group leaves what it matched at the odd places.
  const source = exact.split(ESCAPE).map((part, index) => {
    const literal = part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    return index % 2 === 0 ? literal : literal.replace(/[a-f]/gi, eitherCase);
  });
  return new RegExp(source.join(""), "g");
}

function eitherCase(letter: string): string {
  return `[${letter.toLowerCase()}${letter.toUpperCase()}]`;
}

/**
 * No form is left afterwards except inside a replacement. Forms that overlap are taken out as one
 * piece: after the longest alone, the rest of the other would still stand there. Runs until
 * nothing is found, since a replacement and its neighbours may spell a form themselves; every round
 * takes away at least one character that is not part of a replacement.
 */
export function redactAll(text: string, forms: readonly Form[]): string {
  let current = text;
  for (;;) {
    const replacements = occurrences(current, REPLACEMENT);
    const found = find(current, forms).filter((span) => !isInside(span, replacements));
    if (found.length === 0) return current;
    current = cut(current, merge([...found, ...replacements]));
  }
}

function find(text: string, forms: readonly Form[]): readonly Span[] {
  const hasEscapes = ESCAPE.test(text);
  return forms.flatMap(({ exact, pattern }) => {
    if (pattern === null) return occurrences(text, exact);
    return hasEscapes ? matches(text, pattern) : [];
  });
}

/** Those that overlap one another as well. */
function occurrences(text: string, sought: string): readonly Span[] {
  const spans: Span[] = [];
  for (let start = text.indexOf(sought); start >= 0; start = text.indexOf(sought, start + 1)) {
    spans.push({ start, end: start + sought.length });
  }
  return spans;
}

/** Those that overlap one another as well. */
function matches(text: string, pattern: RegExp): readonly Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    spans.push({ start: match.index, end: match.index + match[0].length });
    pattern.lastIndex = match.index + 1;
  }
  return spans;
}

function isInside(span: Span, others: readonly Span[]): boolean {
  return others.some(({ start, end }) => start <= span.start && span.end <= end);
}

/** Spans that overlap or touch become one; sorted. */
function merge(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else merged.push(span);
  }
  return merged;
}

function cut(text: string, spans: readonly Span[]): string {
  let kept = "";
  let position = 0;
  for (const { start, end } of spans) {
    kept += text.slice(position, start) + REPLACEMENT;
    position = end;
  }
  return kept + text.slice(position);
}
