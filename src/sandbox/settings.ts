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
}

/** The stricter choices: whoever copes with them copes with the others; and the name in the metadata. */
export const DEFAULT_SETTINGS: Settings = {
  requestLimit: 200,
  pageSize: null,
  bindAgain: 409,
  deleteInUse: 409,
  tokenStep: "preTokenIssuance",
};

/**
 * Settings of unknown origin; undefined stands for a key that is not of the settings. Must throw a
 * FaultError with code `configuration`.
 */
export function checkedSettings(settings: Settings): Settings {
  const { requestLimit, pageSize, bindAgain, deleteInUse, tokenStep, ...rest } = settings;
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
  return settings;
}

function wrong(message: string): FaultError {
  return new FaultError(failure("configuration", message));
}
