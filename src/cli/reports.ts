/** `--output FORMAT[=FILE]`: one reading, as many reports as asked for. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { FaultError, failure } from "../model/fault.ts";
import { type Format, formats, type Report, render } from "../report/report.ts";
import { hasColour, print, type Terminal, widthOf } from "./terminal.ts";

export interface Output {
  readonly format: Format;
  /** null: standard output. */
  readonly file: string | null;
}

/** Throws a sentence for the command line when it is unusable. */
export function parseOutput(text: string): Output {
  const [name = "", ...rest] = text.split("=");
  const format = formats.find((known) => known === name);
  if (!format) throw new Error(`${name} is no format. Accepted are ${formats.join(", ")}.`);
  const file = rest.join("=");
  if (rest.length > 0 && file === "") throw new Error(`Name a file after ${name}=.`);
  return { format, file: rest.length === 0 ? null : file };
}

/** Text on standard output when nothing else was asked for. */
export async function writeReports(
  report: Report,
  outputs: readonly Output[],
  terminal: Terminal,
): Promise<void> {
  const wanted = outputs.length > 0 ? outputs : [{ format: "text", file: null } as const];
  const { stdout, env } = terminal;
  for (const { format, file } of wanted) {
    const colour = file === null && hasColour(stdout, env);
    const text = render(report, format, { colour, width: widthOf(stdout) });
    if (file === null) await print(stdout, text);
    else writeReport(resolve(terminal.cwd, file), file, text);
  }
}

function writeReport(path: string, shown: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split(",")[0] : "";
    const message = `The report could not be written to ${shown}: ${reason}.`;
    throw new FaultError(failure("configuration", message), { cause });
  }
}
