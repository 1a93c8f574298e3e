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
 * What is done.
 */
op: ("create" | "update" | "adopt" | "delete")
/**
 * Kind of object.
 */
kind: "ApiConnector"
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
 * A definition that the tenant already matches.
 */
export interface Unchanged {
/**
 * Kind of object.
 */
kind: "ApiConnector"
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
kind: "ApiConnector"
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
}
/**
 * Why a change is held.
 */
export interface HoldReason {
/**
 * Which rule; stable.
 */
code: ("delete" | "verb" | "protected" | "ambiguous" | "secret" | "tenant" | "unseen")
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
kind: "ApiConnector"
/**
 * Graph id.
 */
id: string
/**
 * As Graph holds it.
 */
displayName: (string | null)
/**
 * With query values redacted.
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
kind: "ApiConnector"
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
kind: "ApiConnector"
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
