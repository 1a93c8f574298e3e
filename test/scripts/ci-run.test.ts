/** `.ci/run` in a small repository whose check and test do what the test says. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = fileURLToPath(new URL("../../.ci/run", import.meta.url));
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "plumbline-clone-"));
  cpSync(script, join(clone, ".ci/run"));
  writeFileSync(join(clone, "source.txt"), "as committed\n");
});

afterEach(() => rmSync(clone, { recursive: true }));

const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];

/** Commits a project with these scripts, the campaigns quiet ones unless told, and runs `.ci/run` with next to no environment. */
function run(code: { check: string; test: string; fuzz?: string; chaos?: string }) {
  const given = { fuzz: clean, chaos: clean, ...code, test: `${prelude}${code.test}` };
  for (const [name, text] of Object.entries(given)) writeFileSync(join(clone, `${name}.mjs`), text);
  const names = Object.keys(given);
  const scripts = Object.fromEntries(names.map((name) => [name, `node ${name}.mjs`]));
  writeFileSync(join(clone, "package.json"), JSON.stringify({ scripts }));
  const git = (...args: string[]) => execFileSync("git", [...identity, ...args], { cwd: clone });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "start");
  const { status, stdout } = spawnSync(join(clone, ".ci/run"), {
    encoding: "utf8",
    cwd: tmpdir(),
    env: { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` },
  });
  return { status, last: stdout.trimEnd().split("\n").at(-1) };
}

const prelude = `
import { mkdirSync, writeFileSync } from "node:fs";
const report = (passed, failed, success = failed === 0) => {
  mkdirSync(".plumbline", { recursive: true });
  const results = { numPassedTests: passed, numFailedTests: failed, success };
  writeFileSync(".plumbline/test-results.json", JSON.stringify(results));
};
`;
const clean = "";

test.for([
  {
    name: "all is well",
    ...{ check: clean, test: "report(12, 0)" },
    want: { status: 0, last: "12 passed, 0 failed" },
  },
  {
    name: "tests fail",
    ...{ check: clean, test: "report(11, 2); process.exitCode = 1" },
    want: { status: 1, last: "11 passed, 2 failed" },
  },
  {
    name: "a test file cannot be loaded",
    ...{ check: clean, test: "report(11, 0, false); process.exitCode = 1" },
    want: { status: 1, last: "11 passed, 1 failed" },
  },
  {
    name: "the runner crashes",
    ...{ check: clean, test: "process.kill(process.pid, 'SIGKILL')" },
    want: { status: 1, last: "0 passed, 1 failed" },
  },
  {
    name: "the results are torn",
    ...{ check: clean, test: "report(1, 0); writeFileSync('.plumbline/test-results.json', '{')" },
    want: { status: 1, last: "0 passed, 1 failed" },
  },
  {
    name: "a file finds a fault in what promises to withstand it",
    ...{ check: clean, test: "report(12, 0)", fuzz: "process.exitCode = 1" },
    want: { status: 1, last: "12 passed, 1 failed" },
  },
  {
    name: "a fault breaks what promises to converge",
    ...{ check: clean, test: "report(12, 0)", chaos: "process.exitCode = 1" },
    want: { status: 1, last: "12 passed, 1 failed" },
  },
  {
    name: "the check fails",
    ...{ check: "process.exitCode = 1", test: "report(12, 0)" },
    want: { status: 1, last: "12 passed, 0 failed" },
  },
  {
    name: "the check mends a committed file",
    ...{
      check: "import { writeFileSync } from 'node:fs'; writeFileSync('source.txt', 'mended')",
      test: "report(12, 0)",
    },
    want: { status: 1, last: "12 passed, 0 failed" },
  },
])("when $name, the pipeline ends with the totals and the right status", ({ want, ...scripts }) => {
  expect(run(scripts)).toEqual(want);
});

test("results of an earlier run are not taken for those of a runner that crashed", () => {
  run({ check: clean, test: "report(12, 0)" });
  rmSync(join(clone, ".git"), { recursive: true });
  expect(run({ check: clean, test: "process.exit(1)" })).toEqual({
    status: 1,
    last: "0 passed, 1 failed",
  });
});
