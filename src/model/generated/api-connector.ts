// Made from schemas/api-connector.schema.json by `npm run generate`; do not edit.

/**
 * Version of this file format.
 */
export type FormatVersion = "plumbline/v1"
/**
 * What the document defines.
 */
export type Kind = "ApiConnector"
/**
 * The key in git: lower-case letters, digits and hyphens, unique per tenant and kind. Changing displayName keeps the connector, changing this name needs `previously`.
 */
export type Name = string
/**
 * Pins one existing connector by its id in Microsoft Graph. A connector with this id must exist.
 */
export type GraphId = string
/**
 * The key before a rename, so that the connector is kept and not created again.
 */
export type PreviousName = string
/**
 * The name people see in the portal. Unique per tenant, because an existing connector is found by it.
 */
export type DisplayName = string
/**
 * The https endpoint that Microsoft calls during sign-up. Keys do not belong in here but in `query`.
 */
export type TargetURL = string
/**
 * Name of an environment variable of the Plumbline process. The operator bounds the names in plumbline.yaml under secrets.env.
 */
export type EnvironmentVariable = string
/**
 * Path of a file with the value, relative to the file that names it. One trailing newline is not part of the value. The operator bounds the folders in plumbline.yaml under secrets.files.
 */
export type File = string
/**
 * Name of the vault, without its domain.
 */
export type Vault = string
/**
 * Name of the secret in the vault.
 */
export type Secret = string
/**
 * Version of the secret; the newest one when left out.
 */
export type Version = string
/**
 * Sent and read in clear.
 */
export type UserName = string
/**
 * Never delete this connector, also when its definition is gone.
 */
export type Protect = boolean
/**
 * Send the password when an existing connector is adopted, instead of trusting that the live one is right.
 */
export type AssertOnAdoption = boolean
/**
 * Send the secret again after this long.
 */
export type ReassertEvery = string

/**
 * One API connector of a Microsoft Entra tenant (microsoft.graph.identityApiConnector) as it should be.
 */
export interface ApiConnectorDocument {
apiVersion: FormatVersion
kind: Kind
metadata: Metadata
spec: Specification
policy?: Policy
}
/**
 * How git and Plumbline know this connector.
 */
export interface Metadata {
name: Name
id?: GraphId
previously?: PreviousName
}
/**
 * What Microsoft Graph holds for this connector. Any string may use ${variable} of the tenant; $${ is a literal ${.
 */
export interface Specification {
displayName: DisplayName
targetUrl: TargetURL
query?: SecretQueryParameters
authentication: Authentication
}
/**
 * Keys that travel in the URL, such as an Azure Functions key. Each is a reference to a secret and is added to targetUrl.
 */
export interface SecretQueryParameters {
[k: string]: SecretReference
}
/**
 * Where a secret is kept. A definition never holds the value itself.
 */
export interface SecretReference {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * A secret in an Azure Key Vault.
 */
export interface AzureKeyVaultSecret {
vault: Vault
secret: Secret
version?: Version
}
/**
 * How Microsoft authenticates to the endpoint: exactly one of basic or certificate.
 */
export interface Authentication {
basic?: BasicAuthentication
certificate?: ClientCertificate
}
/**
 * User name and password (microsoft.graph.basicAuthentication).
 */
export interface BasicAuthentication {
username: UserName
password: SecretReference1
}
/**
 * Where a secret is kept. A definition never holds the value itself.
 */
export interface SecretReference1 {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * A PKCS #12 file with the client certificate (microsoft.graph.pkcs12Certificate).
 */
export interface ClientCertificate {
pfx: SecretReference2
passphrase?: SecretReference3
}
/**
 * Where a secret is kept. A definition never holds the value itself.
 */
export interface SecretReference2 {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * Where a secret is kept. A definition never holds the value itself.
 */
export interface SecretReference3 {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * How Plumbline treats this connector.
 */
export interface Policy {
protect?: Protect
assertOnAdopt?: AssertOnAdoption
reassertEvery?: ReassertEvery
}
