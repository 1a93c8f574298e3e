/** What is told of differences between git and a tenant. */
import type { Told, ToldDrift } from "../model/alert.ts";
import type { Alert, AlertKind } from "../model/generated/alert.ts";
import type { Drift } from "../model/generated/drift.ts";
import { name } from "../report/printable.ts";
import { elapsed, isReminderDue, type Rules, type Seen, scopeOf } from "./seen.ts";
import { aboutDrift, driftText, resolvedText } from "./words.ts";

/** Milliseconds that a difference which comes and goes must stay away before its end is told. */
const CALM = 24 * 3_600_000;

/** What is told of one difference, and what is known of it afterwards; null: nothing any more. */
interface Next {
  readonly alert?: Alert;
  readonly told: ToldDrift | null;
}

export function driftChanges(told: Told | null, seen: Seen, rules: Rules) {
  const scope = scopeOf(seen, told?.commit);
  const context = { seen, rules, scope, commit: told?.commit ?? null };
  const before = told?.drifts ?? {};
  const present = new Map(seen.drifts.map((drift) => [keyOf(drift), drift]));
  const forgotten = Object.keys(before).filter((key) => !present.has(key));
  const steps: readonly (readonly [string, Next])[] = [
    ...[...present].map(([key, drift]) => [key, nextOf(drift, before[key], context)] as const),
    ...forgotten.map((key) => [key, gone(key, before[key], context)] as const),
  ];
  return {
    alerts: steps.flatMap(([, { alert }]) => alert ?? []),
    drifts: Object.fromEntries(
      steps.flatMap(([key, next]) => (next.told === null ? [] : [[key, next.told] as const])),
    ),
  };
}

function keyOf({ kind, name, path }: Drift): string {
  return `${kind}/${name}/${path}`;
}

interface Context {
  readonly seen: Seen;
  readonly rules: Rules;
  readonly scope: string;
  /** Of the run before. */
  readonly commit: string | null;
}

function nextOf(drift: Drift, before: ToldDrift | undefined, context: Context): Next {
  switch (drift.state) {
    case "accepted":
      return { told: accepted(before) };
    case "resolved":
      return resolved(drift, before, context);
    default:
      return open(drift, before, context);
  }
}

/** Whoever accepted it knows. */
function accepted(before: ToldDrift | undefined): ToldDrift {
  const { flapping = false, cause = "", toldAt = null } = before ?? {};
  return { state: "accepted", flapping, cause, toldAt };
}

function open(drift: Drift, before: ToldDrift | undefined, context: Context): Next {
  const flapping = drift.state === "flapping" || before?.flapping === true;
  if (before?.state !== "open") {
    // Too few runs in a row have seen it; an acceptance that has ended is not forgotten meanwhile.
    if (!drift.counts && drift.state !== "flapping") return { told: before ?? null };
    const kind = before === undefined ? "drift-opened" : "drift-reopened";
    return toldOpen(drift, kind, { flapping, cause: `${kind}/${context.scope}` }, context);
  }
  const { run } = context.seen;
  if (isReminderDue(before.toldAt, run.finishedAt, context.rules)) {
    return toldOpen(drift, "drift-opened", { ...before, flapping }, context, true);
  }
  return { told: { ...before, flapping } };
}

function toldOpen(
  drift: Drift,
  kind: AlertKind,
  { flapping, cause }: Pick<ToldDrift, "flapping" | "cause">,
  { seen: { run } }: Context,
  reminder = false,
): Next {
  const alert: Alert = {
    kind,
    severity: "warning",
    reminder,
    cause: reminder ? `reminder/${cause}` : cause,
    tenant: run.tenant,
    about: aboutDrift(drift),
    text: driftText(drift, kind),
    run: run.id,
    at: run.finishedAt,
  };
  return { alert, told: { state: "open", flapping, cause, toldAt: run.finishedAt } };
}

function resolved(drift: Drift, before: ToldDrift | undefined, context: Context): Next {
  const { run } = context.seen;
  if (before === undefined) {
    return isMendedTampering(drift, context) ? end(drift, context) : { told: null };
  }
  const away = elapsed(drift.resolvedAt ?? run.finishedAt, run.finishedAt);
  if (before.flapping && away < CALM) return { told: before };
  return before.toldAt === null ? { told: null } : end(drift, context);
}

/**
 * Found and put right in the same run, although no commit came: somebody has changed the tenant. With a
 * new commit, or where there is no git, it is what a commit asked for.
 */
function isMendedTampering(drift: Drift, { seen: { run }, commit }: Context): boolean {
  const isNow = drift.resolvedAt !== null && elapsed(run.startedAt, drift.resolvedAt) >= 0;
  const isSameCommit = run.commit !== null && run.commit === commit;
  return drift.counts && drift.resolvedBy === "us" && isNow && isSameCommit;
}

function end(drift: Drift, { seen: { run }, scope }: Context): Next {
  const alert: Alert = {
    kind: "drift-resolved",
    severity: "info",
    reminder: false,
    cause: `drift-resolved/${drift.resolvedBy ?? "unknown"}/${scope}`,
    tenant: run.tenant,
    about: aboutDrift(drift),
    text: resolvedText(drift),
    run: run.id,
    at: run.finishedAt,
  };
  return { alert, told: null };
}

/** The store has forgotten it: it was resolved some time ago. */
function gone(key: string, before: ToldDrift | undefined, { seen: { run }, scope }: Context): Next {
  if (before === undefined || before.toldAt === null) return { told: null };
  const about = name(key.split("/").filter(Boolean).join(" "));
  const alert: Alert = {
    kind: "drift-resolved",
    severity: "info",
    reminder: false,
    cause: `drift-resolved/unknown/${scope}`,
    tenant: run.tenant,
    about,
    text: `The difference of ${about} is no more.`,
    run: run.id,
    at: run.finishedAt,
  };
  return { alert, told: null };
}
