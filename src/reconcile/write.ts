/** What is sent to Graph for a definition: whole for a create, the differing parts for an update. */
import type { Definition } from "../model/definition.ts";
import { FaultError, failure } from "../model/fault.ts";
import type { Change } from "../model/generated/run.ts";
import { joinUrl } from "../model/query.ts";
import { Secret } from "../model/secret.ts";
import type { Write } from "../model/tenant.ts";
import { partsOf } from "../plan/api-connector.ts";

/** The values of one definition's secrets, by path. */
export type Values = ReadonlyMap<string, Secret>;

export function wholeWrite(definition: Definition, values: Values): Write {
  return {
    kind: definition.kind,
    displayName: definition.displayName,
    targetUrl: targetUrl(definition, values),
    authentication: authentication(definition, values),
  };
}

/** null when the change needs no write at all: an adoption without differences. */
export function partialWrite(change: Change, definition: Definition, values: Values): Write | null {
  const parts = partsOf(change);
  if (!parts.displayName && !parts.targetUrl && !parts.authentication) return null;
  return {
    kind: definition.kind,
    ...(parts.displayName && { displayName: definition.displayName }),
    ...(parts.targetUrl && { targetUrl: targetUrl(definition, values) }),
    ...(parts.authentication && { authentication: authentication(definition, values) }),
  };
}

/** The authentication alone, for a create whose answer was lost. */
export function authenticationWrite(definition: Definition, values: Values): Write {
  return { kind: definition.kind, authentication: authentication(definition, values) };
}

function targetUrl({ targetUrl: base, query }: Definition, values: Values): Secret {
  const parameters = query.map(({ key, value }) => ({ key, value: reveal(values, value.path) }));
  return new Secret(joinUrl({ base, query: parameters }));
}

function authentication({ authentication: { username, password } }: Definition, values: Values) {
  const value = new Secret(reveal(values, password.path));
  return { type: "basic", username, password: value } as const;
}

function reveal(values: Values, path: string): string {
  const value = values.get(path);
  if (value) return value.reveal();
  throw new FaultError(failure("internal", `The secret at ${path} was not resolved.`));
}
