// Made from schemas/drift.schema.json by `npm run generate`; do not edit.

/**
 * The differences between git and a tenant over time.
 */
export interface DriftOutput {
/**
 * Version of this format.
 */
version: 1
/**
 * Open ones first, as they stand now, then by kind, name and path.
 */
drifts: Drift[]
}
/**
 * One difference between git and the tenant over time.
 */
export interface Drift {
/**
 * Kind of object.
 */
kind: ("ApiConnector" | "UserFlow")
/**
 * metadata.name.
 */
name: string
/**
 * Path in the definition; empty for a whole object, one that is to be created, deleted or taken over.
 */
path: string
/**
 * Graph id; null where there is none.
 */
id: (string | null)
/**
 * What apply would do about it.
 */
op: ("create" | "update" | "adopt" | "delete")
/**
 * Live value when it was last seen; redacted where it is a secret.
 */
before: (string | null)
/**
 * What git said then.
 */
after: (string | null)
/**
 * Where the definition stood; null when there was none.
 */
at: (Position | null)
/**
 * new: seen in one run since it opened, or since it was accepted last; ongoing: in more; accepted: left alone on a person's word; flapping: opened at least three times within a day; resolved: not there any more.
 */
state: ("new" | "ongoing" | "accepted" | "flapping" | "resolved")
/**
 * Seen in as many runs in a row as the tenant asks for (drift.after), so that it is told of.
 */
counts: boolean
/**
 * When it was seen first since it was resolved last, accepted or not. RFC 3339, UTC.
 */
firstSeen: string
/**
 * RFC 3339, UTC.
 */
lastSeen: string
/**
 * Runs that saw it since it opened.
 */
runs: number
/**
 * When it opened before, within a day, the last one at the end. RFC 3339, UTC.
 */
openings: string[]
/**
 * The run that saw it last has begun to write it, so that it is ours when the next one does not see it.
 */
attempted: boolean
/**
 * RFC 3339, UTC; null while it is open.
 */
resolvedAt: (string | null)
/**
 * us: Plumbline wrote or restored it, or took a password on a person's word; commit: git says something else of this field; someone: neither; null while it is open.
 */
resolvedBy: ("us" | "commit" | "someone" | null)
/**
 * Of the definitions when it was last seen.
 */
commit: (string | null)
/**
 * Digest of what git said of this field when it was last seen (where a secret is, not what it is); null when it said nothing.
 */
definition: (string | null)
/**
 * When the tenant was looked at last before it opened, and did not have it; left out: never. RFC 3339, UTC.
 */
absentAt?: string
who?: Attribution
resolvedWho?: Attribution
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
