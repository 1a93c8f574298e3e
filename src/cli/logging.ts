/** Logs on stderr: for people on a terminal, JSON lines for machines. */
import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Redactor } from "../model/secret.ts";
import { hasColour, type Terminal } from "./terminal.ts";

/** Every line passes the redactor: a log may hold the text of an error that nobody foresaw. */
export function openLog(
  { env, stderr }: Pick<Terminal, "env" | "stderr">,
  redactor: Redactor,
  level: "debug" | "info" | "warn",
): Logger {
  const colorize = hasColour(stderr, env);
  // A person reads the report; the properties of a line are for machines, and for --verbose.
  const hideObject = level !== "debug";
  const people = prettyFactory({ colorize, translateTime: "SYS:HH:MM:ss", hideObject });
  const format = stderr.isTTY === true ? people : (line: string) => line;
  const write = (line: string) => void stderr.write(redactor.redact(format(line)));
  return pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    { write },
  );
}
