/** What is known of the secrets of one tenant, in words that hold for every format. */
import type { Change, Plan, Run, SecretState } from "../model/generated/run.ts";
import { moment } from "./instants.ts";
import { outcomeOf, wasWritten } from "./outcomes.ts";
import { name } from "./printable.ts";
import { whoText } from "./who.ts";
import {
  PASSWORD,
  passwordsNeverShown,
  possiblyChanged,
  type SecretWords,
  secretStates,
  sentByThisRun,
  type Tone,
  toAssert,
} from "./wording.ts";

export interface SecretView {
  /** Of its connector. */
  readonly name: string;
  readonly path: string;
  readonly source: string;
  readonly state: string;
  readonly tone: Tone;
  /** When it was last sent, or taken on trust. */
  readonly since: string | null;
  readonly run: string | null;
  /** When it is sent again. */
  readonly due: string | null;
  /** Who changed its connector since, as a sentence. */
  readonly outside: string | null;
}

/** Secrets of which the same is known. */
export interface SecretGroup {
  readonly count: number;
  readonly counted: string;
  /** Of their connectors; none where nothing is to be done. */
  readonly names: readonly string[];
  /** When the latest was sent, and by which run; null where Plumbline sent none. */
  readonly last: string | null;
}

export interface SecretsView {
  readonly rows: readonly SecretView[];
  readonly groups: readonly SecretGroup[];
  /** What to do about those that were never sent; null when there are none. */
  readonly toAssert: string | null;
  /** What to do about those that were possibly changed; null when there are none, or they are sent. */
  readonly inDoubt: string | null;
  /** What nobody can know of them; null when no password is among them. */
  readonly limit: string | null;
}

export const noSecrets: SecretsView = {
  rows: [],
  groups: [],
  toAssert: null,
  inDoubt: null,
  limit: null,
};

const unnamed: ReadonlySet<SecretState["state"]> = new Set(["asserted", "compared"]);

export function secretsView(
  plan: Plan,
  run: Run | null,
  { timezone, program = "plumbline" }: { readonly timezone?: string; readonly program?: string },
): SecretsView {
  const known = plan.secrets.map((secret) => asOf(run, plan, secret));
  // Nothing is about to send it.
  const isAnyLeft = (state: SecretState["state"]) =>
    known.some((secret) => secret.state === state && sendingOf(secret, plan) === null);
  return {
    rows: known.map((secret) => secretView(secret, run, timezone)),
    groups: groupsOf(known, run, timezone),
    toAssert: isAnyLeft("not-asserted") ? toAssert(program) : null,
    inDoubt: isAnyLeft("possibly-changed-outside") ? possiblyChanged(program) : null,
    limit: known.some(({ path }) => path === PASSWORD) ? passwordsNeverShown : null,
  };
}

/** A plan knows what was before it; a run has sent some of them since. */
function asOf(run: Run | null, plan: Plan, secret: SecretState): SecretState {
  if (run === null || !wasSent(secret, plan, run)) return secret;
  const { outside: _, ...rest } = secret;
  return { ...rest, state: "asserted", at: null, run: run.id, due: null };
}

function wasSent(secret: SecretState, plan: Plan, run: Run): boolean {
  const change = sendingOf(secret, plan);
  return change !== null && wasWritten(outcomeOf(change, run.outcomes));
}

/** The change with which it travels. */
function sendingOf({ kind, name, path }: SecretState, plan: Plan): Change | null {
  const change = plan.changes.find((other) => other.kind === kind && other.name === name);
  return change?.sends.includes(path) ? change : null;
}

function secretView(secret: SecretState, run: Run | null, timezone: string | undefined) {
  const { state, tone } = secretStates[secret.state];
  const isOfThisRun = run !== null && secret.state === "asserted" && secret.run === run.id;
  return {
    name: name(secret.name),
    path: name(secret.path),
    source: name(secret.source),
    state: isOfThisRun ? sentByThisRun : state,
    tone,
    since: secret.at === null ? null : moment(secret.at, timezone),
    run: secret.run === null ? null : name(secret.run),
    due: secret.due === null ? null : moment(secret.due, timezone),
    outside:
      secret.outside === undefined
        ? null
        : `The connector was changed by ${whoText(secret.outside, timezone)}.`,
  };
}

function groupsOf(
  secrets: readonly SecretState[],
  run: Run | null,
  timezone: string | undefined,
): readonly SecretGroup[] {
  const states = Object.entries(secretStates) as readonly [SecretState["state"], SecretWords][];
  return states.flatMap(([state, { counted }]) => {
    const same = secrets.filter((secret) => secret.state === state);
    const names = unnamed.has(state) ? [] : [...new Set(same.map((secret) => name(secret.name)))];
    const last = state === "asserted" ? lastOf(same, run, timezone) : null;
    return same.length === 0 ? [] : [{ count: same.length, counted, names, last }];
  });
}

function lastOf(
  sent: readonly SecretState[],
  run: Run | null,
  timezone: string | undefined,
): string | null {
  const which = sent.length === 1 ? "" : "last ";
  if (run !== null && sent.some((secret) => secret.run === run.id)) return `${which}by this run`;
  const [latest] = sent.toSorted((a, b) => ((a.at ?? "") < (b.at ?? "") ? 1 : -1));
  if (!latest?.at) return null;
  const by = latest.run === null ? "" : ` by run ${name(latest.run)}`;
  return `${which}${moment(latest.at, timezone)}${by}`;
}
