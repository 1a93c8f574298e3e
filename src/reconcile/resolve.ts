/** The secrets that definitions name: their values for a write, their fingerprints for the plan. */
import {
  type ApiConnectorDefinition,
  authenticationUses,
  CERTIFICATE_PATH,
  type CertificateAuthentication,
  secretUses,
} from "../model/definition.ts";
import { queryEncoded } from "../model/query.ts";
import { type ClientCertificate, describeSource, Secret, type SecretUse } from "../model/secret.ts";
import { certificateFingerprint } from "../plan/certificate.ts";
import type { Desired, DesiredSecret } from "../plan/input.ts";
import { readAll } from "./reading.ts";
import type { Notify, PlanSubject } from "./subject.ts";
import { tellBug } from "./tell.ts";
import type { Values } from "./writing/write.ts";

/** What the secrets of each definition are, as far as they could be read. */
export type SecretValues = ReadonlyMap<ApiConnectorDefinition, Values>;

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
const readings = new WeakMap<readonly ApiConnectorDefinition[], Reading>();

/**
 * Reads every value anew, and tells them to the subject's redactor. When all are what they were, and
 * the definitions are the very same, so is the answer.
 */
export async function resolveSecrets(
  subject: PlanSubject,
  definitions: readonly ApiConnectorDefinition[],
  notify: Notify,
): Promise<Resolved> {
  const { secrets, redactor } = subject;
  const known = readings.get(definitions);
  const last = known?.by === secrets ? known : null;
  const uses = last?.uses ?? definitions.flatMap(secretUses);
  const found = await readAll(secrets, uses);
  // Also when nothing is new: the last reading may be another tenant's, with a redactor of its own.
  for (const form of uses.flatMap((use, index) => hiddenForms(use, found[index]))) {
    redactor.add(form);
  }
  const isLast = last && isWhole(last) && found.every((one, i) => isSame(one, last.found[i]));
  const reading = isLast
    ? last
    : { ...(await resolved(subject, definitions, uses, found, notify)), by: secrets, uses, found };
  readings.set(definitions, reading);
  // What was packed of PEM is another text than its source.
  const packed = [...reading.values.values()].flatMap(({ certificate }) => certificate ?? []);
  for (const { pfx, passphrase } of packed) {
    redactor.add(pfx);
    redactor.add(passphrase);
  }
  return reading;
}

/** Characters of a value in a URL from which on it may be a key, and not a word such as `test`. */
const shortestKey = 12;

export function mayBeKey(value: Secret): boolean {
  return value.reveal().length >= shortestKey;
}

/** What must never be read in what the program says. */
function hiddenForms(use: SecretUse, found: Found | undefined): readonly Secret[] {
  if (found?.status !== "fulfilled") return [];
  // What stands in targetUrl itself is no secret by rule: any word can, and would be blacked out.
  if (use.source.type === "literal" && !mayBeKey(found.value)) return [];
  return sentForms(use, found.value);
}

/**
 * A URL holds its parameters in an encoding of its own: an address that is encoded once more, as in
 * base64, has nothing of the plain value.
 */
function sentForms({ path }: SecretUse, value: Secret): readonly Secret[] {
  if (!path.startsWith("spec.query.")) return [value];
  return [value, new Secret(queryEncoded(value.reveal()))];
}

/** What went wrong the last time, as a store that could not answer for a salt, may be over. */
function isWhole({ desired }: Reading): boolean {
  return desired.every(({ secrets }) =>
    Object.values(secrets).every((secret) => "fingerprint" in secret),
  );
}

/** A value that cannot be read is no value, and its fault may have another reason each time. */
function isSame(one: Found, other: Found | undefined): boolean {
  if (one.status !== "fulfilled" || other?.status !== "fulfilled") return false;
  return one.value.reveal() === other.value.reveal();
}

async function resolved(
  subject: PlanSubject,
  definitions: readonly ApiConnectorDefinition[],
  uses: readonly SecretUse[],
  found: readonly Found[],
  notify: Notify,
): Promise<Resolved> {
  const foundFor = new Map(uses.map((use, index) => [use, found[index]]));
  const each = await Promise.all(
    definitions.map((definition) => resolvedDefinition(subject, definition, foundFor, notify)),
  );
  return {
    desired: each.map(({ desired }) => desired),
    values: new Map(each.map(({ desired, values }) => [desired.definition, values])),
  };
}

interface ResolvedDefinition {
  readonly desired: Desired;
  readonly values: Values;
}

async function resolvedDefinition(
  subject: PlanSubject,
  definition: ApiConnectorDefinition,
  foundFor: ReadonlyMap<SecretUse, Found | undefined>,
  notify: Notify,
): Promise<ResolvedDefinition> {
  const secrets: Record<string, DesiredSecret> = {};
  const read = new Map<string, Secret>();
  const { query, authentication } = definition;
  const hidden = authentication.type === "basic" ? [authentication.password] : [];
  for (const use of [...query.map(({ value }) => value), ...hidden]) {
    const one = foundFor.get(use);
    const secret = await desiredSecret(subject, describeSource(use.source), one, notify);
    secrets[use.path] = secret;
    if (one?.status === "fulfilled" && "fingerprint" in secret) read.set(use.path, one.value);
  }
  if (authentication.type === "basic") {
    const values = { secrets: read, certificate: null };
    return { desired: { definition, secrets, certificate: null }, values };
  }
  const opened = await openCertificate(subject, authentication, foundFor, notify);
  secrets[CERTIFICATE_PATH] = opened.secret;
  const { certificate } = opened;
  return {
    desired: { definition, secrets, certificate: certificate && publicPart(certificate) },
    values: { secrets: read, certificate },
  };
}

interface OpenedCertificate {
  readonly secret: DesiredSecret;
  /** null when it cannot be read or opened. */
  readonly certificate: ClientCertificate | null;
}

async function openCertificate(
  { secrets, tenant }: PlanSubject,
  authentication: CertificateAuthentication,
  foundFor: ReadonlyMap<SecretUse, Found | undefined>,
  notify: Notify,
): Promise<OpenedCertificate> {
  const source = describeSource(authentication.content.source);
  try {
    const values = new Map<string, Secret>();
    for (const use of authenticationUses(authentication)) {
      const one = foundFor.get(use);
      if (one?.status !== "fulfilled") throw one?.reason;
      values.set(use.path, one.value);
    }
    const certificate = await secrets.certificate(authentication, values);
    const fingerprint = certificateFingerprint(certificate.thumbprint);
    return { secret: { source, fingerprint }, certificate };
  } catch (thrown) {
    const fault = tellBug(thrown, tenant.name, notify);
    return { secret: { source, fault }, certificate: null };
  }
}

function publicPart({ thumbprint, notBefore, notAfter, warnings }: ClientCertificate) {
  return { thumbprint, notBefore, notAfter, warnings };
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
