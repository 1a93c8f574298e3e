/** The secrets of the service itself: what plumbline.yaml names. Definitions may never name them. */
import { resolve } from "node:path";
import { FaultError, failure, type Position } from "../model/fault.ts";
import type { SecretReference, ServiceConfiguration } from "../model/generated/service.ts";
import type { SecretSource, SecretUse } from "../model/secret.ts";

/** `at` is the place that names the reference, `path` its path in plumbline.yaml. */
export function secretUse(
  reference: SecretReference,
  root: string,
  at: Position,
  path: string,
): SecretUse {
  return { path, at, source: sourceOf(reference, root) };
}

function sourceOf({ env, file }: SecretReference, root: string): SecretSource {
  if (env !== undefined) return { type: "env", name: env };
  if (file !== undefined) {
    // The operator may keep the service's own secrets anywhere, and renew them at any time.
    return { type: "file", path: resolve(root, file), written: file, real: null };
  }
  throw new FaultError(failure("not-yet-supported", "Key Vault secrets are not yet supported."));
}

export interface Written {
  readonly env: readonly string[];
  /** As written. */
  readonly files: readonly string[];
}

/** Every reference anywhere in plumbline.yaml, each once, however many tenants share it. */
export function writtenSecrets(value: ServiceConfiguration): Written {
  const references = [
    value.fingerprintKey,
    ...value.tenants.flatMap(({ credential }) => [
      credential?.token,
      credential?.clientSecret?.secret,
      credential?.clientCertificate?.certificate,
      credential?.clientCertificate?.passphrase,
    ]),
  ];
  return {
    env: [...new Set(references.flatMap((reference) => reference?.env ?? []))],
    files: [...new Set(references.flatMap((reference) => reference?.file ?? []))],
  };
}
