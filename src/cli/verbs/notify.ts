/** `plumbline notify --test`: does an alert arrive? */
import { nearMiss } from "../../definitions/near-miss.ts";
import { systemClock } from "../../model/system-clock.ts";
import { sendTest } from "../../notify/notify.ts";
import type { Attempt } from "../../notify/sinks/sink.ts";
import { createRedactors } from "../../secrets/secrets.ts";
import { type CommonFlags, configure } from "../command.ts";
import type { Settings } from "../configuration/configuration.ts";
import { exitStatus } from "../exit.ts";
import { openLog } from "../logging.ts";
import { openSinks } from "../serving/alerting.ts";
import { stopSignal } from "../stop.ts";
import { print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { openServiceSecrets } from "../wiring.ts";

export interface NotifyFlags extends CommonFlags {
  readonly test?: true;
  /** Names; empty: all of them. */
  readonly sink: readonly string[];
}

/** Past the queue, so that the answer is of now. */
export async function notifyVerb(flags: NotifyFlags, terminal: Terminal): Promise<number> {
  if (flags.test !== true) throw new UsageError("notify needs --test: it sends nothing else.");
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { settings } = configured;
  const wanted = selectSinks(settings, flags.sink);
  using stop = stopSignal();
  const redactors = createRedactors();
  const log = openLog(terminal, redactors, flags.verbose ? "debug" : "warn");
  const prompt = (message: string) => void terminal.stderr.write(`${message}\n`);
  const secrets = openServiceSecrets(settings, { env: terminal.env, redactors, prompt });
  const sinks = openSinks(wanted, { secrets, redactors, clock: systemClock });
  const now = systemClock.now().toISOString();
  const attempts = await Promise.all(
    sinks.map(async (sink) => {
      const attempt = await sendTest(sink, now, stop.stopping);
      if (attempt.result === "again" && attempt.bug !== undefined) {
        log.error({ err: attempt.bug }, `${sink.name}: an unexpected error`);
      }
      return { name: sink.name, attempt };
    }),
  );
  const lines = attempts.map(({ name, attempt }) => `${name}: ${outcome(attempt)}\n`);
  await print(terminal.stdout, redactors.service.redact(lines.join("")));
  const isWell = attempts.every(({ attempt }) => attempt.result === "delivered");
  return isWell ? exitStatus.clean : exitStatus.partial;
}

function selectSinks({ alerts }: Settings, names: readonly string[]) {
  if (alerts === null) {
    throw new UsageError(
      "plumbline.yaml has no alerts, so there is nobody to tell. Add alerts.sinks.",
    );
  }
  const known = alerts.sinks.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const guess = nearMiss(name, known);
    const hint = guess === null ? `Known are ${known.join(", ")}.` : `Did you mean ${guess}?`;
    throw new UsageError(`plumbline.yaml has no sink ${name}. ${hint}`);
  }
  return alerts.sinks.filter(({ name }) => names.length === 0 || names.includes(name));
}

function outcome(attempt: Attempt): string {
  switch (attempt.result) {
    case "delivered":
      return attempt.but === undefined ? "sent" : `sent. ${attempt.but}`;
    case "again":
    case "unanswered":
    case "barred":
    case "doubtful":
    case "refused":
      return `not sent. ${attempt.reason}`;
    default:
      return attempt satisfies never;
  }
}
