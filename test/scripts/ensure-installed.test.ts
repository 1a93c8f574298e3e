import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";

const guard = fileURLToPath(new URL("../../scripts/ensure-installed.mjs", import.meta.url));
let project: string;

/** A project whose one package lies beside it, so that an install needs no network. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "plumbline-guard-"));
  const manifest = { name: "project", version: "1.0.0", dependencies: { plumb: "file:plumb" } };
  const plumb = { name: "plumb", version: "1.0.0" };
  mkdirSync(join(project, "plumb"));
  writeJson("plumb/package.json", plumb);
  writeJson("package.json", manifest);
  writeJson("package-lock.json", {
    ...{ name: "project", version: "1.0.0", lockfileVersion: 3, requires: true },
    packages: {
      "": manifest,
      "node_modules/plumb": { resolved: "plumb", link: true },
      plumb: { version: "1.0.0" },
    },
  });
  cpSync(guard, join(project, "scripts/ensure-installed.mjs"));
});

afterEach(() => rmSync(project, { recursive: true }));

function writeJson(file: string, value: unknown) {
  writeFileSync(join(project, file), JSON.stringify(value));
}

/** As npm calls it before a script; `env` takes its place in the environment. */
function run(env: Record<string, string | undefined> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(project, "scripts/ensure-installed.mjs")],
    { encoding: "utf8", cwd: tmpdir(), env: { ...process.env, ...env } },
  );
  return { status, stdout, hasInstalled: stderr.includes("Installing"), stderr };
}

/** A file that lives until the next install. */
function mark() {
  const file = join(project, "node_modules/mark");
  writeFileSync(file, "");
  return { isThere: () => existsSync(file) };
}

test("a fresh clone is installed, and nothing is printed where results go", () => {
  const { status, stdout, hasInstalled } = run();
  expect({ status, stdout, hasInstalled }).toEqual({ status: 0, stdout: "", hasInstalled: true });
  expect(existsSync(join(project, "node_modules/plumb/package.json"))).toBe(true);
});

test("npm is found on PATH when no npm script started the guard", () => {
  expect(run({ npm_execpath: undefined })).toMatchObject({ status: 0, hasInstalled: true });
});

test("an installed project is left alone, without a word", () => {
  run();
  const kept = mark();
  expect(run()).toEqual({ status: 0, stdout: "", hasInstalled: false, stderr: "" });
  expect(kept.isThere()).toBe(true);
});

test("packages behind a link are somebody else's and are not replaced", () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "plumbline-elsewhere-"));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  symlinkSync(elsewhere, join(project, "node_modules"));
  const kept = mark();
  expect(run()).toMatchObject({ status: 1, hasInstalled: false });
  expect(kept.isThere()).toBe(true);
});

test("packages older than the lock file are installed anew", () => {
  run();
  const kept = mark();
  const { mtimeMs } = statSync(join(project, "node_modules/.package-lock.json"));
  const later = (mtimeMs + 1000) / 1000;
  utimesSync(join(project, "package-lock.json"), later, later);
  expect(run()).toMatchObject({ status: 0, hasInstalled: true });
  expect(kept.isThere()).toBe(false);
});

test("an install that was interrupted is done again", () => {
  run();
  rmSync(join(project, "node_modules/.package-lock.json"));
  expect(run()).toMatchObject({ status: 0, hasInstalled: true });
});

test("an install that fails stops the script with a sentence", () => {
  writeJson("package-lock.json", { lockfileVersion: 3, packages: {} });
  const { status, stderr } = run();
  expect(status).toBe(1);
  expect(stderr).toContain("npm ci did not finish. Check the network and the npm registry");
});

test("a project reached through a link is installed where it really is", () => {
  const link = `${project}-link`;
  symlinkSync(project, link);
  try {
    const { status } = spawnSync(process.execPath, [join(link, "scripts/ensure-installed.mjs")]);
    expect(status).toBe(0);
    expect(existsSync(join(project, "node_modules/plumb"))).toBe(true);
  } finally {
    rmSync(link);
  }
});
