/** What the page of the service shows, from the store and from the schedule. */
import type { Clock } from "../../model/clock.ts";
import type { Drift } from "../../model/generated/drift.ts";
import type { Run } from "../../model/generated/run.ts";
import type { RunOutline } from "../../model/store.ts";
import { standingDrifts } from "../../plan/standing.ts";
import { activeSuspensions } from "../../plan/suspensions.ts";
import type { TenantStatus } from "../../reconcile/schedule.ts";
import type { PlanSubject } from "../../reconcile/subject.ts";
import {
  CHARTED,
  ENDED,
  type PageActs,
  type PageOptions,
  RECENT,
  type RunSummary,
  type TenantPast,
} from "../../web/page/options.ts";
import type { TenantSettings } from "../configuration/configuration.ts";
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
  const wired = new Map(
    tenants.map((one) => [one.settings.name, { ...one, recent: openRecent(one) }]),
  );
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
        const standing = status().find((other) => other.name === name);
        return past(one, standing, clock.now());
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
  { settings, subject, recent }: Paged & { readonly recent: Recent },
  status: TenantStatus | undefined,
  now: Date,
): Promise<TenantPast> {
  const { store, tenant } = subject;
  const { name, mode, timezone } = settings;
  const at = now.toISOString();
  const [[last = null], [outlines = []], memory] = await Promise.all([
    store.runs(name, 1),
    store.outlines([name], CHARTED),
    store.recall(tenant),
  ]);
  const runs = await recent(outlines.slice(0, RECENT));
  return {
    ...{ name, mode, timezone, last, runs, outlines },
    suspensions: activeSuspensions({ memory, now: at }),
    nextRun: status?.nextRun ?? null,
    isRunning: status?.isRunning ?? false,
    drifts: standingDrifts(memory, at),
    resolved: lastEnded(memory.drifts),
  };
}

/** What the list of runs tells of these. */
type Recent = (outlines: readonly RunOutline[]) => Promise<readonly RunSummary[]>;

/**
 * A run never changes, and its plan may be large: what is told of one is kept, so that a look at the page
 * reads one that is new and not twenty.
 */
function openRecent({ settings: { name }, subject: { store } }: Paged): Recent {
  let kept: ReadonlyMap<string, RunSummary> = new Map();
  return async (outlines) => {
    const missing = outlines.filter(({ id }) => !kept.has(id));
    const read = await Promise.all(missing.map(({ id }) => store.run(name, id)));
    const known = new Map(
      [...kept.values(), ...read.flatMap(summaryOf)].map((run) => [run.id, run]),
    );
    const summaries = outlines.flatMap(({ id }) => known.get(id) ?? []);
    kept = new Map(summaries.map((run) => [run.id, run]));
    return summaries;
  };
}

/** Nothing where it is kept no more. */
function summaryOf(run: Run | null): readonly RunSummary[] {
  if (run === null) return [];
  const { id, startedAt, finishedAt, result, trigger, commit } = run;
  return [{ id, startedAt, finishedAt, result, trigger, commit }];
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
