/** How tenants stand, from the store and from the schedule: for the page and for the API. */
import { isPressing } from "../../model/drift.ts";
import type { Memory, RunOutline } from "../../model/store.ts";
import { standingDrifts } from "../../plan/standing.ts";
import { activeSuspensions } from "../../plan/suspensions.ts";
import type { TenantStatus } from "../../reconcile/schedule.ts";
import type { PlanSubject } from "../../reconcile/subject.ts";
import type { TenantStanding } from "../../web/page/options.ts";
import type { TenantSettings } from "../configuration/configuration.ts";

/** What of a tenant is needed. */
export interface Standing {
  readonly settings: Pick<TenantSettings, "name" | "mode">;
  readonly subject: Pick<PlanSubject, "store" | "tenant">;
}

/** In the order of the tenants, which share one store. */
export async function standings(
  tenants: readonly Standing[],
  status: readonly TenantStatus[],
  now: Date,
): Promise<readonly TenantStanding[]> {
  const [first] = tenants;
  if (first === undefined) return [];
  const nextRuns = new Map(status.map(({ name, nextRun }) => [name, nextRun]));
  const names = tenants.map(({ settings }) => settings.name);
  const outlines = await first.subject.store.outlines(names, 1);
  return Promise.all(
    tenants.map(async ({ settings: { name, mode }, subject }, index) => {
      const memory = await subject.store.recall(subject.tenant);
      const last = outlines[index]?.[0] ?? null;
      return { name, mode, ...standing(memory, last, now), nextRun: nextRuns.get(name) ?? null };
    }),
  );
}

function standing(
  memory: Memory,
  last: RunOutline | null,
  now: Date,
): Omit<TenantStanding, "name" | "mode" | "nextRun"> {
  const at = now.toISOString();
  const open = standingDrifts(memory, at).filter(({ drift }) => isPressing(drift));
  const suspensions = activeSuspensions({ memory, now: at });
  const suspended = suspensions.find(({ kind }) => kind === null);
  return {
    last,
    open: open.length,
    oldest: open.map(({ drift }) => drift.firstSeen).toSorted()[0] ?? null,
    suspendedUntil: suspended?.until ?? null,
  };
}
