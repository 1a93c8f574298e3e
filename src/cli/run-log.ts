/** What happens in a run, for a person who waits and for a log. */
import type { Logger } from "pino";
import type { Run } from "../model/generated/run.ts";
import type { RunEvent } from "../reconcile/subject.ts";
import { exitStatus } from "./exit.ts";

/** A few words for the line of progress. */
export function progressOf(event: RunEvent): string {
  switch (event.type) {
    case "started":
      return "reading";
    case "waiting":
      return event.for === "lock" ? "waiting for another run" : "waiting for a write to show";
    case "planned":
      return "planned";
    case "writing":
      return `${event.change.op} ${event.change.name}`;
    case "wrote":
      return `${event.outcome.op} ${event.outcome.name}: ${event.outcome.result}`;
    case "verifying":
      return "reading back";
    case "fault":
      return event.fault.message;
    case "finished":
      return event.run.result;
    default:
      return event satisfies never;
  }
}

/** Log lines; the report says the same to people. */
export function logEvent(log: Logger, event: RunEvent): void {
  const { tenant, type } = event;
  if (event.type === "fault") {
    // Only a bug needs its stack; everything else is in the fault's own words.
    const err = event.fault.code === "internal" ? event.cause : undefined;
    const { code, requestId } = event.fault;
    log.warn({ tenant, code, requestId, err }, event.fault.message);
    return;
  }
  if (event.type === "finished") {
    const { result, commit, trigger, outcomes, plan } = event.run;
    const facts = { tenant, result, trigger, commit, summary: plan?.summary };
    // Whoever collects logs is alerted by their level.
    const level = exitStatus[result] > exitStatus.drift ? "warn" : "info";
    const error = firstError(event.run);
    const message = `${tenant}: the run ended: ${result}${error && `. ${error}`}`;
    log[level]({ ...facts, outcomes: outcomes.length }, message);
    return;
  }
  log.debug({ tenant, event: type }, progressOf(event));
}

function firstError({ plan, faults, outcomes }: Run): string {
  const told = [
    ...faults,
    ...(plan?.faults ?? []),
    ...(plan?.unreadable ?? []).map(({ fault }) => fault),
    ...outcomes.flatMap(({ error }) => error ?? []),
  ];
  return told.find(({ severity }) => severity === "error")?.message ?? "";
}
