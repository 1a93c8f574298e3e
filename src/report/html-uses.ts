/** Which connectors user flows call, on the page: a drawing, and the same as a table. */
import { NOTHING, toneClass } from "./html-parts.ts";
import { type Html, html } from "./markup.ts";
import { labelOf } from "./mermaid.ts";
import { clipped } from "./printable.ts";
import { type Drawing, drawingOf, LEFT, type Line, RIGHT, WIDTH } from "./uses-drawing.ts";
import {
  DRAWN,
  flowCount,
  type UsedConnector,
  type UsesView,
  type UseView,
  useCount,
} from "./uses-view.ts";
import { callsIt, tooManyToDraw, usesCounted, usesTitle } from "./uses-words.ts";

/** Longest text in the drawing, in characters; the table tells all. */
const LABEL_LIMIT = 34;

/** `id` is that of the tenant's section. */
export function usesBox({ connectors }: UsesView, id: string): Html {
  const count = useCount(connectors);
  const drawing =
    count > DRAWN
      ? html`<p class="quiet">${tooManyToDraw(count)}</p>`
      : svg(drawingOf(connectors), connectors, id);
  return html`<div class="box">${drawing}
<table>
<caption class="hidden">${usesTitle}</caption>
<thead><tr><th scope="col">Connector</th><th scope="col">User flow</th><th scope="col">Step</th><th scope="col">State</th></tr></thead>
<tbody>
${connectors.flatMap((one) => one.uses.map((use) => row(one, use)))}</tbody>
</table></div>`;
}

/** It may be wider than a phone: then its own box is scrolled, by keyboard too. */
function svg(
  { height, steps, connectors, lines }: Drawing,
  used: readonly UsedConnector[],
  id: string,
): Html {
  return html`<div class="graph" role="group" aria-label="${usesTitle}" tabindex="0"><svg viewBox="0 0 ${String(WIDTH)} ${String(height)}" role="img" aria-labelledby="${id}-uses ${id}-uses-words">
<title id="${id}-uses">${usesTitle}</title>
<desc id="${id}-uses-words">${usesCounted(flowCount(used), used.length)}. The table below tells the same.</desc>
${lines.map(curve)}${lines.map(lineWords)}${steps.map(({ y, use }) => stepText(y, use))}${connectors.map(({ y, connector }) => connectorText(y, connector))}</svg></div>`;
}

function curve({ from, to, use }: Line): Html {
  const middle = String((LEFT + RIGHT) / 2);
  const path = `M${LEFT} ${from}C${middle} ${from} ${middle} ${to} ${RIGHT} ${to}`;
  const tone = use.words === null ? NOTHING : html` ${toneClass(use.words.tone)}`;
  return html`<path class="${use.binding}${tone}" d="${path}"></path>\n`;
}

function lineWords({ from, to, use }: Line): Html {
  if (use.words === null) return NOTHING;
  const { short, tone } = use.words;
  const x = String((LEFT + RIGHT) / 2);
  return html`<text class="word ${toneClass(tone)}" x="${x}" y="${String((from + to) / 2 + 4)}">${short}</text>\n`;
}

function stepText(y: number, { flow, step }: UseView): Html {
  const x = String(LEFT - 10);
  return html`<text class="from" x="${x}" y="${String(y - 3)}">${clipped(flow, LABEL_LIMIT)}</text><text class="from small" x="${x}" y="${String(y + 13)}">${step}</text>\n`;
}

function connectorText(y: number, connector: UsedConnector): Html {
  const x = String(RIGHT + 14);
  const head = `M${RIGHT} ${y - 5}l8 5l-8 5z`;
  const mark = connector.isUnmanaged
    ? html`<text class="small" x="${x}" y="${String(y + 20)}">unmanaged</text>`
    : NOTHING;
  return html`<path class="head" d="${head}"></path><text x="${x}" y="${String(y + 4)}">${clipped(labelOf(connector), LABEL_LIMIT)}</text>${mark}\n`;
}

function row(connector: UsedConnector, { flow, step, words }: UseView): Html {
  const state =
    words === null
      ? html`<span class="quiet">${callsIt}</span>`
      : html`<span class="toned ${toneClass(words.tone)}">${words.long}</span>`;
  return html`<tr><th scope="row">${called(connector)}</th><td data-label="User flow" class="flow"><code>${flow}</code></td><td data-label="Step"><code class="whole">${step}</code></td><td data-label="State">${state}</td></tr>\n`;
}

function called({ called: label, isUnmanaged, id }: UsedConnector): Html {
  const who =
    label === null ? html`<span class="quiet">(no name)</span>` : html`<code>${label}</code>`;
  const mark = isUnmanaged ? html` <span class="quiet whole">(unmanaged)</span>` : NOTHING;
  const which = id === null ? NOTHING : html`<br><span class="place"><code>${id}</code></span>`;
  return html`${who}${mark}${which}`;
}
