/**
 * Reads what Microsoft Graph says in an error body (https://learn.microsoft.com/graph/errors), and
 * makes any text from outside fit to be shown.
 */
import type { Redactor } from "../model/secret.ts";

const LONGEST_TEXT = 300;

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

/** `request-id` of the headers, else of the body. */
export function requestIdOf(headers: Headers, error: GraphError): string | null {
  const id = headers.get("request-id") ?? error.requestId;
  return id !== null && /^[\w.-]{1,100}$/.test(id) ? id : null;
}

/**
 * Text from outside as one short line without secrets: known values, what looks like a token, and
 * the query, fragment and user of any URL are taken out.
 */
export function presentable(outside: string, redactor: Redactor): string {
  const line = redactor
    .redact(outside)
    .replace(/\beyJ[\w-]{5,}\.[\w.-]+/g, "[redacted]")
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]*@/gi, "$1[redacted]@")
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, "$1?[redacted]")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT - 1).trimEnd()}…`;
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
