/**
 * The graph of user flows and connectors in Mermaid, which GitHub draws in a comment. Only its most
 * basic syntax is used: `graph LR`, generated node ids, quoted labels.
 */
import { clipped } from "./printable.ts";
import type { UsedConnector, UseView } from "./uses-view.ts";
import type { Binding } from "./uses-words.ts";

/** Longest label, in characters; the list beside the graph tells all. */
const LABEL_LIMIT = 40;

const arrows = { kept: "-->", bound: "-.->", unbound: "--x" } as const satisfies Record<
  Binding,
  string
>;

/** Lines for a block of code. */
export function mermaidLines(connectors: readonly UsedConnector[]): readonly string[] {
  const flows = [...new Set(connectors.flatMap(({ uses }) => uses.map(({ flow }) => flow)))];
  const idOf = (flow: string) => `f${flows.indexOf(flow) + 1}`;
  return [
    "graph LR",
    ...flows.map((flow) => `  ${idOf(flow)}[${label(flow)}]`),
    ...connectors.map((one, index) => `  c${index + 1}[${label(labelOf(one))}]`),
    ...connectors.flatMap(({ uses }, index) =>
      uses.map((use) => `  ${idOf(use.flow)} ${arrow(use)} c${index + 1}`),
    ),
  ];
}

/** How a connector is called where there is little room. */
export function labelOf({ called, id }: UsedConnector): string {
  return called ?? id ?? "(no name)";
}

function arrow({ step, binding, words }: UseView): string {
  const text = words === null ? step : `${step} ${words.long}`;
  return `${arrows[binding]}|${label(text, 2 * LABEL_LIMIT)}|`;
}

/** All but letters, digits, a mark that stands between two of them, and one space between words. */
const SPECIAL = /(?![\p{L}\p{N}]|(?<=[\p{L}\p{N}])[-_.](?=[\p{L}\p{N}])|(?<=[^ ]) (?=[^ ]))./gsu;

/**
 * Text between quotes. Whatever could end the quotes, the line or the block, or be read as Markdown,
 * HTML, an icon, a formula or a directive, becomes an entity in Mermaid's own way.
 */
function label(text: string, limit = LABEL_LIMIT): string {
  const short = clipped(text, limit);
  const shown = short.trim() === "" ? "(empty)" : short;
  return `"${shown.replace(SPECIAL, (character) => `#${character.codePointAt(0)};`)}"`;
}
