/** Everything a plan is made from, read once: definitions, secrets, memory, the live tenant. */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { nothingOutside } from "../model/attribution.ts";
import {
  type ApiConnectorDefinition,
  type Definition,
  isConnector,
  type UserFlowDefinition,
} from "../model/definition.ts";
import { failure } from "../model/fault.ts";
import type { Change } from "../model/generated/run.ts";
import type { Live, LiveUserFlow, Observed } from "../model/live.ts";
import { Secret } from "../model/secret.ts";
import { emptyMemory, type Memory } from "../model/store.ts";
import type { Asked, Observation, PlanInput } from "../plan/input.ts";
import { isAnotherTenant } from "../plan/policy.ts";
import { type Heard, hear } from "./attribution/attribution.ts";
import { mayBeKey, resolveSecrets, type SecretValues } from "./resolve.ts";
import type { Notify, PlanSubject } from "./subject.ts";
import { tellBug } from "./tell.ts";

/** Its fingerprint is the seal of each plan. No secret itself. */
const SEALED = new Secret("plumbline plan digest");

/** What was read, and the values that a write would need; those never enter the input of a plan. */
export interface World {
  readonly input: PlanInput;
  readonly values: SecretValues;
  /** null: the tenant was not looked at. */
  readonly heard: Heard | null;
}

/**
 * Faulty definitions end it before the first request. Secrets are resolved before it too, so that
 * the redactor knows every value when text from Graph arrives.
 */
export async function observe(
  subject: PlanSubject,
  asked: Asked,
  signal: AbortSignal,
  notify: Notify,
): Promise<World> {
  const { loaded, commit } = subject.load();
  const { definitions, faults } = loaded;
  const { tenant, policy, version } = subject;
  const now = subject.clock.now().toISOString();
  const base = { tenant, commit, now, policy, asked, version, faults };
  if (faults.some(({ severity }) => severity === "error")) {
    const none = { desired: [], flows: [], observations: [], memory: emptyMemory, seal: "" };
    const input = { ...base, ...none, outside: nothingOutside };
    return { input, values: new Map(), heard: null };
  }
  const { connectors, flows } = byKind(definitions);
  const { desired, values } = await resolveSecrets(subject, connectors, notify);
  const seal = await sealOf(subject);
  const memory = await subject.store.recall(tenant);
  const listed = await listConnectors(subject, signal, notify);
  const observations = [
    listed,
    await listFlows(subject, { flows, memory }, listed, signal, notify),
  ];
  const heard = await listen(subject, { listed, memory, now }, signal, notify);
  const { outside } = heard;
  const told = withDamage(faults, memory);
  const input = { ...base, faults: told, seal, desired, flows, observations, memory, outside };
  return { input, values, heard };
}

/**
 * Where nothing has a fingerprint, each secret says so, and nobody can tell again what this plan was:
 * no digest is better than one that others can try secrets against.
 */
async function sealOf({ secrets }: PlanSubject): Promise<string> {
  return await secrets.fingerprint(SEALED).catch(() => randomUUID());
}

/** The very same faults where nothing in the store is damaged. */
function withDamage(faults: PlanInput["faults"], { damaged }: Memory): PlanInput["faults"] {
  return damaged.length === 0 ? faults : [...faults, ...damaged.map(({ fault }) => fault)];
}

/** After the connectors: where they cannot be read, nobody asks who changed them. */
async function listen(
  subject: PlanSubject,
  { listed, memory, now }: { listed: Observation; memory: PlanInput["memory"]; now: string },
  signal: AbortSignal,
  notify: Notify,
): Promise<Heard> {
  const { attribution, tenant } = subject;
  // Of a tenant that a name does not stand for nothing is kept, so it would be asked, and told, each time.
  const isIts = !isAnotherTenant({ tenant, memory });
  const read = attribution.read && isIts && "objects" in listed;
  return await hear(
    { ...subject, attribution: { ...attribution, read } },
    memory,
    now,
    signal,
    notify,
  );
}

/** The parts of each set of definitions, so that the same set has the very same parts. */
const parts = new WeakMap<readonly Definition[], ByKind>();

interface ByKind {
  readonly connectors: readonly ApiConnectorDefinition[];
  readonly flows: readonly UserFlowDefinition[];
}

function byKind(definitions: readonly Definition[]): ByKind {
  const known = parts.get(definitions) ?? {
    connectors: definitions.filter(isConnector),
    flows: definitions.filter((one) => one.kind === "UserFlow"),
  };
  parts.set(definitions, known);
  return known;
}

/** One listing; a failed one is an observation as well, and never "absent". */
export async function listConnectors(
  subject: PlanSubject,
  signal: AbortSignal,
  notify: Notify,
): Promise<Observation> {
  const kind = "ApiConnector";
  try {
    return await fingerprinted(subject, await subject.reader.list(kind, signal));
  } catch (thrown) {
    signal.throwIfAborted();
    return { kind, fault: tellBug(thrown, subject.tenant.name, notify) };
  }
}

/** What says of every other request too that it will not be answered. */
const hopeless: ReadonlySet<string> = new Set([
  "unauthorised",
  "network",
  "timeout",
  "throttled",
  "unavailable",
]);

/** The last user flows of each subject. */
const flowsSeen = new WeakMap<PlanSubject, Observation & { readonly objects: unknown }>();

/** Read also where git names none: a connector that a flow calls is not deleted. */
async function listFlows(
  subject: PlanSubject,
  { flows, memory }: Pick<PlanInput, "flows" | "memory">,
  connectors: Observation,
  signal: AbortSignal,
  notify: Notify,
): Promise<Observation> {
  const kind = "UserFlow";
  if ("fault" in connectors && hopeless.has(connectors.fault.code)) {
    const message = "User flows were not asked for, because the API connectors could not be read.";
    return { kind, fault: failure(connectors.fault.code, message) };
  }
  const recorded = memory.ledger.filter((entry) => entry.kind === kind);
  const named = [...flows, ...recorded].map(({ name }) => name);
  try {
    const objects = await subject.reader.userFlows(named, signal);
    const last = flowsSeen.get(subject);
    if (last && isDeepStrictEqual(last.objects, objects)) return last;
    const observation = { kind, objects } as const;
    flowsSeen.set(subject, observation);
    return observation;
  } catch (thrown) {
    signal.throwIfAborted();
    return { kind, fault: tellBug(thrown, subject.tenant.name, notify) };
  }
}

/** Reads again what was written, and takes the rest as it was. */
export async function observeAgain(
  subject: PlanSubject,
  earlier: readonly Observation[],
  written: readonly Pick<Change, "kind" | "id">[],
  signal: AbortSignal,
  notify: Notify,
): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  for (const seen of earlier) {
    const ids = new Set(written.filter(({ kind }) => kind === seen.kind).map(({ id }) => id));
    if (ids.size === 0) observations.push(seen);
    else if (seen.kind === "ApiConnector") {
      observations.push(await listConnectors(subject, signal, notify));
    } else observations.push(await readAgain(subject, seen, ids, signal, notify));
  }
  return observations;
}

async function readAgain(
  { reader, tenant }: PlanSubject,
  seen: Observation,
  ids: ReadonlySet<string | null>,
  signal: AbortSignal,
  notify: Notify,
): Promise<Observation> {
  if (seen.kind !== "UserFlow" || "fault" in seen) return seen;
  try {
    const objects: LiveUserFlow[] = [];
    for (const flow of seen.objects) {
      const now = ids.has(flow.id) ? await reader.userFlow(flow, signal) : flow;
      if (now !== null) objects.push(now);
    }
    return { ...seen, objects };
  } catch (thrown) {
    signal.throwIfAborted();
    return { kind: seen.kind, fault: tellBug(thrown, tenant.name, notify) };
  }
}

/** The last listing of each subject, and what it became. */
const listings = new WeakMap<
  PlanSubject,
  { readonly objects: readonly Observed[]; readonly observation: Observation }
>();

/** The very same observation as long as the tenant answers the very same objects. */
async function fingerprinted(
  subject: PlanSubject,
  objects: readonly Observed[],
): Promise<Observation> {
  const last = listings.get(subject);
  if (last?.objects === objects) return last.observation;
  const live = await Promise.all(objects.map((object) => fingerprintQuery(subject, object)));
  const observation = { kind: "ApiConnector", objects: live } as const;
  listings.set(subject, { objects, observation });
  return observation;
}

async function fingerprintQuery(subject: PlanSubject, object: Observed): Promise<Live> {
  const query = await Promise.all(
    object.query.map(async ({ key, value }) => {
      if (mayBeKey(value)) subject.redactor.add(value);
      return { key, value: await subject.secrets.fingerprint(value) };
    }),
  );
  return { ...object, query };
}
