// Made from schemas/history.schema.json by `npm run generate`; do not edit.

/**
 * What `plumbline history --output json` prints.
 */
export interface HistoryOutput {
/**
 * Version of this format.
 */
version: 1
/**
 * Newest first; what happened outside of runs stands alone.
 */
runs: HistoryRun[]
}
/**
 * A run in which something happened.
 */
export interface HistoryRun {
/**
 * Its name; null: it is about the store itself.
 */
tenant: (string | null)
/**
 * Id of the run; null outside of runs.
 */
run: (string | null)
/**
 * When. RFC 3339, UTC, milliseconds.
 */
at: string
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
 * In the order in which they happened.
 */
events: HistoryEvent[]
}
/**
 * One write with what became of it, or whatever else the audit tells.
 */
export interface HistoryEvent {
/**
 * Of its first entry in the audit.
 */
sequence: number
/**
 * What was done: a write to the tenant (create, update, adopt, delete); something that was not done (refuse); a person's word against a rule (override); suspend and resume; restore; and retain, which took the oldest entries away.
 */
action: ("create" | "update" | "adopt" | "delete" | "refuse" | "override" | "accept" | "suspend" | "resume" | "restore" | "reconcile" | "retain")
/**
 * What became of it: begun before a write, done after it, else the code of what went wrong, or how a later run found out.
 */
result: string
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
/**
 * How the write changed the object.
 */
fields: FieldChange[]
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
