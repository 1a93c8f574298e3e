/** What the API of the service answers, from the store and the schedule. */
import { readSchema } from "../../definitions/schemas.ts";
import type { Clock } from "../../model/clock.ts";
import { seenDigest } from "../../model/drift.ts";
import type { Drift } from "../../model/generated/drift.ts";
import type { Memory } from "../../model/store.ts";
import { standingDrifts } from "../../plan/standing.ts";
import type { TenantStatus } from "../../reconcile/schedule.ts";
import type { ApiOptions } from "../../web/api.ts";
import type { ApiSource } from "../../web/api-source.ts";
import type { PageActs } from "../../web/page/options.ts";
import { version } from "../version.ts";
import type { RunNow } from "./run-now.ts";
import { type Standing, standings } from "./standings.ts";

export interface Asking {
  readonly tenants: readonly Standing[];
  /** Asked whenever somebody asks; empty while the service starts. */
  readonly status: () => readonly TenantStatus[];
  readonly runNow: RunNow;
  /** Those of the page, which open pages hear of. */
  readonly acts: Pick<PageActs, "accept" | "revoke">;
  readonly clock: Pick<Clock, "now">;
}

export function openApi(asking: Asking): ApiOptions {
  return { source: sourceOf(asking), schema: readSchema, version };
}

function sourceOf({ tenants, status, runNow, acts, clock }: Asking): ApiSource {
  const wired = new Map(tenants.map((one) => [one.settings.name, one]));
  const wiredOf = (name: string) => {
    const one = wired.get(name);
    if (one === undefined) throw new Error("The API asked for a tenant that it was not told of");
    return one;
  };
  const subjectOf = (name: string) => wiredOf(name).subject;
  const states = async (wanted: readonly Standing[]) => {
    const known = status();
    const failures = new Map(known.map((one) => [one.name, one.failures]));
    const all = await standings(wanted, known, clock.now());
    return all.map(({ open, oldest, ...standing }) => ({
      ...standing,
      failures: failures.get(standing.name) ?? 0,
      differences: open,
      oldestDifference: oldest,
    }));
  };
  return {
    has: (name) => wired.has(name),
    tenants: () => states(tenants),
    tenant: async (name) => {
      const [state] = await states([wiredOf(name)]);
      if (state === undefined) throw new Error("A tenant has no standing");
      return state;
    },
    lastRun: async (name) => (await subjectOf(name).store.runs(name, 1))[0] ?? null,
    drifts: async (name) => {
      const { store, tenant } = subjectOf(name);
      return openFirst(await store.recall(tenant), clock.now());
    },
    runs: async (name, { limit, before }) => {
      const [outlines = []] = await subjectOf(name).store.outlines([name], limit, before);
      return outlines;
    },
    run: (name, id) => subjectOf(name).store.run(name, id),
    audit: (name, filter) => subjectOf(name).store.audit({ ...filter, tenants: [name] }),
    accept: (name, { before, ...word }, by) =>
      acts.accept(name, { ...word, seen: seenDigest({ before }) }, by),
    revoke: acts.revoke,
    reconcile: runNow,
  };
}

/** The open ones as they stand now. The store has all by kind, name and path. */
function openFirst(memory: Memory, now: Date): readonly Drift[] {
  const open = standingDrifts(memory, now.toISOString()).map(({ drift }) => drift);
  return [...open, ...memory.drifts.filter(({ resolvedAt }) => resolvedAt !== null)];
}
