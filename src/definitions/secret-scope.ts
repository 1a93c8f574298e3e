import path from "node:path";
import type { SecretSource } from "../model/secret.ts";
import { liesWithin } from "./folder.ts";
import { matchesGlob } from "./glob.ts";
import { deepestRealPath } from "./real-path.ts";

/** Which secrets the definitions of a tenant may name. */
export interface SecretScopes {
  /** Globs of names; null: every name that is not reserved. */
  readonly env: readonly string[] | null;
  /** Globs of the service's own names, compared without regard to case as Windows does. */
  readonly reservedEnv: readonly string[];
  /** Absolute folders. */
  readonly files: readonly string[];
}

/** A validated reference; exactly one of the two. */
export interface Reference {
  readonly env?: string;
  readonly file?: string;
}

export interface Surroundings {
  readonly scopes: SecretScopes;
  /** `scopes.files`, without symbolic links. */
  readonly within: readonly string[];
  /** Files of the service itself, absolute and without symbolic links. */
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
  const written = reference.env ?? reference.file ?? "";
  if (written.includes("${")) {
    const refusal =
      "A reference to a secret may not hold variables, so that everyone can see which secret it names. Write it out.";
    return { code: "variable", refusal };
  }
  return reference.env === undefined
    ? scopedFile(written, surroundings)
    : scopedName(reference.env, surroundings.scopes);
}

function scopedName(name: string, { env, reservedEnv }: SecretScopes): Scoped {
  const isReserved = reservedEnv.some((glob) =>
    matchesGlob(glob.toUpperCase(), name.toUpperCase()),
  );
  // A bare * is no deliberate choice of the service's own names.
  const globs = (env ?? ["*"]).filter((glob) => !isReserved || !/^\*+$/.test(glob));
  if (globs.some((glob) => matchesGlob(glob, name))) return { source: { type: "env", name } };
  const refusal = isReserved
    ? `The environment variable ${name} belongs to Plumbline itself, so a definition may not name it. Keep this secret under another name.`
    : `This tenant's definitions may not name the environment variable ${name}: allowed are ${listed(env)}. Use one of these, or extend \`secrets.env\` in plumbline.yaml.`;
  return { code: "secret-scope", refusal };
}

function listed(names: readonly string[] | null): string {
  return names === null || names.length === 0 ? "none" : names.join(", ");
}

function scopedFile(written: string, surroundings: Surroundings): Scoped {
  const { within, own, folder, followed } = surroundings;
  const absolute = path.resolve(folder, written);
  const real = deepestRealPath(absolute);
  followed.set(absolute, real);
  const allowed = written.includes("\0")
    ? undefined
    : within.find((outer) => liesWithin(real, outer) && !isOutOfBounds(real, outer));
  if (allowed !== undefined && !own.has(real)) {
    return { source: { type: "file", path: absolute, written, within } };
  }
  const refusal =
    allowed === undefined
      ? "This file lies outside the folders that this tenant's definitions may name, or in a hidden one. Move it, or extend `secrets.files` in plumbline.yaml."
      : "This file belongs to Plumbline itself, so a definition may not name it.";
  return { code: "secret-scope", refusal };
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
