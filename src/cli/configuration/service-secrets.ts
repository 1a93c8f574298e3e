/** The secrets of the service itself: what plumbline.yaml names. Definitions may never name them. */
import { resolve } from "node:path";
import type { VaultSecret } from "../../definitions/secret-scope.ts";
import type { Position } from "../../model/fault.ts";
import type {
  Credential,
  SecretReference,
  ServiceConfiguration,
} from "../../model/generated/service.ts";
import type { SecretSource, SecretUse } from "../../model/secret.ts";

/** `at` is the place that names the reference, `path` its path in plumbline.yaml. */
export function secretUse(
  reference: SecretReference,
  root: string,
  at: Position,
  path: string,
): SecretUse {
  return { path, at, source: sourceOf(reference, root) };
}

function sourceOf(reference: SecretReference, root: string): SecretSource {
  const { env, file, keepTrailingNewline, keyVault } = reference;
  if (keyVault !== undefined) {
    const { vault, secret, version = null } = keyVault;
    return { type: "keyVault", vault, secret, version };
  }
  if (file === undefined) return { type: "env", name: env ?? "" };
  // The operator may keep the service's own secrets anywhere, and renew them at any time.
  const place = { type: "file", path: resolve(root, file), written: file, real: null } as const;
  return keepTrailingNewline ? { ...place, keepTrailingNewline } : place;
}

/** A reference and its path in plumbline.yaml. */
export interface OwnReference {
  readonly path: string;
  readonly reference: SecretReference;
}

/** Every reference of a credential that stands at this path. */
export function referencesOf(
  credential: Credential | undefined,
  path: string,
): readonly OwnReference[] {
  const { token, clientSecret, clientCertificate } = credential ?? {};
  return [
    { path: "token", reference: token },
    { path: "clientSecret.secret", reference: clientSecret?.secret },
    { path: "clientCertificate.certificate", reference: clientCertificate?.certificate },
    { path: "clientCertificate.passphrase", reference: clientCertificate?.passphrase },
  ].flatMap(({ path: name, reference }) =>
    reference === undefined ? [] : [{ path: `${path}.${name}`, reference }],
  );
}

/** Every reference of alerts, by its path in plumbline.yaml. */
function alertReferences({ alerts }: ServiceConfiguration): readonly OwnReference[] {
  return (alerts?.sinks ?? []).flatMap(({ teams, slack, webhook, email }, index) =>
    [
      { key: "teams.url", reference: teams?.url },
      { key: "slack.url", reference: slack?.url },
      { key: "webhook.url", reference: webhook?.url },
      { key: "webhook.key", reference: webhook?.key },
      { key: "email.smtp.password", reference: email?.smtp.password },
    ].flatMap(({ key, reference }) =>
      reference === undefined ? [] : [{ path: `alerts.sinks[${index}].${key}`, reference }],
    ),
  );
}

function accessReferences({ http }: ServiceConfiguration): readonly OwnReference[] {
  return (http?.access?.tokens ?? []).map(({ token }, index) => ({
    path: `http.access.tokens[${index}].token`,
    reference: token,
  }));
}

/** Every reference anywhere in plumbline.yaml. */
export function ownReferences(value: ServiceConfiguration): readonly OwnReference[] {
  const { fingerprintKey, keyVault, tenants } = value;
  return [
    ...(fingerprintKey ? [{ path: "fingerprintKey", reference: fingerprintKey }] : []),
    ...referencesOf(keyVault?.credential, "keyVault.credential"),
    ...tenants.flatMap(({ credential }, index) =>
      referencesOf(credential, `tenants[${index}].credential`),
    ),
    ...alertReferences(value),
    ...accessReferences(value),
  ];
}

export interface Written {
  readonly env: readonly string[];
  /** As written. */
  readonly files: readonly string[];
  readonly keyVault: readonly VaultSecret[];
}

/** The secrets of the whole of plumbline.yaml, each once, however many tenants share it. */
export function writtenSecrets(value: ServiceConfiguration): Written {
  const references = ownReferences(value).map(({ reference }) => reference);
  const vaultSecrets = references.flatMap(({ keyVault }) => keyVault ?? []);
  const keyOf = ({ vault, secret }: VaultSecret) => `${vault}/${secret}`.toLowerCase();
  const unique = new Map(
    vaultSecrets.map(({ vault, secret }) => [keyOf({ vault, secret }), { vault, secret }]),
  );
  return {
    env: [...new Set(references.flatMap(({ env }) => env ?? []))],
    files: [...new Set(references.flatMap(({ file }) => file ?? []))],
    keyVault: [...unique.values()],
  };
}
