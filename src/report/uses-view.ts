/** Which connector the steps of user flows call, in words that hold for every format. */
import { TOKEN_STEP } from "../model/definition.ts";
import type { Change, HeldChange, Outcome, Plan, Use } from "../model/generated/run.ts";
import type { Note } from "./change-view.ts";
import { outcomeOf } from "./outcomes.ts";
import { name, sentence } from "./printable.ts";
import {
  affects,
  type Binding,
  type BindingWords,
  bindingWords,
  noUses,
  usesNotKnown,
} from "./uses-words.ts";
import { namesText, type Stage, type Tone } from "./wording.ts";

export interface UseView {
  readonly flow: string;
  readonly step: string;
  readonly binding: Binding;
  /** What becomes of it; null when it stays. */
  readonly words: BindingWords | null;
}

export interface UsedConnector {
  /** Its name in git; for one that has none its name in the portal, null when it has none either. */
  readonly called: string | null;
  readonly isUnmanaged: boolean;
  /** Graph id; null for one that its name tells. */
  readonly id: string | null;
  /** By flow and step. */
  readonly uses: readonly UseView[];
}

export interface UsesView {
  /** Those that git names first. */
  readonly connectors: readonly UsedConnector[];
  /** In the place of connectors; null when there are some, or nobody asked. */
  readonly note: { readonly tone: Tone; readonly text: string } | null;
}

/** Of what nobody asked for. */
export const unasked: UsesView = { connectors: [], note: null };

/** Where a drawing begins to confuse; in steps that call a connector. */
export const DRAWN = 60;

export function usesView(plan: Plan, outcomes: readonly Outcome[]): UsesView {
  const { uses, usesUnknown } = plan;
  if (usesUnknown) return { connectors: [], note: { tone: "held", text: unknownText(plan) } };
  if (!uses) return unasked;
  if (uses.length === 0) return { connectors: [], note: { tone: "quiet", text: noUses } };
  const named = uses.map((use) => ({ ...use, name: nameOf(use, plan) }));
  const groups = [...Map.groupBy(named, keyOf).values()].toSorted(byName);
  return { connectors: groups.map((group) => usedConnector(group, plan, outcomes)), note: null };
}

/** A kind that is told as unreadable has its reason told already. */
function unknownText({ usesUnknown, unreadable }: Plan): string {
  const isTold = usesUnknown === null || unreadable.some(({ kind }) => kind === "UserFlow");
  return isTold ? `${usesNotKnown}.` : `${usesNotKnown}: ${sentence(usesUnknown.message)}`;
}

/** One whose definition is gone is called as it was, while it waits to be deleted. */
function nameOf({ name: known, id }: Use, { changes, held }: Plan): string | null {
  if (known !== null || id === null) return known;
  const change = [...changes, ...held].find((one) => one.kind === "ApiConnector" && one.id === id);
  return change?.name ?? null;
}

function keyOf({ name: known, id, displayName }: Use): string {
  if (known !== null) return `name ${known}`;
  return id === null ? `called ${displayName}` : `id ${id.toLowerCase()}`;
}

function byName([one]: readonly Use[], [other]: readonly Use[]): number {
  const [left, right] = [sortKey(one), sortKey(other)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function sortKey(use: Use | undefined): string {
  if (use === undefined) return "";
  return use.name === null ? `1 ${use.displayName ?? ""} ${use.id ?? ""}` : `0 ${use.name}`;
}

function usedConnector(
  group: readonly Use[],
  plan: Plan,
  outcomes: readonly Outcome[],
): UsedConnector {
  const [first] = group;
  const { name: known = null, displayName = null, id = null } = first ?? {};
  const label = known ?? displayName;
  return {
    called: label === null ? null : name(label),
    isUnmanaged: known === null && plan.unmanaged.some((other) => other.id === id),
    id: known !== null || id === null ? null : name(id),
    uses: group.map((use) => useView(use, plan, outcomes)),
  };
}

function useView(use: Use, plan: Plan, outcomes: readonly Outcome[]): UseView {
  const binding = use.before === use.after ? "kept" : use.after ? "bound" : "unbound";
  return {
    flow: name(use.flow),
    step: name(use.step),
    binding,
    words: bindingWords(binding, stageOf(use, plan, outcomes)),
  };
}

function stageOf({ flow }: Use, { changes }: Plan, outcomes: readonly Outcome[]): Stage {
  const change = changes.find(({ kind, id }) => kind === "UserFlow" && id === flow);
  const outcome = change === undefined ? null : outcomeOf(change, outcomes);
  if (outcome === null) return "planned";
  return outcome.result === "done" ? "done" : "undone";
}

/** `B2X_1_signup (postFederationSignup, postAttributeCollection), B2X_1_partners (…)`. */
export function flowsText(uses: readonly Pick<UseView, "flow" | "step">[]): string {
  const flows = [...Map.groupBy(uses, ({ flow }) => flow)];
  return namesText(
    flows.map(([flow, steps]) => {
      const told = [...new Set(steps.map(({ step }) => step))];
      return `${flow} (${told.join(", ")})`;
    }),
  );
}

/** How many flows call these, now or soon. */
export function flowCount(connectors: readonly UsedConnector[]): number {
  return new Set(connectors.flatMap(({ uses }) => uses.map(({ flow }) => flow))).size;
}

/** How many lines a drawing of these has. */
export function useCount(connectors: readonly UsedConnector[]): number {
  return connectors.reduce((sum, { uses }) => sum + uses.length, 0);
}

const REACHES_FLOWS = /^spec\.(targetUrl|query|authentication)(\.|$)/;

/** Whose sign-up another URL or another authentication reaches; empty for any other change. */
export function affectsNotes(change: Change | HeldChange, { uses }: Plan): readonly Note[] {
  const { op, kind, fields, sends } = change;
  if (kind !== "ApiConnector" || op === "create" || op === "delete") return [];
  const paths = [...fields.map(({ path }) => path), ...sends];
  if (!paths.some((path) => REACHES_FLOWS.test(path))) return [];
  const calls = (uses ?? []).filter(
    (use) => use.name === change.name || (use.id !== null && use.id === change.id),
  );
  if (calls.length === 0) return [];
  const told = calls.map(({ flow, step }) => ({ flow: name(flow), step: name(step) }));
  const label = affects(calls.some(({ step }) => step === TOKEN_STEP));
  return [{ tone: "update", label, text: flowsText(told) }];
}
