/** Whether a tenant may be changed now, and when next, in words that hold for every format. */
import type { ChangeWindow } from "../model/generated/run.ts";
import { moment } from "./instants.ts";

export interface WindowView {
  readonly isOpen: boolean;
  /** `open until …`, `closed; the next one is from … to …`. */
  readonly text: string;
}

/** null for a tenant that may always be changed. What was open when planned may be over at `endedAt`. */
export function windowView(
  window: ChangeWindow | null,
  timezone: string | undefined,
  endedAt = "",
): WindowView | null {
  if (window === null) return null;
  const { until, next } = window;
  const isOpen = window.isOpen && (until === null || endedAt < until);
  if (!isOpen) return { isOpen, text: `closed; ${nextWords(next, timezone)}` };
  const end = until === null ? "" : ` until ${moment(until, timezone)}`;
  const later = next === null ? "" : `; ${nextWords(next, timezone)}`;
  return { isOpen, text: `open${end}${later}` };
}

function nextWords(next: ChangeWindow["next"], timezone: string | undefined): string {
  if (next === null) return "no next one is known";
  const from = moment(next.from, timezone);
  if (next.to === null) return `the next one opens on ${from}`;
  return `the next one is from ${from} to ${moment(next.to, timezone)}`;
}
