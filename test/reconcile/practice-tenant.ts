/** The whole engine on real parts: files, secrets, SQLite, the Graph client, and a practice tenant. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { openDefinitions } from "../../src/definitions/definitions.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { Plan, Run } from "../../src/model/generated/run.ts";
import { Secret, type Secrets } from "../../src/model/secret.ts";
import type { Store } from "../../src/model/store.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import { planTenant, type RunOptions, reconcile } from "../../src/reconcile/reconcile.ts";
import type { RunEvent, Subject } from "../../src/reconcile/subject.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import type { ReadKeyVault } from "../../src/secrets/key-vault.ts";
import { createRedactor, openSecrets } from "../../src/secrets/secrets.ts";
import { openStore } from "../../src/store/store.ts";
import { openAccess, openReader, openWriter, type RequestEvent } from "../../src/tenant/tenant.ts";
import { allowing } from "../plan/builders.ts";

/** A clock that stands still but for sleeping, which takes no time. */
export interface HandClock extends Clock {
  advance(milliseconds: number): void;
}

export function handClock(start = "2026-08-20T08:00:00.000Z"): HandClock {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
    },
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      now += milliseconds;
      await setImmediate();
      signal?.throwIfAborted();
    },
  };
}

/** YAML of a connector called `name`; its password is the environment variable NAME_PASSWORD. */
export function connector(
  name: string,
  { displayName = name, spec = "", metadata = "", policy = "" } = {},
): string {
  const variable = `${name.toUpperCase().replaceAll("-", "_")}_PASSWORD`;
  return `apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: ${name}${metadata && `, ${metadata}`} }
spec:
  displayName: ${displayName}
  targetUrl: https://${name}.contoso.com/
  authentication: { basic: { username: entra, password: { env: ${variable} } } }
${spec && `  ${spec}\n`}${policy && `policy: { ${policy} }\n`}`;
}

/** YAML of a user flow; `steps` as one writes them under apiConnectors. */
export function userFlow(name: string, steps: string): string {
  return `apiVersion: plumbline/v1
kind: UserFlow
metadata: { name: ${name} }
spec:
  apiConnectors: { ${steps} }
`;
}

/** The result of a run, and its outcomes in short lines such as `create a done`. */
export function told({ result, outcomes }: Run): readonly string[] {
  return [result, ...outcomes.map((one) => `${one.op} ${one.name} ${one.result}`)];
}

export interface Practice extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly clock: HandClock;
  /** Holds what `define` wrote, and the store. */
  readonly folder: string;
  /** Sets what an environment variable holds from now on; null: it is not set. */
  setEnv(name: string, value: string | null): void;
  /** Of the latest run. */
  readonly events: RunEvent[];
  /** Replaces all definitions, by file name, and sets each variable that they name for the first time. */
  define(files: Readonly<Record<string, string>>): void;
  /** Another connection to the same store, as another process would have. */
  openStore(clock?: Clock): Promise<Store>;
  /** On the practice's own store, in mode apply. */
  subject(over?: Partial<Subject>): Subject;
  plan(over?: Partial<Subject>): Promise<Plan>;
  /** A minute after the last one by default, so that earlier writes have settled. */
  run(over?: Partial<Subject>, options?: Partial<RunOptions & { after: number }>): Promise<Run>;
  /** What was asked of connectors, such as `PATCH 204`, since the last call. */
  requests(): readonly string[];
  /** What was asked of user flows, since the last call of any. */
  flowRequests(): readonly string[];
  /** What was asked of the audit log, since the last call of any. */
  auditRequests(): readonly string[];
}

export interface PracticeOptions {
  /** Milliseconds that one try of a request may take. */
  readonly timeout?: number;
  /** Folder of plumbline.yaml; definitions lie in `connectors` below it. */
  readonly root?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Shared with other practice tenants: opening one takes a noticeable time. */
  readonly certificate?: Secrets["certificate"];
  /** Hears of each request to Graph. */
  readonly onRequest?: (event: RequestEvent) => void;
  /** The vaults that definitions may name, and who reads them; none when left out. */
  readonly keyVaults?: { readonly names: readonly string[]; readonly read: ReadKeyVault };
}

export async function openPractice(options: PracticeOptions = {}): Promise<Practice> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-practice-"));
  const clock = handClock();
  let made = 0;
  const sandbox = await startSandbox({
    port: 0,
    requestLimit: null,
    now: clock.now,
    newId: () => `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`,
  });
  const store = await openStore({ sqlite: join(folder, "state.db") }, clock);
  const env: Record<string, string> = {};
  const events: RunEvent[] = [];
  const wire = wiring({ folder, clock, sandbox, store, env, options });
  const requests = (isAsked: (path: string) => boolean) => {
    const sent = sandbox.control.requests().filter(({ path }) => isAsked(path));
    sandbox.control.clearRequests();
    return sent.map(({ method, status }) => `${method} ${status}`);
  };
  const subject = (over: Partial<Subject> = {}) => ({ ...wire(), ...over });
  return {
    sandbox,
    clock,
    folder,
    events,
    subject,
    setEnv(name, value) {
      if (value === null) delete env[name];
      else env[name] = value;
    },
    define(files) {
      const connectors = join(folder, "connectors");
      rmSync(connectors, { recursive: true, force: true });
      mkdirSync(connectors);
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(connectors, name)), { recursive: true });
        writeFileSync(join(connectors, name), text);
        for (const [, variable = ""] of text.matchAll(/env: (\w+)/g)) {
          env[variable] ??= `secret of ${variable}`;
        }
      }
    },
    openStore: (own = clock) => openStore({ sqlite: join(folder, "state.db") }, own),
    plan: (over) =>
      planTenant(subject(over), new AbortController().signal, (event) => events.push(event)),
    async run(over, { after = 60_000, ...options } = {}) {
      clock.advance(after);
      events.length = 0;
      return reconcile(subject(over), { ...runOptions(events), ...options });
    },
    requests: () => requests((path) => /apiConnectors/i.test(path) && !isOfFlows(path)),
    flowRequests: () => requests(isOfFlows),
    auditRequests: () => requests((path) => /auditLogs/i.test(path)),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isOfFlows(path: string): boolean {
  return /UserFlows/i.test(path);
}

/** Of an apply by command, whose events are kept. */
export function runOptions(events: RunEvent[]): RunOptions {
  return {
    trigger: "command",
    isApply: true,
    approved: null,
    asked: nothingAsked,
    by: "somebody",
    notify: (event) => events.push(event),
    stopping: new AbortController().signal,
    aborting: new AbortController().signal,
  };
}

/** What an engine on a practice tenant is made of; another process may run it. */
export interface Parts {
  /** Of plumbline.yaml, and of the definitions in `connectors`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly sandbox: Pick<Sandbox, "url" | "tenantId" | "token">;
  readonly store: Store;
  readonly env: Readonly<Record<string, string>>;
  readonly options: PracticeOptions;
}

/** Of every practice tenant. */
export const fingerprintKey = "a key for practice alone";

/** As after a start: nothing is kept between runs but the store. */
export function wiring({ folder, clock, sandbox, store, env, options }: Parts): () => Subject {
  const { timeout = 30_000, root = folder, variables = {}, keyVaults, onRequest } = options;
  // The plan's digest holds the Graph root, so it must not hold the port of this test.
  const tenant = {
    name: "practice",
    graph: "https://graph.microsoft.com",
    tenantId: sandbox.tenantId,
  };
  const request = {
    root,
    folders: ["connectors"],
    exclude: [],
    variables,
    secrets: {
      env: null,
      ownEnv: [],
      reservedEnv: ["PLUMBLINE_*"],
      files: [root],
      keyVaults: keyVaults?.names ?? [],
      ownVaultSecrets: [],
      others: { env: [], files: [] },
    },
    targets: { hosts: null, private: false },
  };
  return () => {
    const redactor = createRedactor();
    const access = openAccess({
      tenant: { ...tenant, graph: sandbox.url },
      authority: sandbox.url,
      credential: { type: "token", token: new Secret(sandbox.token) },
      budget: 100,
      redactor,
      clock,
      timeout,
      random: () => 0,
      ...(onRequest && { onRequest }),
    });
    return {
      tenant,
      policy: allowing(["adopt", "create", "update"]),
      settle: 5_000,
      drift: { after: 1, keep: 30 * 86_400_000 },
      attribution: { read: true, actors: "keep" },
      version: "1.0.0",
      load: () => ({ loaded: openDefinitions().load(request), commit: null }),
      secrets: openSecrets({
        env,
        fingerprint: { key: new Secret(fingerprintKey) },
        ...(options.certificate && { certificate: options.certificate }),
        keyVault: keyVaults?.read,
      }),
      redactor,
      store,
      reader: openReader(access),
      clock,
      mode: "apply",
      writer: openWriter(access),
    };
  };
}
