/** What happens in a run, for a person who waits and for a log. */
import type { Logger } from "pino";
import { milliseconds } from "../model/duration.ts";
import type { ConnectorCertificates, Run } from "../model/generated/run.ts";
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
    const expiring = expiringOf(event.run);
    const facts = {
      ...{ tenant, run: event.run.id, result, trigger, commit, summary: plan?.summary },
      ...(expiring.length > 0 && { expiring }),
    };
    // Whoever collects logs is alerted by their level.
    const isUrgent = exitStatus[result] > exitStatus.drift || expiring.some(isSoon);
    const level = isUrgent ? "warn" : "info";
    const error = firstError(event.run);
    const message = `${tenant}: the run ended: ${result}${error && `. ${error}`}`;
    log[level]({ ...facts, outcomes: outcomes.length }, message);
    return;
  }
  log.debug({ tenant, event: type }, progressOf(event));
}

type Expiring = Pick<ConnectorCertificates, "name" | "displayName" | "validUntil" | "warning">;

/** Certificates that are near their end, those of connectors that no definition names as well. */
function expiringOf({ plan, outcomes }: Run): readonly Expiring[] {
  return (plan?.certificates ?? []).flatMap((one) => {
    const { name, displayName, validUntil, warning, warningAfter } = one;
    const isDone = outcomes.some((outcome) => outcome.name === name && outcome.result === "done");
    const left = isDone ? warningAfter : warning;
    return left === null ? [] : [{ name, displayName, validUntil, warning: left }];
  });
}

/** Milliseconds. */
const SOON = milliseconds("7d");

function isSoon({ warning }: Expiring): boolean {
  return warning === "expired" || (warning !== null && milliseconds(warning) <= SOON);
}

function firstError({ plan, faults, outcomes }: Run): string {
  const told = [
    ...faults,
    ...(plan?.faults ?? []),
    ...(plan?.unreadable ?? []).map(({ fault }) => fault),
    ...outcomes.flatMap(({ error }) => error ?? []),
    // What cannot be used before somebody mends it.
    ...(plan?.held ?? []).flatMap(({ reason: { code, message } }) =>
      code === "secret" || code === "certificate" ? [{ severity: "error", message }] : [],
    ),
  ];
  return told.find(({ severity }) => severity === "error")?.message ?? "";
}
