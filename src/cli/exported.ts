/** What export writes, under keys and environment variables that are free, and what it leaves out. */
import {
  type DefinitionText,
  definitionText,
  userFlowText,
} from "../definitions/definition-text.ts";
import { matchesGlob } from "../definitions/glob.ts";
import type { Fault } from "../model/fault.ts";
import type { LiveUserFlow, Observed } from "../model/live.ts";
import type { LedgerEntry } from "../model/store.ts";

export interface Exported {
  readonly live: Observed | LiveUserFlow;
  /** `metadata.name` */
  readonly name: string;
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
    return { live: object, name, file: `${name}.yaml`, definition, problem };
  });
  return exported.sort(byFile);
}

/**
 * Flows that take connectors, in the order of the files' names. A step names what was exported, as
 * `connectors` tells; anything else it calls by its id.
 */
export function describeFlows(
  flows: readonly LiveUserFlow[],
  connectors: readonly Exported[],
  schema: string | null,
): readonly Exported[] {
  const names = new Map(
    connectors.flatMap(({ live: { id }, name, definition }) =>
      definition ? [[id.toLowerCase(), name] as const] : [],
    ),
  );
  const nameOf = (id: string) => names.get(id.toLowerCase()) ?? null;
  const exported = flows.map((live) => {
    const definition = userFlowText(live, nameOf, schema);
    const problem = definition ? null : "Its id is not of the form that a definition can name.";
    return { live, name: live.id, file: `${live.id}.yaml`, definition, problem };
  });
  return exported.sort(byFile);
}

function byFile(a: Exported, b: Exported): number {
  return a.file < b.file ? -1 : 1;
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
    // What was not written may have the name of a file that somebody else wrote.
    if (!one.definition) return one;
    const broken = faults.filter(
      ({ severity, at }) => severity === "error" && at?.file === one.file,
    );
    const problem = broken.map(({ message }) => message).join(" ");
    return problem === "" ? one : { ...one, definition: null, problem };
  });
}

export interface Export {
  readonly connectors: readonly Exported[];
  readonly flows: readonly Exported[];
  /** How many flows take no connectors, so that there is nothing to define. */
  readonly withoutSteps: number;
  /** Why nobody knows the flows; null when they could be read. */
  readonly unread: Fault | null;
}

/** What was written where, what is to be filled in, and what was left out and why. */
export function told(
  { connectors, flows, withoutSteps, unread }: Export,
  path: (file: string) => string,
): string {
  const all = [...connectors, ...flows];
  const written = all.flatMap(({ file, definition }) =>
    definition ? [`  ${path(file)}`, ...definition.secrets.map(fillIn)] : [],
  );
  const left = all.flatMap(({ live, problem }) =>
    problem === null ? [] : [`  ${called(live)}: ${problem}`],
  );
  const counts = [
    counted(connectors, "connector"),
    ...(flows.some(({ definition }) => definition) ? [counted(flows, "user flow")] : []),
  ];
  return [
    `Exported ${counts.join(" and ")}${written.length > 0 ? ":" : "."}`,
    ...written,
    ...(left.length > 0 ? ["Left out:", ...left] : []),
    ...(withoutSteps > 0 ? [nothingToDefine(withoutSteps)] : []),
    ...(unread ? [`User flows were not exported. ${unread.message}`] : []),
    "",
  ].join("\n");
}

function counted(exported: readonly Exported[], one: string): string {
  const count = exported.filter(({ definition }) => definition).length;
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

function nothingToDefine(count: number): string {
  return count === 1
    ? "1 user flow takes no API connectors: there is nothing to define."
    : `${count} user flows take no API connectors: there is nothing to define.`;
}

function called(live: Exported["live"]): string {
  if (live.kind === "UserFlow") return quoted(live.id);
  return `${quoted(live.displayName ?? "")} (${live.id})`;
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
