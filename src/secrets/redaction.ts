/** Blacks out every place in a text where one of many forms stands. */
import { type Scanned, type Span, scan } from "./form-index.ts";

const REPLACEMENT = "[redacted]";

/** Answers every place of what it seeks, those that overlap as well. */
export type Find = (scanned: Scanned) => readonly Span[];

/**
 * Nothing that is sought is left afterwards except inside a replacement. Places that overlap are taken
 * out as one piece: after the longest alone, the rest of the other would still stand there. Runs until
 * nothing is found, since a replacement and its neighbours may spell a form themselves; every round
 * takes away at least one character that is not part of a replacement.
 */
export function redactAll(text: string, finds: readonly Find[]): string {
  let current = text;
  for (;;) {
    const scanned = scan(current);
    const replacements = occurrences(current, REPLACEMENT);
    const found = finds
      .flatMap((find) => find(scanned))
      .filter((span) => !isInside(span, replacements));
    if (found.length === 0) return current;
    current = cut(current, merge([...found, ...replacements]));
  }
}

/** Those that overlap one another as well. */
function occurrences(text: string, sought: string): readonly Span[] {
  const spans: Span[] = [];
  for (let start = text.indexOf(sought); start >= 0; start = text.indexOf(sought, start + 1)) {
    spans.push({ start, end: start + sought.length });
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
