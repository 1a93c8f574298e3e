/** What may be set while the practice tenant runs. They are no part of its state. */
import { FaultError, failure } from "../model/fault.ts";

export interface Settings {
  /** Requests a minute for each app; null: no limit. */
  readonly requestLimit: number | null;
  /** Items in a page when $top does not ask; null: all in one. */
  readonly pageSize: number | null;
  /**
   * How binding a step to the connector that it calls already is answered. Microsoft documents
   * nothing; a script of its own takes 409 for "already bound".
   */
  readonly bindAgain: 204 | 409;
  /**
   * How deleting a connector that a user flow calls is answered; with 204 its steps are unbound.
   * Microsoft documents nothing.
   */
  readonly deleteInUse: 204 | 400 | 409;
  /**
   * What Graph calls the step before the token, which is always preTokenIssuance in the tenant's
   * state. Its metadata says the one, scripts of Microsoft say the other.
   */
  readonly tokenStep: "preTokenIssuance" | "preSendingClaims";
  /** Milliseconds after which a change arrives in the audit log. */
  readonly auditDelay: number;
  /** What entries of the audit log call their objects by. Microsoft documents nothing. */
  readonly auditTargets: "both" | "id" | "name" | "none";
  /**
   * What entries of the audit log have as correlationId: what the request brought along, or an id of
   * their own. Microsoft documents nothing.
   */
  readonly auditCorrelation: "client-request-id" | "own";
  /** userPrincipalName of whoever changes something by the control, as a person in the portal would. */
  readonly person: string;
}

/** The stricter choices: whoever copes with them copes with the others; and the name in the metadata. */
export const DEFAULT_SETTINGS: Settings = {
  requestLimit: 200,
  pageSize: null,
  bindAgain: 409,
  deleteInUse: 409,
  tokenStep: "preTokenIssuance",
  auditDelay: 0,
  auditTargets: "both",
  auditCorrelation: "client-request-id",
  person: "someone@sandbox.example",
};

/**
 * Settings of unknown origin; undefined stands for a key that is not of the settings. Must throw a
 * FaultError with code `configuration`.
 */
export function checkedSettings(settings: Settings): Settings {
  const { requestLimit, pageSize, bindAgain, deleteInUse, tokenStep, ...others } = settings;
  const { auditDelay, auditTargets, auditCorrelation, person, ...rest } = others;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    const known = Object.keys(DEFAULT_SETTINGS).join(", ");
    throw wrong(`The sandbox has no setting "${unknown}". It has ${known}.`);
  }
  for (const value of [requestLimit, pageSize]) {
    if (value !== null && !(Number.isInteger(value) && value >= 1)) {
      throw wrong("requestLimit and pageSize are whole numbers from 1, or null for no limit.");
    }
  }
  if (![204, 409].includes(bindAgain)) throw wrong("bindAgain is 204 or 409.");
  if (![204, 400, 409].includes(deleteInUse)) throw wrong("deleteInUse is 204, 400 or 409.");
  if (!["preTokenIssuance", "preSendingClaims"].includes(tokenStep)) {
    throw wrong("tokenStep is preTokenIssuance or preSendingClaims.");
  }
  if (!(Number.isInteger(auditDelay) && auditDelay >= 0)) {
    throw wrong("auditDelay is a whole number of milliseconds from 0.");
  }
  if (!["both", "id", "name", "none"].includes(auditTargets)) {
    throw wrong("auditTargets is both, id, name or none.");
  }
  if (!["client-request-id", "own"].includes(auditCorrelation)) {
    throw wrong("auditCorrelation is client-request-id or own.");
  }
  if (typeof person !== "string" || person === "") throw wrong("person is the name of a user.");
  return settings;
}

function wrong(message: string): FaultError {
  return new FaultError(failure("configuration", message));
}
