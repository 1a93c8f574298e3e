/** Looks for secrets in everything that leaves a process or lies on its disk. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { logEvent } from "../src/cli/run-log.ts";
import type { Plan } from "../src/model/generated/run.ts";
import { formats, type Report, render } from "../src/report/report.ts";
import type { Ended } from "./engine.ts";
import { violate } from "./violation.ts";
import type { World } from "./world.ts";

export function judgeReports(world: World, { run, events }: Ended): void {
  // What a log has is an event's own; the cause of a fault goes there for a bug alone.
  const log: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => log.push(line) });
  for (const event of events) logEvent(logger, event);
  const shown = run === null ? [] : rendered({ type: "runs", runs: [run] });
  judgeTexts(world, [...shown, ...log]);
}

export function judgePlan(world: World, plan: Plan): void {
  judgeTexts(world, rendered({ type: "plans", plans: [plan] }));
}

/** The store's file, and what SQLite keeps beside it. */
export function judgeStoreFile(world: World): void {
  const files = readdirSync(world.folder).filter((name) => /^state\.db(-wal)?$/.test(name));
  judgeTexts(
    world,
    files.map((name) => readFileSync(join(world.folder, name), "utf8")),
  );
}

export function judgeTexts({ secrets }: World, texts: readonly string[]): void {
  const text = texts.join("\n");
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      if (text.includes(form)) {
        const at = text.indexOf(form);
        violate("No secret is printed", "none", text.slice(Math.max(0, at - 80), at + 80));
      }
    }
  }
}

function rendered(report: Report): readonly string[] {
  return formats.map((format) => render(report, format, { colour: false, width: 80 }));
}

const known = new Map<string, ReadonlySet<string>>();

/** As it is, in base64, in a URL and in JSON; and the word that it begins with. */
function formsOf(secret: string): ReadonlySet<string> {
  const forms =
    known.get(secret) ??
    new Set([
      secret,
      Buffer.from(secret).toString("base64"),
      encodeURIComponent(secret),
      new URLSearchParams({ x: secret }).toString().slice(2),
      JSON.stringify(secret).slice(1, -1),
      /^canary\w+/.exec(secret)?.[0] ?? secret,
    ]);
  known.set(secret, forms);
  if (known.size > 10_000) known.clear();
  return forms;
}
