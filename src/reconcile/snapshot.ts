/** Connectors in words that may be kept: secrets by where they come from and by their fingerprint. */
import { posix } from "node:path";
import {
  CERTIFICATE_PATH,
  type Definition,
  PASSWORD_PATH,
  secretUses,
} from "../model/definition.ts";
import type { KeptSource, Snapshot } from "../model/generated/audit.ts";
import type { Live, LiveAuthentication } from "../model/live.ts";
import type { SecretUse } from "../model/secret.ts";
import type { LedgerEntry } from "../model/store.ts";
import type { Desired } from "../plan/input.ts";
import { mayBeKey } from "./resolve.ts";

type Sources = Readonly<Record<string, KeptSource>>;

/** Where a definition takes its secrets from, by path; a literal that may be a key is left out. */
export function sourcesOf(definition: Definition): Sources {
  const known = secretUses(definition).flatMap((use) => {
    const source = keptSource(use);
    return source === null ? [] : [[use.path, source] as const];
  });
  return Object.fromEntries(known);
}

/** As one would write it beside plumbline.yaml. */
function keptSource({ source, at }: SecretUse): KeptSource | null {
  switch (source.type) {
    case "env":
      return { env: source.name };
    case "file": {
      const { written, keepTrailingNewline } = source;
      const file = posix.isAbsolute(written)
        ? written
        : posix.join(posix.dirname(at.file), written);
      return keepTrailingNewline ? { file, keepTrailingNewline } : { file };
    }
    case "keyVault": {
      const { vault, secret, version } = source;
      return { keyVault: version === null ? { vault, secret } : { vault, secret, version } };
    }
    case "literal":
      return mayBeKey(source.value) ? null : { literal: source.value.reveal() };
    default:
      return source satisfies never;
  }
}

/** What is live, with what the ledger knows of it. Text from the tenant may hold anything. */
export function liveSnapshot(
  live: Live,
  entry: LedgerEntry | null,
  redact: (text: string) => string,
): Snapshot {
  const maybe = (text: string | null) => (text === null ? null : redact(text));
  const sources = entry?.sources ?? {};
  return {
    displayName: maybe(live.displayName),
    targetUrl: maybe(live.targetUrl),
    query: live.query.map(({ key, value }) => ({
      key: redact(key),
      fingerprint: value,
      source: sources[`spec.query.${key}`] ?? null,
    })),
    authentication: liveAuthentication(live.authentication, entry, maybe),
  };
}

function liveAuthentication(
  live: LiveAuthentication,
  entry: LedgerEntry | null,
  maybe: (text: string | null) => string | null,
): Snapshot["authentication"] {
  const sources = entry?.sources ?? {};
  const none = { username: null, fingerprint: null, sources: {}, certificates: [] };
  switch (live.type) {
    case "basic": {
      const secret = entry?.secrets[PASSWORD_PATH];
      // One that was only recorded may be another than the live one.
      const isKnown = (secret?.assertedAt ?? secret?.trustedAt ?? null) !== null;
      return {
        ...none,
        type: "basic",
        username: maybe(live.username),
        fingerprint: isKnown ? (secret?.fingerprint ?? null) : null,
        sources: under(PASSWORD_PATH, sources),
      };
    }
    case "certificate":
      return {
        ...none,
        type: "certificate",
        fingerprint: entry?.secrets[CERTIFICATE_PATH]?.fingerprint ?? null,
        sources: under(CERTIFICATE_PATH, sources),
        certificates: live.certificates.map(({ thumbprint, ...one }) => ({
          thumbprint: maybe(thumbprint),
          ...one,
        })),
      };
    case "other":
      return { ...none, type: "other" };
    default:
      return live satisfies never;
  }
}

/** What a write makes of it, as git says it. */
export function desiredSnapshot({ definition, secrets, certificate }: Desired): Snapshot {
  const sources = sourcesOf(definition);
  const fingerprintOf = (path: string) => {
    const secret = secrets[path];
    return secret && "fingerprint" in secret ? secret.fingerprint : null;
  };
  const { displayName, targetUrl, query, authentication } = definition;
  const isBasic = authentication.type === "basic";
  const path = isBasic ? PASSWORD_PATH : CERTIFICATE_PATH;
  return {
    displayName,
    targetUrl,
    query: query.map(({ key, value }) => ({
      key,
      fingerprint: fingerprintOf(value.path),
      source: sources[value.path] ?? null,
    })),
    authentication: {
      type: authentication.type,
      username: isBasic ? authentication.username : null,
      fingerprint: fingerprintOf(path),
      sources: under(path, sources),
      certificates: certificate === null ? [] : [publicPart(certificate)],
    },
  };
}

function publicPart({ thumbprint, notBefore, notAfter }: NonNullable<Desired["certificate"]>) {
  return { thumbprint, notBefore, notAfter, isActive: true };
}

function under(path: string, sources: Sources): Record<string, KeptSource> {
  return Object.fromEntries(
    Object.entries(sources).filter(([at]) => at === path || at.startsWith(`${path}.`)),
  );
}
