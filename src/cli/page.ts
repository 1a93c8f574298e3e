/** What the page of the service shows, from the store and from the schedule. */
import type { Clock } from "../model/clock.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Run } from "../model/generated/run.ts";
import { standingDrifts } from "../plan/standing.ts";
import { activeSuspensions } from "../plan/suspensions.ts";
import type { TenantStatus } from "../reconcile/schedule.ts";
import type { PlanSubject } from "../reconcile/subject.ts";
import {
  CHARTED,
  ENDED,
  type PageActs,
  type PageOptions,
  RECENT,
  type TenantPast,
} from "../web/page/options.ts";
import type { TenantSettings } from "./configuration.ts";
import type { SourceLink } from "./source-link.ts";
import { standings } from "./standings.ts";

/** What of a tenant the page needs. */
export interface Paged {
  readonly settings: Pick<TenantSettings, "name" | "mode" | "timezone">;
  readonly subject: Pick<PlanSubject, "store" | "tenant">;
}

export interface Page {
  readonly options: PageOptions;
  /** Open pages hear that a run has ended. */
  readonly ended: (run: Pick<Run, "tenant">) => void;
}

export interface Paging {
  /** Asked whenever a page is made. */
  readonly status: () => readonly TenantStatus[];
  readonly acts: PageActs;
  readonly sourceLink: SourceLink;
  readonly clock: Pick<Clock, "now">;
}

export function openPage(
  tenants: readonly Paged[],
  { status, acts, sourceLink, clock }: Paging,
): Page {
  const listeners = new Set<(tenant: string) => void>();
  const wired = new Map(tenants.map((one) => [one.settings.name, one]));
  const changed = (tenant: string) => {
    for (const listener of listeners) listener(tenant);
  };
  return {
    options: {
      names: [...wired.keys()],
      tenants: () => standings(tenants, status(), clock.now()),
      tenant: async (name) => {
        const one = wired.get(name);
        if (one === undefined) return null;
        return past(
          one,
          status().find((standing) => standing.name === name),
          clock.now(),
        );
      },
      ...singles(wired),
      onRun: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      acts: {
        ...acts,
        async accept(tenant, word, by) {
          await acts.accept(tenant, word, by);
          changed(tenant);
        },
        async revoke(tenant, of, by) {
          await acts.revoke(tenant, of, by);
          changed(tenant);
        },
      },
      sourceLink,
      now: () => clock.now(),
    },
    ended: ({ tenant }) => changed(tenant),
  };
}

async function past(
  { settings, subject }: Paged,
  status: TenantStatus | undefined,
  now: Date,
): Promise<TenantPast> {
  const { store, tenant } = subject;
  const { name, mode, timezone } = settings;
  const at = now.toISOString();
  const [runs, [outlines = []], memory] = await Promise.all([
    store.runs(name, RECENT),
    store.outlines([name], CHARTED),
    store.recall(tenant),
  ]);
  return {
    ...{ name, mode, timezone, runs, outlines },
    suspensions: activeSuspensions({ memory, now: at }),
    nextRun: status?.nextRun ?? null,
    isRunning: status?.isRunning ?? false,
    drifts: standingDrifts(memory, at),
    resolved: lastEnded(memory.drifts),
  };
}

function lastEnded(drifts: readonly Drift[]): readonly Drift[] {
  const ended = drifts.flatMap((drift) =>
    drift.resolvedAt === null ? [] : [{ drift, at: drift.resolvedAt }],
  );
  return ended
    .toSorted((one, other) => (one.at > other.at ? -1 : 1))
    .slice(0, ENDED)
    .map(({ drift }) => drift);
}

function singles(wired: ReadonlyMap<string, Paged>): Pick<PageOptions, "run" | "audit"> {
  return {
    async run(tenant, id) {
      const one = wired.get(tenant);
      if (one === undefined) return null;
      const { settings, subject } = one;
      return { timezone: settings.timezone, run: await subject.store.run(tenant, id) };
    },
    async audit(tenant, limit) {
      const one = wired.get(tenant);
      if (one === undefined) return null;
      const { settings, subject } = one;
      const entries = await subject.store.audit({ tenants: [tenant], limit });
      return { timezone: settings.timezone, entries };
    },
  };
}
