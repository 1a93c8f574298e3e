/**
 * The part of OData's $filter that the audit log knows: comparisons by eq, ge, gt, le, lt and
 * startswith, joined by and, or and parentheses. and binds before or.
 */
import type { JsonObject } from "./reply.ts";

export type Filter = Joined | Comparison;

interface Joined {
  readonly op: "and" | "or";
  readonly parts: readonly Filter[];
}

interface Comparison {
  readonly op: "eq" | "ge" | "gt" | "le" | "lt" | "startswith";
  readonly path: string;
  readonly value: string;
}

/** Properties that the audit log can be asked by, and with what. */
const texts = ["eq", "startswith"];
const askable: Readonly<Record<string, readonly string[]>> = {
  activityDateTime: ["eq", "ge", "gt", "le", "lt"],
  activityDisplayName: texts,
  category: ["eq"],
  correlationId: ["eq"],
  id: ["eq"],
  loggedByService: ["eq"],
  result: ["eq"],
  "initiatedBy/app/appId": ["eq"],
  "initiatedBy/user/id": ["eq"],
  "initiatedBy/user/userPrincipalName": texts,
};

const TOKEN =
  /\s*(?:([()])|(and|or)\b|startswith\(\s*([\w/]+)\s*,\s*'((?:[^']|'')*)'\s*\)|([\w/]+)\s+(eq|ge|gt|le|lt)\s+(?:'((?:[^']|'')*)'|([\d:.TZ-]+)))/y;

/** Everything where nothing is asked; null for what is no filter that the audit log knows. */
export function readFilter(text: string | null): Filter | null {
  if (text === null) return { op: "and", parts: [] };
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  const filter = joined(tokens, "or");
  return tokens.length === 0 ? filter : null;
}

type Token = "(" | ")" | "and" | "or" | Filter;

function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (found === null) return null;
    const [, bracket, word, startPath, start, path, op, quoted, bare] = found;
    const comparison = startPath
      ? { op: "startswith", path: startPath, value: start }
      : { op, path, value: quoted ?? bare };
    const token = bracket ?? word ?? toComparison(comparison);
    if (token === null) return null;
    tokens.push(token as Token);
  }
  return tokens;
}

function toComparison(given: {
  readonly op: string | undefined;
  readonly path: string | undefined;
  readonly value: string | undefined;
}): Filter | null {
  const { op = "", path = "", value = "" } = given;
  if (!askable[path]?.includes(op)) return null;
  return { op, path, value: value.replaceAll("''", "'") } as Filter;
}

function joined(tokens: Token[], op: "and" | "or"): Filter | null {
  const parts: Filter[] = [];
  for (;;) {
    const part = op === "or" ? joined(tokens, "and") : term(tokens);
    if (part === null) return null;
    parts.push(part);
    if (tokens[0] !== op) return { op, parts };
    tokens.shift();
  }
}

function term(tokens: Token[]): Filter | null {
  const token = tokens.shift();
  if (typeof token === "object") return token;
  if (token !== "(") return null;
  const within = joined(tokens, "or");
  return tokens.shift() === ")" ? within : null;
}

export function holds(filter: Filter, entry: JsonObject): boolean {
  if ("path" in filter) return compares(filter, entry);
  return filter.op === "and"
    ? filter.parts.every((part) => holds(part, entry))
    : filter.parts.some((part) => holds(part, entry));
}

function compares({ op, path, value }: Comparison, entry: JsonObject): boolean {
  const steps = path.split("/");
  const found = steps.reduce<unknown>((at, step) => (at as JsonObject | null)?.[step], entry);
  if (typeof found !== "string") return false;
  if (op === "startswith") return found.startsWith(value);
  if (path !== "activityDateTime") return found === value;
  const difference = Date.parse(found) - Date.parse(value);
  const is = {
    eq: difference === 0,
    ge: difference >= 0,
    gt: difference > 0,
    le: difference <= 0,
    lt: difference < 0,
  };
  return is[op];
}
