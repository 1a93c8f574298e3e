import { FaultError } from "../model/fault.ts";
import type { Secret, SecretSource, Secrets, SecretUse } from "../model/secret.ts";

/**
 * Reads all at once, in the order of the uses. What several uses name is read once, so that they have
 * the same value, and a vault is asked as often as there are secrets in it.
 */
export function readAll(
  secrets: Secrets,
  uses: readonly SecretUse[],
): Promise<readonly PromiseSettledResult<Secret>[]> {
  const readings = new Map<string, Promise<Secret>>();
  return Promise.allSettled(
    uses.map((use) => {
      const key = keyOf(use);
      const shared = key === null ? undefined : readings.get(key);
      const reading = shared ?? secrets.resolve(use);
      if (key !== null) readings.set(key, reading);
      return shared === undefined ? reading : atItsPlace(reading, use);
    }),
  );
}

/** Equal for uses that get the same value; null for one that shares it with none. */
function keyOf({ source, binary }: SecretUse): string | null {
  const parts = partsOf(source);
  return parts && JSON.stringify([source.type, binary === true, ...parts]);
}

function partsOf(source: SecretSource): readonly (string | boolean | null)[] | null {
  switch (source.type) {
    case "env":
      return [source.name];
    case "file":
      return [source.path, source.real, source.keepTrailingNewline ?? false];
    case "keyVault":
      // Key Vault takes names in any letter case.
      return [source.vault, source.secret, source.version].map(
        (name) => name?.toLowerCase() ?? null,
      );
    case "literal":
      return null;
  }
}

/** The fault of a reading is told wherever its secret is named. */
async function atItsPlace(reading: Promise<Secret>, { at }: SecretUse): Promise<Secret> {
  try {
    return await reading;
  } catch (thrown) {
    if (!(thrown instanceof FaultError)) throw thrown;
    const { fault, cause, retryAfter } = thrown;
    throw new FaultError({ ...fault, at }, { cause, retryAfter });
  }
}
