// Made from schemas/api-connector.schema.json by `npm run generate`; do not edit.

/**
 * One API connector of a Microsoft Entra tenant (microsoft.graph.identityApiConnector) as it should be.
 */
export interface ApiConnectorDocument {
/**
 * Version of this file format.
 */
apiVersion: "plumbline/v1"
/**
 * What the document defines.
 */
kind: "ApiConnector"
/**
 * How git and Plumbline know this connector.
 */
metadata: {
/**
 * The key in git: lower-case letters, digits and hyphens, unique per tenant and kind. Changing displayName keeps the connector, changing this name needs `previously`.
 */
name: string
/**
 * Pins one existing connector by its id in Microsoft Graph. A connector with this id must exist.
 */
id?: string
/**
 * The key before a rename, so that the connector is kept and not created again.
 */
previously?: string
}
/**
 * What Microsoft Graph holds for this connector. Any string may use ${variable} of the tenant; $${ is a literal ${.
 */
spec: {
/**
 * The name people see in the portal. Unique per tenant, because an existing connector is found by it.
 */
displayName: string
/**
 * The https endpoint that Microsoft calls during sign-up. Keys do not belong in here but in `query`.
 */
targetUrl: string
/**
 * Keys that travel in the URL, such as an Azure Functions key. Each is a reference to a secret and is added to targetUrl.
 */
query?: {
[k: string]: SecretReference
}
/**
 * How Microsoft authenticates to the endpoint: exactly one of basic or certificate.
 */
authentication: {
/**
 * User name and password (microsoft.graph.basicAuthentication).
 */
basic?: {
/**
 * Sent and read in clear.
 */
username: string
password: SecretReference
}
/**
 * A client certificate (microsoft.graph.pkcs12Certificate): either a PFX file, or a certificate and its key in PEM, of which Plumbline makes a PFX.
 */
certificate?: {
pfx?: SecretReference
passphrase?: SecretReference
pem?: SecretReference
key?: SecretReference
}
}
}
/**
 * How Plumbline treats this connector.
 */
policy?: {
/**
 * Never delete this connector, also when its definition is gone.
 */
protect?: boolean
/**
 * Send the password when an existing connector is adopted, instead of trusting that the live one is right.
 */
assertOnAdopt?: boolean
/**
 * Send the password again after this long, such as 30d: an outside change of a password cannot be seen, only overwritten. Certificates and keys in the URL are compared at each run and need no such setting.
 */
reassertEvery?: string
/**
 * Send the password again when the tenant's audit log has a change of this connector by somebody else since it was last sent: Microsoft Graph never shows whether the password was part of it. Needs AuditLog.Read.All. Default: what the tenant says under attribution.
 */
reassertOnOutsideChange?: boolean
/**
 * What becomes of older certificates, which Microsoft Graph cannot remove one by one: `afterRotation` replaces the whole list with the one in git, once that has been active for retireAfter; `never` keeps them.
 */
retire?: ("never" | "afterRotation")
/**
 * How long the new certificate must have been active before the older ones are retired.
 */
retireAfter?: string
}
}
/**
 * Where a secret is kept. A definition never holds the value itself.
 */
export interface SecretReference {
/**
 * Name of an environment variable of the Plumbline process. The operator bounds the names in plumbline.yaml under secrets.env.
 */
env?: string
/**
 * Path of a file with the value, relative to the file that names it. One trailing newline is not part of the value, unless keepTrailingNewline is set. The operator bounds the folders in plumbline.yaml under secrets.files.
 */
file?: string
/**
 * The newline at the end of the file is part of the value.
 */
keepTrailingNewline?: boolean
/**
 * A secret in an Azure Key Vault, read with the credential under keyVault in plumbline.yaml, else with the tenant's. The operator names the vaults in plumbline.yaml under secrets.keyVaults.
 */
keyVault?: {
/**
 * Name of the vault, without its domain.
 */
vault: string
/**
 * Name of the secret in the vault.
 */
secret: string
/**
 * Version of the secret; the newest one when left out.
 */
version?: string
}
}
