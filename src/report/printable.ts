/**
 * Values come from git and from Graph and may be hostile. Here they lose what no format may show:
 * keys in URLs, characters that steer a terminal or hide, and length.
 */

export const REDACTED = "(redacted)";

/** Longest value of a field, in characters. */
const VALUE_LIMIT = 300;
/** Longest sentence, in characters. */
const SENTENCE_LIMIT = 1_000;
/** Longest name, in characters. */
const NAME_LIMIT = 120;
/** How much two long values show in front of their first difference, in characters. */
const LEAD = 60;

const URL_IN_TEXT = /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'<>]+/gi;
/**
 * Control and format characters (right-to-left overrides, zero width), surrogates without a partner,
 * private use, unassigned, line and paragraph separators, and every space but the ordinary one. The
 * bracket is the one that marks an escape, so that no value can pretend to hold one.
 */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\u27e8]|(?! )\p{Zs}/gu;

/** Takes the values out of a URL's query and fragment, and the user in front of its host. */
export function redactUrl(url: string): string {
  const plain = url.replace(/^([^/?#]*\/\/)[^/?#]*@/, `$1${REDACTED}@`);
  const start = plain.search(/[?#]/);
  if (start === -1) return plain;
  const query = plain.slice(start).split(/([?#&])/);
  return plain.slice(0, start) + query.map(redactParameter).join("");
}

function redactParameter(part: string): string {
  if (part === "" || /^[?#&]$/.test(part)) return part;
  const equals = part.indexOf("=");
  return equals === -1 ? REDACTED : part.slice(0, equals + 1) + REDACTED;
}

/** The same for every URL in a text. */
export function redactUrls(text: string): string {
  return text.replace(URL_IN_TEXT, redactUrl);
}

/** Makes every invisible character visible, as `⟨U+000A⟩`. */
function reveal(text: string): string {
  return text.replace(
    INVISIBLE,
    (character) =>
      `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

function shorten(characters: readonly string[], limit: number): string {
  if (characters.length <= limit) return characters.join("");
  return `${characters.slice(0, limit).join("")}… (${grouped(characters.length)} characters)`;
}

/** The beginning of a text that is printable already. */
export function excerpt(text: string, limit: number): string {
  return shorten([...text], limit);
}

/** The beginning of a text that is printable already, and is told whole elsewhere. */
export function clipped(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}

/** 10000 → `10,000`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A sentence that may quote anything. */
export function sentence(text: string): string {
  return shorten([...reveal(redactUrls(text.trim()))], SENTENCE_LIMIT);
}

/** A name, an id or a path of a file. */
export function name(text: string): string {
  return shorten([...reveal(redactUrls(text))], NAME_LIMIT);
}

/** A URL, or what stands in the place of one. */
export function url(text: string): string {
  return shorten([...reveal(redactUrl(text))], VALUE_LIMIT);
}

/** Two values to be compared: when both are long, they begin shortly before their first difference. */
export function pair(
  before: string,
  after: string,
  isUrl: boolean,
): readonly [before: string, after: string] {
  const redact = isUrl ? redactUrl : redactUrls;
  const left = [...reveal(redact(before))];
  const right = [...reveal(redact(after))];
  const start = Math.max(0, firstDifference(left, right) - LEAD);
  const both = Math.min(left.length, right.length) > VALUE_LIMIT ? start : 0;
  return [windowFrom(left, both), windowFrom(right, both)];
}

function windowFrom(characters: readonly string[], start: number): string {
  if (start === 0) return shorten(characters, VALUE_LIMIT);
  const shown = characters.slice(start, start + VALUE_LIMIT).join("");
  const end = start + VALUE_LIMIT < characters.length ? "…" : "";
  return `…${shown}${end} (${grouped(characters.length)} characters)`;
}

function firstDifference(left: readonly string[], right: readonly string[]): number {
  const index = left.findIndex((character, at) => character !== right[at]);
  return index === -1 ? left.length : index;
}

/** What somebody typed, without the breaks of a text area: it is told in one line wherever it is told. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
