/** User flows and the connectors that their steps call, to render. */
import type {
  Change,
  HeldChange,
  Unchanged,
  Unmanaged,
  Use,
} from "../../src/model/generated/run.ts";

const AGE_CHECK = "5f0c7f9a-2d1e-4b3c-8a6f-0e9d8c7b6a51";
const GEO_CHECK = "aaaaaaaa-0000-4000-8000-000000000001";
const OLD_CHECK = "d4c3b2a1-9999-4888-8777-666655554444";
const BY_HAND = "77777777-0000-4000-8000-000000000007";
const HOSTILE = "77777777-0000-4000-8000-000000000008";

const flowAt = (file: string) => ({ file: `flows/${file}.yaml`, line: 4, column: 3 });

/** Takes a step from one connector to another, one from a connector to none, and binds one. */
export const rebound: Change = {
  op: "update",
  kind: "UserFlow",
  name: "B2X_1_signup",
  id: "B2X_1_signup",
  displayName: "B2X_1_signup",
  at: flowAt("signup"),
  reason:
    "postFederationSignup calls old-check. postAttributeCollection calls a connector that no definition names, and is to call none.",
  fields: [
    { path: "spec.apiConnectors.postFederationSignup", before: "old-check", after: "fraud-check" },
    {
      path: "spec.apiConnectors.postAttributeCollection",
      before: `Made by hand (${BY_HAND})`,
      after: null,
    },
  ],
  sends: [],
};

export const takenFlow: Change = {
  op: "adopt",
  kind: "UserFlow",
  name: "B2X_1_partners",
  id: "B2X_1_partners",
  displayName: "B2X_1_partners",
  at: flowAt("partners"),
  reason: "It exists and is taken over.",
  fields: [],
  sends: [],
};

export const heldFlow: HeldChange = {
  op: "update",
  kind: "UserFlow",
  name: "B2X_1_basic",
  id: "B2X_1_basic",
  displayName: "B2X_1_basic",
  at: flowAt("basic"),
  reason: {
    code: "unsupported",
    message: "B2X_1_basic is of type signIn and version 1, and takes no API connectors.",
    lift: null,
    until: null,
  },
  fields: [
    { path: "spec.apiConnectors.postAttributeCollection", before: null, after: "age-check" },
  ],
  sends: [],
};

/** Its certificate reaches a step that issues tokens. */
export const heldGeoCheck: HeldChange = {
  op: "update",
  kind: "ApiConnector",
  name: "geo-check",
  id: GEO_CHECK,
  displayName: "Geo check",
  at: { file: "connectors/geo-check.yaml", line: 4, column: 3 },
  reason: {
    code: "window",
    message: "It is outside the change windows of this tenant.",
    lift: null,
    until: null,
  },
  fields: [{ path: "spec.authentication.basic.username", before: "entra-old", after: "entra" }],
  sends: ["spec.authentication.basic.password"],
};

export const unchangedFlow: Unchanged = {
  kind: "UserFlow",
  name: "B2C_1_susi",
  id: "B2C_1_susi",
  displayName: "B2C_1_susi",
  at: flowAt("susi"),
};

export const unmanagedWithFlows: Unmanaged[] = [
  {
    kind: "ApiConnector",
    id: BY_HAND,
    displayName: "Made by hand",
    targetUrl: "https://hooks.fabrikam.example/b2c?code=(redacted)",
  },
  {
    kind: "ApiConnector",
    id: HOSTILE,
    displayName: 'Say "hi"]; end --> <b>`x`</b> | %%{init: {}}%% #quot; and a name that goes on',
    targetUrl: null,
  },
  { kind: "UserFlow", id: "B2X_1_trial", displayName: "B2X_1_trial", targetUrl: null },
];

function use(flow: string, step: Use["step"], parts: Partial<Use>): Use {
  return {
    flow,
    step,
    name: null,
    id: null,
    displayName: null,
    before: true,
    after: true,
    ...parts,
  };
}

const ageCheck = { name: "age-check", id: AGE_CHECK, displayName: "Age check" };
const geoCheck = { name: "geo-check", id: GEO_CHECK, displayName: "Geo check" };
const fraudCheck = { name: "fraud-check", displayName: "Fraud check" };
const oldCheck = { id: OLD_CHECK, displayName: "Old check" };
const byHand = { id: BY_HAND, displayName: "Made by hand" };
const hostile = { id: HOSTILE, displayName: unmanagedWithFlows[1]!.displayName };
const bound = { before: false };
const unbound = { after: false };

/** In the order of a plan. */
export const uses: Use[] = [
  use("B2C_1_susi", "postAttributeCollection", ageCheck),
  use("B2C_1_susi", "preTokenIssuance", geoCheck),
  use("B2X_1_partners", "postFederationSignup", ageCheck),
  use("B2X_1_partners", "postAttributeCollection", ageCheck),
  use("B2X_1_signup", "postFederationSignup", { ...oldCheck, ...unbound }),
  use("B2X_1_signup", "postFederationSignup", { ...fraudCheck, ...bound }),
  use("B2X_1_signup", "postAttributeCollection", { ...byHand, ...unbound }),
  use("B2X_1_trial", "postFederationSignup", hostile),
];

/** What a calm tenant has. */
export const calmUses: Use[] = uses.filter(({ name, before, after }) => {
  const isKept = before && after;
  return isKept && name !== null;
});

/** More than anybody can take in as a drawing. */
export const manyUses: Use[] = Array.from({ length: 61 }, (_, index) =>
  use(`B2X_1_flow${String(index).padStart(2, "0")}`, "postFederationSignup", ageCheck),
);
