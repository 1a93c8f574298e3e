/** `--output FORMAT[=FILE]`: one reading, as many reports as asked for. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Format, formats, type RenderOptions, type Report, render } from "../report/report.ts";
import { hasColour, print, type Terminal, widthOf } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

export interface Output {
  readonly format: Format;
  /** null: standard output. */
  readonly file: string | null;
}

/** Throws a sentence for the command line when it is unusable. */
export function parseOutput(text: string): Output {
  const [name = "", ...rest] = text.split("=");
  const format = formats.find((known) => known === name);
  if (!format) {
    const problem = name === "" ? "No format is named." : `${name} is no format.`;
    throw new Error(`${problem} Accepted are ${formats.join(", ")}.`);
  }
  const file = rest.join("=");
  if (rest.length > 0 && file === "") throw new Error(`Name a file after ${name}=.`);
  return { format, file: rest.length === 0 ? null : file };
}

/**
 * Text on standard output when nothing else was asked for. A report that cannot be written keeps no
 * other from being written: then a UsageError is thrown at the end.
 */
export async function writeReports(
  report: Report,
  outputs: readonly Output[],
  terminal: Terminal,
  context: Pick<RenderOptions, "modes" | "allowEarlierExpiry" | "restoring"> = {},
): Promise<void> {
  await writeOutputs(outputs, terminal, (format, options) =>
    render(report, format, { ...context, ...options }),
  );
}

/** The same for whatever else is told in several formats. */
export async function writeOutputs(
  outputs: readonly Output[],
  terminal: Terminal,
  make: (format: Format, options: RenderOptions) => string,
): Promise<void> {
  const wanted = outputs.length > 0 ? outputs : [{ format: "text", file: null } as const];
  const { stdout, env } = terminal;
  const said = { width: widthOf(stdout), program: programOf(env) };
  const complaints: string[] = [];
  for (const { format, file } of wanted) {
    const colour = file === null && hasColour(stdout, env);
    const text = make(format, { ...said, colour });
    if (file === null) await print(stdout, text);
    else complaints.push(...writeReport(resolve(terminal.cwd, file), file, text));
  }
  if (complaints.length > 0) throw new UsageError(complaints.join("\n"));
}

/** In a checkout no plumbline is on the PATH: there the script of package.json is how to call it. */
function programOf(env: Terminal["env"]): string {
  return env["npm_lifecycle_event"] === "plumbline" ? "npm run -s plumbline --" : "plumbline";
}

/** Answers what went wrong. */
function writeReport(path: string, shown: string, text: string): readonly string[] {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return [];
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? ` (${String(thrown.code)})` : "";
    return [`The report could not be written to ${shown}${code}. Choose another file.`];
  }
}
