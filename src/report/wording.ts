/** Which words are used for what. Every format takes them from here, so that they are written once. */
import type { Change, HoldReason, Outcome, Result, Run } from "../model/generated/run.ts";
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
} as const satisfies Record<Kind, string>;

export const holds = {
  delete: "delete rule",
  verb: "not allowed for this tenant",
  protected: "protected",
  ambiguous: "ambiguous",
  secret: "secret unavailable",
  tenant: "other tenant",
  unseen: "created and not seen yet",
  certificate: "certificate",
  scope: "not asked for",
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

/** How one certificate joins the others; what is written otherwise replaces them all. */
export const byUpload = "by uploadClientCertificate; the certificates that are there stay.";

/** What stands in the place of a command that could only be refused. */
export const reportOnly =
  "This tenant is in mode: report. Set mode: apply in plumbline.yaml to carry this out.";

/** What a result means: of a plan, of a run that wrote, or of a run that did not. */
export function resultSentence(result: Result, stage: "plan" | "wrote" | "read"): string {
  switch (result) {
    case "clean":
      return "The tenant matches git.";
    case "converged":
      return "The tenant was brought in line with git and verified by reading back.";
    case "drift":
      return stage === "plan"
        ? "The tenant differs from git."
        : "The tenant differs from git; this run changed nothing.";
    case "invalid":
      return "The definitions or the configuration have errors; nothing is applied.";
    case "refused":
      return stage === "wrote"
        ? "Part of the plan was held back; the rest was applied."
        : "Held back; nothing was applied.";
    case "partial":
      return "Something failed, was not attempted or could not be verified.";
    case "unreadable":
      return "The tenant could not be read in full.";
    case "failed":
      return "Plumbline itself failed.";
    default:
      return unknown(result);
  }
}

/** What became of a change, as the word behind its symbol. */
export function outcomeAction(op: Op, result: Outcome["result"]): string {
  switch (result) {
    case "done":
      return verbs[op].done;
    case "failed":
      return `not ${verbs[op].done}`;
    case "skipped":
      return `not ${verbs[op].done}`;
    case "unverified":
      return `${verbs[op].done}, not verified`;
    default:
      return unknown(result);
  }
}

/** What became of a change, as a sentence. */
export function outcomeSentence(result: Outcome["result"]): string {
  switch (result) {
    case "done":
      return "Verified by reading back.";
    case "failed":
      return "Failed.";
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
