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
  type SecretSource,
  type Secrets,
  type SecretUse,
} from "../model/secret.ts";
import { type FingerprintOptions, fingerprinter } from "./fingerprint.ts";
import { formsOf, SHORTEST_FORM } from "./forms.ts";
import { type Form, redactAll, toForm } from "./redaction.ts";
import { readSecretFile } from "./secret-file.ts";

export interface SecretsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fingerprint: FingerprintOptions;
}

/** What Microsoft Graph shows instead of a password (identityapiconnector-get). */
const MASK = "******";

/** Throws a FaultError with code `configuration` when the fingerprint key is too short. */
export function openSecrets({ env, fingerprint }: SecretsOptions): Secrets {
  return {
    async resolve(use) {
      const { source } = use;
      const secret = new Secret(
        source.type === "file" ? await readFile(use, source) : readNow(use, source, env),
      );
      if (secret.reveal() === MASK) {
        throw sourceFault(
          use,
          "holds the mask ****** that Microsoft Graph shows instead of a password. Put the real value there.",
        );
      }
      return secret;
    },
    fingerprint: fingerprinter(fingerprint),
  };
}

/**
 * Values shorter than four characters are not taken out: they stand in too many words, and a text
 * with those missing would tell which they were. The forms of a value are made when the first text
 * comes, so a run that has nothing to say pays nothing.
 */
export function createRedactor(): Redactor {
  const values = new Set<string>();
  let forms: readonly Form[] | null = [];
  return {
    add(secret) {
      const value = secret.reveal();
      if (value.length < SHORTEST_FORM || values.has(value)) return;
      values.add(value);
      forms = null;
    },
    redact(text) {
      forms ??= [...new Set([...values].flatMap((value) => [...formsOf(value)]))].map(toForm);
      return redactAll(text, forms);
    },
  };
}

type Source<Type> = Extract<SecretSource, { readonly type: Type }>;

async function readFile(use: SecretUse, source: Source<"file">): Promise<string> {
  const found = await readSecretFile(source);
  if ("problem" in found) throw sourceFault(use, found.problem, found.cause);
  return found.value;
}

function readNow(
  use: SecretUse,
  source: Source<"env" | "literal">,
  env: SecretsOptions["env"],
): string {
  return source.type === "env" ? readEnv(use, source.name, env) : source.value.reveal();
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
