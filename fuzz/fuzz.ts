// `npm run fuzz`: whatever stands in a file, Plumbline answers with faults that have a place, within a
// second, and without a secret. Files are made from their number, so that each can be looked at again.
// The exit status is 1 when a promise was broken.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Failure, fight, type Progress } from "./campaign.ts";
import { specimenOf } from "./specimen.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "100000" },
    start: { type: "string", default: "0" },
    workers: { type: "string", default: "2" },
  },
});

/** Files between two lines of progress. */
const STEP = 1_000;

/** Failures that begin alike are mostly one mistake: so many of them are shown. */
const MOST_ALIKE = 3;

function wholeNumber(name: "files" | "start" | "workers"): number {
  const text = values[name];
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} takes a whole number; ${JSON.stringify(text)} is none.\n`);
  process.exit(1);
}

let folder: string | undefined;

/** Writes the file down and says how to look at it again. */
function show({ number, complaints }: Failure): void {
  const { kind, bytes } = specimenOf(number);
  folder ??= mkdtempSync(join(tmpdir(), "plumbline-fuzz-failures-"));
  const file = join(folder, `${number}-${kind}.yaml`);
  writeFileSync(file, bytes);
  const lines = complaints.map((complaint) => `  ${complaint.slice(0, 1_000)}\n`).join("");
  process.stderr.write(
    `\nFile ${number}, a ${kind}: ${file}\n${lines}  npm run fuzz -- --start ${number} --files 1\n`,
  );
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

function stagesOf({ stages, files }: Progress): string {
  const { parser, schema, rules, accepted } = stages;
  const share = (count: number) => percent(count, files);
  return `rejected by the parser ${share(parser)}, the schema ${share(schema)}, the rules ${share(rules)}; accepted ${share(accepted)}`;
}

const begun = performance.now();
const campaign = {
  start: wholeNumber("start"),
  files: wholeNumber("files"),
  workers: Math.max(1, wholeNumber("workers")),
};
const alike = new Map<string, number>();
const progress = await fight({
  ...campaign,
  onFile(soFar) {
    if (soFar.files % STEP !== 0) return;
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
    process.stderr.write(
      `${soFar.files} of ${campaign.files} files, ${seconds} s: ${stagesOf(soFar)}; ${soFar.failures.length} failed\n`,
    );
  },
  onFailure(failure) {
    const beginning = failure.complaints[0]?.slice(0, 40) ?? "";
    const count = (alike.get(beginning) ?? 0) + 1;
    alike.set(beginning, count);
    if (count <= MOST_ALIKE) show(failure);
  },
});
const { files, failures, slowest } = progress;
const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
process.stdout.write(
  `${files} files in ${seconds} s: ${stagesOf(progress)}; the slowest took ${Math.round(slowest.milliseconds)} ms (${slowest.number}); ${failures.length} failed\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
