/** Texts as they are for one tenant, and the rules for those that people read. */
import { doubtful, type Place, type WrittenFault, wrong } from "./place.ts";
import { replaceVariables } from "./variables.ts";

/** The text with the variables of the tenant; null when there is none, or when that is a fault. */
export function replaced(
  text: string | null,
  place: Place,
  variables: Readonly<Record<string, string>>,
  found: WrittenFault[],
): string | null {
  if (text === null) return null;
  const result = replaceVariables(text, variables);
  for (const message of result.problems) found.push(wrong("variable", place, message));
  return result.text;
}

/** The text again, when it has 1 to 256 characters and no control characters. */
export function shortText(
  where: string,
  text: string | null,
  place: Place,
  found: WrittenFault[],
): string | null {
  if (text === null) return null;
  const length = [...text].length;
  if (length < 1 || length > 256) {
    const message = `${where} must have 1 to 256 characters; with its variables it has ${length}.`;
    found.push(wrong("schema", place, message));
    return null;
  }
  if (/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text)) {
    const message = `${where} may not hold line ends, tabs or other control characters.`;
    found.push(wrong("schema", place, message));
    return null;
  }
  if (text.trim() !== text) {
    found.push(doubtful("schema", place, `${where} begins or ends with a space.`));
  }
  return text;
}
