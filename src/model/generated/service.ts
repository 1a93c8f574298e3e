// Made from schemas/service.schema.json by `npm run generate`; do not edit.

/**
 * Version of this file format.
 */
export type FormatVersion = "plumbline/v1"
/**
 * What the document defines.
 */
export type Kind = "Service"
/**
 * Folder with the definitions, or a list of folders, relative to this file.
 */
export type Definitions = (string | [string, ...(string)[]])
/**
 * Path of the file, relative to this one. Default: .plumbline/state.db.
 */
export type SQLiteFile = string
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
 * Address and port, as host:port or [IPv6]:port.
 */
export type Listen = string
/**
 * The tenants to keep true.
 * 
 * @minItems 1
 */
export type Tenants = [Tenant, ...(Tenant)[]]
/**
 * What reports and the command line call this tenant.
 */
export type Name = string
/**
 * TCP port on 127.0.0.1.
 */
export type Port = number
/**
 * YAML file with the connectors that a new practice tenant starts with.
 */
export type Seed = string
/**
 * YAML file in which the practice tenant keeps its state. Without it, nothing outlives the process.
 */
export type State = string
/**
 * Directory (tenant) id.
 */
export type TenantId = string
/**
 * The Microsoft cloud of the tenant, or the URLs of another Graph and sign-in service.
 */
export type Cloud = (("global" | "usGov" | "usGovDod" | "china") | OtherCloud)
/**
 * Root of Microsoft Graph without the version. http only on loopback.
 */
export type GraphURL = string
/**
 * Root of the sign-in service.
 */
export type Authority = string
/**
 * Application (client) id of the app registration or managed identity. AZURE_CLIENT_ID when left out.
 */
export type ClientId = string
/**
 * Application (client) id of the app registration or managed identity. The system-assigned identity when left out.
 */
export type ClientId1 = string
/**
 * Application (client) id of the app registration or managed identity.
 */
export type ClientId2 = string
/**
 * Application (client) id of the app registration or managed identity.
 */
export type ClientId3 = string
/**
 * Application (client) id of the app registration or managed identity.
 */
export type ClientId4 = string
/**
 * Folder with the definitions, or a list of folders, relative to this file.
 */
export type Definitions1 = (string | [string, ...(string)[]])
/**
 * Names of environment variables; * stands for any characters. Default: every name except those used in this file and AZURE_*, MSI_*, IDENTITY_*, PLUMBLINE_*.
 */
export type Environment = string[]
/**
 * Folders whose files may be named. Default: the folder of this file and /run/secrets.
 */
export type Files = string[]
/**
 * Names of the Azure Key Vaults that may be named. Default: none.
 */
export type KeyVaults = string[]
/**
 * Host names; *.contoso.com stands for every host below contoso.com. Default: any public host.
 * 
 * @minItems 1
 */
export type Hosts = [string, ...(string)[]]
/**
 * Accept loopback, private and link-local addresses and names without a dot. Microsoft cannot reach them; for practice only.
 */
export type PrivateAddresses = boolean
/**
 * The most that Plumbline may do to this tenant: report differences, or apply them.
 */
export type Mode = ("report" | "apply")
/**
 * What apply may do. Default: adopt, create, update; delete must be named.
 */
export type AllowedVerbs = ("adopt" | "create" | "update" | "delete")[]
/**
 * Most deletes in one run.
 */
export type Deletes = number
/**
 * Most deletes in one run, in percent of the connectors in the ledger.
 */
export type DeletePercent = number
/**
 * Most changes of any kind in one run.
 */
export type Changes = number
/**
 * How long a delete is announced before it is carried out.
 */
export type DeleteAfter = string
/**
 * How long a write may take to show in reads.
 */
export type Settle = string
/**
 * Percent of Graph's 200 requests a minute for an app in a tenant that Plumbline may use.
 */
export type Budget = number
/**
 * When serve runs this tenant: a cron expression of five fields (minute, hour, day, month, weekday), with some seconds of jitter added.
 */
export type Schedule = string
/**
 * IANA time zone of the schedule.
 */
export type TimeZone = string

/**
 * plumbline.yaml: what the operator decides.
 */
export interface ServiceConfiguration {
apiVersion: FormatVersion
kind: Kind
definitions: Definitions
store?: Store
fingerprintKey?: FingerprintKey
keyVault?: KeyVault
http?: HTTP
tenants: Tenants
}
/**
 * Where Plumbline remembers what it manages.
 */
export interface Store {
sqlite?: SQLiteFile
postgres?: PostgreSQL
}
/**
 * Where the connection URL is kept.
 */
export interface PostgreSQL {
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
 * Where the key is kept with which secrets are fingerprinted (at least 16 characters). Without it a slower, salted hash is used.
 */
export interface FingerprintKey {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * How Plumbline signs in to Azure Key Vault.
 */
export interface KeyVault {
credential?: Credential
}
/**
 * How Plumbline signs in to Azure Key Vault.
 */
export interface Credential {

}
/**
 * The health endpoints of serve.
 */
export interface HTTP {
listen?: Listen
}
/**
 * One Entra tenant.
 */
export interface Tenant {
name: Name
sandbox?: Sandbox
tenantId?: TenantId
cloud?: Cloud
credential?: Credential1
definitions?: Definitions1
variables?: Variables
secrets?: SecretScopes
targets?: Targets
mode: Mode
allow?: AllowedVerbs
limits?: Limits
deleteAfter?: DeleteAfter
settle?: Settle
budget?: Budget
schedule?: Schedule
timezone?: TimeZone
}
/**
 * A practice tenant on this machine in place of a real one.
 */
export interface Sandbox {
port: Port
seed?: Seed
state?: State
}
/**
 * URLs of another Graph and sign-in service.
 */
export interface OtherCloud {
graph: GraphURL
authority?: Authority
}
/**
 * How Plumbline signs in to the tenant: exactly one kind.
 */
export interface Credential1 {
workloadIdentity?: WorkloadIdentity
managedIdentity?: ManagedIdentity
azureCli?: AzureCLI
default?: DefaultChain
clientSecret?: ClientSecret
clientCertificate?: ClientCertificate
deviceCode?: DeviceCode
token?: Token
}
/**
 * Federated token of a Kubernetes service account.
 */
export interface WorkloadIdentity {
clientId?: ClientId
}
/**
 * The identity of the Azure host.
 */
export interface ManagedIdentity {
clientId?: ClientId1
}
/**
 * The account signed in with `az login`.
 */
export interface AzureCLI {

}
/**
 * DefaultAzureCredential of the Azure SDK: environment, workload identity, managed identity, developer tools.
 */
export interface DefaultChain {

}
/**
 * Application id and a client secret.
 */
export interface ClientSecret {
clientId: ClientId2
secret: Secret1
}
/**
 * Where the client secret is kept.
 */
export interface Secret1 {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * Application id and a certificate (PEM with its private key).
 */
export interface ClientCertificate {
clientId: ClientId3
certificate: Certificate
passphrase?: Passphrase
}
/**
 * Where the PEM certificate and key are kept.
 */
export interface Certificate {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * Where the passphrase of the private key is kept.
 */
export interface Passphrase {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * A person signs in with a code; not for serve.
 */
export interface DeviceCode {
clientId: ClientId4
}
/**
 * A ready bearer token; only for a Graph URL on loopback.
 */
export interface Token {
env?: EnvironmentVariable
file?: File
keyVault?: AzureKeyVaultSecret
}
/**
 * Values for ${name} in definitions.
 */
export interface Variables {
[k: string]: string
}
/**
 * Which secrets the definitions of this tenant may name. Whoever can merge a definition can send these to a URL of their choice within `targets`.
 */
export interface SecretScopes {
env?: Environment
files?: Files
keyVaults?: KeyVaults
}
/**
 * Which hosts a targetUrl may name.
 */
export interface Targets {
hosts?: Hosts
private?: PrivateAddresses
}
/**
 * How much one run may change.
 */
export interface Limits {
deletes?: Deletes
deletePercent?: DeletePercent
changes?: Changes
}
