/** What is told of differences between git and a tenant. */
import type { Matter, Told, ToldDrift } from "../model/alert.ts";
import type { AlertKind } from "../model/generated/alert.ts";
import type { Drift } from "../model/generated/drift.ts";
import { name } from "../report/printable.ts";
import type { Event, Findings, Said, Standing } from "./matters.ts";
import { elapsed, type Seen, scopeOf } from "./seen.ts";
import { aboutDrift, driftText, resolvedText } from "./words.ts";

/** Milliseconds that a difference which comes and goes must stay away before its end is told. */
const CALM = 24 * 3_600_000;

const SORT = "drift";

export function driftChanges(
  told: Told | null,
  seen: Seen,
): { readonly found: Findings; readonly drifts: Told["drifts"] } {
  const looks = new Map(
    seen.drifts.map((drift) => [keyOf(drift), lookAt(drift, told, seen)] as const),
  );
  const all = [...looks.values()];
  const scope = scopeOf(seen, told);
  return {
    found: {
      sort: SORT,
      standing: all.flatMap(({ standing }) => standing ?? []),
      lasts: (key) => looks.get(key)?.lasts === true,
      endOf: (key) => (looks.has(key) ? (looks.get(key)?.end ?? null) : forgotten(key, scope)),
      events: all.flatMap(({ event }) => event ?? []),
    },
    drifts: Object.fromEntries(
      [...looks].flatMap(([key, { next }]) => (next === null ? [] : [[key, next] as const])),
    ),
  };
}

function keyOf({ kind, name, path }: Drift): string {
  return `${SORT}/${kind}/${name}/${path}`;
}

/** What a run shows of one difference. */
interface Look {
  /** null: nothing is known of it. */
  readonly next: ToldDrift | null;
  readonly standing?: Standing;
  /** People are told of it still, although it does not stand. */
  readonly lasts?: boolean;
  /** What is said to whoever was told of it, now that it does not stand. */
  readonly end?: Said;
  readonly event?: Event;
}

interface Context {
  readonly told: Told | null;
  readonly seen: Seen;
}

function lookAt(drift: Drift, told: Told | null, seen: Seen): Look {
  const key = keyOf(drift);
  const before = told?.drifts[key] ?? null;
  const matter = told?.matters[key];
  switch (drift.state) {
    case "accepted":
      // Whoever accepted it knows.
      return { next: { state: "accepted", flapping: false, resolvedAt: null } };
    case "resolved":
      return resolved(drift, before, matter, { told, seen });
    default:
      return open(drift, before, matter, { told, seen });
  }
}

function open(
  drift: Drift,
  before: ToldDrift | null,
  matter: Matter | undefined,
  { told, seen }: Context,
): Look {
  const flapping = drift.state === "flapping";
  const isSame = matter !== undefined && (flapping || matter.step === drift.firstSeen);
  // Too few runs in a row have seen it; what is known of it is not forgotten meanwhile.
  if (!isSame && !drift.counts && !flapping) return { next: before, lasts: true };
  const kind = kindOf(before, isSame ? matter : undefined);
  const firstSeen = kind === "drift-opened" ? drift.firstSeen : undefined;
  return {
    next: { state: "open", flapping, resolvedAt: null },
    standing: {
      key: keyOf(drift),
      kind,
      severity: "warning",
      step: drift.firstSeen,
      // One that comes and goes is told once.
      isNewsAfter: (step) => !flapping && step !== drift.firstSeen,
      reminds: true,
      cause: scopeOf(seen, told, firstSeen),
      about: aboutDrift(drift),
      text: driftText(drift, kind),
    },
  };
}

function kindOf(before: ToldDrift | null, matter: Matter | undefined): AlertKind {
  return matter?.kind ?? (before?.state === "accepted" ? "drift-reopened" : "drift-opened");
}

function resolved(
  drift: Drift,
  before: ToldDrift | null,
  matter: Matter | undefined,
  { told, seen }: Context,
): Look {
  const { resolvedAt } = drift;
  const flapping = before?.flapping === true;
  const next: ToldDrift = { state: "resolved", flapping, resolvedAt };
  const end = ended(drift, scopeOf(seen, told));
  if (matter !== undefined) {
    const away = elapsed(resolvedAt ?? seen.run.finishedAt, seen.run.finishedAt);
    // A clock that ran ahead when it ended holds its end back for no longer than that.
    return { next, lasts: flapping && Math.abs(away) < CALM, end };
  }
  const isNew = before?.resolvedAt !== resolvedAt && before?.state !== "accepted";
  return isNew && isMendedTampering(drift, told)
    ? { next, event: { ...end, key: keyOf(drift) } }
    : { next };
}

/**
 * Found and put right in the same run, although no commit came: somebody has changed the tenant. With a
 * new commit, or where there is no git, it is what a commit asked for.
 */
function isMendedTampering(drift: Drift, told: Told | null): boolean {
  const isSameCommit = drift.commit !== null && drift.commit === told?.commit;
  return drift.counts && drift.resolvedBy === "us" && isSameCommit;
}

function ended(drift: Drift, scope: string): Said {
  return {
    kind: "drift-resolved",
    severity: "info",
    cause: `${drift.resolvedBy ?? "unknown"}/${scope}`,
    about: aboutDrift(drift),
    text: resolvedText(drift),
  };
}

/** The store knows it no more: it was resolved some time ago. */
function forgotten(key: string, scope: string): Said {
  const about = name(key.split("/").slice(1).filter(Boolean).join(" "));
  return {
    kind: "drift-resolved",
    severity: "info",
    cause: `unknown/${scope}`,
    about,
    text: `The difference of ${about} is no more.`,
  };
}
