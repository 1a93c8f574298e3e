/**
 * Reads what Microsoft Graph says in an error body (https://learn.microsoft.com/graph/errors), and
 * makes any text from outside fit to be shown.
 */
import type { Redactor } from "../model/secret.ts";

const LONGEST_TEXT = 300;
/** Characters: 64 KiB are the most that a secret has, and a PFX of as many is sent in base64, quoted. */
const LONGEST_SECRET = 2 * 65_536;
/** Characters of a text that are looked at: what may be shown, and room for a secret at its end. */
const LOOKED_AT = 2_000 + LONGEST_SECRET;

export interface GraphError {
  /** `error.code`; `AADB2C` for most failures of this API. */
  readonly code: string | null;
  readonly message: string | null;
  readonly requestId: string | null;
}

/** The outermost of each, because errors nest. All null where the body is no error of Graph. */
export function readGraphError(body: string): GraphError {
  const error = field(parse(body), "error");
  const levels = nested(error);
  const first = (...names: string[]) =>
    levels.flatMap((level) => names.map((name) => text(field(level, name)))).find(Boolean) ?? null;
  return {
    code: text(field(error, "code")),
    message: first("message") ?? text(error),
    requestId: first("request-id", "requestId"),
  };
}

/** An error, and those within it. */
function nested(error: unknown): readonly unknown[] {
  const levels: unknown[] = [];
  let level = error;
  while (level !== undefined && levels.length < 8) {
    levels.push(level);
    level = field(level, "innerError") ?? field(level, "innererror");
  }
  return levels;
}

/** `request-id` of the headers, else of the body. One that holds a secret is none. */
export function requestIdOf(
  headers: Headers,
  error: GraphError,
  redactor: Redactor,
): string | null {
  const id = headers.get("request-id") ?? error.requestId;
  const isFit = id !== null && /^[\w.-]{1,100}$/.test(id) && redactor.redact(id) === id;
  return isFit ? id : null;
}

/**
 * Text from outside as one short line without secrets: known values, what looks like a token, and
 * the query, fragment and user of any URL are taken out. However long it is, the work is bounded.
 */
export function presentable(outside: string, redactor: Redactor): string {
  const known = redactor.redact(outside.slice(0, LOOKED_AT));
  const isCut = outside.length > LOOKED_AT;
  const line = (isCut ? beforeCut(known) : known)
    .replace(/[\w.-]+/g, withoutToken)
    .replace(/:\/\/[^\s/?#"'<>]*@/g, "://[redacted]@")
    .replace(/[^\s"'<>]+/g, withoutQuery)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  if (line.length <= LONGEST_TEXT && !isCut) return line;
  return `${line.slice(0, LONGEST_TEXT - 1).trimEnd()}…`;
}

/** Without the part in which a secret may begin that the cut took the end of. */
function beforeCut(text: string): string {
  const kept = text.slice(0, Math.max(0, text.length - LONGEST_SECRET));
  const scheme = kept.lastIndexOf("://");
  const isWhole = scheme === -1 || /[\s"'<>]/.test(kept.slice(scheme));
  return isWhole ? kept : kept.slice(0, scheme);
}

/** `run` is a run of the characters of a JSON Web Token. */
function withoutToken(run: string): string {
  const start = run.search(/\beyJ[\w-]{5}/);
  if (start === -1 || run.indexOf(".", start) === -1) return run;
  return `${run.slice(0, start)}[redacted]`;
}

/** `run` is a run of the characters of a URL. */
function withoutQuery(run: string): string {
  const scheme = run.indexOf("://");
  const query = scheme === -1 ? -1 : run.slice(scheme).search(/[?#]/);
  return query === -1 ? run : `${run.slice(0, scheme + query)}?[redacted]`;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}
