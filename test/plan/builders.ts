/** Small builders of what a plan is made from, and a plan in short lines to compare with. */
import { nothingOutside } from "../../src/model/attribution.ts";
import {
  type ApiConnectorDefinition,
  type ConnectorReference,
  type Step,
  steps,
  type UserFlowDefinition,
} from "../../src/model/definition.ts";
import type { Fault } from "../../src/model/fault.ts";
import type { Change, HeldChange, Plan } from "../../src/model/generated/run.ts";
import type {
  Live,
  LiveAuthentication,
  LiveCertificate,
  LiveUserFlow,
} from "../../src/model/live.ts";
import {
  emptyMemory,
  type JournalEntry,
  type LedgerEntry,
  type OpenJournalEntry,
  type RecordedSecret,
} from "../../src/model/store.ts";
import {
  type Desired,
  type DesiredCertificate,
  type DesiredSecret,
  nothingAsked,
  type PlanInput,
  type Policy,
} from "../../src/plan/input.ts";
import { plan } from "../../src/plan/plan.ts";
import { sourcesOf } from "../../src/reconcile/memory/snapshot.ts";

export const passwordPath = "spec.authentication.basic.password";
export const certificatePath = "spec.authentication.certificate";
export const tenant = { name: "contoso", graph: "https://graph.microsoft.com", tenantId: "t-1" };
const sentAt = "2026-08-01T00:00:00.000Z";

interface Wish {
  readonly displayName?: string;
  readonly targetUrl?: string;
  /** Fingerprint, or why there is none, by key. */
  readonly query?: Readonly<Record<string, string | Fault>>;
  readonly username?: string;
  /** Fingerprint, or why there is none. */
  readonly password?: string | Fault;
  readonly id?: string;
  readonly previously?: string;
  readonly protect?: boolean;
  readonly assertOnAdopt?: boolean;
  /** Milliseconds. */
  readonly reassertEvery?: number;
  readonly reassertOnOutsideChange?: boolean;
  /** Milliseconds. */
  readonly retireAfter?: number;
  readonly line?: number;
  /** In the place of a password: the certificate, or why it cannot be opened. */
  readonly certificate?: DesiredCertificate | Fault;
}

/** `2026-09-01` to seconds since 1970. */
export function seconds(day: string): number {
  return Date.parse(day) / 1_000;
}

/** What git names. */
export function named(thumbprint: string, from: string, until: string): DesiredCertificate {
  return { thumbprint, notBefore: seconds(from), notAfter: seconds(until), warnings: [] };
}

/** What is live; the one that is active is marked. */
export function listed(
  thumbprint: string,
  from: string,
  until: string,
  isActive: "active" | "not active" = "not active",
): LiveCertificate {
  const { notBefore, notAfter } = named(thumbprint, from, until);
  return { thumbprint, notBefore, notAfter, isActive: isActive === "active" };
}

/** A definition with the fingerprints of its secrets. */
export function desired(name: string, wish: Wish = {}): Desired {
  const { query = {}, password = `v1$${name}`, line = 1 } = wish;
  const at = { file: `connectors/${name}.yaml`, line, column: 3 };
  const use = (path: string, env: string) =>
    ({ path, source: { type: "env", name: env }, at }) as const;
  const definition: ApiConnectorDefinition = {
    kind: "ApiConnector",
    name,
    at,
    id: wish.id ?? null,
    previously: wish.previously ?? null,
    displayName: wish.displayName ?? titled(name),
    targetUrl: wish.targetUrl ?? `https://${name}.contoso.com/`,
    query: Object.keys(query).map((key) => ({ key, value: use(`spec.query.${key}`, key) })),
    authentication: wish.certificate
      ? {
          type: "certificate",
          form: "pfx",
          content: use(`${certificatePath}.pfx`, "PFX"),
          key: null,
          passphrase: null,
        }
      : {
          type: "basic",
          username: wish.username ?? "entra",
          password: use(passwordPath, "PASSWORD"),
        },
    policy: {
      protect: wish.protect ?? false,
      assertOnAdopt: wish.assertOnAdopt ?? false,
      reassertEvery: wish.reassertEvery ?? null,
      reassertOnOutsideChange: wish.reassertOnOutsideChange ?? null,
      retireAfter: wish.retireAfter ?? null,
    },
  };
  const keys = Object.entries(query).map(([key, value]) => [
    `spec.query.${key}`,
    secret(key, value),
  ]);
  const { certificate } = wish;
  const own = certificate
    ? { [certificatePath]: secret("PFX", fingerprintOf(certificate)) }
    : { [passwordPath]: secret("PASSWORD", password) };
  return {
    definition,
    secrets: { ...Object.fromEntries(keys), ...own },
    certificate: certificate && "thumbprint" in certificate ? certificate : null,
  };
}

function fingerprintOf(certificate: DesiredCertificate | Fault): string | Fault {
  return "thumbprint" in certificate ? `x509$${certificate.thumbprint}` : certificate;
}

function secret(env: string, value: string | Fault): DesiredSecret {
  const source = `env ${env}`;
  return typeof value === "string" ? { source, fingerprint: value } : { source, fault: value };
}

/** A live connector that is just as the definition says, but for what is given. */
export function live(id: string, like: Desired | null, over: Partial<Live> = {}): Live {
  const wanted = like?.definition;
  return {
    kind: "ApiConnector",
    id,
    displayName: wanted?.displayName ?? null,
    targetUrl: wanted?.targetUrl ?? null,
    query: (wanted?.query ?? []).map(({ key, value }) => {
      const known = like?.secrets[value.path];
      return { key, value: known && "fingerprint" in known ? known.fingerprint : "v1$?" };
    }),
    authentication: likeAuthentication(like),
    ...over,
  };
}

function likeAuthentication(like: Desired | null): LiveAuthentication {
  const wanted = like?.definition.authentication;
  if (wanted?.type === "basic") return { type: "basic", username: wanted.username };
  if (!like?.certificate) return { type: "basic", username: null };
  return { type: "certificate", certificates: [{ ...like.certificate, isActive: true }] };
}

/** What the ledger holds after the definition was applied to the connector with this id. */
export function ours(id: string, like: Desired, over: Partial<LedgerEntry> = {}): LedgerEntry {
  const { kind, name, displayName, policy } = like.definition;
  const path = like.definition.authentication.type === "basic" ? passwordPath : certificatePath;
  const known = like.secrets[path];
  const fingerprint = known && "fingerprint" in known ? known.fingerprint : `v1$${name}`;
  const secrets = { [path]: recorded(fingerprint) };
  const entry = { kind, name, id, displayName, protect: policy.protect, announcedAt: null };
  return { ...entry, secrets, sources: sourcesOf(like), ...over };
}

/** A secret as the ledger holds it, sent by the run of that moment; null: never sent. */
export function recorded(
  fingerprint: string,
  assertedAt: string | null = sentAt,
  over: Partial<RecordedSecret> = {},
): RecordedSecret {
  const run = assertedAt?.replaceAll(/[^0-9TZ]/g, "") ?? null;
  return { fingerprint, assertedAt, trustedAt: null, recordedAt: sentAt, run, ...over };
}

/** A write whose result was never recorded. */
export function begun(like: Desired, over: Partial<JournalEntry> = {}): OpenJournalEntry {
  const { kind, name, displayName } = like.definition;
  const entry = { op: "create", kind, name, id: null, displayName, listed: [] } as const;
  return {
    key: 1,
    startedAt: sentAt,
    run: null,
    request: null,
    sends: [passwordPath],
    ...entry,
    ...over,
  };
}

/** What git wants of a flow: by step a name, `{ id }`, `{ displayName }`, or null. */
export type Steps = Partial<
  Record<Step, string | { readonly id: string } | { readonly displayName: string } | null>
>;

export function userFlow(name: string, wanted: Steps): UserFlowDefinition {
  const at = { file: `connectors/${name}.yaml`, line: 1, column: 3 };
  return {
    kind: "UserFlow",
    name,
    at,
    steps: steps.flatMap((step) => {
      const connector = wanted[step];
      return connector === undefined ? [] : [{ step, at, connector: reference(connector) }];
    }),
  };
}

function reference(wanted: Steps[Step]): ConnectorReference | null {
  if (wanted === null || wanted === undefined) return null;
  if (typeof wanted === "string") return { type: "definition", name: wanted };
  return "id" in wanted ? { type: "id", ...wanted } : { type: "displayName", ...wanted };
}

/** A live flow whose steps call connectors by their ids. */
export function liveFlow(
  id: string,
  called: Partial<Record<Step, string>> = {},
  over: Partial<LiveUserFlow> = {},
): LiveUserFlow {
  const own = id.startsWith("B2C") ? steps : steps.slice(0, 2);
  return {
    kind: "UserFlow",
    id,
    type: "signUpOrSignIn",
    version: id.startsWith("B2C") ? 3 : 1,
    steps: own.map((step) => {
      const bound = called[step];
      return { step, connector: bound === undefined ? null : { id: bound, displayName: bound } };
    }),
    ...over,
  };
}

/** What the ledger holds of a flow that is managed. */
export function managedFlow(id: string): LedgerEntry {
  const nothing = { protect: false, announcedAt: null, secrets: {}, sources: {} };
  return { kind: "UserFlow", name: id, id, displayName: id, ...nothing };
}

export interface Situation {
  readonly desired?: readonly Desired[];
  readonly flows?: readonly UserFlowDefinition[];
  readonly live?: readonly Live[];
  /** User flows, or why they cannot be read. */
  readonly liveFlows?: readonly LiveUserFlow[] | Fault;
  readonly ledger?: readonly LedgerEntry[];
  readonly journal?: readonly OpenJournalEntry[];
  readonly input?: Partial<PlanInput>;
}

/** A policy with these verbs and the warnings of every tenant. */
export function allowing(allow: Policy["allow"], over: Partial<Policy> = {}): Policy {
  return {
    allow,
    limits: { deletes: 1, deletePercent: 34, changes: null },
    deleteAfter: 3_600_000,
    expiryWarnings: [60, 30, 14, 7].map((days) => days * 86_400_000),
    windows: [],
    reassertOnOutsideChange: false,
    ...over,
  };
}

export function inputOf(situation: Situation): PlanInput {
  const { desired = [], flows = [], live = [], liveFlows = [] } = situation;
  const { ledger = [], journal = [], input = {} } = situation;
  return {
    tenant,
    commit: null,
    now: "2026-08-20T08:00:00.000Z",
    desired,
    flows,
    observations: [
      { kind: "ApiConnector", objects: live },
      {
        kind: "UserFlow",
        ...("code" in liveFlows ? { fault: liveFlows } : { objects: liveFlows }),
      },
    ],
    memory: { ...emptyMemory, ledger, journal },
    outside: nothingOutside,
    policy: allowing(["adopt", "create", "update"]),
    asked: nothingAsked,
    faults: [],
    version: "1.0.0",
    seal: "v1$seal",
    ...input,
  };
}

export function planOf(situation: Situation): Plan {
  return plan(inputOf(situation));
}

/** The lists of a plan in short lines; empty ones are left out. */
export interface Told {
  readonly changes?: readonly string[];
  readonly held?: readonly string[];
  readonly unchanged?: readonly string[];
  readonly unmanaged?: readonly string[];
  readonly faults?: readonly string[];
}

/** Such as `update a x1: targetUrl, query.code; sends query.code`. */
export function told(plan: Plan): Told {
  const lists = {
    changes: plan.changes.map(changeLine),
    held: plan.held.map((held) => `${held.reason.code}: ${changeLine(held)}`),
    unchanged: plan.unchanged.map(({ name, id }) => `${name} ${id}`),
    unmanaged: plan.unmanaged.map(({ id }) => id),
    faults: plan.faults.map(({ code, at }) => `${code} ${at?.file}`),
  };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function changeLine({ op, name, id, fields, sends, upload }: Change | HeldChange): string {
  const differs = fields.map(({ path }) => short(path)).join(", ");
  const travels = sends.map(short).join(", ");
  const detail = [differs, travels && `sends ${travels}`].filter(Boolean).join("; ");
  const how = upload ? " by upload" : "";
  return `${op} ${name}${id === null ? "" : ` ${id}`}${detail && `: ${detail}`}${how}`;
}

function short(path: string): string {
  return path.replace(/^spec\.(authentication\.(basic\.|(?=certificate)))?/, "");
}

function titled(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} connector`;
}
