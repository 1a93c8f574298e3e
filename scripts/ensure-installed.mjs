// Runs before every npm script, on whatever Node the machine has (20 or newer), and with no
// dependency installed. It installs what the lock file names when node_modules is missing or was
// made from an older lock file; afterwards npm puts node_modules/.bin, and so the project's own
// Node 24, first on PATH.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const lockFile = `${root}package-lock.json`;
const packages = `${root}node_modules`;
// npm writes this file at the end of a complete install: an interrupted one is run again.
const installed = `${packages}/.package-lock.json`;

function isUpToDate() {
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs;
}

if (!isUpToDate()) {
  if (lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink()) {
    // npm ci would empty the folder behind the link, which belongs to somebody else.
    process.stderr.write("node_modules is a link and not up to date: remove it, or run npm ci.\n");
    process.exit(1);
  }
  process.stderr.write("Installing the packages that package-lock.json names (once)...\n");
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []];
  const { status, error } = spawnSync(
    command,
    [...args, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
    // stdout belongs to the script that runs next.
    {
      cwd: root,
      stdio: ["ignore", 2, "inherit"],
      shell: npm ? false : process.platform === "win32",
    },
  );
  if (status !== 0) {
    process.stderr.write(
      `npm ci did not finish${error ? `: ${error.message}` : ""}. Check the network and the npm registry, then run the command again.\n`,
    );
    process.exit(1);
  }
}
