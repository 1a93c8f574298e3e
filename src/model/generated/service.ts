// Made from schemas/service.schema.json by `npm run generate`; do not edit.

/**
 * An address, without a name.
 */
export type MailAddress = string

/**
 * plumbline.yaml: what the operator decides.
 */
export interface ServiceConfiguration {
/**
 * Version of this file format.
 */
apiVersion: "plumbline/v1"
/**
 * What the document defines.
 */
kind: "Service"
/**
 * Folder with the definitions, or a list of folders, relative to this file.
 */
definitions: (string | [string, ...(string)[]])
/**
 * How long what was done is remembered.
 */
audit?: {
/**
 * How long entries of the audit are kept; without it, for good. What is left is a whole chain.
 */
keep?: string
}
/**
 * How long finished runs are remembered.
 */
runs?: {
/**
 * How long runs are kept, however many they are, and always the last one of each tenant; without it, the newest 1,000 of each tenant.
 */
keep?: string
}
/**
 * Who is told when something changes: drift, runs that fail, certificates near their end, changes that are held.
 */
alerts?: {
/**
 * Where every alert is sent.
 * 
 * @minItems 1
 */
sinks: [Sink, ...(Sink)[]]
/**
 * How many runs of a tenant must fail in a row before that is told.
 */
after?: number
/**
 * How long after it was told something that is still so is told again; 0s: never.
 */
remindEvery?: string
/**
 * When it is told that Plumbline lives, and how the tenants are: a cron expression of five fields, in UTC. Default: never.
 */
heartbeat?: string
/**
 * How long alerts are gathered, so that those of one cause become one message: 1h at most.
 */
group?: string
/**
 * How long an alert that its sink does not take is kept and tried again: at least 1h.
 */
keep?: string
/**
 * Kinds that are told. Default: all of them.
 * 
 * @minItems 1
 */
on?: [("drift-opened" | "drift-reopened" | "drift-resolved" | "run-failing" | "run-recovered" | "certificate" | "held"), ...(("drift-opened" | "drift-reopened" | "drift-resolved" | "run-failing" | "run-recovered" | "certificate" | "held"))[]]
}
/**
 * Where Plumbline remembers what it manages.
 */
store?: {
/**
 * Path of the file, relative to this one. Default: .plumbline/state.db.
 */
sqlite?: string
postgres?: SecretReference
}
fingerprintKey?: SecretReference
/**
 * How secrets in Azure Key Vault are read. Without it, each tenant's own credential reads them.
 */
keyVault?: {
credential?: Credential
/**
 * Directory (tenant) id in which this credential signs in; needed by clientSecret, clientCertificate and deviceCode.
 */
tenantId?: string
/**
 * The Microsoft cloud of the vaults and of this sign-in. For a tenant's own credential, that of the tenant.
 */
cloud?: ("global" | "usGov" | "usGovDod" | "china")
/**
 * Address of a vault, with {vault} in the place of its name, where it is none of Microsoft's own; https.
 */
url?: string
}
/**
 * What serve answers over HTTP: health, metrics, the page and the API.
 */
http?: {
/**
 * Address and port, as host:port or [IPv6]:port.
 */
listen?: string
/**
 * Where people read a file of the definitions, for the page: {commit}, {file} (relative to this file) and {line} are filled in.
 */
sourceUrl?: string
/**
 * Addresses of proxies before the service, whose X-Forwarded-For says who asks, so that limits of requests count clients apart, and whose X-Forwarded-Host says which name was asked for. IP addresses, or networks with a prefix.
 * 
 * @minItems 1
 */
trustedProxies?: [string, ...(string)[]]
access?: Access
}
/**
 * The tenants to keep true.
 * 
 * @minItems 1
 */
tenants: [Tenant, ...(Tenant)[]]
}
/**
 * Where alerts are sent: a name, and exactly one of teams, slack, webhook and email.
 */
export interface Sink {
/**
 * What logs and --sink call it.
 */
name: string
/**
 * A workflow of a channel or a chat that starts when a webhook request is received.
 */
teams?: {
url: SecretReference
}
/**
 * An incoming webhook of Slack.
 */
slack?: {
url: SecretReference
}
/**
 * Any service that takes CloudEvents 1.0 in structured JSON.
 */
webhook?: {
url: SecretReference
key: SecretReference
}
/**
 * A mail server that takes mail over TLS.
 */
email?: {
/**
 * The mail server. TLS from the first byte on port 465, else by STARTTLS, without which nothing is sent except on loopback.
 */
smtp: {
/**
 * Name or address.
 */
host: string
/**
 * TCP port; 465 is TLS from the first byte.
 */
port: number
/**
 * Who signs in; needs password.
 */
user?: string
password?: SecretReference
}
from: MailAddress
/**
 * Addresses, without names.
 * 
 * @minItems 1
 * @maxItems 50
 */
to: [MailAddress, ...(MailAddress)[]]
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
/**
 * How Plumbline signs in to the tenant: exactly one kind.
 */
export interface Credential {
/**
 * Federated token of a Kubernetes service account.
 */
workloadIdentity?: {
/**
 * Application (client) id of the app registration or managed identity. AZURE_CLIENT_ID when left out.
 */
clientId?: string
}
/**
 * The identity of the Azure host.
 */
managedIdentity?: {
/**
 * Application (client) id of the app registration or managed identity. The system-assigned identity when left out.
 */
clientId?: string
}
/**
 * The account signed in with `az login`.
 */
azureCli?: {

}
/**
 * DefaultAzureCredential of the Azure SDK: environment, workload identity, managed identity, developer tools.
 */
default?: {

}
/**
 * Application id and a client secret.
 */
clientSecret?: {
/**
 * Application (client) id of the app registration or managed identity.
 */
clientId: string
secret: SecretReference
}
/**
 * Application id and a certificate (PEM with its private key).
 */
clientCertificate?: {
/**
 * Application (client) id of the app registration or managed identity.
 */
clientId: string
certificate: SecretReference
passphrase?: SecretReference
}
/**
 * A person signs in with a code; not for serve.
 */
deviceCode?: {
/**
 * Application (client) id of the app registration or managed identity.
 */
clientId: string
}
token?: SecretReference
}
/**
 * Who may use the page and the API: holders of these tokens, or of access tokens from Microsoft Entra ID with an app role.
 */
export interface Access {
/**
 * Bearer tokens that are read when serve starts; those in files again when they change.
 * 
 * @minItems 1
 * @maxItems 100
 */
tokens?: [AccessToken, ...(AccessToken)[]]
entra?: EntraAccess
}
/**
 * A bearer token and what its holder may do.
 */
export interface AccessToken {
/**
 * Who holds it, for the audit.
 */
name: string
/**
 * viewer: reads; operator: asks for runs as well.
 */
role: ("viewer" | "operator")
token: SecretReference
}
/**
 * Which access tokens of Microsoft Entra ID are accepted.
 */
export interface EntraAccess {
/**
 * Directory (tenant) id of the company's own directory, in which the API is registered.
 */
tenantId: string
/**
 * `aud` of the tokens: the application (client) id of the registration, or its Application ID URI where it issues tokens of version 1.
 */
audience: string
/**
 * `iss` of the tokens. Default: that of this directory, for tokens of version 1 and 2.
 */
issuer?: string
/**
 * Value of the app role that may read.
 */
viewerRole?: string
/**
 * Value of the app role that may ask for runs as well.
 */
operatorRole?: string
/**
 * The Microsoft cloud of the directory, or the URL of another sign-in service.
 */
cloud?: (("global" | "usGov" | "usGovDod" | "china") | {
/**
 * Root of the sign-in service. http only on loopback.
 */
authority: string
})
}
/**
 * One Entra tenant.
 */
export interface Tenant {
/**
 * What reports and the command line call this tenant.
 */
name: string
/**
 * A practice tenant on this machine in place of a real one.
 */
sandbox?: {
/**
 * TCP port on 127.0.0.1.
 */
port: number
/**
 * YAML file with the connectors that a new practice tenant starts with.
 */
seed?: string
/**
 * YAML file in which the practice tenant keeps its state. Without it, nothing outlives the process.
 */
state?: string
}
/**
 * Directory (tenant) id, under Overview in the Entra admin center.
 */
tenantId?: string
/**
 * The Microsoft cloud of the tenant, or the URLs of another Graph and sign-in service.
 */
cloud?: (("global" | "usGov" | "usGovDod" | "china") | {
/**
 * Root of Microsoft Graph without the version. http only on loopback.
 */
graph: string
/**
 * Root of the sign-in service.
 */
authority?: string
})
credential?: Credential
/**
 * Folder with the definitions, or a list of folders, relative to this file.
 */
definitions?: (string | [string, ...(string)[]])
/**
 * Values for ${name} in definitions.
 */
variables?: {
[k: string]: string
}
/**
 * Which secrets the definitions of this tenant may name. Whoever can merge a definition can send these to a URL of their choice within `targets`.
 */
secrets?: {
/**
 * Names of environment variables; * stands for any characters. Default: every name except AZURE_*, MSI_*, IDENTITY_*, PLUMBLINE_* and what other tenants name here. Those four need their whole name or a longer glob, such as AZURE_MAPS_*. Names that hold the credentials of this file are never allowed.
 */
env?: string[]
/**
 * Folders whose files may be named. Default: the folder of this file and /run/secrets, except folders that other tenants name here.
 */
files?: string[]
/**
 * Names of the Azure Key Vaults that may be named. Default: none.
 */
keyVaults?: string[]
}
/**
 * Which hosts a targetUrl may name.
 */
targets?: {
/**
 * Host names; *.contoso.com stands for every host below contoso.com. Default: any public host.
 * 
 * @minItems 1
 */
hosts?: [string, ...(string)[]]
/**
 * Accept loopback, private and link-local addresses and names without a dot. Microsoft cannot reach them; for practice only.
 */
private?: boolean
}
/**
 * The most that Plumbline may do to this tenant: report differences, or apply them.
 */
mode: ("report" | "apply")
/**
 * What apply may do. Default: adopt, create, update; delete must be named.
 */
allow?: ("adopt" | "create" | "update" | "delete")[]
/**
 * How much one run may change. What is more is held as a whole, and the rest goes on.
 */
limits?: {
/**
 * Most deletes in one run. Default: 1.
 */
deletes?: number
/**
 * Most deletes in one run, in percent of the objects of that kind in the ledger. Default: 34. Both limits count, however few objects there are.
 */
deletePercent?: number
/**
 * Most writes of any kind in one run. Default: no limit.
 */
changes?: number
}
/**
 * How long a delete is announced before it is carried out; putting the definition back meanwhile cancels it. 0s turns the wait off.
 */
deleteAfter?: string
/**
 * When a difference is told of, and how long one that is gone is remembered.
 */
drift?: {
/**
 * Runs in a row that must see a difference before it counts.
 */
after?: number
/**
 * How long a resolved difference is remembered.
 */
keep?: string
}
/**
 * Who changed the tenant, as its own audit log says (AuditLog.Read.All); without that permission nothing else is missing.
 */
attribution?: {
/**
 * Whether the audit log is read.
 */
read?: boolean
/**
 * What becomes of names and ids of people and programs: keep remembers them as long as the change, omit takes them out before anything sees them, and a duration forgets them after it.
 */
actors?: string
/**
 * Send a password again when somebody else has changed its connector since, where its definition does not say (policy.reassertOnOutsideChange).
 */
reassertOnOutsideChange?: boolean
}
/**
 * How long before a certificate expires reports begin to warn, in steps. Default: 60d, 30d, 14d and 7d.
 */
expiryWarnings?: string[]
/**
 * How long a write may take to show in reads.
 */
settle?: string
/**
 * Percent of Graph's 200 requests a minute for an app in a tenant that Plumbline may use.
 */
budget?: number
/**
 * When serve runs this tenant: a cron expression of five fields (minute, hour, day, month, weekday), with some seconds of jitter added.
 */
schedule?: string
/**
 * IANA time zone of the schedule, and of windows that name none.
 */
timezone?: string
/**
 * When this tenant may be changed. Outside, apply only reports. Without a window that allows, it may be changed whenever none denies it; one that denies wins over one that allows.
 */
windows?: Window[]
}
/**
 * A time that begins at each tick of a cron expression: either allow: true or deny: true.
 */
export interface Window {
/**
 * When it begins: a cron expression of five fields (minute, hour, day, month, weekday). A day matches when both its date and its weekday do.
 */
cron: string
/**
 * How long it lasts from there, as time that really passes: at most 31d.
 */
duration: string
/**
 * IANA time zone of the cron expression. Default: that of the tenant.
 */
timezone?: string
/**
 * The tenant may be changed inside.
 */
allow?: true
/**
 * The tenant may not be changed inside, whatever other windows allow.
 */
deny?: true
}
