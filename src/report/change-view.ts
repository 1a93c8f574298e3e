/** One change, held change or fault, in words that hold for every format. */
import type { Fault } from "../model/fault.ts";
import type {
  Change,
  FieldChange,
  HeldChange,
  Outcome,
  Position,
  Fault as PrintedFault,
} from "../model/generated/run.ts";
import type { CertificateView } from "./certificates-view.ts";
import { moment } from "./instants.ts";
import { isOpen, wasWritten } from "./outcomes.ts";
import { name, pair, REDACTED, sentence } from "./printable.ts";
import {
  CERTIFICATE,
  holds,
  kinds,
  type Op,
  outcomeAction,
  outcomeSentence,
  plural,
  replaceWords,
  type Tone,
  takenOver,
  uploadWords,
  verbs,
} from "./wording.ts";

export interface Value {
  readonly text: string;
  /** True when the text is the value itself and not a word of ours such as `(redacted)`. */
  readonly verbatim: boolean;
}

export interface Field {
  readonly path: string;
  readonly before: Value;
  readonly after: Value;
}

export interface Note {
  readonly tone: Tone;
  readonly label: string | null;
  readonly text: string;
}

export interface ChangeView {
  readonly op: Op;
  readonly symbol: string;
  /** `create`, `created`, `not created`, `delete held`. */
  readonly action: string;
  readonly tone: Tone;
  readonly kind: string;
  readonly name: string;
  /** null for a user flow, which has its name alone. */
  readonly displayName: string | null;
  /** `file:line:column`; null when no definition stands for it. */
  readonly place: string | null;
  /** null for a held change: its notes say why. */
  readonly reason: string | null;
  readonly fields: readonly Field[];
  /** Of the connector, with what becomes of each. */
  readonly certificates: readonly CertificateView[];
  /** In reading order. */
  readonly notes: readonly Note[];
}

export interface FaultView {
  readonly severity: Fault["severity"];
  readonly code: string;
  readonly message: string;
  readonly file: string | null;
  /** `line:column`. */
  readonly spot: string | null;
  readonly requestId: string | null;
}

export const NONE: Value = { text: "(none)", verbatim: false };

export function placeOf(at: Position | null): string | null {
  return at === null ? null : `${name(at.file)}:${at.line}:${at.column}`;
}

export function faultView(fault: Fault | PrintedFault): FaultView {
  const { at, requestId } = fault;
  return {
    severity: fault.severity,
    code: name(fault.code),
    message: sentence(fault.message),
    file: at === null ? null : name(at.file),
    spot: at === null ? null : `${at.line}:${at.column}`,
    requestId: requestId === undefined ? null : name(requestId),
  };
}

/** What is known of a changed or held object, beyond its change. */
export interface Known {
  readonly certificates: readonly CertificateView[];
  /** Who brought it about, and which user flows it reaches. */
  readonly affects: readonly Note[];
}

/** A change of a plan, with what became of it when a run carried it out. */
export function changeView(
  change: Change,
  outcome: Outcome | null,
  { certificates, affects }: Known,
  /** It has, or gets, a password, which no read shows. */
  hasPassword: boolean,
): ChangeView {
  const verb = verbs[change.op];
  const isFine = outcome === null || outcome.result === "done";
  return {
    ...whatIsChanged(change),
    symbol: isFine ? verb.symbol : "!",
    action:
      outcome === null ? verb.todo : outcomeAction(change.op, outcome.result, isOpen(outcome)),
    tone: isFine ? change.op : "bad",
    reason: sentence(change.reason),
    certificates,
    notes: [
      ...affects,
      ...sendsNote(change, outcome),
      ...certificateNote(change, outcome),
      ...(outcome === null ? [] : outcomeNotes(change, outcome, hasPassword)),
    ],
  };
}

export function heldView(
  held: HeldChange,
  { certificates, affects }: Known,
  timezone: string | undefined,
): ChangeView {
  return {
    ...whatIsChanged(held),
    symbol: "!",
    action: `${verbs[held.op].todo} held`,
    tone: "held",
    reason: null,
    certificates,
    notes: [...affects, ...holdNotes(held, timezone)],
  };
}

function whatIsChanged(change: Change | HeldChange) {
  return {
    op: change.op,
    kind: kinds[change.kind],
    name: name(change.name),
    displayName: change.kind === "UserFlow" ? null : name(change.displayName),
    place: placeOf(change.at),
    fields: change.fields.map(fieldView),
  };
}

export function fieldView(field: FieldChange): Field {
  const path = name(field.path);
  if (field.secret) {
    return { path, before: secretValue(field.before), after: secretValue(field.after) };
  }
  const isUrl = /url$/i.test(field.path);
  const [before, after] = pair(field.before ?? "", field.after ?? "", isUrl);
  return {
    path,
    before: field.before === null ? NONE : { text: before, verbatim: true },
    after: field.after === null ? NONE : { text: after, verbatim: true },
  };
}

/** Whatever stands in the place of a secret, only the known words for it are shown. */
function secretValue(value: string | null): Value {
  if (value === null) return NONE;
  const isWord = value === "(unknown)" || value === "(absent)";
  return { text: isWord ? value : REDACTED, verbatim: false };
}

function sendsNote({ sends }: Change, outcome: Outcome | null): readonly Note[] {
  if (sends.length === 0) return [];
  const verb =
    outcome === null
      ? "Sends"
      : wasWritten(outcome)
        ? "Sent"
        : isOpen(outcome)
          ? "May have sent"
          : "Was to send";
  const text = `${verb} ${plural(sends.length, "secret")}: ${sends.map(name).join(", ")}.`;
  return [{ tone: "quiet", label: null, text }];
}

/** How a certificate is written: beside the others, or in the place of all. */
function certificateNote(change: Change, outcome: Outcome | null): readonly Note[] {
  const { upload, op, sends } = change;
  if (!sends.includes(CERTIFICATE) || op === "create") return [];
  const isWritten = outcome === null || wasWritten(outcome);
  const [written, wanted] = upload ? uploadWords : replaceWords;
  return [{ tone: "quiet", label: null, text: isWritten ? written : wanted }];
}

function outcomeNotes(
  { op, fields, sends }: Change,
  outcome: Outcome,
  hasPassword: boolean,
): readonly Note[] {
  const { result, error } = outcome;
  const tone: Tone = result === "done" ? "good" : "bad";
  const why = error === undefined ? "" : ` ${sentence(error.message)}`;
  const isTakenOver = op === "adopt" && fields.length === 0 && sends.length === 0;
  const words =
    isTakenOver && result === "done"
      ? takenOver
      : outcomeSentence(result, { hasPassword, isOpen: isOpen(outcome) });
  const notes: Note[] = [{ tone, label: null, text: `${words}${why}` }];
  if (error?.requestId !== undefined) {
    notes.push({ tone: "quiet", label: "request-id", text: name(error.requestId) });
  }
  return notes;
}

function holdNotes({ reason, candidates }: HeldChange, timezone: string | undefined): Note[] {
  const notes: Note[] = [
    { tone: "held", label: `Held (${holds[reason.code]})`, text: sentence(reason.message) },
  ];
  if (candidates !== undefined && candidates.length > 0) {
    notes.push({ tone: "quiet", label: "Candidates", text: candidates.map(name).join(", ") });
  }
  if (reason.lift !== null) {
    notes.push({ tone: "quiet", label: "To lift", text: sentence(reason.lift) });
  }
  if (reason.until !== null) {
    notes.push({ tone: "quiet", label: "Ends by itself", text: moment(reason.until, timezone) });
  }
  return notes;
}
