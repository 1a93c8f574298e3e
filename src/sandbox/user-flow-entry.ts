/** User flows as the practice tenant's document has them, and what can be wrong with one there. */
import { familyOf, RECOMMENDED, stepsOf } from "./binding.ts";
import type { Step, StoredConnector, StoredUserFlow, UserFlowType } from "./tenant-state.ts";

export interface UserFlowEntry {
  /** `B2X_1_…` or `B2C_1_…`. */
  readonly id: string;
  /** `signUpOrSignIn` when left out; no other for B2X. */
  readonly userFlowType?: UserFlowType;
  /** The Recommended one when left out: 1 for B2X, 3 for B2C. */
  readonly userFlowTypeVersion?: number;
  /** displayName or id of the connector that each step calls; null, or left out: none. */
  readonly apiConnectors?: { readonly [Each in Step]?: string | null };
}

/** What is wrong, and the key of the flow's entry at which it stands. */
export interface Misfit {
  readonly path: readonly string[];
  readonly message: string;
}

/** An entry that fits the schema becomes a flow, if it makes sense among these connectors. */
export function readUserFlow(
  entry: UserFlowEntry,
  connectors: readonly StoredConnector[],
): StoredUserFlow | Misfit {
  const family = familyOf(entry.id);
  if (family === null) {
    return { path: ["id"], message: "The id of a user flow begins with B2X_1_ or B2C_1_." };
  }
  const { userFlowType = "signUpOrSignIn", userFlowTypeVersion = RECOMMENDED[family] } = entry;
  const bare: StoredUserFlow = {
    id: entry.id,
    userFlowType,
    userFlowTypeVersion,
    apiConnectors: {},
  };
  // https://learn.microsoft.com/graph/api/identitycontainer-post-b2xuserflows takes no other.
  if (family === "b2x" && (userFlowType !== "signUpOrSignIn" || userFlowTypeVersion !== 1)) {
    return { path: [], message: "A B2X user flow is always signUpOrSignIn, in version 1." };
  }
  const bound: { [Each in Step]?: string } = {};
  for (const [key, name] of Object.entries(entry.apiConnectors ?? {})) {
    const path = ["apiConnectors", key];
    const step = stepsOf(bare).find((each) => each === key);
    if (step === undefined) return { path, message: noSuchStep(bare) };
    if (name === null) continue;
    const [only, another] = connectorsNamed(name, connectors);
    if (only === undefined)
      return { path, message: `No connector has the displayName or id "${name}".` };
    if (another !== undefined)
      return {
        path,
        message: `Several connectors have the displayName "${name}". Name one by its id.`,
      };
    bound[step] = only.id;
  }
  return { ...bare, apiConnectors: bound };
}

/** Steps name their connectors by id: a displayName may change, and may be that of two. */
export function writtenUserFlow(flow: StoredUserFlow): UserFlowEntry {
  const { apiConnectors, ...rest } = flow;
  return { ...rest, ...(Object.keys(apiConnectors).length > 0 && { apiConnectors }) };
}

function noSuchStep(flow: StoredUserFlow): string {
  const steps = stepsOf(flow);
  return steps.length === 0
    ? `A user flow of type ${flow.userFlowType} and version ${flow.userFlowTypeVersion} takes no API connectors.`
    : `The steps of ${flow.id} are ${steps.join(" and ")}.`;
}

/** The one with this id, else all with this displayName. */
function connectorsNamed(
  name: string,
  connectors: readonly StoredConnector[],
): readonly StoredConnector[] {
  const byId = connectors.filter(({ id }) => id === name);
  return byId.length > 0 ? byId : connectors.filter(({ displayName }) => displayName === name);
}
