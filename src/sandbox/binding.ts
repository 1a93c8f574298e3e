/**
 * Which step of which user flow calls which API connector, as pure data.
 * https://learn.microsoft.com/graph/api/resources/userflowapiconnectorconfiguration
 */
import type { Step, StoredConnector, StoredUserFlow, TenantState } from "./tenant-state.ts";

/** Self-service sign-up of a workforce tenant, or a flow of Azure AD B2C: Graph keeps them apart. */
export type Family = "b2x" | "b2c";

/** Graph puts the family at the front of an id; null when it is no id of a user flow. */
export function familyOf(id: string): Family | null {
  const [, letter] = /^B2([XC])_1_[\w-]+$/i.exec(id) ?? [];
  if (letter === undefined) return null;
  return letter.toUpperCase() === "X" ? "b2x" : "b2c";
}

/** The version that the portal calls "Recommended". The only one of B2X is 1. */
export const RECOMMENDED = { b2x: 1, b2c: 3 } as const;

/**
 * The steps at which this flow can call a connector; none at all unless it signs people up in the
 * Recommended version. The step before the token is of Azure AD B2C alone.
 * https://learn.microsoft.com/azure/active-directory-b2c/add-api-connector
 */
export function stepsOf(flow: StoredUserFlow): readonly Step[] {
  const family = familyOf(flow.id) ?? "b2x";
  const isSignUp = flow.userFlowType === "signUp" || flow.userFlowType === "signUpOrSignIn";
  if (!isSignUp || flow.userFlowTypeVersion < RECOMMENDED[family]) return [];
  const both: readonly Step[] = ["postFederationSignup", "postAttributeCollection"];
  return family === "b2c" ? [...both, "preTokenIssuance"] : both;
}

/** The flow with this step calling that connector, or none (null). */
export function withBinding(
  flow: StoredUserFlow,
  step: Step,
  connectorId: string | null,
): StoredUserFlow {
  const { [step]: _, ...others } = flow.apiConnectors;
  const apiConnectors = connectorId === null ? others : { ...others, [step]: connectorId };
  return { ...flow, apiConnectors };
}

/** Ids of the flows with a step that calls this connector. */
export function usersOf({ id }: StoredConnector, state: TenantState): readonly string[] {
  return state.userFlows
    .filter(({ apiConnectors }) => Object.values(apiConnectors).includes(id))
    .map((flow) => flow.id);
}

/** The tenant without this connector; the steps that called it call none. */
export function withoutConnector(gone: StoredConnector, state: TenantState): TenantState {
  const connectors = state.connectors.filter((each) => each !== gone);
  const userFlows = state.userFlows.map((flow) => {
    const kept = Object.entries(flow.apiConnectors).filter(([, id]) => id !== gone.id);
    return { ...flow, apiConnectors: Object.fromEntries(kept) };
  });
  return { ...state, connectors, userFlows };
}
