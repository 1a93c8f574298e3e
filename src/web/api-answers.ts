/** What each operation of the API answers: the documents that the command line prints as JSON. */

import type { ApiOperation } from "./api-routes.ts";
import type { ApiSource, AuditFilter, RunsFilter, SeenField } from "./api-source.ts";
import type { Refusal } from "./refusal.ts";

/** What is asked for; parameters that the path does not have are left out. */
export interface Question {
  /** Of a tenant. */
  readonly name?: string;
  /** Of a run. */
  readonly id?: string;
  /** As the schema of the route has it, with its defaults. */
  readonly query: object;
  /** As the schema of the route has it; undefined where there is none. */
  readonly body: unknown;
  /** Who asks. */
  readonly by: string;
}

/** A document of the schemas, or why there is none. */
export type Answer = (question: Question) => Promise<object | Refusal>;

export function answersOf(
  source: ApiSource,
  document: object,
): Readonly<Record<ApiOperation, Answer>> {
  const { has } = source;
  return {
    tenants: async () => ({ version: 1, tenants: await source.tenants() }),
    openapi: async () => document,
    tenant: about(has, source.tenant),
    plan: about(has, async (tenant) => {
      const run = await source.lastRun(tenant);
      if (run === null) return missing(`${tenant} has not been run yet, so there is no plan.`);
      const { plan, id } = run;
      if (plan === null) {
        return missing(`The last run of ${tenant}, ${id}, made no plan. It says why.`);
      }
      return { version: 1, plans: [plan] };
    }),
    drift: about(has, async (tenant) => ({ version: 1, drifts: await source.drifts(tenant) })),
    runs: about(has, async (tenant, { query }) => ({
      version: 1,
      runs: await source.runs(tenant, query as RunsFilter),
    })),
    run: about(has, async (tenant, { id = "" }) => {
      const run = await source.run(tenant, id);
      if (run === null) return missing(`${tenant} has no run of this id, or none any more.`);
      return { version: 1, runs: [run] };
    }),
    audit: about(has, async (tenant, { query }) => ({
      version: 1,
      entries: await source.audit(tenant, query as AuditFilter),
    })),
    accept: about(has, async (tenant, { body, by }) => {
      await source.accept(tenant, body as SeenField, by);
      return { version: 1, drifts: await source.drifts(tenant) };
    }),
    revoke: about(has, async (tenant, { body, by }) => {
      await source.revoke(tenant, body as SeenField, by);
      return { version: 1, drifts: await source.drifts(tenant) };
    }),
    reconcile: about(has, async (tenant, { by }) => ({
      version: 1,
      runs: [await source.reconcile(tenant, by)],
    })),
  };
}

/** Asks nothing about a tenant that there is not. */
function about(
  has: (tenant: string) => boolean,
  answer: (tenant: string, question: Question) => Promise<object | Refusal>,
): Answer {
  return async (question) => {
    const { name = "" } = question;
    return has(name) ? await answer(name, question) : missing(noTenant(name));
  };
}

function noTenant(name: string): string {
  return `plumbline.yaml names no tenant ${JSON.stringify(name)}; /api/v1/tenants has those that it does.`;
}

function missing(message: string): Refusal {
  return { status: 404, error: "not-found", message };
}
