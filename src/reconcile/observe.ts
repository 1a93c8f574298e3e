/** Everything a plan is made from, read once: definitions, secrets, memory, the live tenant. */
import { type Definition, type Kind, secretUses } from "../model/definition.ts";
import { toFault } from "../model/fault.ts";
import type { Live, Observed } from "../model/live.ts";
import { describeSource, type Secret, type SecretUse } from "../model/secret.ts";
import type { Memory } from "../model/store.ts";
import type { DesiredSecret, Observation, PlanInput } from "../plan/input.ts";
import type { PlanSubject } from "./subject.ts";

/** The kinds of object, in the order in which they are listed. */
const kinds: readonly Kind[] = ["ApiConnector"];

/** What was read, and the values that a write would need; those never enter the input of a plan. */
export interface World {
  readonly input: PlanInput;
  readonly values: SecretValues;
}

/** The resolved values of a definition's secrets, by path. */
export type SecretValues = ReadonlyMap<Definition, ReadonlyMap<string, Secret>>;

const forgetful: Memory = { ledger: [], journal: [], known: null };

/**
 * Faulty definitions end it before the first request. Secrets are resolved before it too, so that
 * the redactor knows every value when text from Graph arrives.
 */
export async function observe(subject: PlanSubject, signal: AbortSignal): Promise<World> {
  const { loaded, commit } = subject.load();
  const { definitions, faults } = loaded;
  const { tenant, policy, version } = subject;
  const base = { tenant, commit, policy, version, faults };
  if (faults.some(({ severity }) => severity === "error")) {
    const input = { ...base, desired: [], observations: [], memory: forgetful };
    return { input, values: new Map() };
  }
  const resolved = await Promise.all(definitions.map((one) => resolveSecrets(subject, one)));
  const desired = resolved.map(({ definition, secrets }) => ({ definition, secrets }));
  const values = new Map(resolved.map((one) => [one.definition, one.values]));
  const memory = await subject.store.recall(tenant);
  const observations = await list(subject, signal);
  return { input: { ...base, desired, observations, memory }, values };
}

/** One listing for each kind; a failed one is an observation as well, and never "absent". */
export async function list(
  subject: PlanSubject,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  for (const kind of kinds) {
    try {
      const objects = await subject.reader.list(kind, signal);
      const live = await Promise.all(objects.map((object) => fingerprintQuery(subject, object)));
      observations.push({ kind, objects: live });
    } catch (thrown) {
      signal.throwIfAborted();
      observations.push({ kind, fault: toFault(thrown) });
    }
  }
  return observations;
}

async function fingerprintQuery(subject: PlanSubject, object: Observed): Promise<Live> {
  const query = await Promise.all(
    object.query.map(async ({ key, value }) => {
      subject.redactor.add(value);
      return { key, value: await subject.secrets.fingerprint(value) };
    }),
  );
  return { ...object, query };
}

async function resolveSecrets(subject: PlanSubject, definition: Definition) {
  const uses = secretUses(definition);
  const results = await Promise.all(uses.map((use) => resolveSecret(subject, use)));
  const values = new Map<string, Secret>();
  const secrets: Record<string, DesiredSecret> = {};
  for (const { path, value, desired } of results) {
    secrets[path] = desired;
    if (value) values.set(path, value);
  }
  return { definition, secrets, values };
}

async function resolveSecret(
  { secrets, redactor }: PlanSubject,
  use: SecretUse,
): Promise<{ path: string; value: Secret | null; desired: DesiredSecret }> {
  const source = describeSource(use.source);
  try {
    const value = await secrets.resolve(use);
    redactor.add(value);
    const fingerprint = await secrets.fingerprint(value);
    return { path: use.path, value, desired: { source, fingerprint } };
  } catch (thrown) {
    return { path: use.path, value: null, desired: { source, fault: toFault(thrown) } };
  }
}
