// What a run of one tenant reads.

/** Ids of its user flows. */
export const flows = ["B2X_1_signup", "B2X_1_partners", "B2X_1_suppliers"];

const steps = "postFederationSignup,postAttributeCollection";

/** Addresses below the root of Graph. */
export const pages: readonly string[] = [
  "/v1.0/identity/apiConnectors",
  "/v1.0/identity/b2xUserFlows",
  "/beta/identity/b2cUserFlows",
  ...flows.map(
    (id) => `/v1.0/identity/b2xUserFlows/${id}/apiConnectorConfiguration?$expand=${steps}`,
  ),
  "/v1.0/auditLogs/directoryAudits",
];
