/** The verbs, their flags and their help. Each verb is loaded only when it is called. */
import { Command, InvalidArgumentError, Option } from "commander";
import { reporting } from "./command.ts";
import { type FailOn, parseFailOn } from "./fail-on.ts";
import { generalHelp, type HelpedVerb, helpOf } from "./help.ts";
import { type Output, parseOutput } from "./reports.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

/** Called with the exit status of the verb that ran. */
type Ended = (status: number) => void;

/** Verbs that are fixed in meaning, but do not do anything yet. */
const later = "doctor probe".split(" ");

/** Writes help and complaints to the terminal; throws commander's errors instead of exiting. */
export function createProgram(terminal: Terminal, ended: Ended): Command {
  const program = new Command("plumbline")
    .description("Keeps a Microsoft Entra tenant's API connectors true to the YAML in git.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .addHelpText("after", generalHelp);
  addValidate(program, terminal, ended);
  addPlan(program, terminal, ended);
  addApply(program, terminal, ended);
  addAssert(program, terminal, ended);
  addTrust(program, terminal, ended);
  addSuspend(program, terminal, ended);
  addResume(program, terminal, ended);
  addAccept(program, terminal, ended);
  addHistory(program, terminal, ended);
  addRestore(program, terminal, ended);
  addAudit(program, terminal, ended);
  addServe(program, terminal, ended);
  addNotify(program, terminal, ended);
  addExport(program, terminal, ended);
  addSandbox(program, terminal, ended);
  for (const name of later) addLater(program, name);
  return program;
}

function addValidate(program: Command, terminal: Terminal, ended: Ended): void {
  verb(program, "validate", "Check definitions and configuration, without any network.")
    .argument("[paths...]", "files or folders; what plumbline.yaml names when left out")
    .action(async (paths, flags) => {
      const { validateVerb } = await import("./verbs/validate.ts");
      ended(await reporting(flags, terminal, () => validateVerb({ ...flags, paths }, terminal)));
    });
}

function addPlan(program: Command, terminal: Terminal, ended: Ended): void {
  verb(program, "plan", "Show what apply would do. Never writes to the tenant.")
    .option("--drift-exit <n>", "exit status for drift, in place of 2", toStatus)
    .option("--fail-on <expiry=14d>", failOn, toFailOn)
    .addOption(repeatable("--allow-earlier-expiry <name>", earlier, "none", collect))
    .action(async (flags) => {
      const { planVerb } = await import("./verbs/plan.ts");
      ended(await reporting(flags, terminal, () => planVerb(flags, terminal)));
    });
}

function addApply(program: Command, terminal: Terminal, ended: Ended): void {
  verb(program, "apply", "Plan afresh, apply, and verify by reading back. Needs mode: apply.")
    .addOption(repeatable("--plan <digest>", "apply only this plan (repeatable)", "any", toDigests))
    .option("--drift-exit <n>", "exit status for what --fail-on finds, in place of 2", toStatus)
    .option("--fail-on <expiry=14d>", failOn, toFailOn)
    .addOption(repeatable("--allow-earlier-expiry <name>", earlier, "none", collect))
    .addOption(new Option("--lift <limit>", lift).choices(["deletes"]))
    .option("--reason <text>", "why the limit is lifted, for the record")
    .action(async (flags) => {
      const { applyVerb } = await import("./verbs/apply.ts");
      ended(await reporting(flags, terminal, () => applyVerb(flags, terminal)));
    });
}

const lift = "carry out once what this limit holds in the plan of --plan";
const failOn = "count a certificate that ends within this time as drift";
const earlier =
  "let this definition's certificate replace one that is valid for longer (repeatable)";

function addAssert(program: Command, terminal: Terminal, ended: Ended): void {
  verb(
    program,
    "assert",
    "Apply these definitions alone, and send their passwords, changed or not.",
  )
    .argument("<names...>", "definitions, by metadata.name")
    .action(async (names, flags) => {
      const { assertVerb } = await import("./verbs/apply.ts");
      ended(await reporting(flags, terminal, () => assertVerb({ ...flags, names }, terminal)));
    });
}

function addTrust(program: Command, terminal: Terminal, ended: Ended): void {
  const description = "Record that the live passwords are those of git, without writing.";
  verb(program, "trust", description)
    .argument("<names...>", "definitions, by metadata.name")
    .action(async (names, flags) => {
      const { trustVerb } = await import("./verbs/apply.ts");
      ended(await reporting(flags, terminal, () => trustVerb({ ...flags, names }, terminal)));
    });
}

function addSuspend(program: Command, terminal: Terminal, ended: Ended): void {
  const description = "Leave a tenant or one connector alone for a while; drift is still reported.";
  verb(program, "suspend", description, { isReporting: false })
    .argument("<tenant|name>", "a tenant, or a definition by metadata.name")
    .requiredOption("--until <time>", "when it ends by itself: 8h, 7d or 2026-12-01T08:00:00Z")
    .requiredOption("--reason <text>", "why, for whoever wonders")
    .action(async (target, flags) => {
      const { suspendVerb } = await import("./verbs/suspend.ts");
      ended(await suspendVerb({ ...flags, output: [], target }, terminal));
    });
}

function addResume(program: Command, terminal: Terminal, ended: Ended): void {
  verb(program, "resume", "End a suspension before its time.", { isReporting: false })
    .argument("<tenant|name>", "what was suspended")
    .action(async (target, flags) => {
      const { resumeVerb } = await import("./verbs/suspend.ts");
      ended(await resumeVerb({ ...flags, output: [], target }, terminal));
    });
}

function addAccept(program: Command, terminal: Terminal, ended: Ended): void {
  const description =
    "Let the live value of one field stay for a while; another one is drift again.";
  verb(program, "accept", description, { isReporting: false })
    .argument("<name>", "a definition, by metadata.name")
    .requiredOption("--field <path>", "path in the definition, such as spec.targetUrl")
    .option("--plan <digest>", "only the value that this plan shows", toDigest)
    .option("--until <time>", "when it ends by itself: 8h, 7d or 2026-12-01T08:00:00Z")
    .option("--reason <text>", "why, for whoever wonders")
    .option("--revoke", "end it before its time")
    .action(async (name, flags) => {
      const { acceptVerb } = await import("./verbs/accept.ts");
      ended(await acceptVerb({ ...flags, output: [], name }, terminal));
    });
}

function addHistory(program: Command, terminal: Terminal, ended: Ended): void {
  const description = "List what was changed, by which run, with before and after.";
  verb(program, "history", description, { formats: pastReports })
    .argument("[name]", "only this definition, by metadata.name")
    .option("--limit <n>", "most runs that are listed", toCount, 20)
    .action(async (name, flags) => {
      const { historyVerb } = await import("./verbs/history.ts");
      const chosen = name === undefined ? flags : { ...flags, name };
      ended(await reporting(flags, terminal, () => historyVerb(chosen, terminal)));
    });
}

function addRestore(program: Command, terminal: Terminal, ended: Ended): void {
  const description = "Undo what a run changed, or the last change of one connector.";
  verb(program, "restore", description)
    .argument("<run|name>", "a run, as history lists it, or a definition by metadata.name")
    .addOption(repeatable("--plan <digest>", "apply only this plan (repeatable)", "any", toDigests))
    .option("--preview", "show the plan, and write nothing")
    .option("--until <time>", "how long what was restored is left alone", "24h")
    .option("--reason <text>", "why, for the record")
    .addOption(new Option("--lift <limit>", lift).choices(["deletes"]))
    .addOption(repeatable("--allow-earlier-expiry <name>", earlier, "none", collect))
    .action(async (of, flags) => {
      const { restoreVerb } = await import("./verbs/restore.ts");
      ended(await reporting(flags, terminal, () => restoreVerb({ ...flags, of }, terminal)));
    });
}

function addAudit(program: Command, terminal: Terminal, ended: Ended): void {
  const description = "Print the audit, or verify that nobody has edited or cut it.";
  verb(program, "audit", description, { formats: pastReports })
    .option("--verify", "look at every entry, and whether the chain is whole")
    .option("--head <sequence:hash>", "with --verify: the newest entry of an earlier time", toHead)
    .option("--limit <n>", "most entries that are printed", toCount, 100)
    .action(async (flags) => {
      const { auditVerb } = await import("./verbs/history.ts");
      ended(await reporting(flags, terminal, () => auditVerb(flags, terminal)));
    });
}

function addServe(program: Command, terminal: Terminal, ended: Ended): void {
  const description = "Run every tenant at start and then by its schedule, until SIGTERM.";
  verb(program, "serve", description, { isReporting: false }).action(async (flags) => {
    const { serveVerb } = await import("./verbs/serve.ts");
    ended(await serveVerb({ ...flags, output: [] }, terminal));
  });
}

function addNotify(program: Command, terminal: Terminal, ended: Ended): void {
  const description =
    "Send a test alert to the sinks of plumbline.yaml, and say whether it arrived.";
  verb(program, "notify", description, { isReporting: false })
    .option("--test", "send a test; nothing else is sent by hand")
    .addOption(repeatable("--sink <name>", "only this sink (repeatable)", "all", collect))
    .action(async (flags) => {
      const { notifyVerb } = await import("./verbs/notify.ts");
      ended(await notifyVerb({ ...flags, output: [] }, terminal));
    });
}

function addExport(program: Command, terminal: Terminal, ended: Ended): void {
  const description = "Write the live connectors of a tenant as definitions into a folder.";
  verb(program, "export", description, { isReporting: false })
    .argument("<directory>", "where to write; nothing there is overwritten")
    .action(async (directory, flags) => {
      const { exportVerb } = await import("./verbs/export.ts");
      ended(await exportVerb({ ...flags, output: [], directory }, terminal));
    });
}

function addSandbox(program: Command, terminal: Terminal, ended: Ended): void {
  program
    .command("sandbox")
    .description(
      "Run a practice tenant on this machine: Microsoft Graph's API connectors over HTTP.",
    )
    .option("--port <n>", "TCP port on 127.0.0.1", toPort, 8090)
    .option("--seed <file>", "YAML file with what a new tenant holds")
    .option("--state <file>", "YAML file in which the tenant keeps its state")
    .option("--tls", "HTTPS with a certificate of its own, for real sign-ins")
    .addHelpText("after", helpOf("sandbox"))
    .action(async (flags) => {
      const { sandboxVerb } = await import("./verbs/sandbox.ts");
      ended(await sandboxVerb(flags, terminal));
    });
}

function addLater(program: Command, name: string): void {
  program
    .command(`${name} [arguments...]`, { hidden: true })
    .allowUnknownOption()
    .action(() => {
      throw new UsageError(`${name} is not yet supported by this version.`);
    });
}

function verb(
  program: Command,
  name: HelpedVerb,
  description: string,
  { isReporting = true, formats = reports }: { isReporting?: boolean; formats?: string } = {},
): Command {
  const command = program
    .command(name)
    .description(description)
    .addHelpText("after", helpOf(name))
    .option("--config <file>", "plumbline.yaml (default: PLUMBLINE_CONFIG, else the one here)")
    .addOption(repeatable("--tenant <name>", "only this tenant (repeatable)", "all", collect))
    .option("--verbose", "log every request and step on stderr");
  return isReporting
    ? command.addOption(repeatable("--output <format[=file]>", formats, "text", toOutputs))
    : command;
}

const pastReports = "text or json, to a file or stdout (repeatable)";
const reports = "text, json, markdown or html, to a file or stdout (repeatable)";

/** `standard` says what holds where the flag is not given. */
function repeatable<T>(
  flag: string,
  description: string,
  standard: string,
  parse: (value: string, previous: readonly T[]) => readonly T[],
): Option {
  return new Option(flag, description).argParser<readonly T[]>(parse).default([], standard);
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function toOutputs(value: string, previous: readonly Output[]): readonly Output[] {
  const outputs = [...previous, checked(() => parseOutput(value))];
  if (outputs.filter(({ file }) => file === null).length > 1) {
    throw new InvalidArgumentError("Only one report can go to standard output.");
  }
  return outputs;
}

function toDigests(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, toDigest(value)];
}

function toDigest(value: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(value)) return value;
  throw new InvalidArgumentError(
    "A digest is sha256: and 64 hexadecimal digits, as plan prints it.",
  );
}

function toCount(value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It is a number from 1 to 999999.");
}

function toHead(value: string): { readonly sequence: number; readonly hash: string } {
  const [, sequence = "", hash = ""] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(value) ?? [];
  if (hash !== "") return { sequence: Number(sequence), hash };
  throw new InvalidArgumentError("It is a number, a colon and 64 digits, as --verify prints it.");
}

function toStatus(value: string): number {
  if (/^\d{1,3}$/.test(value) && Number(value) <= 255) return Number(value);
  throw new InvalidArgumentError("An exit status is a number from 0 to 255.");
}

function toFailOn(value: string): FailOn {
  return checked(() => parseFailOn(value));
}

function toPort(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}

function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    throw new InvalidArgumentError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
