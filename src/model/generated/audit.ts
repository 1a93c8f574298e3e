// Made from schemas/audit.schema.json by `npm run generate`; do not edit.

/**
 * How a definition named a value: a reference to a secret, or a short literal of targetUrl. Paths of files are relative to the folder of plumbline.yaml.
 */
export type KeptSource = (SecretReference | {
/**
 * The value of a query parameter that stood in targetUrl itself.
 */
literal: string
})

/**
 * What `plumbline audit --output json` prints.
 */
export interface AuditOutput {
/**
 * Version of this format.
 */
version: 1
/**
 * The oldest first; left out with --verify.
 */
entries?: ChainedEntry[]
verdict?: AuditVerdict
}
/**
 * An entry with its place in the chain.
 */
export interface ChainedEntry {
/**
 * From 1, without gaps.
 */
sequence: number
/**
 * Hash of the entry before it; 64 zeros for the first.
 */
previous: string
/**
 * SHA-256, in hex, of sequence, previous and the entry's JSON as it is kept, with a newline between them.
 */
hash: string
entry: AuditEntry
}
/**
 * One thing that happened.
 */
export interface AuditEntry {
/**
 * When. RFC 3339, UTC, milliseconds.
 */
at: string
/**
 * Where; null: it is about the store itself.
 */
tenant: (AuditedTenant | null)
/**
 * What was done: a write to the tenant (create, update, adopt, delete); something that was not done (refuse); a person's word against a rule (override); suspend and resume; restore; reconcile, a run that somebody asked a service for; and retain, which took the oldest entries away.
 */
action: ("create" | "update" | "adopt" | "delete" | "refuse" | "override" | "accept" | "suspend" | "resume" | "restore" | "reconcile" | "retain")
/**
 * What became of it: begun before a write, done after it, else the code of what went wrong, or how a later run found out.
 */
result: string
/**
 * Id of the run; null outside of runs.
 */
run: (string | null)
/**
 * Commit of the definitions.
 */
commit: (string | null)
/**
 * What started the run; null outside of runs.
 */
trigger: ("command" | "start" | "schedule" | null)
/**
 * Who: PLUMBLINE_ACTOR, else the user and the machine.
 */
by: string
/**
 * Kind of object; null when it is about no object.
 */
kind: ("ApiConnector" | "UserFlow" | null)
/**
 * metadata.name; null when it is about no object.
 */
name: (string | null)
/**
 * Graph id, where it is known.
 */
id: (string | null)
/**
 * The object before a write; null when there was none.
 */
before: (Snapshot | UserFlowSnapshot | null)
/**
 * The object as the write was to make it; null for a delete.
 */
after: (Snapshot | UserFlowSnapshot | null)
/**
 * request-id of Microsoft Graph, where it gave one.
 */
requestId: (string | null)
/**
 * RFC 3339 instant at which a suspension ends by itself.
 */
until: (string | null)
/**
 * What a person should know of it; may be empty.
 */
message: string
}
/**
 * A tenant as the store knows it.
 */
export interface AuditedTenant {
/**
 * Its name in plumbline.yaml.
 */
name: string
/**
 * Root of Microsoft Graph.
 */
graph: string
/**
 * Its directory id.
 */
tenantId: string
}
/**
 * A connector as it was, in words that may be kept: secrets by reference and fingerprint.
 */
export interface Snapshot {
/**
 * As the portal showed it.
 */
displayName: (string | null)
/**
 * Without its query.
 */
targetUrl: (string | null)
/**
 * In the order of the URL.
 */
query: KeptParameter[]
authentication: KeptAuthentication
}
/**
 * One query parameter of targetUrl.
 */
export interface KeptParameter {
/**
 * Its name.
 */
key: string
/**
 * Of its value; null when it was not known.
 */
fingerprint: (string | null)
/**
 * Where the value came from; null when no definition said so.
 */
source: (KeptSource | null)
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
 * How a connector signed in at its web hook.
 */
export interface KeptAuthentication {
/**
 * The kind of authentication.
 */
type: ("basic" | "certificate" | "other")
/**
 * Of basic authentication.
 */
username: (string | null)
/**
 * Of the password or the certificate that was last sent; null when it is not known.
 */
fingerprint: (string | null)
/**
 * Where its secrets came from, by path in the definition.
 */
sources: {
[k: string]: KeptSource
}
/**
 * As Microsoft Graph showed them, or as they were to be.
 */
certificates: KeptCertificate[]
}
/**
 * One entry of certificateList.
 */
export interface KeptCertificate {
/**
 * SHA-1, upper-case hex.
 */
thumbprint: (string | null)
/**
 * Seconds since 1970.
 */
notBefore: number
/**
 * Seconds since 1970.
 */
notAfter: number
/**
 * Whether Microsoft Graph used it.
 */
isActive: boolean
}
/**
 * The managed steps of a user flow, as they were.
 */
export interface UserFlowSnapshot {
/**
 * By step; one that was not managed is left out.
 */
apiConnectors: {
/**
 * What it calls; null when it calls nothing.
 */
postFederationSignup?: (CalledConnector | null)
/**
 * What it calls; null when it calls nothing.
 */
postAttributeCollection?: (CalledConnector | null)
/**
 * What it calls; null when it calls nothing.
 */
preTokenIssuance?: (CalledConnector | null)
}
}
/**
 * A connector that a step calls.
 */
export interface CalledConnector {
/**
 * Graph id.
 */
id: string
/**
 * As the portal showed it.
 */
displayName: (string | null)
}
/**
 * What --verify found.
 */
export interface AuditVerdict {
/**
 * How many were looked at.
 */
entries: number
/**
 * The newest entry; null when there is none.
 */
head: (AuditHead | null)
/**
 * What does not fit, as sentences; empty for a whole chain. At most some ten.
 */
problems: string[]
}
/**
 * An entry as somebody may keep it elsewhere.
 */
export interface AuditHead {
/**
 * Its place in the chain.
 */
sequence: number
/**
 * Its hash.
 */
hash: string
}
