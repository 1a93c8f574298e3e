// Has Plumbline look at one file, as `plumbline validate` does.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../src/cli/cli.ts";
import { readSettings } from "../src/cli/configuration/configuration.ts";
import { liesWithin } from "../src/definitions/folder.ts";
import type { Format } from "../src/report/report.ts";
import type { Specimen } from "./specimen.ts";
import { reportFiles, surroundings, type Workspace } from "./workspace.ts";

/** What came of one file. */
export interface Answer {
  /** null: the process did not end by itself. */
  readonly status: number | null;
  readonly reports: Readonly<Partial<Record<Format, string>>>;
  /** What went to standard error. */
  readonly said: string;
  /** By the clock; or of the processor, where this was less, because others kept that busy. */
  readonly milliseconds: number;
}

/** Within this process: starting one costs a hundred times as much as a file. */
export async function examine(specimen: Specimen, workspace: Workspace): Promise<Answer> {
  workspace.place(specimen);
  const text: string[] = [];
  const said: string[] = [];
  const taken = stopwatch();
  const status = await runCli({
    args: [...argumentsFor(specimen, workspace), "--output", "text", ...wantedFiles],
    env: surroundings,
    cwd: workspace.root,
    stdout: streamInto(text),
    stderr: streamInto(said),
  });
  const milliseconds = taken();
  const reports = { text: text.join(""), ...workspace.takeReports() };
  return { status, reports, said: said.join(""), milliseconds };
}

const wantedFiles = reportFiles.flatMap(([format, file]) => ["--output", `${format}=${file}`]);

/** A wait costs no processor; it is the process that deals out files which grows impatient then. */
function stopwatch(): () => number {
  const begun = performance.now();
  const before = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(before);
    return Math.min(performance.now() - begun, (user + system) / 1_000);
  };
}

function streamInto(parts: string[]) {
  return {
    write(text: string, done?: () => void): boolean {
      parts.push(text);
      done?.();
      return true;
    },
  };
}

/** A configuration may come to name any folder of this machine, which is not to be searched. */
function argumentsFor({ kind }: Specimen, { root }: Workspace): readonly string[] {
  const file = join(root, "plumbline.yaml");
  const { settings } = kind === "configuration" ? readSettings(file, surroundings) : {};
  const folders = settings?.tenants.flatMap(({ load }) => load.folders) ?? [];
  const isWithin = folders.every((folder) => liesWithin(join(root, folder), root));
  const isHere = folders.every((folder) => !folder.startsWith("/"));
  return ["validate", ...(isWithin && isHere ? [] : ["connectors/base"]), "--config", file];
}

/** Seconds; a process takes a second to start on a busy machine. */
const LONGEST = 30;

/** As people do, in a process of its own. */
export function examineByCommand(specimen: Specimen, workspace: Workspace): Promise<Answer> {
  workspace.place(specimen);
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const args = [main, ...argumentsFor(specimen, workspace), "--output", "json"];
  const options = {
    cwd: workspace.root,
    env: { PATH: process.env["PATH"], ...surroundings },
    timeout: LONGEST * 1_000,
    maxBuffer: 100 * 1024 * 1024,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, options, (_, json, said) => {
      // How long a process takes to start says nothing about the file.
      resolve({ status: child.exitCode, reports: { json }, said, milliseconds: 0 });
    });
  });
}
