/** The report for a person at a terminal. */
import type { ChangeView, FaultView, Field, Note, Value } from "./change-view.ts";
import { type Layout, layout, quoted } from "./layout.ts";
import { summaryOf } from "./line.ts";
import type { TenantView } from "./tenant-view.ts";
import { awaitedLines, certificateLines, expiryLines } from "./text-certificates.ts";
import { secretsLines, toAssertLines } from "./text-secrets.ts";
import { usesLines, usesNoteLines } from "./text-uses.ts";
import type { UnmanagedView } from "./unmanaged-view.ts";
import type { FaultsView, TenantsView, View } from "./view.ts";
import { namesText } from "./wording.ts";

const DETAIL = "    ";
const VALUE = "        ";
type Lines = readonly string[];

export function renderText(
  view: View,
  options: { readonly colour: boolean; readonly width: number },
): string {
  const page = layout(options);
  const lines = view.type === "faults" ? faultsLines(view, page) : tenantsLines(view, page);
  return `${lines.join("\n")}\n`;
}

function tenantsLines(view: TenantsView, page: Layout): Lines {
  const blocks = view.tenants.map((tenant) => tenantLines(tenant, page));
  const isSeveral = view.tenants.length !== 1;
  return separated(isSeveral ? [...blocks, page.wrap(view.sentence, "", view.tone)] : blocks);
}

/** Blocks with one empty line between them; empty blocks are left out. */
function separated(blocks: readonly Lines[]): Lines {
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : ["", ...block]));
}

function tenantLines(view: TenantView, page: Layout): Lines {
  const details = [
    ...view.changes.map((change) => changeLines(change, page)),
    ...view.held.map((held) => changeLines(held, page)),
    faultList(view.faults, page),
    expiryLines(view.expiry, page),
    awaitedLines(view.awaited, page),
    usesLines(view.uses, page),
    unmanagedLines(view.unmanaged, page),
  ].filter((block) => block.length > 0);
  const title = page.wrap(`${view.tenant}: ${view.sentence}`, "", "strong");
  const isCalm = view.result === "clean" && view.faults.length === 0 && view.expiry.length === 0;
  const note = usesNoteLines(view.uses, page);
  if (isCalm) {
    const calmHead = [...title, ...note];
    const ending = [...secretsLines(view.secrets, page), ...closing(view, page)];
    return separated(
      details.length === 0 ? [[...calmHead, ...ending]] : [calmHead, ...details, ending],
    );
  }
  const head = [...title, ...factLines(view, page)];
  const known = [
    ...secretsLines(view.secrets, page),
    ...toAssertLines(view.secrets, page),
    ...note,
  ];
  return separated([head, ...details, known, unchangedLines(view, page), closing(view, page)]);
}

function factLines({ facts }: TenantView, page: Layout): Lines {
  if (facts.length === 0) return [];
  // No line ends between a label and what it labels; no fact holds such a space itself.
  const text = facts.map(({ label, text }) => `${label}\u00a0${text}`).join(" · ");
  return page.wrap(text, "", "quiet", "  ").map((line) => line.replaceAll("\u00a0", " "));
}

function closing(view: TenantView, page: Layout): Lines {
  return [
    ...page.wrap(summaryOf(view), "", view.tone, "  "),
    ...view.suspended.flatMap((text) => page.wrap(`Suspended: ${text}`, "", "held", "  ")),
    ...view.accepted.flatMap((text) => page.wrap(`Accepted: ${text}`, "", "held", "  ")),
    ...windowLines(view, page),
    ...(view.nextRun === null ? [] : page.wrap(`Next run: ${view.nextRun}.`, "", "quiet")),
    ...toApplyLines(view, page),
  ];
}

function windowLines({ window }: TenantView, page: Layout): Lines {
  if (window === null) return [];
  return page.wrap(`Change window: ${window.text}.`, "", window.isOpen ? "quiet" : "held", "  ");
}

function toApplyLines({ toApply }: TenantView, page: Layout): Lines {
  // A command stays on one line, to be copied.
  return toApply.flatMap(({ sentence, command }) => [
    ...page.wrap(sentence, ""),
    ...(command === null ? [] : [`  ${command}`]),
  ]);
}

function changeLines(change: ChangeView, page: Layout): Lines {
  const head = `  ${page.paint(`${change.symbol} ${change.action}`, change.tone)}  ${page.paint(change.name, "strong")}`;
  const label = change.displayName === null ? "" : `"${change.displayName}"`;
  const plainHead = `${change.symbol} ${change.action}  ${change.name}  ${label}`;
  const isOneLine = label === "" || page.fits(plainHead, "  ");
  return [
    isOneLine && label !== "" ? `${head}  ${label}` : head,
    ...(isOneLine ? [] : page.wrap(label, DETAIL)),
    ...(change.place === null ? [] : [DETAIL + page.paint(change.place, "quiet")]),
    ...(change.reason === null ? [] : page.wrap(change.reason, DETAIL)),
    ...change.fields.flatMap((field) => fieldLines(field, change.op === "create", page)),
    ...certificateLines(change.certificates, DETAIL, page),
    ...change.notes.flatMap((note) => noteLines(note, page)),
  ];
}

function shown({ text, verbatim }: Value): string {
  return verbatim ? quoted(text) : text;
}

/** A create has no value before. Values that do not fit beside each other stand under each other. */
export function fieldLines({ path, before, after }: Field, isCreate: boolean, page: Layout): Lines {
  const from = isCreate ? "" : `${shown(before)} → `;
  const short = `${path}: ${from}${shown(after)}`;
  if (page.fits(short, DETAIL)) return [DETAIL + short];
  const first = isCreate ? [] : page.wrap(shown(before), VALUE);
  return [
    `${DETAIL}${path}:`,
    ...first,
    ...page.wrap(isCreate ? shown(after) : `→ ${shown(after)}`, isCreate ? VALUE : "      "),
  ];
}

function noteLines({ tone, label, text }: Note, page: Layout): Lines {
  return page.wrap(label === null ? text : `${label}: ${text}`, DETAIL, tone, "  ");
}

function unmanagedLines(unmanaged: readonly UnmanagedView[], page: Layout): Lines {
  if (unmanaged.length === 0) return [];
  return [
    ...page.wrap("Unmanaged (no definition names them; never touched):", ""),
    ...unmanaged.flatMap((one) => page.wrap(`? ${unmanagedText(one)}`, "  ", "plain", "  ")),
  ];
}

function unmanagedText(one: UnmanagedView): string {
  if (one.type === "flow") return `user flow ${quoted(one.id)}`;
  const label = one.displayName === null ? "(no name)" : quoted(one.displayName);
  return `${label} ${one.id} ${one.url}`;
}

function unchangedLines({ unchanged }: TenantView, page: Layout): Lines {
  if (unchanged.length === 0) return [];
  return page.wrap(`Unchanged: ${namesText(unchanged)}`, "", "quiet", "  ");
}

function faultList(faults: readonly FaultView[], page: Layout): Lines {
  const files = [...new Set(faults.map(({ file }) => file))];
  return separated(
    files.map((file) =>
      faultGroup(
        file,
        faults.filter((fault) => fault.file === file),
        page,
      ),
    ),
  );
}

function faultGroup(file: string | null, faults: readonly FaultView[], page: Layout): Lines {
  const rows = faults.flatMap((fault) => faultLines(fault, page));
  return file === null ? rows : [page.paint(file, "strong"), ...rows];
}

function faultLines({ severity, spot, message, code, requestId }: FaultView, page: Layout): Lines {
  const tone = severity === "error" ? "bad" : "update";
  const head = `${spot === null ? "" : `${spot} `}${page.paint(severity, tone)} (${code})`;
  return [
    `  ${head}`,
    ...page.wrap(message, DETAIL),
    ...(requestId === null ? [] : page.wrap(`request-id: ${requestId}`, DETAIL, "quiet")),
  ];
}

function faultsLines(view: FaultsView, page: Layout): Lines {
  const groups = view.groups.map(({ file, faults }) => faultGroup(file, faults, page));
  return separated([...groups, page.wrap(view.sentence, "", view.tone)]);
}
