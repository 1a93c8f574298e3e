/** Everything a plan is made from, read once: definitions, secrets, memory, the live tenant. */
import type { Kind } from "../model/definition.ts";
import type { Live, Observed } from "../model/live.ts";
import { emptyMemory } from "../model/store.ts";
import {
  type Asked,
  mayDelete,
  type Observation,
  type PlanInput,
  type Uses,
} from "../plan/input.ts";
import { mayBeKey, resolveSecrets, type SecretValues } from "./resolve.ts";
import type { Notify, PlanSubject } from "./subject.ts";
import { tellBug } from "./tell.ts";

/** The kinds of object, in the order in which they are listed. */
const kinds: readonly Kind[] = ["ApiConnector"];

/** What was read, and the values that a write would need; those never enter the input of a plan. */
export interface World {
  readonly input: PlanInput;
  readonly values: SecretValues;
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
    const input = { ...base, desired: [], observations: [], memory: emptyMemory, uses: null };
    return { input, values: new Map() };
  }
  const { desired, values } = await resolveSecrets(subject, definitions, notify);
  const memory = await subject.store.recall(tenant);
  const observations = await list(subject, signal, notify);
  const uses = mayDelete({ desired, memory, policy })
    ? await usesOf(subject, signal, notify)
    : null;
  return { input: { ...base, desired, observations, memory, uses }, values };
}

/** One listing for each kind; a failed one is an observation as well, and never "absent". */
export async function list(
  subject: PlanSubject,
  signal: AbortSignal,
  notify: Notify,
): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  for (const kind of kinds) {
    try {
      const objects = await subject.reader.list(kind, signal);
      observations.push(await fingerprinted(subject, kind, objects));
    } catch (thrown) {
      signal.throwIfAborted();
      observations.push({ kind, fault: tellBug(thrown, subject.tenant.name, notify) });
    }
  }
  return observations;
}

/** Asked for only where something may be deleted: it takes a request for each user flow. */
async function usesOf(
  { reader, tenant }: PlanSubject,
  signal: AbortSignal,
  notify: Notify,
): Promise<Uses> {
  try {
    return { uses: await reader.uses(signal) };
  } catch (thrown) {
    signal.throwIfAborted();
    return { fault: tellBug(thrown, tenant.name, notify) };
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
  kind: Kind,
  objects: readonly Observed[],
): Promise<Observation> {
  const last = listings.get(subject);
  if (last?.objects === objects && last.observation.kind === kind) return last.observation;
  const live = await Promise.all(objects.map((object) => fingerprintQuery(subject, object)));
  const observation = { kind, objects: live };
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
