/** Which commit the definitions come from, read from `.git` without a git binary. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { realPath } from "../definitions/real-path.ts";

const hash = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** The commit that is checked out around this folder; null outside a repository or before a commit. */
export function commitAt(folder: string): string | null {
  try {
    const git = findGit(folder);
    return git === null ? null : headOf(git);
  } catch {
    // A half-written or foreign .git says nothing; the commit is only told, never decided on.
    return null;
  }
}

/** The git directory; a worktree and git-sync have a file in its place that points to it. */
function findGit(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, ".git");
    const stat = statSync(candidate, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return candidate;
    if (stat?.isFile()) {
      const target = /^gitdir: (.+)$/m.exec(readFileSync(candidate, "utf8"))?.[1];
      return target === undefined ? null : resolve(at, target.trim());
    }
    if (dirname(at) === at) return null;
  }
}

function headOf(git: string): string | null {
  const head = readFileSync(join(git, "HEAD"), "utf8").trim();
  if (hash.test(head)) return head;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined || ref.includes("..")) return null;
  const common = read(join(git, "commondir"));
  const roots = common === null ? [git] : [git, resolve(git, common)];
  for (const root of roots) {
    const commit = read(join(root, ref)) ?? packed(root, ref);
    if (commit !== null && hash.test(commit)) return commit;
  }
  return null;
}

function packed(root: string, ref: string): string | null {
  const lines = read(join(root, "packed-refs"))?.split("\n") ?? [];
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(" ")[0] ?? null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

/** The commit of a tenant's definitions: from git, else what PLUMBLINE_COMMIT says. */
export function commitOf(
  { root, folders }: { readonly root: string; readonly folders: readonly string[] },
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const folder = resolve(root, folders[0] ?? ".");
  // git-sync puts a symbolic link where the definitions are.
  return commitAt(realPath(folder) ?? folder) ?? (env["PLUMBLINE_COMMIT"] || null);
}
