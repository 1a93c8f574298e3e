/** Which words are used for what. Every format takes them from here, so that they are written once. */
import { PASSWORD_PATH } from "../model/definition.ts";
import type {
  Certificate,
  Change,
  HoldReason,
  Outcome,
  Result,
  Run,
  SecretState,
} from "../model/generated/run.ts";
import { grouped } from "./printable.ts";

export type Op = Change["op"];
export type Kind = Change["kind"];

/** How something is to be taken; formats turn it into a colour, never into the only sign. */
export type Tone = "create" | "update" | "adopt" | "delete" | "held" | "good" | "bad" | "quiet";

export interface Verb {
  /** Reads without colour too. */
  readonly symbol: string;
  readonly todo: string;
  readonly done: string;
}

export const verbs = {
  create: { symbol: "+", todo: "create", done: "created" },
  update: { symbol: "~", todo: "update", done: "updated" },
  adopt: { symbol: "=", todo: "adopt", done: "adopted" },
  delete: { symbol: "-", todo: "delete", done: "deleted" },
} as const satisfies Record<Op, Verb>;

/** In the order in which counts are told. */
export const ops = ["create", "update", "adopt", "delete"] as const satisfies readonly Op[];

export const kinds = {
  ApiConnector: "API connector",
  UserFlow: "user flow",
} as const satisfies Record<Kind, string>;

export const holds = {
  announced: "delete announced",
  limit: "limit",
  verb: "not allowed for this tenant",
  protected: "protected",
  ambiguous: "ambiguous",
  secret: "secret unavailable",
  tenant: "other tenant",
  unseen: "created and not seen yet",
  certificate: "certificate unusable",
  "earlier-expiry": "certificate that ends sooner",
  scope: "not asked for",
  suspended: "suspended",
  "in-use": "called by a user flow",
  "use-unknown": "use by user flows unknown",
  window: "change window",
  target: "connector not there",
  unsupported: "takes no connectors",
  accepted: "accepted drift",
} as const satisfies Record<HoldReason["code"], string>;

export const triggers = {
  command: "by command",
  start: "at start",
  schedule: "by schedule",
} as const satisfies Record<Run["trigger"], string>;

export const resultTones = {
  clean: "good",
  converged: "good",
  drift: "update",
  invalid: "bad",
  refused: "held",
  partial: "bad",
  unreadable: "bad",
  failed: "bad",
} as const satisfies Record<Result, Tone>;

/** How a certificate is written: as it is, and as it was to be. */
export const uploadWords = [
  "Added by uploadClientCertificate; the certificates that are there stay.",
  "Was to be added by uploadClientCertificate; the certificates that are there stay.",
] as const;
export const replaceWords = [
  "Put in the place of all that was there by one PATCH; the connector keeps its id.",
  "Was to be put in the place of all that is there by one PATCH.",
] as const;

export interface SecretWords {
  /** Behind a number. */
  readonly counted: string;
  readonly state: string;
  readonly tone: Tone;
}

/** In the order in which they are told. None says that a password was looked at: nobody can. */
export const secretStates = {
  asserted: { counted: "sent by Plumbline", state: "sent by Plumbline", tone: "quiet" },
  compared: {
    counted: "compared with the tenant",
    state: "compared with what Microsoft Graph shows",
    tone: "quiet",
  },
  trusted: {
    counted: "trusted",
    state: "trusted: a person said that the live one is right",
    tone: "quiet",
  },
  "not-asserted": {
    counted: "not asserted",
    state: "not asserted: never sent by Plumbline",
    tone: "update",
  },
  new: { counted: "new", state: "new: sent when it is created or put in place", tone: "create" },
  "changed-at-source": {
    counted: "changed at source",
    state: "changed at its source since it was last sent or trusted",
    tone: "update",
  },
  overdue: {
    counted: "overdue",
    state: "overdue: policy.reassertEvery has passed, it is sent again",
    tone: "update",
  },
  "possibly-changed-outside": {
    counted: "possibly changed outside",
    state: "possibly changed outside: somebody else changed the connector since",
    tone: "update",
  },
  unknown: {
    counted: "unknown",
    state: "unknown: the answer to the last write was lost, it is sent again",
    tone: "bad",
  },
  unreadable: {
    counted: "unreadable",
    state: "unreadable: its source cannot be read or opened",
    tone: "bad",
  },
} as const satisfies Record<SecretState["state"], SecretWords>;

/** Path of a certificate. */
export const CERTIFICATE = "spec.authentication.certificate";

/** Path of the one secret that Graph masks. */
export const PASSWORD = PASSWORD_PATH;

export const sentByThisRun = "sent by this run";

export const passwordsNeverShown =
  "Microsoft Graph never shows a password: whether one was changed outside cannot be known.";

/** What to do about a password that is not asserted. */
export function toAssert(program: string): string {
  return `Not asserted means never sent by Plumbline: \`${program} assert NAME\` sends it, \`${program} trust NAME\` records that the live one is right.`;
}

/** What to do about a password whose connector somebody else has changed. */
export function possiblyChanged(program: string): string {
  return `Possibly changed outside means that somebody else changed the connector since, and nobody can see whether the password was part of it: \`${program} assert NAME\` sends it again, \`${program} trust NAME\` records that the live one is right, \`policy.reassertOnOutsideChange\` sends it each time.`;
}

/** Whether what a plan says of a certificate is still to be done, was done, or was not. */
export type Stage = "planned" | "done" | "undone";

/**
 * What a certificate is and becomes; `when` says when that comes.
 *
 * | becomes | planned                 | done            | undone                |
 * |---------|-------------------------|-----------------|-----------------------|
 * | active  | becomes active at once  | active now      | was to become active  |
 * | pending | becomes active on ...   | the same        | was to be added, ...  |
 * | standby | stays, not used ...     | the same        | the same              |
 * | retired | is taken away           | was taken away  | was to be taken away  |
 */
export function certificateWords(
  { live, active, becomes }: Certificate,
  stage: Stage,
  when: string | null,
): string {
  const isActive = live && active;
  switch (becomes) {
    case "active":
      if (isActive || stage === "done") return "active now";
      return stage === "planned" ? "becomes active at once" : "was to become active";
    case "pending":
      return `${stage === "undone" && !live ? "was to be added and become" : "becomes"} active ${when === null ? "when it becomes valid" : `on ${when}`}`;
    case "standby":
      return standbyWords(isActive && stage !== "done", stage, when);
    case "retired":
      return `${isActive && stage !== "done" ? "active now, " : ""}${retiredWords[stage]}`;
    case "expired":
      return "expired";
    case null:
      return isActive ? "active now" : live ? "not active" : "in git alone";
    default:
      return unknown(becomes);
  }
}

const retiredWords = {
  planned: "is taken away",
  done: "was taken away",
  undone: "was to be taken away",
} as const satisfies Record<Stage, string>;

function standbyWords(isActive: boolean, stage: Stage, when: string | null): string {
  if (isActive && stage === "undone") return "active now";
  const now = isActive ? "active now, " : "";
  if (when !== null) return `${now}will be taken away on ${when} (policy.retire)`;
  return isActive
    ? `${now}then kept beside the new one`
    : "stays, not used while a newer one is valid";
}

export const certificateTones = {
  active: "good",
  pending: "adopt",
  standby: "quiet",
  expired: "bad",
  retired: "quiet",
} as const satisfies Record<NonNullable<Certificate["becomes"]>, Tone>;

/** Behind a number of certificates. */
export function expiryWords(count: number, isExpired: boolean, steps: readonly string[]): string {
  const noun = count === 1 ? "certificate" : "certificates";
  if (isExpired) return `${noun} ${count === 1 ? "has" : "have"} expired`;
  const [first = ""] = steps;
  if (steps.length > 1) return `${noun} expire, the first within ${first}`;
  return `${noun} ${count === 1 ? "expires" : "expire"} within ${first}`;
}

/** Names that are told of a list that may be long. */
const NAMES = 20;

/** `a, b and 5 more`. */
export function namesText(names: readonly string[]): string {
  const more = names.length - NAMES;
  const told = names.slice(0, NAMES).join(", ");
  return more > 0 ? `${told} and ${plural(more, "more", "more")}` : told;
}

/** In the place of reading back, where there was nothing to write. */
export const takenOver = "Taken over as it is; nothing had to be written.";

/** What became of a change, as the word behind its symbol. */
export function outcomeAction(op: Op, result: Outcome["result"], isOpen: boolean): string {
  switch (result) {
    case "done":
      return verbs[op].done;
    case "failed":
      return isOpen ? `${verbs[op].todo} unanswered` : `not ${verbs[op].done}`;
    case "skipped":
      return `not ${verbs[op].done}`;
    case "unverified":
      return `${verbs[op].done}, not verified`;
    default:
      return unknown(result);
  }
}

/** What became of a change, as a sentence. No read shows a password, so none is said to be verified. */
export function outcomeSentence(
  result: Outcome["result"],
  { hasPassword, isOpen }: { readonly hasPassword: boolean; readonly isOpen: boolean },
): string {
  switch (result) {
    case "done":
      return hasPassword
        ? "Verified by reading back, except the password: it is never shown."
        : "Verified by reading back.";
    case "failed":
      return isOpen ? "Whether it took effect is not known: the next run looks." : "Failed.";
    case "skipped":
      return "Not attempted.";
    case "unverified":
      return "Written, but not verified: reading back does not show it.";
    default:
      return unknown(result);
  }
}

/** `1 change`, `2 changes`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

function unknown(value: never): never {
  throw new TypeError(`There are no words for ${JSON.stringify(value)}.`);
}
