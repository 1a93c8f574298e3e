import {
  type ConnectorReference,
  type Step,
  TOKEN_STEP,
  type UserFlowDefinition,
} from "../model/definition.ts";
import type { TenantRules } from "./api-connector.ts";
import { inWords, nearMiss } from "./near-miss.ts";
import { type Place, type WrittenFault, wrong } from "./place.ts";
import { replaced, shortText } from "./resolved-text.ts";
import type { UserFlowDraft, WrittenConnector } from "./user-flow-draft.ts";

/** What the definitions of connectors call themselves. */
export interface ConnectorNames {
  readonly names: ReadonlySet<string>;
  /** The new name by the one before a rename. */
  readonly renamed: ReadonlyMap<string, string>;
  /** When false, an error keeps names from being known: any name may be one of theirs. */
  readonly isComplete: boolean;
}

/** Applies a tenant's rules to a draft; adds what they find to `faults`. null when a fault stops it. */
export function resolveUserFlow(
  draft: UserFlowDraft,
  shown: string,
  { variables }: Pick<TenantRules, "variables">,
  known: ConnectorNames,
  faults: WrittenFault[],
): UserFlowDefinition | null {
  const { name, steps, places, isWhole } = draft;
  const found: WrittenFault[] = [];
  const at = (place: Place) => ({ file: shown, ...place });
  checkTokenStep(draft, found);
  const resolved = steps.map(({ step, keyPlace, place, connector }) => {
    const reference =
      connector && referenceOf({ step, place, connector }, { variables, known }, found);
    return { step, at: at(keyPlace), connector: reference };
  });
  for (const fault of found) faults.push(fault);
  // A reference that could not be resolved looks like a step that calls nothing: it has its fault.
  const isRefused = !isWhole || found.some(({ severity }) => severity === "error");
  if (isRefused || name === null) return null;
  return { kind: "UserFlow", name, at: at(places.name), steps: resolved };
}

function checkTokenStep({ name, steps }: UserFlowDraft, found: WrittenFault[]): void {
  const written = steps.find(({ step }) => step === TOKEN_STEP);
  if (!written || !name?.startsWith("B2X")) return;
  const message = `${name} has no step ${TOKEN_STEP}: only user flows of Azure AD B2C, whose id begins with B2C_1_, have it. Remove it.`;
  found.push(wrong("schema", written.keyPlace, message));
}

interface Written {
  readonly step: Step;
  readonly place: Place;
  readonly connector: WrittenConnector;
}

/** null when it names none, which is added to `found`. */
function referenceOf(
  { step, place, connector: { by, text } }: Written,
  {
    variables,
    known,
  }: { readonly variables: TenantRules["variables"]; readonly known: ConnectorNames },
  found: WrittenFault[],
): ConnectorReference | null {
  if (by === "name") {
    const problem = unknownConnector(text, known);
    if (problem !== null) found.push(wrong("reference", place, problem));
    return problem === null ? { type: "definition", name: text } : null;
  }
  const where = `spec.apiConnectors.${step}.${by}`;
  const said = shortText(where, replaced(text, place, variables, found), place, found);
  if (said === null) return null;
  return by === "id" ? { type: "id", id: said } : { type: "displayName", displayName: said };
}

/**
 * Why no definition is meant; null when one is, or may be. Whoever renames a connector forgets a flow,
 * and whoever means one of the portal forgets the braces.
 */
function unknownConnector(
  name: string,
  { names, renamed, isComplete }: ConnectorNames,
): string | null {
  if (names.has(name)) return null;
  const next = renamed.get(name);
  if (next !== undefined) {
    return `The ApiConnector "${name}" is called "${next}" by now: write ${next} here.`;
  }
  if (!isComplete) return null;
  const near = nearMiss(name, [...names]);
  const meant = near === null ? "" : ` Did you mean "${near}"?`;
  return `No ApiConnector definition is called${inWords(name) || " so"}.${meant} A connector that only the tenant has is written { displayName: NAME } or { id: ID }.`;
}
