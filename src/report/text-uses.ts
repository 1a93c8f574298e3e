/** Which connectors user flows call, at a terminal: one line for each connector, and one for each change. */
import { type Layout, quoted } from "./layout.ts";
import { flowsText, type UsedConnector, type UsesView } from "./uses-view.ts";
import { bindingSymbols, usesTitle } from "./uses-words.ts";

export function usesLines({ connectors }: UsesView, page: Layout): readonly string[] {
  if (connectors.length === 0) return [];
  return [
    ...page.wrap(`${usesTitle}:`, ""),
    ...connectors.flatMap((one) => connectorLines(one, page)),
  ];
}

/** That there are none, or that nobody knows. */
export function usesNoteLines({ note }: UsesView, page: Layout): readonly string[] {
  return note === null ? [] : page.wrap(note.text, "", note.tone, "  ");
}

function connectorLines(connector: UsedConnector, page: Layout): readonly string[] {
  const kept = connector.uses.filter(({ words }) => words === null);
  const flows = kept.length === 0 ? "" : ` ${flowsText(kept)}`;
  return [
    ...page.wrap(`${calledOf(connector)}:${flows}`, "  ", "plain", "    "),
    ...connector.uses.flatMap((use) => {
      const { binding, words } = use;
      if (words === null) return [];
      const text = `${bindingSymbols[binding]} ${flowsText([use])} ${words.long}`;
      return page.wrap(text, "    ", words.tone, "  ");
    }),
  ];
}

function calledOf({ called, isUnmanaged, id }: UsedConnector): string {
  if (id === null) return called ?? "(no name)";
  const label = called === null ? "(no name)" : quoted(called);
  return `${label} (${isUnmanaged ? "unmanaged, " : ""}${id})`;
}
