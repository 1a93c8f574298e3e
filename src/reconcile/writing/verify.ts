/** Reads back what was written: success is what reads show, not what a write answered. */
import { type Fault, failure } from "../../model/fault.ts";
import type { Outcome, Plan } from "../../model/generated/run.ts";
import { partsOf } from "../../plan/api-connector.ts";
import { plan } from "../../plan/plan.ts";
import { observeAgain, type World } from "../observe.ts";
import type { PlanSubject, Writing } from "../subject.ts";
import { faultOf } from "./effect.ts";
import { poll } from "./poll.ts";

/**
 * Plans again over fresh reads until each written object is unchanged or the tenant's settle time is
 * over; what still differs is unverified. One listing when everything shows at once.
 */
export async function verify(
  writing: Writing,
  applied: Plan,
  world: World,
  outcomes: readonly Outcome[],
): Promise<readonly Outcome[]> {
  const { subject, stopping } = writing;
  const isWritten = ({ result }: Outcome, index: number) =>
    result === "done" && needsReading(applied.changes[index]);
  const written = outcomes.filter(isWritten);
  if (written.length === 0) return outcomes;
  writing.notify({ type: "verifying", tenant: subject.tenant.name });
  const deadline = subject.clock.now().getTime() + subject.settle;
  let seen: Plan | null = null;
  let unread: Fault | null = null;
  const reading = poll(subject.clock, deadline, stopping, async () => {
    seen = await planAgain(writing, world, written);
    return outcomes.every((outcome, index) => !isWritten(outcome, index) || shows(seen, outcome))
      ? seen
      : null;
  });
  await reading.catch((cause) => {
    unread = faultOf(cause, writing.aborting);
    writing.notify({ type: "fault", tenant: subject.tenant.name, fault: unread, cause });
  });
  return outcomes.map((outcome, index) =>
    isWritten(outcome, index) && !shows(seen, outcome)
      ? {
          ...outcome,
          result: "unverified",
          error: unverified(seen, unread, outcome, subject),
        }
      : outcome,
  );
}

function needsReading(change: Plan["changes"][number] | undefined): boolean {
  if (!change) return false;
  if (change.kind === "UserFlow") return change.fields.length > 0;
  return change.op === "delete" || Object.values(partsOf(change)).some(Boolean);
}

async function planAgain(
  { subject, aborting, notify }: Writing,
  { input }: World,
  written: readonly Outcome[],
): Promise<Plan> {
  const { observations: earlier } = input;
  const observations = await observeAgain(subject, earlier, written, aborting, notify);
  const recalled = await subject.store.recall(subject.tenant);
  // Open entries of earlier runs, and what a person asked for, ask for another write; here only what
  // was written is in question.
  const memory = { ...recalled, journal: [] };
  const asked = { ...input.asked, only: null, assert: false };
  return plan({ ...input, asked, observations, memory });
}

function shows(seen: Plan | null, { op, kind, name, id }: Outcome): boolean {
  if (!seen) return false;
  if (op === "delete") {
    const listed = [...seen.unchanged, ...seen.unmanaged, ...seen.held, ...seen.changes];
    return seen.complete && !listed.some((one) => one.kind === kind && one.id === id);
  }
  return seen.unchanged.some((one) => one.kind === kind && one.name === name && one.id === id);
}

function unverified(
  seen: Plan | null,
  broken: Fault | null,
  { kind, name, op }: Outcome,
  { settle, redactor }: PlanSubject,
): Fault {
  const unread = broken ?? seen?.unreadable.find((one) => one.kind === kind)?.fault;
  const differing = seen === null ? [] : [...seen.changes, ...seen.held];
  const change = differing.find((one) => one.kind === kind && one.name === name);
  const paths = change?.fields.map(({ path }) => path).join(", ");
  const detail = unread
    ? `it could not be read back: ${unread.message}`
    : `after ${settle / 1000} s reads still ${paths && op !== "create" ? `differ in ${paths}` : "do not show it"}.`;
  const message = `Graph accepted the write, but ${detail} The next run looks again.`;
  // Paths of a live query are text from Graph.
  return failure("unverified", redactor.redact(message));
}
