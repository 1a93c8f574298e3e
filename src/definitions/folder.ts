import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { type Fault, failure, type Position } from "../model/fault.ts";
import { deepestRealPath, type RealPath } from "./real-path.ts";

/** A file that may hold definitions. */
export interface FoundFile {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** As messages call it: relative to the folder of plumbline.yaml, with `/`. */
  readonly shown: string;
  readonly stamp: Stamp;
}

/** Equal in all parts as long as the file was not changed. */
export interface Stamp {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly mtimeMs: number;
  /** Milliseconds since 1970, with a fraction: nobody sets it. */
  readonly ctimeMs: number;
  readonly ino: number;
}

export interface FoundFiles {
  /** Sorted by `shown`; each file once, however many ways lead to it. */
  readonly files: readonly FoundFile[];
  readonly faults: readonly Fault[];
}

/** What to look for; see LoadRequest. */
export interface Wanted {
  readonly root: string;
  readonly folders: readonly string[];
  readonly foldersAt?: Position;
  readonly exclude: readonly string[];
}

interface Search {
  readonly root: string;
  readonly foldersAt: Position | null;
  readonly excluded: ReadonlySet<string>;
  /** By real path. */
  readonly files: Map<string, FoundFile>;
  /** Real paths: makes loops of links harmless. */
  readonly folders: Set<string>;
  readonly faults: Fault[];
}

/** A folder or link that is still to be looked at. */
interface Step {
  /** The path by which we came. */
  readonly written: string;
  readonly real: string;
  /** `written` as messages call it. */
  readonly shown: string;
}

/**
 * Finds *.yaml and *.yml below the folders. Names that start with a dot are skipped; so is whatever
 * else is no YAML file. A link may lead anywhere within its own folder and nowhere else.
 */
export function findFiles(
  { root, folders, foldersAt, exclude }: Wanted,
  real: RealPath = deepestRealPath,
): FoundFiles {
  const search: Search = {
    root,
    foldersAt: foldersAt ?? null,
    excluded: new Set(exclude.flatMap((file) => [file, real(file)])),
    files: new Map(),
    folders: new Set(),
    faults: [],
  };
  for (const folder of folders) searchListed(search, path.resolve(root, folder));
  const files = [...search.files.values()].sort((a, b) => (a.shown < b.shown ? -1 : 1));
  return { files, faults: search.faults };
}

/** True when `inner` is `outer` or lies below it. Both are absolute. */
export function liesWithin(inner: string, outer: string): boolean {
  const way = path.relative(outer, inner);
  return way === "" || !(way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way));
}

/** How messages call an absolute path. */
export function shownPath(root: string, file: string): string {
  const relative = path.relative(root, file);
  return relative === "" ? "." : relative.split(path.sep).join("/");
}

/** Resolved once: a checkout that is swapped by flipping a link is read from one side only. */
function searchListed(search: Search, written: string): void {
  const shown = shownPath(search.root, written);
  try {
    const real = realpathSync.native(written);
    const stats = statSync(real);
    if (stats.isDirectory()) searchTree(search, { written, real, shown });
    else addFile(search, { written, real, shown }, stats);
  } catch (thrown) {
    const what = isYaml(shown) ? "file" : "folder";
    const message = `The ${what} ${shown} ${unreachable(thrown)}. ${mending(what, shown)}`;
    search.faults.push(failure(what, message, search.foldersAt));
  }
}

function mending(what: "file" | "folder", shown: string): string {
  const fill =
    what === "folder"
      ? `Create it, write the live connectors there with \`plumbline export ${shown}\``
      : "Create it";
  return `${fill}, or correct the path where it is named (\`definitions\` in plumbline.yaml).`;
}

/** Links come last, so that a file is called by its own path where it has one. */
function searchTree(search: Search, top: Step): void {
  const links: Step[] = [];
  const open: Step[] = [top];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (search.folders.has(step.real)) continue;
    search.folders.add(step.real);
    for (const name of namesIn(search, step)) {
      const next = {
        written: below(step.written, name, path.sep),
        real: below(step.real, name, path.sep),
        shown: step.shown === "." ? name : below(step.shown, name, "/"),
      };
      const stats = look(search, next);
      if (stats === null) continue;
      if (stats.isSymbolicLink()) links.push(next);
      else if (stats.isDirectory()) open.push(next);
      else if (isYaml(name)) addFile(search, next, stats);
    }
    while (open.length === 0 && links.length > 0) {
      const link = links.shift();
      const target = link === undefined ? null : follow(search, link, top.real);
      if (target !== null) open.push(target);
    }
  }
}

function namesIn(search: Search, step: Step): readonly string[] {
  try {
    return readdirSync(step.real)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch (thrown) {
    const message = `The folder ${step.shown} ${unreachable(thrown)}. Check its permissions.`;
    search.faults.push(failure("folder", message, search.foldersAt));
    return [];
  }
}

/** What stands under a name, links unfollowed; null when nobody can tell, which is a fault. */
function look(search: Search, step: Step): Stats | null {
  try {
    return lstatSync(step.real);
  } catch (thrown) {
    // Editors and checkouts keep files for a moment that are gone again when they are looked at.
    if (isYaml(step.real) || !isMissing(thrown)) {
      addFault(search, step, "file", `This file ${unreachable(thrown)}.`);
    }
    return null;
  }
}

/** Adds the file that the link leads to; answers the folder that it leads to. */
function follow(search: Search, link: Step, within: string): Step | null {
  try {
    const real = realpathSync.native(link.real);
    const stats = statSync(real);
    const isFolder = stats.isDirectory();
    if (!isFolder && !isYaml(link.written)) return null;
    if (!liesWithin(real, within)) {
      const message =
        "This link leaves the folder of definitions. Put the file itself here, or name its folder under `definitions`.";
      addFault(search, link, "link", message);
    } else if (isFolder) return { ...link, real };
    else addFile(search, { ...link, real }, stats);
  } catch (thrown) {
    if (!isYaml(link.written) && isMissing(thrown)) return null;
    addFault(
      search,
      link,
      "link",
      `This link leads nowhere: what it names ${unreachable(thrown)}.`,
    );
  }
  return null;
}

function addFile(search: Search, step: Step, stats: Stats): void {
  const { written, real, shown } = step;
  if (search.excluded.has(written) || search.excluded.has(real) || search.files.has(real)) return;
  if (!stats.isFile()) {
    addFault(search, step, "file", "This is no regular file: remove or rename it.");
    return;
  }
  const { size, mtimeMs, ctimeMs, ino } = stats;
  search.files.set(real, { path: real, shown, stamp: { size, mtimeMs, ctimeMs, ino } });
}

function addFault(search: Search, { shown }: Step, code: "link" | "file", message: string): void {
  search.faults.push(failure(code, message, { file: shown, line: 1, column: 1 }));
}

/** Cheaper than `path.join`, which normalises again what is normal. */
function below(folder: string, name: string, separator: string): string {
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

function isYaml(name: string): boolean {
  return name.endsWith(".yaml") || name.endsWith(".yml");
}

function isMissing(thrown: unknown): boolean {
  return codeOf(thrown) === "ENOENT";
}

/** The reason why a path cannot be used, as the end of a sentence. */
export function unreachable(thrown: unknown): string {
  switch (codeOf(thrown)) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "may not be read by this user";
    case "ELOOP":
      return "is a link that leads to itself";
    default:
      return `cannot be read (${codeOf(thrown)})`;
  }
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof Error && "code" in thrown) return String(thrown.code);
  return "unknown reason";
}
