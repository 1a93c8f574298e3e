import {
  type ConnectorReference,
  TOKEN_STEP,
  type UserFlowDefinition,
} from "../model/definition.ts";
import type { TenantRules } from "./api-connector.ts";
import { inWords, nearMiss } from "./near-miss.ts";
import { type Place, type WrittenFault, wrong } from "./place.ts";
import type { UserFlowDraft, WrittenConnector } from "./user-flow-draft.ts";
import { replaceVariables } from "./variables.ts";

/** What the definitions of connectors call themselves. */
export interface ConnectorNames {
  readonly names: ReadonlySet<string>;
  /** The new name by the one before a rename. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Applies a tenant's rules to a draft; adds what they find to `faults`. null when a fault stops it. */
export function resolveUserFlow(
  { name, steps, places, isWhole }: UserFlowDraft,
  shown: string,
  { variables }: Pick<TenantRules, "variables">,
  known: ConnectorNames,
  faults: WrittenFault[],
): UserFlowDefinition | null {
  const found: WrittenFault[] = [];
  const at = (place: Place) => ({ file: shown, ...place });
  const resolved = steps.map(({ step, keyPlace, place, connector }) => {
    if (step === TOKEN_STEP && name !== null && /^B2X/.test(name)) {
      const message = `${name} has no step ${TOKEN_STEP}: only user flows of Azure AD B2C, whose id begins with B2C_1_, have it. Remove it.`;
      found.push(wrong("schema", keyPlace, message));
    }
    const reference = connector && referenceOf(connector, place, variables, found);
    if (reference?.type === "definition" && !known.names.has(reference.name)) {
      found.push(wrong("reference", place, unknownConnector(reference.name, known)));
    }
    return { step, at: at(keyPlace), connector: reference };
  });
  for (const fault of found) faults.push(fault);
  if (!isWhole || name === null || found.length > 0) return null;
  return { kind: "UserFlow", name, at: at(places.name), steps: resolved };
}

function referenceOf(
  { by, text }: WrittenConnector,
  place: Place,
  variables: TenantRules["variables"],
  found: WrittenFault[],
): ConnectorReference | null {
  if (by === "name") return { type: "definition", name: text };
  const replaced = replaceVariables(text, variables);
  for (const message of replaced.problems) found.push(wrong("variable", place, message));
  if (replaced.text === null) return null;
  if (replaced.text === "" || /\p{Cc}/u.test(replaced.text)) {
    const message = `The ${by} of a connector must have at least one character and no control characters.`;
    found.push(wrong("schema", place, message));
    return null;
  }
  return by === "id"
    ? { type: "id", id: replaced.text }
    : { type: "displayName", displayName: replaced.text };
}

/** Whoever renames a connector forgets a flow, and whoever means one of the portal forgets the braces. */
function unknownConnector(name: string, { names, renamed }: ConnectorNames): string {
  const next = renamed.get(name);
  if (next !== undefined) {
    return `The ApiConnector "${name}" is called "${next}" by now: write ${next} here.`;
  }
  const near = nearMiss(name, [...names]);
  const meant = near === null ? "" : ` Did you mean "${near}"?`;
  return `No ApiConnector definition is called${inWords(name)}.${meant} A connector that only the tenant has is written { displayName: NAME } or { id: ID }.`;
}
