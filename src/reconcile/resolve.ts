/** The secrets that definitions name: their values for a write, their fingerprints for the plan. */
import { type Definition, secretUses } from "../model/definition.ts";
import { describeSource, type Secret, type SecretUse } from "../model/secret.ts";
import type { Desired, DesiredSecret } from "../plan/input.ts";
import { readAll } from "./reading.ts";
import type { Notify, PlanSubject } from "./subject.ts";
import { tellBug } from "./tell.ts";

/** The resolved values of a definition's secrets, by path. */
export type SecretValues = ReadonlyMap<Definition, ReadonlyMap<string, Secret>>;

export interface Resolved {
  /** In the order of the definitions. */
  readonly desired: readonly Desired[];
  readonly values: SecretValues;
}

/** One reading of all secrets that some definitions name, and what it became. */
interface Reading extends Resolved {
  readonly by: PlanSubject["secrets"];
  readonly uses: readonly SecretUse[];
  readonly found: readonly Found[];
}

type Found = PromiseSettledResult<Secret>;

/** The last reading; tenants that share their definitions share it as well. */
const readings = new WeakMap<readonly Definition[], Reading>();

/**
 * Reads every value anew, and tells them to the subject's redactor. When all are what they were, and
 * the definitions are the very same, so is the answer.
 */
export async function resolveSecrets(
  subject: PlanSubject,
  definitions: readonly Definition[],
  notify: Notify,
): Promise<Resolved> {
  const { secrets, redactor } = subject;
  const known = readings.get(definitions);
  const last = known?.by === secrets ? known : null;
  const uses = last?.uses ?? definitions.flatMap(secretUses);
  const found = await readAll(secrets, uses);
  // Also when nothing is new: the last reading may be another tenant's, with a redactor of its own.
  for (const [index, one] of found.entries()) {
    // What stands in targetUrl itself is no secret by rule: any word can, and would be blacked out.
    if (one.status === "fulfilled" && uses[index]?.source.type !== "literal") {
      redactor.add(one.value);
    }
  }
  if (last && found.every((one, index) => isSame(one, last.found[index]))) return last;
  const made = await fingerprinted(subject, definitions, uses, found, notify);
  const reading = { ...made, by: secrets, uses, found };
  readings.set(definitions, reading);
  return reading;
}

/** A value that cannot be read is no value, and its fault may have another reason each time. */
function isSame(one: Found, other: Found | undefined): boolean {
  if (one.status !== "fulfilled" || other?.status !== "fulfilled") return false;
  return one.value.reveal() === other.value.reveal();
}

async function fingerprinted(
  subject: PlanSubject,
  definitions: readonly Definition[],
  uses: readonly SecretUse[],
  found: readonly Found[],
  notify: Notify,
): Promise<Resolved> {
  const secrets = await Promise.all(
    uses.map(({ source }, index) =>
      desiredSecret(subject, describeSource(source), found[index], notify),
    ),
  );
  const desired: Desired[] = [];
  const values = new Map<Definition, ReadonlyMap<string, Secret>>();
  let next = 0;
  for (const definition of definitions) {
    const own: Record<string, DesiredSecret> = {};
    const ownValues = new Map<string, Secret>();
    for (const { path } of secretUses(definition)) {
      const one = found[next];
      const secret = secrets[next];
      next += 1;
      if (secret) own[path] = secret;
      if (one?.status === "fulfilled" && secret && "fingerprint" in secret) {
        ownValues.set(path, one.value);
      }
    }
    desired.push({ definition, secrets: own });
    values.set(definition, ownValues);
  }
  return { desired, values };
}

async function desiredSecret(
  { secrets, tenant }: PlanSubject,
  source: string,
  found: Found | undefined,
  notify: Notify,
): Promise<DesiredSecret> {
  const faultOf = (thrown: unknown) => tellBug(thrown, tenant.name, notify);
  if (found?.status !== "fulfilled") return { source, fault: faultOf(found?.reason) };
  try {
    return { source, fingerprint: await secrets.fingerprint(found.value) };
  } catch (thrown) {
    return { source, fault: faultOf(thrown) };
  }
}
