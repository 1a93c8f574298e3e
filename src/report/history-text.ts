/** The history and the audit for a person at a terminal. */
import type { AuditEntry, AuditVerdict, ChainedEntry } from "../model/generated/audit.ts";
import type { HistoryEvent, HistoryRun } from "../model/generated/history.ts";
import { fieldView } from "./change-view.ts";
import { moment } from "./instants.ts";
import { type Layout, layout } from "./layout.ts";
import { name, sentence } from "./printable.ts";
import { shortCommit } from "./tenant-view.ts";
import { fieldLines } from "./text.ts";
import { kinds, ops, plural, type Tone, triggers } from "./wording.ts";

interface TextOptions {
  readonly colour: boolean;
  readonly width: number;
  readonly timezone?: string;
}

const DETAIL = "    ";

export function renderHistoryText(runs: readonly HistoryRun[], options: TextOptions): string {
  const page = layout(options);
  if (runs.length === 0) return "The audit holds nothing of it.\n";
  const blocks = runs.map((run) => runLines(run, page, options.timezone).join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

function runLines(run: HistoryRun, page: Layout, timezone?: string): readonly string[] {
  const { tenant, at, commit, trigger, by, events } = run;
  const how = trigger === null ? "" : ` ${triggers[trigger]} of`;
  const facts = [
    ...(run.run === null ? [] : [`run ${name(run.run)}`]),
    `${moment(at, timezone)},${how || " by"} ${name(by)}`,
    ...(commit === null ? [] : [`commit ${shortCommit(commit)}`]),
  ];
  const head = `${tenant === null ? "the store" : name(tenant)}: ${facts.join(", ")}`;
  return [
    ...page.wrap(head, "", "strong", "  "),
    ...events.flatMap((event) => eventLines(event, page, timezone)),
  ];
}

function eventLines(event: HistoryEvent, page: Layout, timezone?: string): readonly string[] {
  const { action, result, id, fields, message, until, requestId } = event;
  const { symbol, word, tone } = wordsOf(event);
  const subject = subjectOf(event);
  const words = [`${symbol} ${word}`, subject, id === null ? "" : name(id)].filter(
    (one) => one !== "",
  );
  const isOneLine = page.fits(words.join("  "), "  ");
  const [first = "", ...others] = words;
  const rest = isOneLine ? others.map((one) => `  ${one}`).join("") : "";
  return [
    `  ${page.paint(first, tone)}${rest}`,
    ...(isOneLine ? [] : others.flatMap((one) => page.wrap(one, DETAIL))),
    ...fields.flatMap((field) => fieldLines(fieldView(field), action === "create", page)),
    ...(message === "" ? [] : page.wrap(sentence(message), DETAIL, "plain", "  ")),
    ...(until === null ? [] : page.wrap(`Until ${moment(until, timezone)}.`, DETAIL, "quiet")),
    ...(requestId === null || result === "begun"
      ? []
      : page.wrap(`request-id: ${name(requestId)}`, DETAIL, "quiet")),
  ];
}

/** Of what: a name, else a kind; empty for a whole tenant. */
export function subjectOf({ kind, name: known }: Pick<AuditEntry, "kind" | "name">): string {
  if (known !== null) return name(known);
  return kind === null ? "" : kinds[kind];
}

export interface Words {
  readonly symbol: string;
  readonly word: string;
  readonly tone: Tone;
}

const actions = {
  create: { symbol: "+", word: "created", tone: "create" },
  update: { symbol: "~", word: "updated", tone: "update" },
  adopt: { symbol: "=", word: "adopted", tone: "adopt" },
  delete: { symbol: "-", word: "deleted", tone: "delete" },
  refuse: { symbol: "!", word: "refused", tone: "held" },
  override: { symbol: "!", word: "a rule was set aside", tone: "held" },
  accept: { symbol: "!", word: "drift accepted", tone: "held" },
  suspend: { symbol: "!", word: "suspended", tone: "held" },
  resume: { symbol: ">", word: "resumed", tone: "good" },
  restore: { symbol: "<", word: "restored", tone: "update" },
  reconcile: { symbol: ">", word: "asked for a run", tone: "quiet" },
  retain: { symbol: "·", word: "removed old entries", tone: "quiet" },
} as const satisfies Record<AuditEntry["action"], Words>;

const writes: readonly AuditEntry["action"][] = [...ops, "restore"];

/** Found out by a later run: it was carried out, or needs not be known any more. */
const foundOut: readonly string[] = ["seen", "written and seen", "nothing differs", "trusted"];

/** What was done, and how to take it. */
export function wordsOf({ action, result }: Pick<AuditEntry, "action" | "result">): Words {
  const words = actions[action];
  // A whole run that was refused has no other reason than its message.
  const why = result === "refused" ? "" : ` (${name(result)})`;
  if (action === "refuse") return { ...words, word: `${words.word}${why}` };
  if (!writes.includes(action) || result === "done") return words;
  if (foundOut.includes(result)) return { ...words, word: `${words.word}, as was found out` };
  const what = result === "begun" ? `${action} unanswered` : `${action}: ${name(result)}`;
  return { symbol: "!", word: what, tone: "bad" };
}

/** One entry on one line where it fits: what an auditor greps through. */
export function renderAuditText(entries: readonly ChainedEntry[], options: TextOptions): string {
  const page = layout(options);
  const lines = entries.flatMap(({ sequence, entry }) => {
    const { at, tenant, by, run, requestId, message } = entry;
    const where = tenant === null ? "the store" : name(tenant.name);
    const facts = [
      ...(run === null ? [] : [`run ${name(run)}`]),
      `by ${name(by)}`,
      ...(requestId === null ? [] : [`request-id ${name(requestId)}`]),
    ].join(", ");
    const what = `${entry.action} ${name(entry.result)} ${subjectOf(entry)}`.trim();
    const text = `${sequence} ${moment(at, options.timezone)} ${where}: ${what} (${facts})${message === "" ? "" : `: ${sentence(message)}`}`;
    return page.wrap(text, "", "plain", "  ");
  });
  const count = plural(entries.length, "entry", "entries");
  return `${[...lines, `${count}.`].join("\n")}\n`;
}

/** Whether the chain holds; the newest entry is told, so that somebody can keep it elsewhere. */
export function renderVerdictText(
  { entries, head, problems }: AuditVerdict,
  options: TextOptions,
): string {
  const page = layout(options);
  const count = plural(entries, "entry", "entries");
  const newest = head === null ? [] : [`The newest is ${head.sequence}:${head.hash}`];
  if (problems.length === 0) {
    return `${[...page.wrap(`The audit is whole: ${count}.`, "", "good"), ...newest].join("\n")}\n`;
  }
  const told = problems.flatMap((problem) => page.wrap(problem, "  ", "bad", "  "));
  const title = page.wrap(`The audit is not whole. ${count} were looked at:`, "", "strong");
  return `${[...title, ...told].join("\n")}\n`;
}
