/** Many texts, sought in another in one pass: what it takes does not grow with how many they are. */
import { SHORTEST_FORM } from "./forms.ts";

/** From `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text that is looked through, by however many indexes. */
export interface Scanned {
  readonly text: string;
  /** What begins at each place, as `keyOf` has it. */
  readonly keys: readonly string[];
}

export interface FormIndex {
  /** At least SHORTEST_FORM characters. */
  add(form: string): void;
  /** Every place of every form, those that overlap as well. Escapes may be in either letter case. */
  find(scanned: Scanned): readonly Span[];
}

/** `%2F` in URLs, `\u00E9` in JSON. */
const ESCAPE = /%[0-9a-f]{2}|\\u[0-9a-f]{4}/gi;

export function scan(text: string): Scanned {
  const folded = fold(text);
  const keys: string[] = [];
  for (let start = 0; start + SHORTEST_FORM <= folded.length; start += 1) {
    keys.push(folded.slice(start, start + SHORTEST_FORM));
  }
  return { text, keys };
}

export function createFormIndex(): FormIndex {
  const forms = new Map<string, Set<string>>();
  return {
    add(form) {
      const key = fold(form.slice(0, SHORTEST_FORM));
      const alike = forms.get(key);
      if (alike) alike.add(form);
      else forms.set(key, new Set([form]));
    },
    find({ text, keys }) {
      const spans: Span[] = [];
      for (const [start, key] of keys.entries()) {
        for (const form of forms.get(key) ?? []) {
          if (standsAt(text, start, form)) spans.push({ start, end: start + form.length });
        }
      }
      return spans;
    },
  };
}

/** Letters of ASCII alone: others change how long a text is. */
function fold(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function standsAt(text: string, start: number, form: string): boolean {
  if (text.startsWith(form, start)) return true;
  if (form.search(ESCAPE) === -1) return false;
  return upperEscapes(text.slice(start, start + form.length)) === upperEscapes(form);
}

function upperEscapes(text: string): string {
  return text.replace(ESCAPE, (found) => found.replace(/[a-f]/g, (digit) => digit.toUpperCase()));
}
