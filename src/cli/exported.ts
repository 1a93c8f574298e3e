/** What export writes, under keys and environment variables that are free, and what it leaves out. */
import { type DefinitionText, definitionText } from "../definitions/definition-text.ts";
import { matchesGlob } from "../definitions/glob.ts";
import type { Fault } from "../model/fault.ts";
import type { Observed } from "../model/live.ts";
import type { LedgerEntry } from "../model/store.ts";

export interface Exported {
  readonly live: Observed;
  readonly file: string;
  /** null: no definition can say it. */
  readonly definition: DefinitionText | null;
  /** Why it is left out, as a sentence; null where it is not. */
  readonly problem: string | null;
}

export interface Naming {
  /** What is managed already keeps its name. */
  readonly ledger: readonly LedgerEntry[];
  /** Globs of environment variables that definitions may not name. */
  readonly reservedEnv: readonly string[];
  /** Path of the schema from where the definitions will stand; null: none is near. */
  readonly schema: string | null;
}

/** In the order of the files' names. */
export function describe(live: readonly Observed[], naming: Naming): readonly Exported[] {
  const known = new Map(naming.ledger.map(({ id, name }) => [id, name]));
  const taken = new Set(known.values());
  const freeEnv = envNames(naming.reservedEnv);
  const exported = live.map((object) => {
    const name = known.get(object.id) ?? freeName(object, taken);
    taken.add(name);
    const definition = definitionText(object, name, naming.schema, freeEnv);
    const problem = definition ? null : unsayable(object);
    return { live: object, file: `${name}.yaml`, definition, problem };
  });
  return exported.sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** A key in git from the displayName: lower-case letters, digits and hyphens, not taken yet. */
function freeName({ displayName }: Observed, taken: ReadonlySet<string>): string {
  const words = (displayName ?? "").normalize("NFKD").toLowerCase();
  const slug = words.replaceAll(/\p{M}/gu, "").replaceAll(/[^a-z0-9]+/g, "-");
  const base = slug.replace(/^-/, "").slice(0, 50).replace(/-$/, "") || "connector";
  return numbered(base, "-", taken);
}

/** Two secrets never share a variable, whose values may differ. */
function envNames(reserved: readonly string[]): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    const isUsable =
      /^[A-Z_]/.test(wanted) && !reserved.some((glob) => matchesGlob(glob.toUpperCase(), wanted));
    const name = numbered(isUsable ? wanted : `CONNECTOR_${wanted}`, "_", taken);
    taken.add(name);
    return name;
  };
}

function numbered(base: string, separator: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}${separator}${count}`;
    if (!taken.has(name)) return name;
  }
}

function unsayable({ displayName, targetUrl, authentication }: Observed): string {
  if (authentication.type === "other") {
    return `Its authentication (${quoted(authentication.odataType ?? "none")}) is of no kind that a definition can say.`;
  }
  if (displayName === null || targetUrl === null) return "It has no displayName or no targetUrl.";
  return "Its targetUrl holds a user name, password or fragment, which no definition may.";
}

/** With what the rules for definitions say about each file. Only the names of files count. */
export function judged(
  exported: readonly Exported[],
  faults: readonly Fault[],
): readonly Exported[] {
  return exported.map((one) => {
    const broken = faults.filter(
      ({ severity, at }) => severity === "error" && at?.file === one.file,
    );
    const problem = broken.map(({ message }) => message).join(" ");
    return problem === "" ? one : { ...one, definition: null, problem };
  });
}

/** What was written where, what is to be filled in, and what was left out and why. */
export function told(exported: readonly Exported[], path: (file: string) => string): string {
  const written = exported.flatMap(({ file, definition }) =>
    definition ? [`  ${path(file)}`, ...definition.secrets.map(fillIn)] : [],
  );
  const left = exported.flatMap(({ live: { id, displayName }, problem }) =>
    problem === null ? [] : [`  ${quoted(displayName ?? "")} (${id}): ${problem}`],
  );
  const count = exported.length - left.length;
  return [
    `Exported ${count} ${count === 1 ? "connector" : "connectors"}${count > 0 ? ":" : "."}`,
    ...written,
    ...(left.length > 0 ? ["Left out:", ...left] : []),
    "",
  ].join("\n");
}

function fillIn({ env, path }: { readonly env: string; readonly path: string }): string {
  return `    fill in env ${env} for ${path}`;
}

/** Control and format characters as escapes: they could steer the terminal. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /\p{C}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
