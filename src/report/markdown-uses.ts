/** Which connectors user flows call, in a comment: a graph behind a fold, and the same as a list. */
import { codeBlock, codeSpan, prose } from "./markup.ts";
import { mermaidLines } from "./mermaid.ts";
import { grouped } from "./printable.ts";
import {
  DRAWN,
  flowCount,
  type UsedConnector,
  type UsesView,
  type UseView,
  useCount,
} from "./uses-view.ts";
import { tooManyToDraw, usesCounted } from "./uses-words.ts";

/** Steps in the list. */
const LISTED = 300;

/** That there are none or that nobody knows, as a paragraph; or all of it. */
export function usesDetails({ connectors, note }: UsesView): readonly string[] {
  if (note !== null) return [prose(note.text)];
  if (connectors.length === 0) return [];
  const count = useCount(connectors);
  const graph =
    count > DRAWN ? prose(tooManyToDraw(count)) : codeBlock("mermaid", mermaidLines(connectors));
  return [
    [
      `<details><summary>${usesCounted(flowCount(connectors), connectors.length)}</summary>`,
      graph,
      items(connectors).join("\n"),
      "</details>",
    ].join("\n\n"),
  ];
}

function items(connectors: readonly UsedConnector[]): readonly string[] {
  const all = connectors.flatMap((one) =>
    one.uses.map((use, index) => (index === 0 ? [called(one), useItem(use)] : [useItem(use)])),
  );
  const rest = all.length - LISTED;
  const more = rest > 0 ? [`- and ${grouped(rest)} more`] : [];
  return [...all.slice(0, LISTED).flat(), ...more];
}

function called({ called: label, isUnmanaged, id }: UsedConnector): string {
  const who = label === null ? "(no name)" : codeSpan(label);
  const mark = isUnmanaged ? " (unmanaged)" : "";
  return `- ${who}${mark}${id === null ? "" : ` ${codeSpan(id)}`}`;
}

function useItem({ flow, step, words }: UseView): string {
  const change = words === null ? "" : ` **${words.long}**`;
  return `  - ${codeSpan(flow)} ${codeSpan(step)}${change}`;
}
