import path from "node:path";
import type { SecretSource } from "../model/secret.ts";
import { liesWithin } from "./folder.ts";
import { matchesGlob } from "./glob.ts";
import { deepestRealPath } from "./real-path.ts";

/** Which secrets the definitions of a tenant may name. */
export interface SecretScopes {
  /** Globs of names; null: every name that is not reserved. */
  readonly env: readonly string[] | null;
  /** Names of the service's own secrets: never allowed. Letter case is free, as on Windows. */
  readonly ownEnv: readonly string[];
  /**
   * Globs such as `AZURE_*`, of names that often hold credentials of the service. They are allowed by
   * their whole name, or by a glob that says more of it, such as `AZURE_MAPS_*`. Letter case is free.
   */
  readonly reservedEnv: readonly string[];
  /** Absolute folders. */
  readonly files: readonly string[];
  /** Names of vaults. Letter case is free. */
  readonly keyVaults: readonly string[];
  /** The service's own secrets in vaults: never allowed, in any version. Letter case is free. */
  readonly ownVaultSecrets: readonly VaultSecret[];
  /** What other tenants alone were given, where this one has only defaults. */
  readonly others: {
    /** Globs. Letter case is free. */
    readonly env: readonly string[];
    /** Absolute folders. */
    readonly files: readonly string[];
  };
}

/** A secret in a vault, by its names. */
export interface VaultSecret {
  readonly vault: string;
  readonly secret: string;
}

/** A validated reference. */
export type Reference =
  | { readonly env: string }
  | { readonly file: string; readonly keepTrailingNewline?: true }
  | { readonly keyVault: VaultSecret & { readonly version: string | null } };

export interface Surroundings {
  readonly scopes: SecretScopes;
  /** `scopes.files`, without symbolic links. */
  readonly within: readonly string[];
  /** `scopes.others.files`, without symbolic links. */
  readonly ofOthers: ReadonlySet<string>;
  /** Files and folders of the service itself, absolute and without symbolic links. */
  readonly own: ReadonlySet<string>;
  /** Absolute folder of the file that names the secret. */
  readonly folder: string;
  /** Every path that was followed, and where it led: what the answer depends on. */
  readonly followed: Map<string, string>;
}

/** Exactly one of a source and the sentence that refuses it. */
export type Scoped =
  | { readonly source: SecretSource }
  | { readonly code: "variable" | "secret-scope"; readonly refusal: string };

/** Folders in which platforms put the credentials of the service itself, or of the machine. */
const OWN_FOLDERS = [
  "/run/secrets/kubernetes.io",
  "/run/secrets/azure",
  "/run/secrets/eks.amazonaws.com",
];
const MACHINE_FOLDERS = ["/proc", "/sys", "/dev"];

/**
 * Whoever can merge a definition chooses where a secret is sent, so what a definition may name is
 * bounded: here by name, and again by the real path when a file is read.
 */
export function scopedSource(reference: Reference, surroundings: Surroundings): Scoped {
  if (namesOf(reference).some((name) => name.includes("${"))) {
    const refusal =
      "A reference to a secret may not hold variables, so that everyone can see which secret it names. Write it out.";
    return { code: "variable", refusal };
  }
  if ("env" in reference) return scopedName(reference.env, surroundings.scopes);
  if ("keyVault" in reference) return scopedVault(reference.keyVault, surroundings.scopes);
  return scopedFile(reference, surroundings);
}

function namesOf(reference: Reference): readonly string[] {
  if ("env" in reference) return [reference.env];
  if ("file" in reference) return [reference.file];
  const { vault, secret, version } = reference.keyVault;
  return [vault, secret, version ?? ""];
}

type VaultReference = Extract<Reference, { readonly keyVault: unknown }>["keyVault"];

/** Key Vault takes names in any letter case. */
function scopedVault({ vault, secret, version }: VaultReference, scopes: SecretScopes): Scoped {
  const { keyVaults, ownVaultSecrets } = scopes;
  const isSame = (one: string, other: string) => one.toUpperCase() === other.toUpperCase();
  if (ownVaultSecrets.some((own) => isSame(own.vault, vault) && isSame(own.secret, secret))) {
    const refusal = `The secret ${secret} of the vault ${vault} is one of Plumbline itself, so no definition may name it. Keep this secret under another name.`;
    return { code: "secret-scope", refusal };
  }
  if (keyVaults.some((allowed) => isSame(allowed, vault))) {
    return { source: { type: "keyVault", vault, secret, version } };
  }
  const refusal = `This tenant's definitions may not name the vault ${vault}: allowed are ${listed(keyVaults)}. Use one that is, or extend \`secrets.keyVaults\` in plumbline.yaml.`;
  return { code: "secret-scope", refusal };
}

function scopedName(name: string, scopes: SecretScopes): Scoped {
  const { env, ownEnv, reservedEnv, others } = scopes;
  const fits = (glob: string) => matchesGlob(glob.toUpperCase(), name.toUpperCase());
  if (ownEnv.some(fits)) {
    const refusal = `The environment variable ${name} holds a credential of Plumbline itself, so no definition may name it. Keep this secret under another name.`;
    return { code: "secret-scope", refusal };
  }
  const reserved = reservedEnv.find(fits);
  const allowed = (env ?? ["*"]).filter((glob) => matchesGlob(glob, name));
  if (reserved !== undefined && !allowed.some((glob) => isDeliberate(glob, reserved))) {
    const refusal = `The environment variable ${name} may hold a credential of Plumbline itself (${reserved}), so a definition may not name it. Keep this secret under another name, or write this one out under \`secrets.env\` in plumbline.yaml.`;
    return { code: "secret-scope", refusal };
  }
  if (others.env.some(fits)) {
    const refusal = `The environment variable ${name} was given to another tenant. Name it under this tenant's \`secrets.env\` in plumbline.yaml as well, or use another one.`;
    return { code: "secret-scope", refusal };
  }
  if (allowed.length > 0) return { source: { type: "env", name } };
  const upper = name.toUpperCase();
  const meant = env?.some((glob) => matchesGlob(glob, upper)) ? ` Did you mean ${upper}?` : "";
  const refusal = `This tenant's definitions may not name the environment variable ${name}: allowed are ${listed(env)}.${meant} Use one of these, or extend \`secrets.env\` in plumbline.yaml.`;
  return { code: "secret-scope", refusal };
}

/** True for a whole name, and for a glob that begins with more than the reserved one does. */
function isDeliberate(glob: string, reserved: string): boolean {
  const [start = "", ...more] = glob.toUpperCase().split("*");
  if (more.length === 0) return true;
  const [prefix = ""] = reserved.toUpperCase().split("*");
  return start.length > prefix.length && start.startsWith(prefix);
}

function listed(names: readonly string[] | null): string {
  return names === null || names.length === 0 ? "none" : names.join(", ");
}

function scopedFile(
  { file: written, keepTrailingNewline }: Extract<Reference, { readonly file: string }>,
  surroundings: Surroundings,
): Scoped {
  const { within, own, ofOthers, folder, followed } = surroundings;
  const absolute = path.resolve(folder, written);
  const real = deepestRealPath(absolute);
  followed.set(absolute, real);
  const isAllowed =
    !written.includes("\0") &&
    within.some((outer) => liesWithin(real, outer) && !isOutOfBounds(real, outer));
  const refusal = isAllowed
    ? refusedFile(real, own, ofOthers)
    : "This file lies outside the folders that this tenant's definitions may name, or in a hidden one. Move it, or extend `secrets.files` in plumbline.yaml.";
  if (refusal !== null) return { code: "secret-scope", refusal };
  const place = { type: "file", path: absolute, written, real } as const;
  return { source: keepTrailingNewline ? { ...place, keepTrailingNewline } : place };
}

function refusedFile(
  real: string,
  own: ReadonlySet<string>,
  ofOthers: ReadonlySet<string>,
): string | null {
  if (isAmong(real, own)) {
    return "This file belongs to Plumbline itself, so a definition may not name it.";
  }
  if (!isAmong(real, ofOthers)) return null;
  return "This file lies in a folder that was given to another tenant. Name the folder under this tenant's `secrets.files` in plumbline.yaml as well, or use another one.";
}

/** True when the path, or a folder that it lies in, is among these. A service may have very many. */
function isAmong(file: string, places: ReadonlySet<string>): boolean {
  for (let at = file; ; at = path.dirname(at)) {
    if (places.has(at)) return true;
    if (at === path.dirname(at)) return false;
  }
}

/**
 * What an allowed folder does not bring along: hidden files (.git/config, .env; but ..data, with which
 * Kubernetes swaps whole folders), platform credentials, and what is no file of people's.
 */
function isOutOfBounds(real: string, allowed: string): boolean {
  const names = path.relative(allowed, real).split(path.sep);
  if (names.some((name) => /^\.[^.]/.test(name))) return true;
  if (MACHINE_FOLDERS.some((folder) => liesWithin(real, folder))) return true;
  return OWN_FOLDERS.some((folder) => liesWithin(real, folder) && !liesWithin(allowed, folder));
}
