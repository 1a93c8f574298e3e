import { createFormIndex, type FormIndex, type Scanned, type Span } from "./form-index.ts";
import { formsOf, SHORTEST_FORM } from "./forms.ts";

/** The values that one owner has, and where any form of them stands in a text. */
export interface KnownValues {
  /** Also for a value that is known: it is then the newest. */
  add(value: string): void;
  find(scanned: Scanned): readonly Span[];
}

/** A bound for a service that meets ever new values, such as keys that are rotated for years. */
const MOST = 10_000;

/** How many go at once, so that the index is seldom made anew. */
const FORGOTTEN = 1_000;

/**
 * The forms of a value are made when the first text comes after it, so a run that has nothing to say
 * pays nothing. Beyond `MOST` values the oldest are forgotten.
 */
export function createKnownValues(): KnownValues {
  const values = new Set<string>();
  let index: FormIndex = createFormIndex();
  let unmade: string[] = [];
  return {
    add(value) {
      if (value.length < SHORTEST_FORM) return;
      if (!values.delete(value)) unmade.push(value);
      values.add(value);
      if (values.size <= MOST) return;
      for (const oldest of [...values].slice(0, FORGOTTEN)) values.delete(oldest);
      index = createFormIndex();
      unmade = [...values];
    },
    find(scanned) {
      for (const value of unmade) for (const form of formsOf(value)) index.add(form);
      unmade = [];
      return index.find(scanned);
    },
  };
}
