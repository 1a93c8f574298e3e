/** The last runs of a tenant as bars: how long each took, and by colour and shape how it ended. Pure. */
import type { RunOutline } from "../../../model/store.ts";
import { toneClass } from "../../../report/html-parts.ts";
import { duration, epochMilliseconds } from "../../../report/instants.ts";
import { type Html, html } from "../../../report/markup.ts";
import { plural, resultTones, type Tone } from "../../../report/wording.ts";
import { CHARTED } from "../options.ts";
import { states } from "../words.ts";

const STEP = 8;
const BAR = 6;
/** Of the highest bar, below the signs. */
const HEIGHT = 64;
const TOP = 14;

/** With a text in its place for whoever does not see it. `runs` has the newest first. */
export function timeline(runs: readonly RunOutline[]): Html {
  const oldestFirst = runs.slice(0, CHARTED).toReversed();
  const longest = Math.max(1, ...oldestFirst.map(took));
  const first = CHARTED - oldestFirst.length;
  const bars = oldestFirst.map((run, index) => bar(run, (first + index) * STEP, longest));
  const base = String(TOP + HEIGHT + 1);
  return html`<figure class="timeline"><svg viewBox="0 0 ${String(CHARTED * STEP)} ${String(TOP + HEIGHT + 4)}" role="img" aria-labelledby="timeline-words"><path class="base" d="M0 ${base}H${String(CHARTED * STEP)}"></path>
${bars}</svg><figcaption id="timeline-words">${words(oldestFirst)}</figcaption></figure>`;
}

function took({ startedAt, finishedAt }: RunOutline): number {
  return Math.max(0, (epochMilliseconds(finishedAt) ?? 0) - (epochMilliseconds(startedAt) ?? 0));
}

/** Lengths differ by magnitudes, so height grows with their root. */
function bar(run: RunOutline, x: number, longest: number): Html {
  const height = Math.max(3, Math.round(HEIGHT * Math.sqrt(took(run) / longest)));
  const y = TOP + HEIGHT - height;
  const tone = resultTones[run.result];
  return html`<g class="${toneClass(tone)}"><rect x="${String(x + 1)}" y="${String(y)}" width="${String(BAR)}" height="${String(height)}"></rect>${sign(tone, x + 4, y - 6)}</g>\n`;
}

/** Nothing above what is good: a cross, a triangle and a diamond say the rest without colour. */
function sign(tone: Tone, x: number, y: number): readonly Html[] {
  const shape = shapes[tone];
  return shape === undefined ? [] : [html`<path d="M${String(x)} ${String(y)}${shape}"></path>`];
}

const shapes: Readonly<Partial<Record<Tone, string>>> = {
  bad: "m-3 -4l6 8m0 -8l-6 8",
  update: "m0 -4l3.5 7h-7z",
  held: "m0 -4l3.5 4l-3.5 4l-3.5 -4z",
};

const legend: Readonly<Partial<Record<Tone, string>>> = {
  bad: "a cross",
  update: "a triangle",
  held: "a diamond",
};

function words(runs: readonly RunOutline[]): string {
  const counts = states.flatMap((state) => {
    const count = runs.filter(({ result }) => result === state).length;
    const shape = state === "not yet run" ? undefined : legend[resultTones[state]];
    return count === 0 ? [] : `${count} ${state}${shape === undefined ? "" : ` (${shape})`}`;
  });
  const longest = runs.toSorted((one, other) => took(other) - took(one))[0];
  const most = longest === undefined ? null : duration(longest.startedAt, longest.finishedAt);
  const length = most === null ? "" : ` The longest took ${most}.`;
  if (runs.length === 1) return `One run so far: ${counts.join()}.`;
  return `The last ${plural(runs.length, "run")}, the newest on the right: ${counts.join(", ")}.${length}`;
}
