/** Who changed something in the tenant. Names of people come from outside and may be anything. */
import type { Attribution, Change, HeldChange } from "../model/generated/run.ts";
import type { Note } from "./change-view.ts";
import { moment } from "./instants.ts";
import { name } from "./printable.ts";

/** `jane@contoso.com at 2026-08-20 08:01:00 UTC (Update Api connector, request 1f0e...)`. */
export function whoText(
  { actor, at, activity, request }: Attribution,
  timezone: string | undefined,
): string {
  const detail = [name(activity), ...(request === null ? [] : [`request ${name(request)}`])];
  return `${actorText(actor)} at ${moment(at, timezone)} (${detail.join(", ")})`;
}

/** `jane@contoso.com`, `the app Deployments`, `somebody`. */
export function actorText(actor: Attribution["actor"]): string {
  const called = actor?.name ?? actor?.id ?? null;
  if (actor === null || called === null) return "somebody";
  return actor.type === "app" ? `the app ${name(called)}` : name(called);
}

/** Whoever brought a difference about, as far as the tenant's audit log tells. */
export function whoNotes(
  { who }: Change | HeldChange,
  timezone: string | undefined,
): readonly Note[] {
  if (who === undefined) return [];
  return [{ tone: "quiet", label: "Changed in the tenant", text: `by ${whoText(who, timezone)}` }];
}
