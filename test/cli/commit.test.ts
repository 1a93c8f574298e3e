import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commitOf } from "../../src/cli/commit.ts";

let root: string;
let repository: string;

function git(...args: readonly string[]): string {
  const identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@contoso.com"];
  const env = { PATH: process.env["PATH"], HOME: root, GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync("git", [...identity, ...args], {
    cwd: repository,
    env,
    encoding: "utf8",
  }).trim();
}

const at = (folder: string, env = {}) => commitOf({ root, folders: [folder] }, env);

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "plumbline-commit-")));
  repository = join(root, "repository");
  mkdirSync(join(repository, "connectors"), { recursive: true });
  git("init", "--quiet", "--initial-branch", "team/main");
});

afterEach(() => rmSync(root, { recursive: true }));

function commit(): string {
  writeFileSync(join(repository, "connectors/a.yaml"), String(Math.random()));
  git("add", ".");
  git("commit", "--quiet", "--message", "A change");
  return git("rev-parse", "HEAD");
}

test("the commit is the one that is checked out, by branch, packed or detached", () => {
  expect(at("repository/connectors")).toBe(null);
  const first = commit();
  expect(at("repository/connectors")).toBe(first);
  expect(at("repository")).toBe(first);
  git("pack-refs", "--all");
  expect(at("repository/connectors")).toBe(first);
  // A loose ref is newer than a packed one.
  const second = commit();
  expect(at("repository/connectors")).toBe(second);
  git("checkout", "--quiet", "--detach", first);
  expect(at("repository/connectors")).toBe(first);
});

test("a worktree has its own commit, and a link is followed to it", () => {
  const first = commit();
  git("worktree", "add", "--quiet", "-b", "other", join(root, "worktree"));
  const second = commit();
  symlinkSync("worktree", join(root, "current"));
  expect(at("current/connectors")).toBe(first);
  rmSync(join(root, "current"));
  symlinkSync("repository", join(root, "current"));
  expect(at("current/connectors")).toBe(second);
  git("pack-refs", "--all");
  expect(at("worktree/connectors")).toBe(first);
});

test("PLUMBLINE_COMMIT speaks where git does not", () => {
  mkdirSync(join(root, "image/connectors"), { recursive: true });
  const env = { PLUMBLINE_COMMIT: "0123abcd" };
  expect(at("image/connectors", env)).toBe("0123abcd");
  expect(at("image/connectors", { PLUMBLINE_COMMIT: "" })).toBe(null);
  expect(at("nowhere", env)).toBe("0123abcd");
  expect(at("repository/connectors", env)).toBe("0123abcd");
  const first = commit();
  expect(at("repository/connectors", env)).toBe(first);
});

test("a broken .git says nothing", () => {
  commit();
  writeFileSync(join(repository, ".git/HEAD"), "ref: ../../secrets\n");
  expect(at("repository/connectors")).toBe(null);
  writeFileSync(join(repository, ".git/HEAD"), "");
  expect(at("repository/connectors")).toBe(null);
});
