/** The report as a comment on a pull request, in GitHub's Markdown. */
import type { ChangeView, FaultView, Field, Value } from "./change-view.ts";
import { headingsOf } from "./counts.ts";
import { awaitedItem, certificateItems, expiryItem } from "./markdown-certificates.ts";
import { secretsDetails } from "./markdown-secrets.ts";
import { usesDetails } from "./markdown-uses.ts";
import { codeBlock, codeSpan, escapeHtml, prose } from "./markup.ts";
import { grouped } from "./printable.ts";
import type { TenantView } from "./tenant-view.ts";
import type { UnmanagedView } from "./unmanaged-view.ts";
import type { FaultsView, TenantsView, View } from "./view.ts";
import { plural } from "./wording.ts";

/** GitHub takes 65,536 characters; some are kept for whoever puts words around the report. */
const LIMIT = 64_000;
/** Rows of the table of tenants. */
const ROWS = 100;

/** What is left out last has the lowest number. */
type Weight = "head" | "closing" | "fault" | "held" | "change" | "rest";
const weights: readonly Weight[] = ["head", "closing", "fault", "held", "change", "rest"];

interface Piece {
  readonly weight: Weight;
  readonly text: string;
}

export function renderMarkdown(view: View): string {
  const pieces = view.type === "faults" ? faultsPieces(view) : tenantsPieces(view);
  const kept = fitting(pieces);
  const missing = pieces.length - kept.size;
  const note =
    missing === 0
      ? []
      : [
          `**${plural(missing, "part")} of this report ${missing === 1 ? "is" : "are"} left out**, because a comment holds at most 65,536 characters. The text, HTML and JSON reports are whole.`,
        ];
  const texts = pieces.filter((piece) => kept.has(piece)).map(({ text }) => text);
  return `${[...texts, ...note].join("\n\n")}\n`;
}

/** Those that fit, taken by weight. */
function fitting(pieces: readonly Piece[]): ReadonlySet<Piece> {
  const kept = new Set<Piece>();
  let length = 0;
  for (const weight of weights) {
    for (const piece of pieces.filter((other) => other.weight === weight)) {
      if (length + piece.text.length + 2 > LIMIT) continue;
      length += piece.text.length + 2;
      kept.add(piece);
    }
  }
  return kept;
}

function tenantsPieces(view: TenantsView): readonly Piece[] {
  return [
    { weight: "head", text: `## ${view.title}\n\n${prose(view.sentence)}` },
    { weight: "head", text: tenantTable(view.tenants) },
    ...view.tenants.flatMap((tenant) => tenantPieces(tenant, view.tenants.length > 1)),
  ];
}

function tenantTable(tenants: readonly TenantView[]): string {
  const headings = headingsOf(tenants);
  const rows = tenants
    .slice(0, ROWS)
    .map(({ tenant, result, counts }) => [
      prose(tenant),
      `**${result}**`,
      ...headings.map((heading) =>
        grouped(counts.find((count) => count.heading === heading)?.count ?? 0),
      ),
    ]);
  const rest = tenants.length - ROWS;
  return [
    row(["tenant", "result", ...headings]),
    row(["---", "---", ...headings.map(() => "--:")]),
    ...rows.map(row),
    ...(rest > 0 ? [`\nand ${plural(rest, "more tenant")}`] : []),
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function tenantPieces(view: TenantView, isOneOfSeveral: boolean): readonly Piece[] {
  const heading: Piece = {
    weight: "closing",
    text: `### ${prose(view.tenant)}\n\n${prose(view.sentence)}`,
  };
  return [
    ...(isOneOfSeveral ? [heading] : []),
    ...view.faults.map(
      (fault): Piece => ({ weight: "fault", text: faultItem(fault, fault.file ?? "") }),
    ),
    ...view.expiry.map((one): Piece => ({ weight: "fault", text: expiryItem(one) })),
    ...view.changes.map((change): Piece => ({ weight: "change", text: changeDetails(change) })),
    ...view.held.map((held): Piece => ({ weight: "held", text: changeDetails(held) })),
    ...restPieces(view),
    { weight: "closing", text: closing(view) },
  ];
}

function changeDetails(change: ChangeView): string {
  const place = change.place === null ? "" : ` · <code>${escapeHtml(change.place)}</code>`;
  const called =
    change.displayName === null ? "" : ` <code>"${escapeHtml(change.displayName)}"</code>`;
  const summary = `<code>${escapeHtml(change.symbol)}</code> ${escapeHtml(change.action)} <b><code>${escapeHtml(change.name)}</code></b>${called}${place}`;
  const diff = change.fields.flatMap((field) => diffLines(field, change.op === "create"));
  const notes = change.notes.map(
    ({ label, text }) => `- ${label === null ? "" : `${prose(label)}: `}${prose(text)}`,
  );
  const items = [...certificateItems(change.certificates), ...notes];
  const body = [
    ...(change.reason === null ? [] : [prose(change.reason)]),
    ...(diff.length === 0 ? [] : [codeBlock("diff", diff)]),
    ...(items.length === 0 ? [] : [items.join("\n")]),
  ];
  const open = change.tone === "held" || change.tone === "bad" ? " open" : "";
  return `<details${open}><summary>${summary}</summary>\n\n${body.join("\n\n")}\n\n</details>`;
}

function shown({ text, verbatim }: Value): string {
  return verbatim ? `"${text}"` : text;
}

function diffLines({ path, before, after }: Field, isCreate: boolean): readonly string[] {
  const removed = isCreate ? [] : [`- ${path}: ${shown(before)}`];
  return [...removed, `+ ${path}: ${shown(after)}`];
}

function faultItem({ severity, code, message, spot, requestId }: FaultView, file: string): string {
  const place = spot === null ? "" : ` ${codeSpan(file === "" ? spot : `${file}:${spot}`)}`;
  const request = requestId === null ? "" : ` (request-id ${codeSpan(requestId)})`;
  return `- **${severity}**${place} ${prose(message)} ${codeSpan(code)}${request}`;
}

function unmanagedItem(one: UnmanagedView): string {
  if (one.type === "flow") return `- user flow ${codeSpan(one.id)}`;
  const label = one.displayName === null ? "(no name)" : codeSpan(one.displayName);
  return `- ${label} ${codeSpan(one.id)} ${codeSpan(one.url)}`;
}

function restPieces(view: TenantView): readonly Piece[] {
  const { uses, secrets, awaited, unmanaged, unchanged } = view;
  return [
    ...usesDetails(uses).map((text): Piece => ({ weight: "rest", text })),
    ...secretsDetails(secrets).map((text): Piece => ({ weight: "rest", text })),
    ...folded(`${plural(awaited.length, "certificate")} to come`, awaited.map(awaitedItem)),
    ...folded(
      `${grouped(unmanaged.length)} unmanaged (never touched)`,
      unmanaged.map(unmanagedItem),
    ),
    ...folded(
      `${grouped(unchanged.length)} unchanged`,
      unchanged.map((name) => `- ${codeSpan(name)}`),
    ),
  ];
}

function folded(summary: string, items: readonly string[]): readonly Piece[] {
  if (items.length === 0) return [];
  const text = `<details><summary>${summary}</summary>\n\n${items.join("\n")}\n\n</details>`;
  return [{ weight: "rest", text }];
}

function closing(view: TenantView): string {
  const { facts, digest, took, window, suspended, accepted, nextRun, toApply } = view;
  const all = [
    ...facts.map(({ label, text }) => `${label} ${codeSpan(text)}`),
    ...(digest === null ? [] : [`Digest ${codeSpan(digest)}`]),
    ...(took === null ? [] : [`Took ${took}`]),
    ...suspended.map((text) => `Suspended ${prose(text)}`),
    ...accepted.map((text) => `Accepted ${prose(text)}`),
    ...(window === null ? [] : [`Change window ${prose(window.text)}`]),
    ...(nextRun === null ? [] : [`Next run ${nextRun}`]),
  ].join(" · ");
  const steps = toApply.flatMap(({ sentence, command }) => [
    prose(sentence),
    ...(command === null ? [] : [codeBlock("sh", [command])]),
  ]);
  return [all, ...steps].join("\n\n");
}

function faultsPieces(view: FaultsView): readonly Piece[] {
  return [
    { weight: "head", text: `## ${view.title}\n\n${prose(view.sentence)}` },
    ...view.groups.flatMap(({ file, faults }): readonly Piece[] => [
      { weight: "closing", text: `### ${file === null ? "Elsewhere" : codeSpan(file)}` },
      ...faults.map((fault): Piece => ({ weight: "fault", text: faultItem(fault, file ?? "") })),
    ]),
  ];
}
