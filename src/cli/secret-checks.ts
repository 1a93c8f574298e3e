/** What is wrong with the secrets that definitions name, as far as this machine can tell offline. */
import {
  authenticationUses,
  type CertificateAuthentication,
  type Definition,
  isConnector,
  secretUses,
} from "../model/definition.ts";
import { type Fault, toFault } from "../model/fault.ts";
import type { Secret, Secrets, SecretUse } from "../model/secret.ts";

/**
 * Warnings: where definitions are checked, secrets need not be. What lies in a vault is left out, since
 * that is on the network. `now` is in milliseconds since 1970.
 */
export async function secretFaults(
  definitions: readonly Definition[],
  secrets: Secrets,
  now: number,
): Promise<readonly Fault[]> {
  const values = new Map<SecretUse, Secret>();
  const read = async (use: SecretUse): Promise<readonly Fault[]> => {
    try {
      values.set(use, await secrets.resolve(use));
      return [];
    } catch (thrown) {
      return [doubtful(thrown, use)];
    }
  };
  const uses = definitions.flatMap(secretUses).filter(({ source }) => source.type !== "keyVault");
  const unread = await Promise.all(uses.map(read));
  const unfit = await Promise.all(
    definitions
      .filter(isConnector)
      .map(({ authentication }) =>
        authentication.type === "certificate"
          ? certificateFaults(authentication, values, secrets, now)
          : [],
      ),
  );
  return [...unread.flat(), ...unfit.flat()];
}

async function certificateFaults(
  authentication: CertificateAuthentication,
  values: ReadonlyMap<SecretUse, Secret>,
  secrets: Secrets,
  now: number,
): Promise<readonly Fault[]> {
  const parts = new Map<string, Secret>();
  for (const use of authenticationUses(authentication)) {
    const value = values.get(use);
    // Whatever keeps it from being read is told already.
    if (value === undefined) return [];
    parts.set(use.path, value);
  }
  const { content } = authentication;
  try {
    const { warnings, notAfter } = await secrets.certificate(authentication, parts);
    const end = notAfter * 1_000;
    const over = end <= now ? [`expired on ${new Date(end).toISOString()}.`] : [];
    return [...warnings, ...over].map((text) => warning(`The certificate ${text}`, content));
  } catch (thrown) {
    return [doubtful(thrown, content)];
  }
}

function doubtful(thrown: unknown, { at }: SecretUse): Fault {
  return { ...toFault(thrown), severity: "warning", at };
}

function warning(message: string, { at }: SecretUse): Fault {
  return { severity: "warning", code: "secret-source", message, at };
}
