/** What is sent to Graph for a definition: whole for a create, the differing parts for an update. */
import type { ApiConnectorDefinition } from "../../model/definition.ts";
import { FaultError, failure } from "../../model/fault.ts";
import type { Change } from "../../model/generated/run.ts";
import { joinUrl } from "../../model/query.ts";
import { type ClientCertificate, Secret } from "../../model/secret.ts";
import type { ApiConnectorWrite, CertificateWrite, Write } from "../../model/tenant.ts";
import { partsOf } from "../../plan/api-connector.ts";

/** What the secrets of one definition are. */
export interface Values {
  /** By path. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** null where there is none, or none that can be used. */
  readonly certificate: ClientCertificate | null;
}

/** Those of a definition whose secrets nobody has read. */
export const noValues: Values = { secrets: new Map(), certificate: null };

export function wholeWrite(definition: ApiConnectorDefinition, values: Values): Write {
  return {
    kind: definition.kind,
    displayName: definition.displayName,
    targetUrl: targetUrl(definition, values),
    authentication: authentication(definition, values),
  };
}

/** The parts that differ; null when none does that an update writes. */
export function partialWrite(
  change: Change,
  definition: ApiConnectorDefinition,
  values: Values,
): Write | null {
  const parts = partsOf(change);
  const isOverwritten = parts.authentication && !change.upload;
  if (!parts.displayName && !parts.targetUrl && !isOverwritten) return null;
  return {
    kind: definition.kind,
    ...(parts.displayName && { displayName: definition.displayName }),
    ...(parts.targetUrl && { targetUrl: targetUrl(definition, values) }),
    ...(isOverwritten && { authentication: authentication(definition, values) }),
  };
}

/** What is added to the certificates that are there; null when nothing is. */
export function certificateUpload(change: Change, values: Values): CertificateWrite | null {
  return change.upload ? certificate(values) : null;
}

/** The authentication alone, for a create whose answer was lost. */
export function authenticationWrite(definition: ApiConnectorDefinition, values: Values): Write {
  return { kind: definition.kind, authentication: authentication(definition, values) };
}

function targetUrl({ targetUrl: base, query }: ApiConnectorDefinition, values: Values): Secret {
  const parameters = query.map(({ key, value }) => ({ key, value: reveal(values, value.path) }));
  return new Secret(joinUrl({ base, query: parameters }));
}

function authentication(
  { authentication }: ApiConnectorDefinition,
  values: Values,
): NonNullable<ApiConnectorWrite["authentication"]> {
  if (authentication.type === "certificate") return { type: "certificate", ...certificate(values) };
  const { username, password } = authentication;
  return { type: "basic", username, password: new Secret(reveal(values, password.path)) };
}

function certificate({ certificate: opened }: Values): CertificateWrite {
  if (opened) return { pfx: opened.pfx, passphrase: opened.passphrase };
  throw new FaultError(failure("internal", "The certificate was not opened."));
}

function reveal({ secrets }: Values, path: string): string {
  const value = secrets.get(path);
  if (value) return value.reveal();
  throw new FaultError(failure("internal", `The secret at ${path} was not resolved.`));
}
