/** What people are told of, and the port to what is still to be sent. Instants are RFC 3339, UTC. */
import type { Alert, AlertKind } from "./generated/alert.ts";
import type { TenantIdentity } from "./tenant.ts";

/** How a difference stood after the last run, told or not. */
export interface ToldDrift {
  readonly state: "open" | "accepted" | "resolved";
  /** It came and went when it was last there: its end is told only when it has stayed away for a day. */
  readonly flapping: boolean;
  /** Tells one end from the next, whatever a clock says; null while it is there. */
  readonly resolvedAt: string | null;
}

/** Runs of a tenant that fail one after the other. */
export interface ToldFailure {
  /** Of the last of them. */
  readonly code: string;
  /** All of them. */
  readonly runs: number;
  /** The last ones, that fail of the same: all ways in which Graph cannot be reached are one. */
  readonly same: number;
  /** The code of which people are told; null while they are too few. */
  readonly shown: string | null;
}

/** Something that is so of a tenant, and of which people are told until it is no more. */
export interface Matter {
  /** As what it is told while it lasts. */
  readonly kind: AlertKind;
  /** How far it has come, such as `14d` or `expired`: another step may be news. */
  readonly step: string;
  /** What it has in common with others that are told with it, without the kind. */
  readonly cause: string;
  /** By the name of each sink that was told: which step, and when last. */
  readonly told: Readonly<Record<string, { readonly step: string; readonly at: string }>>;
}

/** What is known to have been told of one tenant, so that a restart tells nothing twice. */
export interface Told {
  readonly version: typeof TOLD_VERSION;
  /** When the tenant was first looked at; left out while no run could. */
  readonly since?: string;
  /** Of the last run that was looked at. */
  readonly commit: string | null;
  /** By kind, name and path: all that the store knows of. */
  readonly drifts: Readonly<Record<string, ToldDrift>>;
  /** null: the last run got through. */
  readonly failure: ToldFailure | null;
  /** Runs in a row that another run of the tenant kept out. */
  readonly locked: number;
  /** By what they are of; those that were over are gone. */
  readonly matters: Readonly<Record<string, Matter>>;
}

/** Of the format; what an earlier one says is not known any more. */
export const TOLD_VERSION = 2;

/** Of a tenant of which nothing was told. */
export const nothingTold: Told = {
  version: TOLD_VERSION,
  commit: null,
  drifts: {},
  failure: null,
  locked: 0,
  matters: {},
};

/** What was read, and how it stood: it may be changed only while it stands so. */
export interface Noted<Value> {
  /** null: nothing yet. */
  readonly value: Value | null;
  /** null: nothing is there. */
  readonly written: string | null;
}

/** What is noted with alerts that are queued. */
export type Note =
  | {
      readonly tenant: TenantIdentity;
      readonly before: Noted<Told>;
      readonly told: Told;
      /** Matters of alerts: what was queued of them before is no longer the latest. */
      readonly overtaken: readonly string[];
    }
  /**
   * When the last heartbeat of these tenants and sinks was due (RFC 3339), in the place of the one before.
   * `group` names them, and is the matter of their alerts.
   */
  | { readonly heartbeat: string; readonly group: string; readonly before: Noted<string> };

/** One alert for one sink. */
export interface Queued {
  /** Equal for the same alert: a message is called by those that begin it. */
  readonly id: string;
  /** Name of the sink: its address is a secret. */
  readonly sink: string;
  readonly alert: Alert;
  /** Until when alerts of its cause are waited for after this one. */
  readonly dueAt: string;
  /** When the message is sent however many still come. */
  readonly latestAt: string;
}

/** What earlier tries of a message came to. */
export interface Progress {
  /** Parts and recipients that are not sent it again, by what their sink calls them. */
  readonly done: readonly string[];
  /** Tries of which nobody knows whether they arrived. */
  readonly unanswered: number;
}

export const noProgress: Progress = { done: [], unanswered: 0 };

/** One message on its way to one sink. */
export interface Delivery {
  readonly id: string;
  readonly sink: string;
  readonly createdAt: string;
  /** Tries, with the one for which it was taken. */
  readonly attempts: number;
  /** Why the last try failed; null before one did. */
  readonly lastError: string | null;
  readonly progress: Progress;
  /** Of one cause, in the order in which they came up. */
  readonly alerts: readonly Alert[];
}

/** A message that is never sent any more. */
export interface Expired extends Pick<Delivery, "id" | "sink" | "attempts" | "lastError"> {
  /** How many; 1 where they cannot be read. */
  readonly alerts: number;
}

/** When a message of a sink is due. */
export interface Due {
  readonly now: string;
  /** When it is due again, should nobody say by then what became of it. */
  readonly until: string;
  /** What is due later than this was queued by a clock that ran ahead, and is due now. */
  readonly latest: string;
}

/** Every method may throw a FaultError with code `store`. */
export interface Alerts {
  told(tenant: TenantIdentity): Promise<Noted<Told>>;
  /** `group`: names the tenants and sinks, of those that share a store. */
  heartbeat(group: string): Promise<Noted<string>>;
  /**
   * Queues alerts, with the note that they are told, in one transaction. An alert joins the message of
   * its sink and cause that has not been sent yet. Answers false, and has done nothing, when another
   * process has changed meanwhile what the note was made from.
   */
  enqueue(queued: readonly Queued[], now: string, note: Note): Promise<boolean>;
  /** The message of a sink that is due for the longest time; null when none is. From now on no alert joins it. */
  take(sink: string, due: Due): Promise<Delivery | null>;
  delivered(id: string): Promise<void>;
  postponed(id: string, dueAt: string, error: string, progress: Progress): Promise<void>;
  /** Never sent again, and kept with the reason until it expires. */
  dropped(id: string, at: string, error: string): Promise<void>;
  /** Takes away what was made before this instant, and answers what was still to be sent of it. */
  expire(before: string): Promise<readonly Expired[]>;
}
