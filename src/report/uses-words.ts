/** Which words tell of user flows and of the connectors that their steps call. */
import { plural, type Stage, type Tone } from "./wording.ts";

/** Whether a step goes on calling a connector, begins to, or ends to. */
export type Binding = "kept" | "bound" | "unbound";

export interface BindingWords {
  /** Behind the step. */
  readonly long: string;
  /** On a line of a drawing. */
  readonly short: string;
  readonly tone: Tone;
}

const words = {
  bound: {
    planned: { long: "is bound by this plan", short: "is bound", tone: "create" },
    done: { long: "was bound by this run", short: "was bound", tone: "create" },
    undone: { long: "was to be bound", short: "was to be bound", tone: "bad" },
  },
  unbound: {
    planned: { long: "is unbound by this plan", short: "is unbound", tone: "delete" },
    done: { long: "was unbound by this run", short: "was unbound", tone: "delete" },
    undone: { long: "was to be unbound", short: "was to be unbound", tone: "bad" },
  },
} as const satisfies Record<"bound" | "unbound", Record<Stage, BindingWords>>;

/** null for what stays as it is. */
export function bindingWords(binding: Binding, stage: Stage): BindingWords | null {
  return binding === "kept" ? null : words[binding][stage];
}

/** Reads without colour too. */
export const bindingSymbols = { kept: " ", bound: "+", unbound: "-" } as const satisfies Record<
  Binding,
  string
>;

/** In the place of words for what stays, where a column asks for some. */
export const callsIt = "calls it";

/** Above the connectors. */
export const usesTitle = "Connectors that user flows call";

/** In the place of connectors. */
export const noUses = "No user flow calls a connector.";
export const usesNotKnown = "Which user flows call a connector is not known";

/** How much a graph shows. */
export function usesCounted(flows: number, connectors: number): string {
  return `${plural(flows, "user flow")} ${flows === 1 ? "calls" : "call"} ${plural(connectors, "connector")}`;
}

/** In the place of a graph. */
export function tooManyToDraw(count: number): string {
  return `${plural(count, "call")} are too many to draw; they are listed.`;
}

/** Before the flows that a change of a connector reaches; tokens are issued to who signs in, too. */
export function affects(hasTokenStep: boolean): string {
  return hasTokenStep ? "Affects sign-up and sign-in in" : "Affects sign-up in";
}
