/** User flows as git has them in a seed, and as the tenant does. */
import { type Step, steps } from "../src/model/definition.ts";
import type { Sandbox } from "../src/sandbox/sandbox.ts";

/** As git has it; a step that is left out is not managed. */
export interface DrawnFlow {
  readonly name: string;
  readonly steps: Partial<Record<Step, DrawnTarget>>;
}

/** The key of a definition, an id of Graph in some letter case, or null: none. */
export type DrawnTarget = string | { readonly id: string } | null;

/** What each step of a live flow calls, by id. */
export type LiveSteps = ReadonlyMap<string, ReadonlyMap<Step, string | null>>;

export const stepsOf = (flow: string): readonly Step[] =>
  flow.startsWith("B2C") ? steps : steps.slice(0, 2);

export function liveSteps({ control }: Sandbox): LiveSteps {
  const { userFlows = [] } = control.state();
  return new Map(
    userFlows.map(({ id, apiConnectors = {} }) => [
      id,
      new Map(stepsOf(id).map((step) => [step, apiConnectors[step] ?? null])),
    ]),
  );
}
