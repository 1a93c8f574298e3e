/**
 * Says what a plan or a run holds, as text, Markdown, HTML or JSON. Everything that comes from git or
 * from Graph is taken for hostile: it can neither forge a line nor reach a terminal or a browser as
 * anything but text. The room is pure: it knows no clock, no terminal and no file.
 */
import type { Fault } from "../model/fault.ts";
import type { AuditVerdict, ChainedEntry } from "../model/generated/audit.ts";
import type { HistoryRun } from "../model/generated/history.ts";
import type { Plan, Run } from "../model/generated/run.ts";
import { renderAuditText, renderHistoryText, renderVerdictText } from "./history-text.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderLineOf } from "./line.ts";
import { renderMarkdown } from "./markdown.ts";
import { runView } from "./tenant-view.ts";
import { renderText } from "./text.ts";
import { type Checked, faultsView, plansView, runsView, type View } from "./view.ts";
import type { ViewOptions } from "./view-options.ts";

export type Format = "text" | "json" | "markdown" | "html";

export const formats: readonly Format[] = ["text", "json", "markdown", "html"];

export type Report =
  | { readonly type: "plans"; readonly plans: readonly Plan[] }
  | {
      readonly type: "runs";
      readonly runs: readonly Run[];
      /** When each tenant runs next, by its name; RFC 3339 instants. */
      readonly nextRuns?: ReadonlyMap<string, string>;
    }
  | { readonly type: "faults"; readonly faults: readonly Fault[]; readonly checked: Checked };

/** What the audit holds; told to people as text, and to programs as JSON. */
export type Past =
  | { readonly type: "history"; readonly runs: readonly HistoryRun[] }
  | { readonly type: "audit"; readonly entries: readonly ChainedEntry[] }
  | { readonly type: "verdict"; readonly verdict: AuditVerdict };

export interface RenderOptions extends ViewOptions {
  /** SGR colours in text; the other formats have none. */
  readonly colour: boolean;
  /** Columns of text. A word that is longer, such as a URL, stays whole on a line of its own. */
  readonly width: number;
}

/** Ends with a newline. The same report gives the same bytes. */
export function render(report: Report, format: Format, options: RenderOptions): string {
  switch (format) {
    case "json":
      return renderJson(printed(report));
    case "text":
      return renderText(viewOf(report, options), options);
    case "markdown":
      return renderMarkdown(viewOf(report, options));
    case "html":
      return renderHtml(viewOf(report, options));
  }
}

/** Ends with a newline. */
export function renderPast(past: Past, format: "text" | "json", options: RenderOptions): string {
  if (format === "json") {
    const { type: _, ...content } = past;
    return renderJson({ version: 1, ...content });
  }
  switch (past.type) {
    case "history":
      return renderHistoryText(past.runs, options);
    case "audit":
      return renderAuditText(past.entries, options);
    case "verdict":
      return renderVerdictText(past.verdict, options);
    default:
      return past satisfies never;
  }
}

/**
 * One line for one run, without a newline: tenant, result, counts, seconds, commit, when it may be
 * changed next when it may not now, and the next run (an RFC 3339 instant) when there is one.
 */
export function renderLine(run: Run, nextRun?: string): string {
  return renderLineOf(runView(run, nextRun ?? null, {}), run.commit);
}

function printed(report: Report) {
  switch (report.type) {
    case "plans":
      return { version: 1, plans: report.plans } as const;
    case "runs":
      return { version: 1, runs: report.runs } as const;
    case "faults":
      return { version: 1, faults: report.faults } as const;
  }
}

function viewOf(report: Report, options: ViewOptions): View {
  switch (report.type) {
    case "plans":
      return plansView(report.plans, options);
    case "runs":
      return runsView(report.runs, report.nextRuns ?? new Map(), options);
    case "faults":
      return faultsView(report.faults, report.checked);
  }
}
