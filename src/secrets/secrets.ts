/**
 * Turns references into values, values into fingerprints, and takes values out of text. A value is
 * read anew at each call and leaves this room only as a Secret; no message names more than its source.
 * Which references a tenant may use was decided when its definitions were loaded; here only a file's
 * real place is held against where it was then.
 */
import { FaultError, failure } from "../model/fault.ts";
import {
  describeSource,
  type Redactor,
  Secret,
  type Secrets,
  type SecretUse,
} from "../model/secret.ts";
import { base64OfText } from "./binary.ts";
import { certificateOpener } from "./certificate.ts";
import { type FingerprintOptions, fingerprinter } from "./fingerprint.ts";
import type { ReadKeyVault } from "./key-vault.ts";
import { createKnownValues, type KnownValues } from "./known-values.ts";
import { type Find, redactAll } from "./redaction.ts";
import { type Found, readSecretFile } from "./secret-file.ts";

export interface SecretsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A `fingerprint` of another one serves as well: they then share what it remembers. */
  readonly fingerprint: FingerprintOptions | Secrets["fingerprint"];
  /** That of another one, to share what it holds open; left out: one of its own. */
  readonly certificate?: Secrets["certificate"];
  /** Left out: a reference to a vault is a fault. */
  readonly keyVault?: ReadKeyVault | undefined;
}

/** What Microsoft Graph shows instead of a password (identityapiconnector-get). */
const MASK = "******";

/** Throws a FaultError with code `configuration` when the fingerprint key is too short. */
export function openSecrets(options: SecretsOptions): Secrets {
  const { fingerprint } = options;
  return {
    async resolve(use) {
      const secret = new Secret(await readValue(use, options));
      if (secret.reveal() === MASK) {
        throw sourceFault(
          use,
          "holds the mask ****** that Microsoft Graph shows instead of a password. Put the real value there.",
        );
      }
      return secret;
    },
    fingerprint: typeof fingerprint === "function" ? fingerprint : fingerprinter(fingerprint),
    certificate: options.certificate ?? certificateOpener(),
  };
}

/**
 * One redactor for the service and one for each tenant. A tenant's own takes out the tenant's secrets
 * and the service's, so that what a line of it takes does not grow with the other tenants.
 */
export interface Redactors {
  /** What it is told, every other one knows too. */
  readonly service: Redactor;
  /** The same one for the same name. */
  of(tenant: string): Redactor;
  /** Takes out what any of them knows: for texts that nobody foresaw, since it is slow. */
  redactAll(text: string): string;
}

/**
 * Values shorter than four characters are not taken out: they stand in too many words, and a text
 * with those missing would tell which they were.
 */
export function createRedactors(): Redactors {
  const service = createKnownValues();
  const tenants = new Map<string, KnownValues>();
  return {
    service: redactorOf(service, [service.find]),
    of(tenant) {
      const own = tenants.get(tenant) ?? createKnownValues();
      tenants.set(tenant, own);
      return redactorOf(own, [own.find, service.find]);
    },
    redactAll: (text) =>
      redactAll(text, [service.find, ...[...tenants.values()].map(({ find }) => find)]),
  };
}

/** A redactor alone. */
export function createRedactor(): Redactor {
  return createRedactors().service;
}

function redactorOf({ add }: KnownValues, finds: readonly Find[]): Redactor {
  return { add: (secret) => add(secret.reveal()), redact: (text) => redactAll(text, finds) };
}

async function readValue(use: SecretUse, { env, keyVault }: SecretsOptions): Promise<string> {
  const { source } = use;
  switch (source.type) {
    case "literal":
      return source.value.reveal();
    case "file":
      return required(use, await readSecretFile(source, use.binary === true));
    case "env":
      return spelled(use, readEnv(use, source.name, env));
    case "keyVault":
      if (keyVault === undefined) throw sourceFault(use, NO_VAULT);
      return spelled(use, required(use, await keyVault(source)));
  }
}

const NO_VAULT =
  "cannot be read, because nothing here signs in to Azure Key Vault. Set `keyVault.credential` in plumbline.yaml.";

function required(use: SecretUse, found: Found): string {
  if ("problem" in found) throw sourceFault(use, found.problem, found.cause);
  return found.value;
}

/** A binary value in the spelling that all of them have, a text as it is. */
function spelled(use: SecretUse, text: string): string {
  return use.binary ? required(use, base64OfText(text)) : text;
}

function readEnv(use: SecretUse, name: string, env: SecretsOptions["env"]): string {
  // `constructor` and the like are names that every object knows.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) {
    throw sourceFault(use, "is not set. Set it in the environment in which Plumbline runs.");
  }
  if (value === "") throw sourceFault(use, "is empty. Set it to the value of the secret.");
  return value;
}

function sourceFault(use: SecretUse, sentence: string, cause?: unknown): FaultError {
  const message = `${describeSource(use.source)} ${sentence}`;
  return new FaultError(failure("secret-source", message, use.at), { cause });
}
