/** One tenant in one line. */
import { countsText } from "./counts.ts";
import { excerpt } from "./printable.ts";
import { shortCommit, type TenantView } from "./tenant-view.ts";

/** Characters of an error. */
const ERROR_LIMIT = 240;

/** `production: converged: 1 created, 3 unchanged (1.2 s)`. */
export function summaryOf(view: TenantView): string {
  const took = view.took === null ? "" : ` (${view.took})`;
  return `${view.tenant}: ${view.result}: ${countsText(view.counts)}${took}`;
}

/** The same with the commit, the next run, a closed change window, and the first error: what people look for in a log. */
export function renderLineOf(view: TenantView, commit: string | null): string {
  const aside = [view.took, commit === null ? null : `commit ${shortCommit(commit)}`]
    .filter((part) => part !== null)
    .join(", ");
  const error = view.faults.find(({ severity }) => severity === "error");
  return [
    `${view.tenant}: ${view.result}: ${countsText(view.counts)}`,
    aside === "" ? "" : ` (${aside})`,
    error === undefined ? "" : `: ${excerpt(error.message, ERROR_LIMIT)}`,
    ...view.suspended.map((text) => ` · Suspended: ${text}`),
    ...view.accepted.map((text) => ` · Accepted: ${text}`),
    // One that is open is no news.
    view.window === null || view.window.isOpen ? "" : ` · Change window: ${view.window.text}`,
    view.nextRun === null ? "" : ` · Next run: ${view.nextRun}`,
  ].join("");
}
