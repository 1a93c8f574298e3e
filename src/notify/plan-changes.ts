/** What is told of certificates that come to their end, and of changes that are held. */
import type { Told } from "../model/alert.ts";
import { milliseconds } from "../model/duration.ts";
import type {
  Certificate,
  ConnectorCertificates,
  HeldChange,
  HoldReason,
  Run,
} from "../model/generated/run.ts";
import type { Findings, Standing } from "./matters.ts";
import { isFirstLook, isWhole, type Seen, scopeOf } from "./seen.ts";
import { aboutCertificates, aboutHeld, certificateText, heldText } from "./words.ts";

/** Milliseconds before its end from which on a certificate is urgent. */
const SOON = milliseconds("7d");

export function certificateChanges(told: Told | null, seen: Seen): Findings {
  const { run } = seen;
  const scope = isFirstLook(told) ? scopeOf(seen, told) : null;
  const shown = (run.plan?.certificates ?? []).filter(({ kind }) => isWhole(run.plan, kind));
  return {
    sort: "certificate",
    standing: shown.flatMap((of) => certificateStanding(of, run, scope)),
    lasts: isUnseen(run),
    endOf: () => null,
  };
}

/** The key of a matter names a kind: whether the run could not look at all of it. */
function isUnseen({ plan }: Run): (key: string) => boolean {
  return (key) => !isWhole(plan, key.split("/")[1] ?? "");
}

/** Each certificate by itself: another one of the same connector is news. */
function certificateStanding(
  of: ConnectorCertificates,
  run: Run,
  scope: string | null,
): readonly Standing[] {
  const done = run.outcomes.find(
    ({ kind, name, result }) => kind === of.kind && name === of.name && result === "done",
  );
  const isRenewed = done !== undefined;
  const step = isRenewed ? of.warningAfter : of.warning;
  if (step === null) return [];
  const ending = endingIn(of, isRenewed);
  const thumbprint = ending?.thumbprint ?? "";
  // A connector that the run has made had no id when it was planned.
  const id = of.id ?? done?.id ?? of.name;
  return [
    {
      key: `certificate/${of.kind}/${id}/${thumbprint}`,
      kind: "certificate",
      severity: remaining(step) <= SOON ? "error" : "warning",
      step,
      isNewsAfter: (other) => remaining(step) < remaining(other),
      reminds: step === "expired",
      cause: scope ?? `${thumbprint || `tenant/${run.tenant}`}/${step}`,
      about: aboutCertificates(of),
      text: certificateText(of, step, ending),
    },
  ];
}

/** Milliseconds. */
function remaining(step: string): number {
  return step === "expired" ? -1 : milliseconds(step);
}

/**
 * The certificate whose end the warning is about: the one with which the tenant's time is over, or
 * that of git where it ends sooner. Older ones beside it have had their successor.
 */
function endingIn(
  { list, validUntil }: ConnectorCertificates,
  isRenewed: boolean,
): Certificate | null {
  const byEnd = list.toSorted((one, other) => (one.notAfter < other.notAfter ? -1 : 1));
  const desired = byEnd.find((one) => one.desired) ?? null;
  const last = validUntil ?? byEnd.findLast(({ live }) => live)?.notAfter;
  const live = byEnd.find((one) => one.live && one.notAfter === last) ?? null;
  if (isRenewed || live === null) return desired ?? live ?? byEnd[0] ?? null;
  return desired !== null && desired.notAfter < live.notAfter ? desired : live;
}

/** A person asked for these, or they end by themselves when their time comes. */
const quiet: ReadonlySet<HoldReason["code"]> = new Set([
  "scope",
  "accepted",
  "suspended",
  "window",
]);

export function holdChanges(told: Told | null, seen: Seen): Findings {
  const { run } = seen;
  const scope = scopeOf(seen, told);
  const shown = (run.plan?.held ?? []).filter(
    ({ kind, reason }) => isWhole(run.plan, kind) && !quiet.has(reason.code),
  );
  return {
    sort: "held",
    standing: shown.map((held) => holdStanding(held, scope)),
    lasts: isUnseen(run),
    endOf: () => null,
  };
}

function holdStanding(held: HeldChange, scope: string): Standing {
  const { op, kind, name, reason } = held;
  return {
    key: `held/${kind}/${name}/${op}/${reason.code}`,
    kind: "held",
    severity: "warning",
    step: "",
    isNewsAfter: () => false,
    reminds: true,
    cause: `${reason.code}/${scope}`,
    about: aboutHeld(held),
    text: heldText(held),
  };
}
