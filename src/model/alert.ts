/** What people are told of, and the port to what is still to be sent. Instants are RFC 3339, UTC. */
import type { Alert } from "./generated/alert.ts";
import type { TenantIdentity } from "./tenant.ts";

/** A difference that is open, or that a person has accepted. */
export interface ToldDrift {
  readonly state: "open" | "accepted";
  /** It comes and goes: its end is told only when it has stayed away for a day. */
  readonly flapping: boolean;
  readonly cause: string;
  /** When it was told last; null when it never was. */
  readonly toldAt: string | null;
}

/** Runs of a tenant that fail one after the other. */
export interface ToldFailure {
  /** Of the last of them. */
  readonly code: string;
  /** All of them. */
  readonly runs: number;
  /** The last ones, that fail of the same: all ways in which Graph cannot be reached are one. */
  readonly same: number;
  readonly cause: string;
  /** The code that was told; null while they are too few. */
  readonly toldCode: string | null;
  readonly toldAt: string | null;
}

export interface ToldCertificate {
  /** The nearest step that was told: `14d`, or `expired`. */
  readonly step: string;
  readonly cause: string;
  readonly toldAt: string;
}

export interface ToldHold {
  readonly cause: string;
  readonly toldAt: string;
}

/** What is known to have been told of one tenant, so that a restart tells nothing twice. */
export interface Told {
  /** Of the last run that was looked at. */
  readonly commit: string | null;
  /** By kind, name and path. */
  readonly drifts: Readonly<Record<string, ToldDrift>>;
  /** null: the last run got through. */
  readonly failure: ToldFailure | null;
  /** By kind and id. */
  readonly certificates: Readonly<Record<string, ToldCertificate>>;
  /** By kind, name, verb and reason. */
  readonly held: Readonly<Record<string, ToldHold>>;
}

/** Of a tenant of which nothing was told. */
export const nothingTold: Told = {
  commit: null,
  drifts: {},
  failure: null,
  certificates: {},
  held: {},
};

/** One alert for one sink. */
export interface Queued {
  /** What the message is called when this alert is the first of it; equal for the same alert. */
  readonly id: string;
  /** Name of the sink: its address is a secret. */
  readonly sink: string;
  readonly alert: Alert;
  /** Until when alerts of its cause are waited for after this one. */
  readonly dueAt: string;
  /** When the message is sent however many still come. */
  readonly latestAt: string;
}

/** One message on its way to one sink. */
export interface Delivery {
  readonly id: string;
  readonly sink: string;
  readonly createdAt: string;
  /** Tries, with the one for which it was taken. */
  readonly attempts: number;
  /** Why the last try failed; null before one did. */
  readonly lastError: string | null;
  /** Of one cause, in the order in which they came up. */
  readonly alerts: readonly Alert[];
}

/** Every method may throw a FaultError with code `store`. */
export interface Alerts {
  /** null: nothing yet. */
  told(tenant: TenantIdentity): Promise<Told | null>;
  /**
   * Queues alerts, and notes what was told with them, in one transaction. An alert joins the message of
   * its sink and cause that has not been sent yet. `tenant`: null for what is about the service.
   */
  enqueue(
    queued: readonly Queued[],
    now: string,
    told: { readonly tenant: TenantIdentity; readonly told: Told } | null,
  ): Promise<void>;
  /**
   * The message of a sink that is due for the longest time; null when none is. It is due again at
   * `until`, should nobody say by then what became of it. From now on no alert joins it.
   */
  take(sink: string, now: string, until: string): Promise<Delivery | null>;
  delivered(id: string): Promise<void>;
  postponed(id: string, dueAt: string, error: string): Promise<void>;
  /** Never sent again, and kept with the reason until it expires. */
  dropped(id: string, at: string, error: string): Promise<void>;
  /** Takes away what was made before this instant, and answers what was still to be sent of it. */
  expire(before: string): Promise<readonly Delivery[]>;
}
