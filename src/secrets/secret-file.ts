/** A secret that stands in a file, read from where it was allowed and within its limits. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import type { SecretSource } from "../model/secret.ts";
import { base64OfBytes } from "./binary.ts";

type FileSource = Extract<SecretSource, { readonly type: "file" }>;

/** A value, or the rest of a sentence that starts with the source. */
export type Found =
  | { readonly value: string }
  | { readonly problem: string; readonly cause?: unknown; readonly missing?: true };

/** Bytes. */
const LARGEST = 64 * 1024;

/**
 * Not following a link at the end closes the moment between asking for the real path and opening
 * it; not blocking keeps a FIFO without a writer from holding up the run.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist. Put the secret there, or correct the path.",
  ENOTDIR: "does not exist: part of its path is a file. Correct the path.",
  EACCES: "may not be read by this user. Give it read access.",
  EPERM: "may not be read by this user. Give it read access.",
  ELOOP: "is a link that leads round in a circle or was just changed. Link it to the file itself.",
};

/** What the bytes of a file stand for. */
type Reading = (bytes: Buffer) => Found;

/**
 * As text: one newline at the end (LF or CRLF), unless it is to be kept, and a byte order mark are not
 * part of the value. `isBinary`: as base64 in one spelling, whether the file holds bytes or base64.
 */
export async function readSecretFile(source: FileSource, isBinary: boolean): Promise<Found> {
  const reading: Reading = isBinary
    ? base64OfBytes
    : (bytes) => toText(bytes, source.keepTrailingNewline === true);
  const found = await tryRead(source, reading);
  // A mounted secret is renewed by flipping a link: what was real a moment ago may be gone.
  return "missing" in found ? tryRead(source, reading) : found;
}

async function tryRead(source: FileSource, reading: Reading): Promise<Found> {
  try {
    const real = await realpath(source.path);
    if (source.real !== null && real !== source.real) return { problem: CHANGED };
    return await readWhole(real, reading);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : null;
    if (code === null) throw cause;
    const problem = PROBLEMS[code] ?? `cannot be read (${code}). Check the file.`;
    return code === "ENOENT" ? { problem, cause, missing: true } : { problem, cause };
  }
}

const CHANGED =
  "leads to another file than when the definitions were loaded: it was changed while the run was going on. The next run looks again.";

async function readWhole(path: string, reading: Reading): Promise<Found> {
  await using file = await open(path, FLAGS);
  const problem = problemOf(await file.stat());
  if (problem !== null) return { problem };
  const bytes = await readUpTo(file, LARGEST + 1);
  if (bytes.length > LARGEST) {
    return { problem: "is larger than 64 KiB. A secret is short: check the path." };
  }
  return reading(bytes);
}

function problemOf(stats: Stats): string | null {
  if (stats.isDirectory()) return "is a folder. Name a file in it.";
  if (!stats.isFile()) return "is no regular file. Name a file that holds the secret.";
  return null;
}

/** The size is not asked for: a file may grow while it is read, and some report none. */
async function readUpTo(file: FileHandle, limit: number): Promise<Buffer> {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await file.read(buffer, length, limit - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function toText(bytes: Buffer, keepsNewline: boolean): Found {
  const text = decode(bytes);
  if (text === null) return { problem: "is not valid UTF-8. Save it as UTF-8." };
  const value = keepsNewline ? text : text.replace(/\r?\n$/, "");
  return value === "" ? { problem: "is empty. Put the secret there." } : { value };
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
