/** Words and small pieces that several pages share. */
import type { Result } from "../../model/generated/run.ts";
import { fromWorst } from "../../model/result.ts";
import type { RunOutline } from "../../model/store.ts";
import { badge } from "../../report/html-parts.ts";
import { epochMilliseconds, moment } from "../../report/instants.ts";
import { type Html, html } from "../../report/markup.ts";
import { name } from "../../report/printable.ts";
import { resultTones, type Tone } from "../../report/wording.ts";
import { tenantPath } from "./paths.ts";

/** How a tenant stands: how its last run ended, or that there was none. */
export type State = Result | "not yet run";

/** From the worst on, which is how tenants are sorted: what nobody has looked at is worse than good. */
export const states: readonly State[] = fromWorst.flatMap((result) =>
  result === "converged" ? ["not yet run", result] : [result],
);

export function stateOf(last: Pick<RunOutline, "result"> | null): State {
  return last?.result ?? "not yet run";
}

export function toneOf(state: State): Tone {
  return state === "not yet run" ? "quiet" : resultTones[state];
}

export function stateBadge(state: State): Html {
  return badge(state, toneOf(state));
}

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** `3 h`: the largest unit that fits, rounded down. */
export function age(instant: string, now: Date): string {
  const from = epochMilliseconds(instant);
  const seconds = Math.max(0, Math.floor((now.getTime() - (from ?? now.getTime())) / 1_000));
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** An instant that programs read as well; `text` is what people read, else the moment itself. */
export function time(instant: string, timezone?: string, text?: string): Html {
  const told = moment(instant, timezone);
  return text === undefined
    ? html`<time class="whole" datetime="${instant}">${told}</time>`
    : html`<time class="whole" datetime="${instant}" title="${told}">${text}</time>`;
}

export function tenantLink(tenant: string): Html {
  return html`<a href="${tenantPath(tenant)}">${name(tenant)}</a>`;
}
