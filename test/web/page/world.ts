/** The page over a real store, with tenants whose runs were recorded and not made. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPage, type Page } from "../../../src/cli/serving/page.ts";
import { sourceLink as openSourceLink } from "../../../src/cli/serving/source-link.ts";
import type { Clock } from "../../../src/model/clock.ts";
import type { Plan, Run } from "../../../src/model/generated/run.ts";
import type { Store } from "../../../src/model/store.ts";
import { systemClock } from "../../../src/model/system-clock.ts";
import { driftChanges } from "../../../src/reconcile/drift.ts";
import { openStore } from "../../../src/store/store.ts";
import type { AccessOptions, AccessToken } from "../../../src/web/access.ts";
import type { WebLog } from "../../../src/web/log.ts";
import type { Mode, PageActs, PageOptions } from "../../../src/web/page/options.ts";
import { startWeb } from "../../../src/web/web.ts";

export interface World extends AsyncDisposable {
  readonly url: string;
  readonly store: Store;
  /** Path of the file of the store. */
  readonly file: string;
  readonly logged: readonly string[];
  /** What was thrown, as the log has it. */
  readonly errors: readonly unknown[];
  /** As whoever watches the files of tokens does. */
  renewTokens(tokens: readonly AccessToken[]): void;
  /** Keeps a run of this tenant, with its differences, as reconcile does, and tells open pages. */
  record(run: Run): Promise<void>;
}

export interface WorldOptions {
  readonly tenants: readonly string[];
  readonly clock?: Pick<Clock, "now">;
  readonly host?: string;
  readonly access?: AccessOptions;
  readonly sourceUrl?: string;
  readonly trustedProxies?: readonly string[];
  /** apply where it is left out. */
  readonly mode?: Mode;
  /** None are expected where they are left out. */
  readonly acts?: PageActs;
  /** Takes the place of what the page is told. */
  readonly options?: (options: PageOptions) => PageOptions;
}

const unexpected = () => Promise.reject(new Error("Nobody was expected to act"));
const noActs: PageActs = { reconcile: unexpected, accept: unexpected, revoke: unexpected };

/** What /metrics answers is not looked at here. */
const metrics = { contentType: "text/plain", text: async () => "" };

/** Nothing has been run in it. */
export async function openWorld(wanted: WorldOptions): Promise<World> {
  const { tenants, clock = systemClock, host = "127.0.0.1", options = (same) => same } = wanted;
  const folder = mkdtempSync(join(tmpdir(), "plumbline-page-"));
  const file = join(folder, "state.db");
  const store = await openStore({ sqlite: file });
  const acts = wanted.acts ?? noActs;
  const sourceLink = openSourceLink(wanted.sourceUrl ?? null);
  const status = () => tenants.map(statusOf);
  const page = openPage(tenants.map(pagedOf(store, wanted.mode)), {
    status,
    acts,
    sourceLink,
    clock,
  });
  const logged: string[] = [];
  const errors: unknown[] = [];
  const web = await startWeb({
    ...{ host, port: 0, metrics, health: () => ({ ready: true, tenants: [] }) },
    ...{ access: wanted.access ?? null, page: options(page.options) },
    trustedProxies: wanted.trustedProxies ?? [],
    log: logOf(logged, errors),
  });
  return {
    ...{ url: web.url, store, file, logged, errors },
    record: (run) => record(store, page, run),
    renewTokens: (tokens) => web.renewTokens(tokens),
    async [Symbol.asyncDispose]() {
      await web.close();
      await store[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Signs of life are told apart from what ails. */
export function logOf(logged: string[], errors: unknown[]): WebLog {
  return {
    info: (message) => logged.push(`info: ${message}`),
    warn(message, error) {
      logged.push(message);
      if (error !== undefined) errors.push(error);
    },
  };
}

export function identityOf(name: string) {
  return { name, graph: "https://graph.example", tenantId: `id of ${name}` };
}

const pagedOf =
  (store: Store, mode: Mode = "apply") =>
  (name: string) => ({
    settings: { name, mode, timezone: "UTC" },
    subject: { store, tenant: identityOf(name) },
  });

function statusOf(name: string) {
  const nextRun = "2026-08-22T10:30:00.000Z";
  return { name, result: null, finishedAt: null, nextRun, failures: 0, isRunning: false };
}

async function record(store: Store, page: Page, run: Run): Promise<void> {
  const tenant = identityOf(run.tenant);
  const { drifts } = await store.recall(tenant);
  const found =
    run.plan === null ? undefined : driftChanges(drifts, readingOf(run, run.plan), new Set());
  await store.record(tenant, run, found);
  page.ended(run);
}

function readingOf({ outcomes, finishedAt }: Run, plan: Plan) {
  const said = { isDefined: () => true, of: () => "unchanged" };
  return { plan, outcomes, now: finishedAt, said, damaged: [], after: 1, keep: 86_400_000 };
}
