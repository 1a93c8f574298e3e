/** Logs on stderr: for people on a terminal, JSON lines for machines. */
import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import type { Redactors } from "../secrets/secrets.ts";
import type { WebLog } from "../web/log.ts";
import { hasColour, type Terminal } from "./terminal.ts";

/** What a line is about. */
interface Facts {
  readonly tenant?: unknown;
  readonly err?: unknown;
}

/** Every line passes a redactor: a log may hold the text of an error that nobody foresaw. */
export function openLog(
  { env, stderr }: Pick<Terminal, "env" | "stderr">,
  redactors: Redactors,
  level: "debug" | "info" | "warn",
): Logger {
  const colorize = hasColour(stderr, env);
  // A person reads the report; the properties of a line are for machines, and for --verbose.
  const hideObject = level !== "debug";
  const people = prettyFactory({ colorize, translateTime: "SYS:HH:MM:ss", hideObject });
  const format = stderr.isTTY === true ? people : (line: string) => line;
  const destination = {
    // Asks pino to leave here what each line is about.
    [Symbol.for("pino.metadata")]: true,
    lastObj: {} as Facts,
    write(line: string) {
      stderr.write(redacted(format(line), destination.lastObj, redactors));
    },
  };
  return pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    destination,
  );
}

/** A terminal shows no properties, so the reason is said in the line as well. */
export function webLog(log: Logger): WebLog {
  return {
    info: (message) => log.info(message),
    warn(message, err) {
      if (err === undefined) return log.warn(message);
      const reason = err instanceof Error ? err.message : String(err);
      log.warn({ err }, `${message} ${reason}`);
    },
  };
}

/** What a bug says may hold anything of anyone; every other line is of one tenant, or of none. */
function redacted(line: string, { tenant, err }: Facts, redactors: Redactors): string {
  if (err !== undefined) return redactors.redactAll(line);
  return (typeof tenant === "string" ? redactors.of(tenant) : redactors.service).redact(line);
}
