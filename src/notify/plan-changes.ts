/** What is told of certificates that come to their end, and of changes that are held. */
import type { Told, ToldCertificate, ToldHold } from "../model/alert.ts";
import { milliseconds } from "../model/duration.ts";
import type { Alert } from "../model/generated/alert.ts";
import type {
  Certificate,
  ConnectorCertificates,
  HeldChange,
  HoldReason,
  Run,
} from "../model/generated/run.ts";
import { isReminderDue, isWhole, type Rules, type Seen, scopeOf } from "./seen.ts";
import { aboutCertificates, aboutHeld, certificateText, heldText } from "./words.ts";

/** Milliseconds before its end from which on a certificate is urgent. */
const SOON = milliseconds("7d");

export function certificateChanges(told: Told | null, seen: Seen, rules: Rules) {
  const before = told?.certificates ?? {};
  const { run } = seen;
  if (run.plan === null || !isWhole(run)) return { alerts: [], certificates: before };
  const alerts: Alert[] = [];
  const certificates: [string, ToldCertificate][] = [];
  for (const of of run.plan.certificates) {
    const step = stepOf(of, run);
    if (step === null) continue;
    const key = `${of.kind}/${of.id ?? of.name}`;
    const known = before[key];
    const isNews = known === undefined || remaining(step) < remaining(known.step);
    const isReminder =
      !isNews && step === "expired" && isReminderDue(known.toldAt, run.finishedAt, rules);
    if (isNews || isReminder) {
      const nearest = nearestEnd(of);
      const cause = `certificate/${nearest?.thumbprint ?? `tenant/${run.tenant}`}/${step}`;
      alerts.push(certificateAlert(of, step, { cause, nearest, run, reminder: isReminder }));
      certificates.push([key, { step, cause, toldAt: run.finishedAt }]);
    } else certificates.push([key, { ...known, step }]);
  }
  return { alerts, certificates: Object.fromEntries(certificates) };
}

/** What a run has renewed is no longer near its end. */
function stepOf(of: ConnectorCertificates, { outcomes }: Run): string | null {
  const isDone = outcomes.some(
    ({ kind, name, result }) => kind === of.kind && name === of.name && result === "done",
  );
  return isDone ? of.warningAfter : of.warning;
}

/** Milliseconds. */
function remaining(step: string): number {
  return step === "expired" ? -1 : milliseconds(step);
}

function nearestEnd({ list }: ConnectorCertificates): Certificate | null {
  const [first] = list.toSorted((one, other) => (one.notAfter < other.notAfter ? -1 : 1));
  return first ?? null;
}

function certificateAlert(
  of: ConnectorCertificates,
  step: string,
  told: {
    readonly cause: string;
    readonly nearest: Certificate | null;
    readonly run: Run;
    readonly reminder: boolean;
  },
): Alert {
  const { cause, nearest, run, reminder } = told;
  return {
    kind: "certificate",
    severity: remaining(step) <= SOON ? "error" : "warning",
    reminder,
    cause: reminder ? `reminder/${cause}` : cause,
    tenant: run.tenant,
    about: aboutCertificates(of),
    text: certificateText(of, step, nearest),
    run: run.id,
    at: run.finishedAt,
  };
}

/** A person asked for these, or they end by themselves when their time comes. */
const quiet: ReadonlySet<HoldReason["code"]> = new Set([
  "scope",
  "accepted",
  "suspended",
  "window",
]);

export function holdChanges(told: Told | null, seen: Seen, rules: Rules) {
  const before = told?.held ?? {};
  const { run } = seen;
  if (run.plan === null || !isWhole(run)) return { alerts: [], held: before };
  const scope = scopeOf(seen, told?.commit);
  const alerts: Alert[] = [];
  const held: [string, ToldHold][] = [];
  for (const one of run.plan.held) {
    if (quiet.has(one.reason.code)) continue;
    const key = `${one.kind}/${one.name}/${one.op}/${one.reason.code}`;
    const known = before[key];
    const isReminder = known !== undefined && isReminderDue(known.toldAt, run.finishedAt, rules);
    const cause = known?.cause ?? `held/${one.reason.code}/${scope}`;
    if (known === undefined || isReminder) {
      alerts.push(holdAlert(one, cause, run, isReminder));
      held.push([key, { cause, toldAt: run.finishedAt }]);
    } else held.push([key, known]);
  }
  return { alerts, held: Object.fromEntries(held) };
}

function holdAlert(held: HeldChange, cause: string, run: Run, reminder: boolean): Alert {
  return {
    kind: "held",
    severity: "warning",
    reminder,
    cause: reminder ? `reminder/${cause}` : cause,
    tenant: run.tenant,
    about: aboutHeld(held),
    text: heldText(held),
    run: run.id,
    at: run.finishedAt,
  };
}
