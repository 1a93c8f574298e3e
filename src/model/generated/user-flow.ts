// Made from schemas/user-flow.schema.json by `npm run generate`; do not edit.

/**
 * The metadata.name of an ApiConnector definition; { id: ID } or { displayName: NAME } for a connector that only the tenant has; null: none.
 */
export type ConnectorReference = (string | {
/**
 * Id of the connector in Microsoft Graph. It may use ${variable} of the tenant.
 */
id?: string
/**
 * The name people see in the portal; just one connector of the tenant may have it. It may use ${variable} of the tenant.
 */
displayName?: string
} | null)

/**
 * Which API connector each step of an existing user flow calls (microsoft.graph.userFlowApiConnectorConfiguration). The flow itself is neither created nor deleted.
 */
export interface UserFlowDocument {
/**
 * Version of this file format.
 */
apiVersion: "plumbline/v1"
/**
 * What the document defines.
 */
kind: "UserFlow"
/**
 * Which user flow is meant.
 */
metadata: {
/**
 * Id of the user flow as the portal shows it: B2X_1_ (workforce) or B2C_1_ (Azure AD B2C) and letters, digits, hyphens or underscores. The flow must exist.
 */
name: string
}
/**
 * What Plumbline manages of the user flow.
 */
spec: {
/**
 * The connector that each step calls. A step left out is not managed; null: the step calls none.
 */
apiConnectors: {
postFederationSignup?: ConnectorReference
postAttributeCollection?: ConnectorReference
preTokenIssuance?: ConnectorReference
}
}
}
