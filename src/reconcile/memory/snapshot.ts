/** Connectors in words that may be kept: secrets by where they come from and by their fingerprint. */
import { posix } from "node:path";
import { CERTIFICATE_PATH, PASSWORD_PATH, secretUses } from "../../model/definition.ts";
import type { KeptSource, Snapshot } from "../../model/generated/audit.ts";
import type { Change } from "../../model/generated/run.ts";
import type { Live, LiveAuthentication } from "../../model/live.ts";
import { looksLikeKey } from "../../model/query.ts";
import type { Secret, SecretUse } from "../../model/secret.ts";
import type { LedgerEntry, RecordedSource } from "../../model/store.ts";
import type { Desired } from "../../plan/input.ts";
import { mayBeKey } from "../resolve.ts";

/** Where a definition takes its secrets from, by path; a literal that may be a key is left out. */
export function sourcesOf({ definition, secrets }: Desired): LedgerEntry["sources"] {
  const known = secretUses(definition).flatMap((use) => {
    const source = keptSource(use);
    const path = use.path.startsWith(CERTIFICATE_PATH) ? CERTIFICATE_PATH : use.path;
    return source === null
      ? []
      : [[use.path, { source, fingerprint: fingerprintAt(path, secrets) }] as const];
  });
  return Object.fromEntries(known);
}

function fingerprintAt(path: string, secrets: Desired["secrets"]): string | null {
  const secret = secrets[path];
  return secret && "fingerprint" in secret ? secret.fingerprint : null;
}

/** As one would write it beside plumbline.yaml. */
function keptSource({ source, at, path }: SecretUse): KeptSource | null {
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
      return isPlain(path, source.value) ? { literal: source.value.reveal() } : null;
    default:
      return source satisfies never;
  }
}

/** A word such as `test`, and by its name no key. */
function isPlain(path: string, value: Secret): boolean {
  return !mayBeKey(value) && !looksLikeKey(path.slice("spec.query.".length));
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
      source: sourceOf(sources[`spec.query.${key}`], value),
    })),
    authentication: liveAuthentication(live.authentication, entry, maybe),
  };
}

/** Only of this very value: somebody may have put another one there since. */
function sourceOf(known: RecordedSource | undefined, fingerprint: string): KeptSource | null {
  return known?.fingerprint === fingerprint ? known.source : null;
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

/**
 * What a write makes of the object, as git says it. A secret that does not travel with it stays the
 * one that was there.
 */
export function writtenSnapshot(
  desired: Desired,
  { op, sends, upload }: Pick<Change, "op" | "sends" | "upload">,
  before: Snapshot | null,
  redact: (text: string) => string,
): Snapshot {
  const { definition, secrets, certificate } = desired;
  const sources = sourcesOf(desired);
  const { displayName, targetUrl, query, authentication } = definition;
  const isBasic = authentication.type === "basic";
  const path = isBasic ? PASSWORD_PATH : CERTIFICATE_PATH;
  const isSent = op === "create" || sends.includes(path);
  const then = before?.authentication;
  const own = certificate === null ? [] : [publicPart(certificate)];
  const others = upload ? (then?.certificates ?? []) : [];
  return {
    displayName: redact(displayName),
    targetUrl: redact(targetUrl),
    query: query.map(({ key, value }) => ({
      key,
      fingerprint: fingerprintAt(value.path, secrets),
      source: sources[value.path]?.source ?? null,
    })),
    authentication: {
      type: authentication.type,
      username: isBasic ? redact(authentication.username) : null,
      fingerprint: isSent ? fingerprintAt(path, secrets) : (then?.fingerprint ?? null),
      sources: under(path, sources),
      certificates: isSent ? [...others.map(inactive), ...own] : (then?.certificates ?? own),
    },
  };
}

function inactive<T extends { readonly isActive: boolean }>(one: T): T {
  return { ...one, isActive: false };
}

function publicPart({ thumbprint, notBefore, notAfter }: NonNullable<Desired["certificate"]>) {
  return { thumbprint, notBefore, notAfter, isActive: true };
}

function under(path: string, sources: LedgerEntry["sources"]): Record<string, KeptSource> {
  return Object.fromEntries(
    Object.entries(sources)
      .filter(([at]) => at === path || at.startsWith(`${path}.`))
      .map(([at, { source }]) => [at, source]),
  );
}
