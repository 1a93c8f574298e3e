/** From what is so of a tenant to what is told of it, the same for every kind: once to each sink. */
import type { Matter } from "../model/alert.ts";
import type { Alert, AlertKind, AlertSeverity } from "../model/generated/alert.ts";
import type { Run } from "../model/generated/run.ts";
import { matterOf } from "./message.ts";
import { elapsed, isOn, type Rules } from "./seen.ts";

/** What is said of something, before it is known to whom. */
export interface Said {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  /** What it has in common with others that are told with it, without the kind. */
  readonly cause: string;
  readonly about: string;
  readonly text: string;
}

/** The same of a matter: `key` names it for as long as it lasts. */
export interface Event extends Said {
  readonly key: string;
}

/** Something that a run shows to be so. */
export interface Standing extends Event {
  readonly step: string;
  /** Whether this step is news for whoever was told that one. */
  readonly isNewsAfter: (step: string) => boolean;
  /** Whether it is told again after the interval. */
  readonly reminds: boolean;
}

/** What a run says of the matters of one sort. */
export interface Findings {
  /** What the keys of these matters begin with. */
  readonly sort: string;
  readonly standing: readonly Standing[];
  /** Whether a matter that does not stand may still last: the run could not look. */
  readonly lasts: (key: string) => boolean;
  /** What is told of the end of one; null: nothing. */
  readonly endOf: (key: string, matter: Matter) => Said | null;
  /** What is over already, and was never told. */
  readonly events?: readonly Event[];
}

/** The end of a run, or the instant at which none ended. */
export type Occasion = Pick<Run, "tenant" | "finishedAt"> & { readonly id: string | null };

export interface Addressed {
  readonly alert: Alert;
  /** Names; at least one. */
  readonly sinks: readonly string[];
}

export interface News {
  readonly alerts: readonly Addressed[];
  readonly matters: Readonly<Record<string, Matter>>;
  /** Those that began, came to another step or ended, as alerts name them. */
  readonly overtaken: readonly string[];
}

type Matters = Readonly<Record<string, Matter>>;

/** `before`: by key. The first findings come first. */
export function newsOf(
  before: Matters,
  findings: readonly Findings[],
  occasion: Occasion,
  rules: Rules,
): News {
  const parts = findings.map((found) => partOf(before, found, occasion, rules));
  return {
    alerts: parts.flatMap(({ alerts }) => alerts),
    matters: Object.assign({}, ...parts.map(({ matters }) => matters)),
    overtaken: parts.flatMap(({ overtaken }) => overtaken),
  };
}

function partOf(before: Matters, found: Findings, occasion: Occasion, rules: Rules): News {
  const { sort, standing, lasts, events = [] } = found;
  const shown = new Set(standing.map(({ key }) => key));
  const others = Object.entries(before).filter(
    ([key]) => key.startsWith(`${sort}/`) && !shown.has(key),
  );
  const told = standing.map((one) => toldOf(one, before[one.key], occasion, rules));
  const ended = others.filter(([key]) => !lasts(key));
  const changed = standing.filter((one) => isNews(one, before[one.key]));
  return {
    alerts: [
      ...told.flatMap(({ alerts }) => alerts),
      ...ended.flatMap(([key, matter]) => {
        const said = found.endOf(key, matter);
        return said === null ? [] : endOf({ ...said, key }, matter, occasion, rules);
      }),
      ...events.flatMap((event) => addressed(event, "news", rules.sinks, occasion, rules)),
    ],
    matters: Object.fromEntries([
      ...others.filter(([key]) => lasts(key)),
      ...told.map(({ matter }, index) => [standing[index]?.key ?? "", matter] as const),
    ]),
    overtaken: [...changed.map(({ key }) => key), ...ended.map(([key]) => key)].map((key) =>
      matterOf(occasion.tenant, key),
    ),
  };
}

function isNews({ isNewsAfter }: Standing, known: Matter | undefined): boolean {
  return known === undefined || isNewsAfter(known.step);
}

/** `late`: it is no news, but this sink never heard of it, or not how far it has come. */
type Why = "news" | "late" | "reminder";

const whys: readonly Why[] = ["news", "late", "reminder"];

function toldOf(
  standing: Standing,
  known: Matter | undefined,
  occasion: Occasion,
  rules: Rules,
): { readonly alerts: readonly Addressed[]; readonly matter: Matter } {
  const { kind, step } = standing;
  const cause = known === undefined || isNews(standing, known) ? standing.cause : known.cause;
  const now = occasion.finishedAt;
  const why = new Map(
    rules.sinks.map((sink) => [sink, whyTold(standing, known, sink, now, rules)] as const),
  );
  const told = {
    ...marksOf(known, standing, now, rules),
    ...Object.fromEntries(
      [...why].flatMap(([sink, one]) => (one === null ? [] : [[sink, { step, at: now }]])),
    ),
  };
  const alerts = whys.flatMap((one) => {
    const sinks = rules.sinks.filter((sink) => why.get(sink) === one);
    return addressed({ ...standing, cause }, one, sinks, occasion, rules);
  });
  return { alerts, matter: { kind, step, cause, told } };
}

function whyTold(
  standing: Standing,
  known: Matter | undefined,
  sink: string,
  now: string,
  rules: Rules,
): Why | null {
  if (!isOn(standing.kind, rules)) return null;
  if (known === undefined || isNews(standing, known)) return "news";
  const mark = markOf(known, sink);
  if (mark === undefined || standing.isNewsAfter(mark.step)) return "late";
  return standing.reminds && isReminderDue(mark.at, now, rules) ? "reminder" : null;
}

/** A sink may be called `constructor`. */
function markOf({ told }: Matter, sink: string): Matter["told"][string] | undefined {
  return Object.hasOwn(told, sink) ? told[sink] : undefined;
}

/** Not while a clock was set back. */
function isReminderDue(toldAt: string, now: string, { remindEvery }: Rules): boolean {
  return remindEvery > 0 && elapsed(toldAt, now) >= remindEvery;
}

/**
 * Those of sinks that are told nothing now. One that is not configured at present, or not for this
 * kind, keeps the step that it was told. A clock that ran ahead when they were made puts nothing off
 * for longer than the interval.
 */
function marksOf(
  known: Matter | undefined,
  { kind, step }: Standing,
  now: string,
  rules: Rules,
): Matter["told"] {
  const isHere = (sink: string) => rules.sinks.includes(sink) && isOn(kind, rules);
  return Object.fromEntries(
    Object.entries(known?.told ?? {}).map(([sink, mark]) => [
      sink,
      { step: isHere(sink) ? step : mark.step, at: elapsed(mark.at, now) < 0 ? now : mark.at },
    ]),
  );
}

/** Whoever heard of it hears of its end; whoever wants to hear of ends alone hears of all. */
function endOf(end: Event, matter: Matter, occasion: Occasion, rules: Rules): readonly Addressed[] {
  const isHeard = (sink: string) => markOf(matter, sink) !== undefined || !isOn(matter.kind, rules);
  return addressed(end, "news", rules.sinks.filter(isHeard), occasion, rules);
}

function addressed(
  { key, kind, severity, cause, about, text }: Event,
  why: Why,
  sinks: readonly string[],
  { tenant, id, finishedAt }: Occasion,
  rules: Rules,
): readonly Addressed[] {
  if (sinks.length === 0 || !isOn(kind, rules)) return [];
  const alert: Alert = {
    kind,
    severity,
    reminder: why !== "news",
    cause: causeOf(why, kind, cause),
    tenant,
    about,
    text,
    run: id,
    at: finishedAt,
    matter: matterOf(tenant, key),
  };
  return [{ alert, sinks }];
}

/**
 * What is no news has one cause for each kind, whatever brought it up once: a sink that is new hears of
 * all that is open at once, and the day after an outage of all tenants is one reminder.
 */
function causeOf(why: Why, kind: AlertKind, cause: string): string {
  return why === "news" ? `${kind}/${cause}` : `${why}/${kind}`;
}
