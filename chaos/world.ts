/** What a seed plays with: git, the tenant and its people, the store file, the clock. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Memory, Store } from "../src/model/store.ts";
import type { TenantIdentity } from "../src/model/tenant.ts";
import type { Policy } from "../src/plan/input.ts";
import type { ConnectorEntry } from "../src/sandbox/document.ts";
import { type Sandbox, startSandbox } from "../src/sandbox/sandbox.ts";
import { certificateOpener } from "../src/secrets/certificate.ts";
import { openStore } from "../src/store/store.ts";
import { allowing } from "../test/plan/builders.ts";
import { fingerprintKey, type HandClock, handClock } from "../test/reconcile/practice-tenant.ts";
import type { Pooled } from "./certificates.ts";
import { type Counts, createCounts } from "./counts.ts";
import { type Drawn, namedBy } from "./definitions.ts";
import { type DrawnFlow, type LiveSteps, liveSteps } from "./live-flows.ts";
import type { Random } from "./random.ts";

/** A live connector as the tenant stores it, with its password. */
export type Connector = ConnectorEntry & { readonly id: string };

/** A live value that a person has accepted for a while. */
export interface Given {
  /** Graph id. */
  readonly id: string;
  /** Of its definition. */
  readonly name: string;
  /** Of the field, such as `spec.targetUrl` or `spec.apiConnectors.postFederationSignup`. */
  readonly path: string;
  /** Of a step, the id of what it calls; null: nothing. */
  readonly value: string | null;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** What stands in the tenant and in the store at one instant. */
export interface Moment {
  readonly live: ReadonlyMap<string, Connector>;
  readonly memory: Memory;
  /** What the steps of user flows call. */
  readonly steps: LiveSteps;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface World extends AsyncDisposable {
  readonly random: Random;
  readonly pool: readonly Pooled[];
  readonly sandbox: Sandbox;
  readonly clock: HandClock;
  /** Of plumbline.yaml. */
  readonly folder: string;
  readonly storePath: string;
  readonly tenant: TenantIdentity;
  readonly counts: Counts;
  /** The course so far, a line for each thing that happened. */
  readonly course: string[];
  /** Of the process that runs; another one after a kill. */
  store: Store;
  definitions: readonly Drawn[];
  /** Definitions that left git. */
  removed: readonly Drawn[];
  /** User flows that git has something to say of. */
  flows: readonly DrawnFlow[];
  /** Live values that a person has accepted. */
  given: readonly Given[];
  /** A file in the folder is broken, for this round. */
  isBroken: boolean;
  readonly env: Record<string, string>;
  /** Which of the pool a definition's variables hold, by its key. */
  readonly certificates: Map<string, Pooled>;
  policy: Policy;
  settle: number;
  /** Live objects that nobody manages, as whoever touched them last left them. */
  readonly unmanaged: Map<string, string>;
  /** Those that Plumbline made since the store is what it is. */
  readonly made: Set<string>;
  /**
   * By id, the fingerprint that stood in the ledger when the live password became one that Plumbline
   * has not sent: null where there was none.
   */
  readonly unsent: Map<string, string | null>;
  /** By id, when a write of ours made the active certificate active: milliseconds since 1970. */
  readonly activated: Map<string, number>;
  /** Every value that no text may show. */
  readonly secrets: Set<string>;
  /** Those that somebody typed into a name, or that Graph was told to quote. */
  readonly typed: Set<string>;
  /**
   * displayNames of creates without an answer, of which a person has used one for something new, or
   * has pinned the definition to something else.
   */
  readonly muddled: Set<string>;
  /** The latest instant that anybody was ever told, in milliseconds since 1970. */
  latest(): number;
  /** For ids, names and values that must not come twice. */
  next(): number;
}

/** Shared by all seeds of a process, as a service shares it among its tenants. */
export const openCertificate = certificateOpener();

export async function openWorld(random: Random, pool: readonly Pooled[]): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-chaos-"));
  const storePath = join(folder, "state.db");
  const { clock, latest } = watchedClock();
  const made = new Set<string>();
  let ids = 0;
  const sandbox = await startSandbox({
    port: 0,
    requestLimit: null,
    now: clock.now,
    newId() {
      const id = idOf(0, ++ids);
      made.add(id);
      return id;
    },
  });
  const store = await openStore({ sqlite: storePath }, clock);
  let last = 0;
  const world: World = {
    random,
    pool,
    sandbox,
    clock,
    folder,
    storePath,
    tenant: {
      name: "practice",
      graph: "https://graph.microsoft.com",
      tenantId: sandbox.tenantId,
    },
    counts: createCounts(),
    course: [],
    store,
    definitions: [],
    removed: [],
    flows: [],
    given: [],
    isBroken: false,
    env: {},
    certificates: new Map(),
    policy: allowing(["adopt", "create", "update"]),
    settle: 5_000,
    unmanaged: new Map(),
    made,
    unsent: new Map(),
    activated: new Map(),
    secrets: new Set([fingerprintKey, ...pool.flatMap(secretsOf)]),
    typed: new Set(),
    muddled: new Set(),
    latest,
    next: () => ++last,
    async [Symbol.asyncDispose]() {
      await world.store[Symbol.asyncDispose]();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** A clock that is set back has told instants that are yet to come. */
function watchedClock(): { readonly clock: HandClock; latest(): number } {
  const hand = handClock();
  let latest = 0;
  const now = () => {
    const instant = hand.now();
    latest = Math.max(latest, instant.getTime());
    return instant;
  };
  return { clock: { ...hand, now }, latest: () => latest };
}

/** A part of the PFX is enough to know it by, and quicker to look for. */
function secretsOf({ base64, passphrase }: Pooled): readonly string[] {
  return [base64.slice(200, 260), passphrase];
}

/** Of another series for what people make. */
export function idOf(series: number, count: number): string {
  return `${series}abcdef0-0000-4000-8000-${String(count).padStart(12, "0")}`;
}

/** In the order of their creation. */
export function connectorsOf({ sandbox }: World): readonly Connector[] {
  // Stored ones always have an id.
  return (sandbox.control.state().connectors ?? []) as readonly Connector[];
}

/** The same text for the same connector, byte by byte. */
export function imageOf({ id, displayName, targetUrl, authentication }: Connector): string {
  return JSON.stringify({ id, displayName, targetUrl, authentication });
}

export async function look(world: World): Promise<Moment> {
  const live = new Map(connectorsOf(world).map((connector) => [connector.id, connector]));
  const memory = await world.store.recall(world.tenant);
  return { live, memory, steps: liveSteps(world.sandbox), at: world.clock.now().getTime() };
}

/** As another process would open it after this one has gone. */
export async function reopenStore(world: World): Promise<void> {
  await world.store[Symbol.asyncDispose]();
  world.store = await openStore({ sqlite: world.storePath }, world.clock);
}

/** What the definitions name, and so what Plumbline can know and keep out of every text. */
export function namedSecrets({ definitions, env }: World): readonly string[] {
  return definitions.flatMap(namedBy).flatMap((name) => env[name] ?? []);
}

/** What somebody typed where none belongs, and no definition names any more, is told to nobody. */
export function forgetTyped(world: World): void {
  const named = namedSecrets(world);
  for (const value of world.typed) {
    if (named.includes(value)) continue;
    const certificate = world.pool.find(({ base64 }) => base64 === value);
    for (const form of certificate ? secretsOf(certificate) : [value]) world.secrets.delete(form);
  }
}

/** A value that begins with a word to know it by, however the rest of it is written. */
export function drawSecret(world: World): string {
  const value = `canary${world.next()}x${world.random.below(1e9).toString(36)}"\\ +/é&`;
  world.secrets.add(value);
  return value;
}
