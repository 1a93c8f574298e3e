// Made from schemas/api.schema.json by `npm run generate`; do not edit.

/**
 * How a run ended.
 */
export type Result = ("clean" | "converged" | "drift" | "invalid" | "refused" | "partial" | "unreadable" | "failed")

/**
 * What the API answers for /api/v1/tenants; under $defs what else it takes and answers. Plans, runs, differences and the audit are those of the other schemas.
 */
export interface TenantsAnswer {
/**
 * Version of this format.
 */
version: 1
/**
 * In the order of plumbline.yaml.
 */
tenants: TenantState[]
}
/**
 * How a tenant stands.
 */
export interface TenantState {
/**
 * As in plumbline.yaml.
 */
name: string
/**
 * The most that Plumbline may do to it.
 */
mode: ("report" | "apply")
/**
 * The last run; null before the first one has ended.
 */
last: (RunSummary | null)
/**
 * When the next run begins. RFC 3339; null without a schedule.
 */
nextRun: (string | null)
/**
 * Runs in a row that did not get through.
 */
failures: number
/**
 * Differences from git that are open, count and are not accepted.
 */
differences: number
/**
 * Since when the oldest of them is open. RFC 3339; null without one.
 */
oldestDifference: (string | null)
/**
 * Until when the whole tenant is left alone. RFC 3339; null when it is not.
 */
suspendedUntil: (string | null)
}
/**
 * How a run ended, without what it found.
 */
export interface RunSummary {
/**
 * What the run is called. Unique for a tenant and its store.
 */
id: string
/**
 * When it began. RFC 3339, UTC, milliseconds.
 */
startedAt: string
/**
 * When it ended. RFC 3339, UTC, milliseconds.
 */
finishedAt: string
result: Result
}
