// What Plumbline promises whatever stands in a file, and whether it was kept.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Fault } from "../src/model/fault.ts";
import { type Canary, heard } from "../test/canaries.ts";
import { environment, filed, literal } from "./canaries.ts";
import type { Answer } from "./examine.ts";
import { standsInTheOpen } from "./open-places.ts";

/** Milliseconds that one file may take. */
export const LONGEST = 1_000;

/** How far a file came. */
export type Stage = "parser" | "schema" | "rules" | "accepted";

export interface Verdict {
  readonly stage: Stage;
  /** Promises that were broken; a sentence for each. */
  readonly complaints: readonly string[];
}

/** The text of a file by the name that messages give it; null: there is none. */
export type TextOf = (shown: string) => string | null;

/** `bytes` are those of the file that was looked at. */
export function judge(answer: Answer, bytes: Buffer, textOf: TextOf): Verdict {
  const { faults, complaints } = faultsIn(answer.reports.json ?? "");
  const errors = faults.filter(({ severity }) => severity === "error");
  const linesOf = linesBy(textOf);
  return {
    stage: stageOf(errors),
    complaints: [
      ...complaints,
      ...aboutStatus(answer, errors.length),
      ...faults.flatMap((fault) => aboutPlace(fault, linesOf)),
      ...aboutInside(answer, faults),
      ...aboutSecrets(answer, bytes),
      ...aboutTime(answer),
    ],
  };
}

const ajv = new Ajv2020({ strict: false });
ajv.addSchema(published("plan"));
const isReport = ajv.compile(published("validation"));

function published(name: string): object {
  const url = new URL(`../schemas/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as object;
}

function faultsIn(json: string): {
  readonly faults: readonly Fault[];
  readonly complaints: readonly string[];
} {
  try {
    const report: unknown = JSON.parse(json);
    if (isReport(report)) return { ...(report as { faults: Fault[] }), complaints: [] };
    return { faults: [], complaints: ["The JSON report is not what its schema says."] };
  } catch {
    return { faults: [], complaints: ["The JSON report is no JSON."] };
  }
}

function aboutStatus({ status, said }: Answer, errors: number): readonly string[] {
  if (status !== 0 && status !== 3) return [`The exit status is ${status}. ${said.slice(0, 300)}`];
  const saying = said === "" ? [] : [`Standard error holds: ${said.slice(0, 300)}`];
  if (status === 3 && errors === 0) return [...saying, "It is rejected without an error."];
  if (status === 0 && errors > 0) return [...saying, "It is accepted in spite of an error."];
  return saying;
}

type LinesOf = (shown: string) => readonly string[];

/** Each file is read once: a large one may have fifty faults. */
function linesBy(textOf: TextOf): LinesOf {
  const known = new Map<string, readonly string[]>();
  return (shown) => {
    const lines = known.get(shown) ?? textOf(shown)?.split("\n") ?? [];
    known.set(shown, lines);
    return lines;
  };
}

function aboutPlace({ code, message, at }: Fault, linesOf: LinesOf): readonly string[] {
  const told = `${code}: ${message}`;
  if (at === null) return [`A fault has no place. ${told}`];
  const line = linesOf(at.file)[at.line - 1];
  const place = `${at.file}:${at.line}:${at.column}`;
  if (line === undefined) return [`${place} is no line of a file. ${told}`];
  const isWithin = at.column >= 1 && at.column <= line.length + 1;
  return isWithin ? [] : [`${place} is no column of its line. ${told}`];
}

/** Frames of a stack, paths of source files, and the names that errors of programs have. */
const INSIDE =
  /^[ \t]*at .*:\d+:\d+\)?$|node:internal|\bnode_modules\b|\/src\/[a-z-]+\/[a-z-]+\.ts\b|\b[A-Z][A-Za-z]*Error\b|\bError: /m;

/** What steers a terminal; the reports were asked for without colours. */
const STEERING = /[\p{Cc}\p{Cf}]/u;

function aboutInside({ reports, said }: Answer, faults: readonly Fault[]): readonly string[] {
  const complaints = Object.entries({ ...reports, "standard error": said }).flatMap(
    ([name, text]) => {
      const found = INSIDE.exec(text)?.[0];
      return found === undefined ? [] : [`The inside of the program shows in ${name}: ${found}`];
    },
  );
  for (const { code, message } of faults) {
    if (code === "internal") complaints.push(`A fault is a bug of Plumbline: ${message}`);
  }
  if (STEERING.test((reports.text ?? "").replaceAll("\n", ""))) {
    complaints.push("The text holds a character that steers a terminal.");
  }
  return complaints;
}

/**
 * Secrets of the environment and of files may stand nowhere. The one that is written into the file may
 * be said where it stands in the open: a mutation can move it to a place whose value is no secret, such
 * as a schedule, and a message about a wrong schedule rightly repeats it. Everything else counts: it
 * stands where a secret belongs, or in a text that is no YAML, of which nothing may be repeated.
 */
function aboutSecrets({ reports, said }: Answer, bytes: Buffer): readonly string[] {
  const places = Object.entries({ ...reports, "standard error": said });
  return [environment, filed, literal].flatMap((canary) => {
    const found = heard(places, [canary]);
    if (found.length === 0 || (canary === literal && isExcused(canary, bytes))) return [];
    return [`The secret of the ${canary.name} shows: ${found[0] ?? ""}`];
  });
}

function isExcused({ cores }: Canary, bytes: Buffer): boolean {
  const text = bytes.toString("utf8");
  return cores.some((core) => standsInTheOpen(text, String(core)));
}

function aboutTime({ milliseconds }: Answer): readonly string[] {
  if (milliseconds <= LONGEST) return [];
  return [`It took ${Math.round(milliseconds)} ms, more than ${LONGEST} ms.`];
}

const ofTheParser: ReadonlySet<string> = new Set([
  "encoding",
  "yaml",
  "too-large",
  "empty-file",
  "file",
]);
const ofTheSchema: ReadonlySet<string> = new Set(["schema", "literal-secret", "not-yet-supported"]);

/** A file of several documents came as far as the best of them. */
function stageOf(errors: readonly Fault[]): Stage {
  if (errors.length === 0) return "accepted";
  const others = errors.filter(({ code }) => !ofTheParser.has(code));
  if (others.length === 0) return "parser";
  return others.every(({ code }) => ofTheSchema.has(code)) ? "schema" : "rules";
}
