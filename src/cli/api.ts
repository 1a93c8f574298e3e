/** What the API of the service answers, from the store and the schedule, and who may ask. */
import { readSchema } from "../definitions/schemas.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Secrets } from "../model/secret.ts";
import type { Schedule } from "../reconcile/schedule.ts";
import type { PlanSubject } from "../reconcile/subject.ts";
import type { Redactors } from "../secrets/secrets.ts";
import type { AccessOptions } from "../web/access.ts";
import type { ApiOptions, ApiSource } from "../web/api.ts";
import type { TenantStanding } from "../web/page/options.ts";
import type { AccessSettings } from "./access-settings.ts";
import type { TenantSettings } from "./configuration.ts";
import type { RunNow } from "./run-now.ts";
import { version } from "./version.ts";

/** What of a tenant the API needs. */
interface Answering {
  readonly settings: Pick<TenantSettings, "name" | "mode">;
  readonly subject: Pick<PlanSubject, "store" | "tenant">;
}

export interface Asking {
  readonly tenants: readonly Answering[];
  /** How each stands, in the same order. */
  readonly standings: () => Promise<readonly TenantStanding[]>;
  /** null while the service starts. */
  readonly schedule: () => Schedule | null;
  readonly runNow: RunNow;
}

export function openApi(asking: Asking): ApiOptions {
  return { source: sourceOf(asking), schema: readSchema, version };
}

/** Reads the tokens once, as all of the service's own secrets, and tells them to the redactor. */
export async function readAccess(
  settings: AccessSettings | null,
  { secrets, redactors }: { readonly secrets: Secrets; readonly redactors: Redactors },
): Promise<AccessOptions | null> {
  if (settings === null) return null;
  const tokens = [];
  for (const { name, role, token: use } of settings.tokens) {
    const token = await secrets.resolve(use);
    redactors.service.add(token);
    tokens.push({ name, role, token });
  }
  return { tokens, entra: settings.entra };
}

function sourceOf({ tenants, standings, schedule, runNow }: Asking): ApiSource {
  const wired = new Map(tenants.map((one) => [one.settings.name, one]));
  const subjectOf = (name: string) => {
    const one = wired.get(name);
    if (one === undefined) throw new Error("The API asked for a tenant that it was not told of");
    return one.subject;
  };
  return {
    has: (name) => wired.has(name),
    tenants: async () => {
      const failures = new Map(
        schedule()
          ?.status()
          .map((one) => [one.name, one.failures]),
      );
      const modes = new Map(tenants.map(({ settings: { name, mode } }) => [name, mode]));
      return (await standings()).map(({ open, oldest, ...standing }) => ({
        ...standing,
        mode: modes.get(standing.name) ?? "report",
        failures: failures.get(standing.name) ?? 0,
        differences: open,
        oldestDifference: oldest,
      }));
    },
    lastRun: async (name) => (await subjectOf(name).store.runs(name, 1))[0] ?? null,
    drifts: async (name) => {
      const { store, tenant } = subjectOf(name);
      return openFirst((await store.recall(tenant)).drifts);
    },
    runs: async (name, limit) => (await subjectOf(name).store.outlines([name], limit))[0] ?? [],
    run: (name, id) => subjectOf(name).store.run(name, id),
    audit: (name, filter) => subjectOf(name).store.audit({ ...filter, tenants: [name] }),
    reconcile: runNow,
  };
}

/** The store has them by kind, name and path. */
function openFirst(drifts: readonly Drift[]): readonly Drift[] {
  const isOpen = ({ resolvedAt }: Drift) => resolvedAt === null;
  return [...drifts.filter(isOpen), ...drifts.filter((drift) => !isOpen(drift))];
}
