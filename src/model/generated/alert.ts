// Made from schemas/alert.schema.json by `npm run generate`; do not edit.

/**
 * drift-opened: a difference was found; drift-reopened: one that was accepted counts again; drift-resolved: it is no more; run-failing: several runs in a row failed; run-recovered: one got through again; certificate: its end has come within a step; held: a change is not carried out; heartbeat: how the tenants are, once a day; test: somebody asked for it.
 */
export type AlertKind = ("drift-opened" | "drift-reopened" | "drift-resolved" | "run-failing" | "run-recovered" | "certificate" | "held" | "heartbeat" | "test")
/**
 * How urgent it is.
 */
export type AlertSeverity = ("error" | "warning" | "info")

/**
 * What a webhook is sent: a CloudEvent 1.0 in structured JSON.
 */
export interface AlertEvent {
/**
 * Version of CloudEvents.
 */
specversion: "1.0"
/**
 * The same whenever this message is sent again: drop one that was seen before.
 */
id: string
/**
 * Who sends it.
 */
source: "/plumbline"
/**
 * plumbline.alert. and the kind.
 */
type: string
/**
 * What caused it; stable.
 */
subject: string
/**
 * When the first of its alerts came up. RFC 3339, UTC.
 */
time: string
/**
 * Of data.
 */
datacontenttype: "application/json"
data: AlertMessage
}
/**
 * Alerts of one cause, of one tenant or of several.
 */
export interface AlertMessage {
/**
 * Version of this format.
 */
version: 1
kind: AlertKind
severity: AlertSeverity
/**
 * It is no news: it was so before, and still is.
 */
reminder: boolean
/**
 * What the alerts have in common; stable.
 */
cause: string
/**
 * One line for people.
 */
title: string
/**
 * Names, each once.
 */
tenants: string[]
/**
 * In the order in which they came up. What has no room in one event is continued in another one.
 */
alerts: Alert[]
}
/**
 * One thing that has changed in one tenant.
 */
export interface Alert {
kind: AlertKind
severity: AlertSeverity
/**
 * It is no news: it was so before, and still is.
 */
reminder: boolean
/**
 * What it has in common with alerts that are told with it; stable.
 */
cause: string
/**
 * Name of the tenant; empty for what is about the whole service.
 */
tenant: string
/**
 * Which object, and which field of it; empty for the tenant as a whole.
 */
about: string
/**
 * What happened, in one or two sentences, without any secret.
 */
text: string
/**
 * Id of the run that found it; null when none did.
 */
run: (string | null)
/**
 * RFC 3339, UTC.
 */
at: string
/**
 * The same in all alerts of one matter: of its beginning, its reminders and its end. Left out where there is none.
 */
matter?: string
/**
 * When the matter changed again, before this alert was sent: it is out of date. RFC 3339, UTC. Left out while it is the latest.
 */
overtakenAt?: string
}
