import { hash } from "node:crypto";
import type { FoundFile, Stamp } from "./folder.ts";
import { type ParsedFile, parseText } from "./parsed-file.ts";
import { readSource } from "./source-file.ts";

/** A parsed file, and where it stands. */
export interface CachedFile {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** As messages call it. */
  readonly shown: string;
  /** The same object as long as the text is the same. */
  readonly parsed: ParsedFile;
}

export interface FileCache {
  /**
   * Parses the files of one listing, those alone that changed. `listing` says which one: what it no
   * longer has, and no other listing has, is forgotten.
   */
  parse(listing: string, files: readonly FoundFile[]): readonly CachedFile[];
}

interface Entry {
  readonly stamp: Stamp;
  readonly digest: string;
  /** False for a file that could have changed once more without a new time stamp. */
  readonly settled: boolean;
  readonly parsed: ParsedFile;
}

/** Milliseconds: the coarsest time stamps of a file system in use. */
const COARSEST = 2000;

export function openFileCache(): FileCache {
  const entries = new Map<string, Entry>();
  const listings = new Map<string, readonly FoundFile[]>();
  return {
    parse(listing, files) {
      const now = Date.now();
      const parsed = files.map((file) => {
        const known = entries.get(file.path);
        const isFresh = known?.settled === true && isSame(known.stamp, file.stamp);
        const entry = isFresh ? known : readEntry(file, known, now);
        if (entry !== known) entries.set(file.path, entry);
        return { path: file.path, shown: file.shown, parsed: entry.parsed };
      });
      const before = listings.get(listing);
      listings.set(listing, files);
      if (before !== undefined) forget(before, files, listings, entries);
      return parsed;
    },
  };
}

function isSame(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

function readEntry(file: FoundFile, known: Entry | undefined, now: number): Entry {
  const { stamp } = file;
  const source = readSource(file.path, stamp.size);
  const settled = Math.abs(now - stamp.ctimeMs) > COARSEST;
  if ("fault" in source) {
    // A permission can be given back without a new time stamp.
    const parsed = { drafts: [], faults: [source.fault], isWhole: false };
    return { stamp, digest: "", settled: false, parsed };
  }
  const digest = hash("sha256", source.text, "base64");
  const parsed = known?.digest === digest ? known.parsed : parseText(source.text);
  return { stamp, digest, settled, parsed };
}

function forget(
  before: readonly FoundFile[],
  now: readonly FoundFile[],
  listings: ReadonlyMap<string, readonly FoundFile[]>,
  entries: Map<string, Entry>,
): void {
  const still = new Set(now.map(({ path }) => path));
  const gone = before.filter(({ path }) => !still.has(path));
  if (gone.length === 0) return;
  const listed = new Set([...listings.values()].flatMap((files) => files.map(({ path }) => path)));
  for (const { path } of gone) if (!listed.has(path)) entries.delete(path);
}
