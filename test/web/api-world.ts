/** The API over a real store and a real schedule, with tenants whose runs were recorded and not made. */
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { expect } from "vitest";
import { openApi } from "../../src/cli/serving/api.ts";
import { openPage } from "../../src/cli/serving/page.ts";
import { openRunNow } from "../../src/cli/serving/run-now.ts";
import type { FaultError } from "../../src/model/fault.ts";
import type { Run } from "../../src/model/generated/run.ts";
import { Secret } from "../../src/model/secret.ts";
import type { Store } from "../../src/model/store.ts";
import { systemClock } from "../../src/model/system-clock.ts";
import { driftChanges } from "../../src/reconcile/drift.ts";
import { type Schedule, startSchedule } from "../../src/reconcile/schedule.ts";
import { openStore } from "../../src/store/store.ts";
import type { AccessOptions } from "../../src/web/access.ts";
import { startWeb, type WebOptions } from "../../src/web/web.ts";
import { faultsBy } from "../cli/published-schemas.ts";
import { cleanPlan } from "../report/samples.ts";
import { runAt } from "./page/tenants.ts";
import { identityOf, logOf } from "./page/world.ts";

export interface ApiWorld extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly store: Store;
  /** Path of the file of the store. */
  readonly file: string;
  readonly logged: readonly string[];
  /** What was thrown, as the log has it. */
  readonly errors: readonly unknown[];
  /** Who asked for runs. */
  readonly asked: readonly string[];
  /** What was accepted and revoked, and by whom; nothing is kept of it. */
  readonly told: readonly unknown[];
  /** Accepting and revoking fail with it. */
  fault: FaultError | null;
  /** Runs wait for this before they end. */
  hold: Promise<unknown> | null;
  record(run: Run): Promise<void>;
  /** Starts no more runs. */
  stop(): Promise<void>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** As a program would, unless the headers say otherwise. */
  post(path: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<Response>;
}

export const viewer = "a-token-of-the-wall-in-the-hall";
export const operator = "a-token-of-the-people-on-call";

/** Two holders of tokens. */
export const holders: AccessOptions = {
  tokens: [
    { name: "wall", role: "viewer", token: new Secret(viewer) },
    { name: "ops", role: "operator", token: new Secret(operator) },
  ],
  entra: null,
};

export function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

const names = ["production", "staging"];

/** Each tenant has had its run at start, which found nothing. */
export async function openApiWorld(
  access: AccessOptions | null = null,
  more: Partial<WebOptions> = {},
): Promise<ApiWorld> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-api-"));
  const file = join(folder, "state.db");
  const store = await openStore({ sqlite: file });
  const tenants = names.map((name) => ({
    settings: { name, mode: "apply" as const, timezone: "UTC" },
    subject: { store, tenant: identityOf(name) },
  }));
  const logged: string[] = [];
  const errors: unknown[] = [];
  const asked: string[] = [];
  const told: unknown[] = [];
  let schedule: Schedule | null = null;
  const subjectOf = (name: string) => ({ store, tenant: identityOf(name), clock: systemClock });
  const runNow = openRunNow(() => schedule, subjectOf, pino({ level: "silent" }));
  const note =
    (act: string) =>
    async (...given: readonly unknown[]) => {
      if (self.fault !== null) throw self.fault;
      told.push([act, ...given]);
    };
  const acts = { reconcile: runNow, accept: note("accept"), revoke: note("revoke") };
  const status = () => schedule?.status() ?? [];
  const page = openPage(tenants, { status, acts, sourceLink: () => null, clock: systemClock });
  const asking = { tenants, status, runNow, acts: page.options.acts, clock: systemClock };
  const web = await startWeb({
    ...{ host: "127.0.0.1", port: 0, health: () => ({ ready: true, tenants: [] }) },
    metrics: { contentType: "text/plain", text: async () => "" },
    page: page.options,
    ...{ access, api: openApi(asking) },
    log: logOf(logged, errors),
    ...more,
  });
  const self = {
    ...{ url: web.url, store, file, logged, errors, asked, hold: null as Promise<unknown> | null },
    ...{ told, fault: null as FaultError | null },
    record: (run: Run) => record(store, run),
    stop: async () => schedule?.stop(),
    get: (path: string, headers = {}) => fetch(`${web.url}${path}`, { headers }),
    post: (path: string, headers = {}, body = "{}") =>
      fetch(`${web.url}${path}`, {
        ...{ method: "POST", body },
        headers: { "content-type": "application/json", ...headers },
      }),
    async [Symbol.asyncDispose]() {
      await schedule?.stop();
      await web.close();
      await store[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  let minutes = 1_000;
  schedule = startSchedule({
    ...{ parallel: 8, clock: systemClock, jitter: 0 },
    tenants: names.map((name) => ({
      ...{ name, schedule: null, timezone: "UTC" },
      run: async (trigger, by) => {
        if (by !== undefined) asked.push(by);
        await self.hold;
        minutes -= 1;
        const run = runAt(minutes, { plan: cleanPlan, tenant: name, trigger });
        await record(store, run);
        return run;
      },
    })),
  });
  await schedule.started;
  return self;
}

/** A git in which nothing changes. */
const unchanging = { isDefined: () => true, of: () => "same" };

async function record(store: Store, run: Run): Promise<void> {
  const tenant = identityOf(run.tenant);
  const { plan, outcomes, finishedAt } = run;
  const { drifts } = await store.recall(tenant);
  const reading = { outcomes, now: finishedAt, said: unchanging, damaged: [], after: 1, keep: 1 };
  const found = plan === null ? undefined : driftChanges(drifts, { ...reading, plan }, new Set());
  await store.record(tenant, run, found);
}

export async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

/** The word for programs, with the status; the whole is a problem of the published schema. */
export async function problem(response: Response): Promise<string> {
  const body = await json<{ readonly error: string; readonly message: string }>(response);
  expect(faultsBy("api.schema.json#/$defs/problem", body)).toEqual([]);
  expect(body.message).toMatch(/^[A-Za-z/].*\.$/s);
  return `${response.status} ${body.error}`;
}

export interface Raw {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As `fetch` cannot: with any header, and any body. */
export function raw(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    })
      .once("error", reject)
      .end(body);
  });
}
