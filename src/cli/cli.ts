/**
 * The command line: arguments and environment in, exit status out. It alone names concrete adapters
 * and puts them behind the ports; whatever goes wrong ends here as a sentence, never as a stack.
 */
import { CommanderError } from "commander";
import { FaultError } from "../model/fault.ts";
import { resultOf } from "../model/result.ts";
import { exitStatus } from "./exit.ts";
import { createProgram } from "./program.ts";
import { print, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Runs one verb to its end. Does not throw and does not exit. */
export async function runCli(terminal: Terminal): Promise<number> {
  let status = 0;
  const program = createProgram(terminal, (ended) => {
    status = ended;
  });
  try {
    if (terminal.args.length === 0) {
      program.outputHelp({ error: true });
      return exitStatus.failed;
    }
    await program.parseAsync([...terminal.args], { from: "user" });
    return status;
  } catch (thrown) {
    return await complain(thrown, terminal);
  }
}

async function complain(thrown: unknown, terminal: Terminal): Promise<number> {
  // Commander has printed its own complaint, or the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitStatus.failed;
  if (thrown instanceof UsageError) {
    await print(terminal.stderr, `${thrown.message}\n`);
    return exitStatus.failed;
  }
  if (thrown instanceof FaultError) {
    const { at, message, code } = thrown.fault;
    const place = at === null ? "" : `${at.file}:${at.line}:${at.column}: `;
    await print(terminal.stderr, `${place}${message}\n`);
    return exitStatus[resultOf(code)];
  }
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const hint = "This is a bug; please report it with what you did.";
  await print(terminal.stderr, `Plumbline met an unexpected ${name}. ${hint}\n`);
  return exitStatus.failed;
}
