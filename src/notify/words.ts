/** Sentences about what changed. What git or a tenant says may be hostile: it is made printable here. */
import type { AlertKind } from "../model/generated/alert.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Certificate, ConnectorCertificates, HeldChange } from "../model/generated/run.ts";
import { name, sentence } from "../report/printable.ts";
import { whoText } from "../report/who.ts";
import { kinds } from "../report/wording.ts";

/** `API connector fraud-check spec.targetUrl`. */
export function aboutDrift({ kind, name: called, path }: Drift): string {
  return [kinds[kind], name(called), name(path)].filter(Boolean).join(" ");
}

/** What it says about a difference that is open. */
export function driftText(drift: Drift, kind: AlertKind): string {
  const again =
    kind === "drift-reopened" ? "It was accepted, which has ended or was for another value. " : "";
  const flapping =
    drift.state === "flapping" ? " It has come and gone at least three times within a day." : "";
  const changed = drift.who === undefined ? "" : ` Changed by ${whoText(drift.who, "UTC")}.`;
  return sentence(`${again}${difference(drift)}${flapping}${changed}`);
}

function difference(drift: Drift): string {
  const about = aboutDrift(drift);
  if (drift.path !== "") {
    return `${about} is ${quoted(drift.before)} in the tenant, and ${quoted(drift.after)} in git.`;
  }
  switch (drift.op) {
    case "create":
      return `${about} is in git, and not in the tenant.`;
    case "delete":
      return `${about} is in the tenant, and no longer in git.`;
    case "adopt":
      return `${about} is in git and in the tenant, and not managed yet.`;
    case "update":
      return `${about} is not as git says.`;
  }
}

function quoted(value: string | null): string {
  return value === null ? "(absent)" : `"${name(value)}"`;
}

const endings = {
  us: "Plumbline put it right.",
  commit: "Its definition in git was changed.",
  someone: "The tenant was changed.",
} as const;

export function resolvedText(drift: Drift): string {
  const how = drift.resolvedBy === null ? "" : ` ${endings[drift.resolvedBy]}`;
  const who = drift.resolvedWho;
  const ended = who === undefined ? "" : ` It was ${whoText(who, "UTC")}.`;
  return sentence(`${aboutDrift(drift)} is as git says again.${how}${ended}`);
}

export function failingText(runs: number, message: string): string {
  const many = runs === 1 ? "A run has failed." : `${runs} runs in a row have failed.`;
  return sentence(`${many} ${message}`);
}

export function lockedText(runs: number, message: string): string {
  const many = runs === 1 ? "A run was" : `${runs} runs in a row were`;
  return sentence(`${many} kept out: the tenant is not looked at. ${message}`);
}

/** `since`: an RFC 3339 instant. */
export function endlessText(since: string): string {
  return sentence(
    `The run that began at ${since} has not ended: the tenant is not looked at. Look at the log; a restart of Plumbline ends it.`,
  );
}

/** `API connector fraud-check (Fraud check)`. */
export function aboutCertificates(of: ConnectorCertificates): string {
  const called = of.name ?? of.displayName ?? of.id ?? "";
  const shown = of.displayName === null || of.displayName === called ? "" : of.displayName;
  return `${kinds[of.kind]} ${name(called)}${shown && ` (${name(shown)})`}`;
}

export function certificateText(
  of: ConnectorCertificates,
  step: string,
  nearest: Certificate | null,
): string {
  const end = nearest === null ? "" : `, on ${nearest.notAfter}`;
  const when = step === "expired" ? `is over${end}` : `ends within ${step}${end}`;
  return sentence(`The client certificate of ${aboutCertificates(of)} ${when}.`);
}

export function aboutHeld({ kind, name: called }: HeldChange): string {
  return `${kinds[kind]} ${name(called)}`;
}

export function heldText(held: HeldChange): string {
  const { message, lift } = held.reason;
  const how = lift === null ? "" : ` To lift it: ${lift}`;
  return sentence(`The ${held.op} of ${aboutHeld(held)} is held. ${message}${how}`);
}
