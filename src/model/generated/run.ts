// Made from schemas/run.schema.json by `npm run generate`; do not edit.

/**
 * How a run ended.
 */
export type Result = ("clean" | "converged" | "drift" | "invalid" | "refused" | "partial" | "unreadable" | "failed")

/**
 * What `plumbline apply --output json` prints.
 */
export interface RunOutput {
/**
 * Version of this format.
 */
version: 1
/**
 * One for each tenant.
 */
runs: Run[]
}
/**
 * One run of one tenant.
 */
export interface Run {
/**
 * What the run is called: its start, as digits. Unique for a tenant and its store.
 */
id: string
/**
 * Name of the tenant.
 */
tenant: string
/**
 * What started it.
 */
trigger: ("command" | "start" | "schedule")
/**
 * The tenant's mode.
 */
mode: ("report" | "apply")
/**
 * The limit that was lifted for this run, and why, in the words of who did it.
 */
lift?: {
/**
 * Which limit.
 */
limit: "deletes"
/**
 * Why.
 */
reason: string
}
/**
 * What this run brought back to an earlier state. It is suspended afterwards, so that the next run does not take git's word for it.
 */
restore?: {
/**
 * Id of the run whose changes are undone, or the name whose last change is.
 */
of: string
/**
 * Definitions, by metadata.name.
 */
names: string[]
/**
 * Until when they are suspended. RFC 3339, UTC.
 */
until: string
/**
 * Why, in the words of who did it.
 */
reason: string
}
/**
 * When it began. RFC 3339, UTC, milliseconds.
 */
startedAt: string
/**
 * When it ended. RFC 3339, UTC, milliseconds.
 */
finishedAt: string
/**
 * Commit of the definitions.
 */
commit: (string | null)
/**
 * The plan that was carried out; null when there could be none.
 */
plan: (Plan | null)
/**
 * One for each change of the plan, in its order.
 */
outcomes: Outcome[]
/**
 * What went wrong besides the outcomes.
 */
faults: Fault[]
result: Result
}
/**
 * What apply would do to one tenant, and what it would not. Every definition and every live object is in exactly one list.
 */
export interface Plan {
/**
 * Name of the tenant.
 */
tenant: string
/**
 * Commit of the definitions.
 */
commit: (string | null)
/**
 * Identifies the decisions; changes only when a decision does.
 */
digest: string
/**
 * False when another kind could not be read.
 */
complete: boolean
summary: Summary
/**
 * In the order of carrying out.
 */
changes: Change[]
/**
 * Sorted by kind and name.
 */
unchanged: Unchanged[]
/**
 * Sorted like changes.
 */
held: HeldChange[]
/**
 * Sorted by kind, displayName and id.
 */
unmanaged: Unmanaged[]
/**
 * Sorted by kind.
 */
unreadable: Unreadable[]
/**
 * What is known of each secret that a definition names. Sorted by kind and name.
 */
secrets: SecretState[]
/**
 * Each connector that has or will have client certificates. Sorted by kind, name and id; those without a name last.
 */
certificates: ConnectorCertificates[]
/**
 * Which steps of user flows call which connector, managed or not; null when nobody knows.
 */
uses: (Use[] | null)
/**
 * Why nobody knows; null when it is known, or was not asked.
 */
usesUnknown: (Fault | null)
/**
 * Differences that a person has accepted for a while; no drift.
 */
accepted: AcceptedDrift[]
/**
 * What is left alone for a while; a suspension of the whole tenant comes first.
 */
suspended: Suspension[]
/**
 * The change windows of the tenant at the instant of the plan; null when it has none.
 */
window: (ChangeWindow | null)
/**
 * Errors here mean that nothing is applied.
 */
faults: Fault[]
}
/**
 * Counts of the lists.
 */
export interface Summary {
/**
 * Creates.
 */
create: number
/**
 * Updates.
 */
update: number
/**
 * Deletes.
 */
delete: number
/**
 * Adoptions.
 */
adopt: number
/**
 * Unchanged.
 */
unchanged: number
/**
 * Held changes of any verb.
 */
held: number
/**
 * Unmanaged objects.
 */
unmanaged: number
/**
 * Unreadable kinds.
 */
unreadable: number
}
/**
 * A change that apply would carry out.
 */
export interface Change {
/**
 * What is done. User flows are never created or deleted.
 */
op: ("create" | "update" | "adopt" | "delete")
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
/**
 * metadata.name.
 */
name: string
/**
 * Graph id; null for a create.
 */
id: (string | null)
/**
 * What people see in the portal: the desired name, for a delete the live one, for a user flow its id.
 */
displayName: string
/**
 * Where the definition stands; null when there is none.
 */
at: (Position | null)
/**
 * Why, in one sentence.
 */
reason: string
/**
 * What differs.
 */
fields: FieldChange[]
/**
 * Paths of the secrets that travel with this change.
 */
sends: string[]
/**
 * True when the certificate is added by uploadClientCertificate and the older ones stay. Otherwise authentication that differs is overwritten whole.
 */
upload?: true
who?: Attribution
}
/**
 * A place in a file, for people and editors.
 */
export interface Position {
/**
 * Path relative to the folder of plumbline.yaml, with /.
 */
file: string
/**
 * From 1.
 */
line: number
/**
 * From 1.
 */
column: number
}
/**
 * One property before and after. Values of secrets are never here: they read (redacted), (unknown) or (absent).
 */
export interface FieldChange {
/**
 * Path in the definition.
 */
path: string
/**
 * Live value; null when there is none.
 */
before: (string | null)
/**
 * Desired value; null when it is taken away.
 */
after: (string | null)
/**
 * True when the value is a secret and is shown redacted.
 */
secret?: true
}
/**
 * A change of the tenant by somebody else than Plumbline, as the tenant's own audit log tells of it (microsoft.graph.directoryAudit).
 */
export interface Attribution {
/**
 * Of its entry in the audit log.
 */
id: string
/**
 * When it was done. RFC 3339, UTC.
 */
at: string
/**
 * As Microsoft names it: `Update Api connector`.
 */
activity: string
/**
 * correlationId of the entry; null where it has none.
 */
request: (string | null)
/**
 * Who did it; null where the entry does not say, or it is not kept (attribution.actors).
 */
actor: (OutsideActor | null)
}
/**
 * A person or a program that changed the tenant.
 */
export interface OutsideActor {
/**
 * user: a person; app: a program.
 */
type: ("user" | "app")
/**
 * userPrincipalName, else the displayName; of an app its displayName.
 */
name: (string | null)
/**
 * Object id of the user, appId of the program.
 */
id: (string | null)
}
/**
 * A definition that the tenant already matches.
 */
export interface Unchanged {
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
/**
 * metadata.name.
 */
name: string
/**
 * Graph id; null for a create.
 */
id: (string | null)
/**
 * What people see in the portal: the desired name, for a delete the live one.
 */
displayName: string
/**
 * Where the definition stands; null when there is none.
 */
at: (Position | null)
}
/**
 * A change that is not carried out, and why.
 */
export interface HeldChange {
/**
 * What is done.
 */
op: ("create" | "update" | "adopt" | "delete")
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
/**
 * metadata.name.
 */
name: string
/**
 * Graph id; null for a create.
 */
id: (string | null)
/**
 * What people see in the portal: the desired name, for a delete the live one.
 */
displayName: string
/**
 * Where the definition stands; null when there is none.
 */
at: (Position | null)
reason: HoldReason
/**
 * What differs.
 */
fields: FieldChange[]
/**
 * Paths of the secrets that travel with this change.
 */
sends: string[]
/**
 * Ids of the live objects between which Plumbline does not choose.
 */
candidates?: string[]
/**
 * True when the certificate is added by uploadClientCertificate and the older ones stay. Otherwise authentication that differs is overwritten whole.
 */
upload?: true
who?: Attribution
}
/**
 * Why a change is held.
 */
export interface HoldReason {
/**
 * Which rule; stable.
 */
code: ("announced" | "limit" | "verb" | "protected" | "ambiguous" | "secret" | "tenant" | "unseen" | "certificate" | "earlier-expiry" | "scope" | "suspended" | "window" | "in-use" | "use-unknown" | "target" | "unsupported" | "accepted")
/**
 * Why, in one sentence.
 */
message: string
/**
 * The setting or command that lifts it.
 */
lift: (string | null)
/**
 * RFC 3339 instant at which it ends by itself.
 */
until: (string | null)
}
/**
 * A live object that no definition and no ledger entry names; never touched.
 */
export interface Unmanaged {
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
/**
 * Graph id.
 */
id: string
/**
 * As Graph holds it; the id of a user flow.
 */
displayName: (string | null)
/**
 * With query values redacted; null for a user flow.
 */
targetUrl: (string | null)
}
/**
 * A kind of object that could not be read.
 */
export interface Unreadable {
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
fault: Fault
}
/**
 * Something that is wrong, for people.
 */
export interface Fault {
/**
 * An error stops the tenant's run, a warning does not.
 */
severity: ("error" | "warning")
/**
 * Which rule; stable.
 */
code: string
/**
 * What happened and what to do.
 */
message: string
/**
 * Where; null when it is not about a place in a file.
 */
at: (Position | null)
/**
 * request-id of Microsoft Graph, when one was given.
 */
requestId?: string
}
/**
 * What is known of one secret of a definition. Microsoft Graph never shows a password, so a change outside is never claimed to have been looked for.
 */
export interface SecretState {
/**
 * Kind of object.
 */
kind: "ApiConnector"
/**
 * metadata.name.
 */
name: string
/**
 * Path in the definition.
 */
path: string
/**
 * Where the value is kept: `env NAME`, `file PATH`, `keyVault VAULT/SECRET`.
 */
source: string
/**
 * asserted: sent by Plumbline (at, run), and nothing tells that the source has changed since (after a change of fingerprintKey nothing can); changed-at-source: the source holds another value than the one that was last sent or recorded; not-asserted: never sent by Plumbline, the live value was there before; trusted: a person said that the live value is right (at, run); overdue: policy.reassertEvery has passed; possibly-changed-outside: the tenant's audit log has a change of the connector by somebody else since then (outside), and cannot tell whether the password was part of it; unknown: the answer to the last write was lost; compared: Microsoft Graph shows it (a key in the URL, a certificate), so it is compared at each run; unreadable: its source cannot be read or opened; new: it will be sent with a create.
 */
state: ("asserted" | "changed-at-source" | "not-asserted" | "trusted" | "overdue" | "possibly-changed-outside" | "unknown" | "compared" | "unreadable" | "new")
/**
 * When it was last sent, or taken on trust; null when it never was. RFC 3339, UTC.
 */
at: (string | null)
/**
 * Which run did so; null when that is not known.
 */
run: (string | null)
/**
 * When policy.reassertEvery sends it again; null without one. RFC 3339, UTC.
 */
due: (string | null)
outside?: Attribution
}
/**
 * The client certificates of one connector on both sides, also of one that no definition names.
 */
export interface ConnectorCertificates {
/**
 * Kind of object.
 */
kind: "ApiConnector"
/**
 * metadata.name; null for an object that no definition names.
 */
name: (string | null)
/**
 * Graph id; null before a create.
 */
id: (string | null)
/**
 * What people see in the portal.
 */
displayName: (string | null)
/**
 * Where the definition stands; null when there is none.
 */
at: (Position | null)
/**
 * In the order of Microsoft Graph; one that only the definition names comes last.
 */
list: Certificate[]
/**
 * Until when the tenant has a valid one without a gap, as it is now; null when none is valid now. RFC 3339, UTC.
 */
validUntil: (string | null)
/**
 * The step of expiryWarnings that the nearest end, of what is live or of what the definition names, has come within, such as 14d; `expired` when it is over; null when it is far.
 */
warning: (string | null)
/**
 * The same once the plan is carried out.
 */
warningAfter: (string | null)
}
/**
 * One client certificate of a connector.
 */
export interface Certificate {
/**
 * SHA-1, upper-case hexadecimal; null when Microsoft Graph shows none.
 */
thumbprint: (string | null)
/**
 * From when it is valid. RFC 3339, UTC.
 */
notBefore: string
/**
 * Until when it is valid. RFC 3339, UTC.
 */
notAfter: string
/**
 * The tenant has it.
 */
live: boolean
/**
 * Microsoft Graph shows it with now.
 */
active: boolean
/**
 * The definition names it.
 */
desired: boolean
/**
 * What it is once the plan is carried out: active (calls are signed in with it); pending (active from `at` on, when it becomes valid); standby (valid, and used again only when the active one ends); expired; retired (taken away); null when nothing is known.
 */
becomes: ("active" | "pending" | "standby" | "expired" | "retired" | null)
/**
 * When that comes: for pending when it becomes active, for standby when policy.retire takes it away; null when at once or never. RFC 3339, UTC.
 */
at: (string | null)
}
/**
 * A step of a user flow that calls an API connector, now or once the plan is carried out.
 */
export interface Use {
/**
 * Id of the user flow.
 */
flow: string
/**
 * As Microsoft Graph calls it.
 */
step: ("postFederationSignup" | "postAttributeCollection" | "preTokenIssuance")
/**
 * metadata.name of the connector, also when its definition has gone; null when it is not managed.
 */
name: (string | null)
/**
 * Graph id of the connector; null before its create.
 */
id: (string | null)
/**
 * What people see of the connector in the portal.
 */
displayName: (string | null)
/**
 * The step calls it now.
 */
before: boolean
/**
 * The step calls it once the plan is carried out.
 */
after: boolean
}
/**
 * A difference that a person has accepted for a while: the live value stays as it is. Another live value is drift again.
 */
export interface AcceptedDrift {
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
/**
 * metadata.name.
 */
name: string
/**
 * Graph id.
 */
id: string
/**
 * Path in the definition.
 */
path: string
/**
 * The live value that was accepted; redacted where it is a secret.
 */
before: (string | null)
/**
 * What git says.
 */
after: (string | null)
/**
 * RFC 3339, UTC.
 */
since: string
/**
 * When it ends by itself. RFC 3339, UTC.
 */
until: string
/**
 * Who said so.
 */
by: string
/**
 * Why.
 */
reason: string
}
/**
 * What a person asked to be left alone. Its drift is still reported, and held.
 */
export interface Suspension {
/**
 * Kind of object; null for the whole tenant.
 */
kind: ("ApiConnector" | "UserFlow" | null)
/**
 * metadata.name; null for the whole tenant.
 */
name: (string | null)
/**
 * RFC 3339, UTC.
 */
since: string
/**
 * When it ends by itself. RFC 3339, UTC.
 */
until: string
/**
 * Who said so.
 */
by: string
/**
 * Why.
 */
reason: string
}
/**
 * Whether the tenant may be changed, and when it may next.
 */
export interface ChangeWindow {
/**
 * False outside all windows that allow and inside one that denies: then nothing is applied.
 */
isOpen: boolean
/**
 * When isOpen changes next; null when that is never, or too far away to be found. RFC 3339, UTC.
 */
until: (string | null)
/**
 * The first time after now that begins to be open; null as for until.
 */
next: (Opening | null)
}
/**
 * A time in which the tenant may be changed.
 */
export interface Opening {
/**
 * RFC 3339, UTC.
 */
from: string
/**
 * null as for until. RFC 3339, UTC.
 */
to: (string | null)
}
/**
 * What became of one change.
 */
export interface Outcome {
/**
 * What is done.
 */
op: ("create" | "update" | "adopt" | "delete")
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
/**
 * metadata.name.
 */
name: string
/**
 * Graph id, when known.
 */
id: (string | null)
/**
 * done: written and read back; failed: refused or an error; skipped: not attempted; unverified: written, but reads do not show it.
 */
result: ("done" | "failed" | "skipped" | "unverified")
error?: Fault
}
