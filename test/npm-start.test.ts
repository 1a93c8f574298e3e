import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { observe } from "./cli/program.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a clone holds, with packages that are borrowed one by one and may not be reached by npm. */
function copyOfTheRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), "plumbline-start-"));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  // With what is not committed yet.
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const options = { cwd: root, encoding: "utf8" } as const;
  const tracked = execFileSync("git", listing, options).split("\0").filter(Boolean);
  for (const file of tracked) {
    if (!/^(test|docs|bench|chaos)\//.test(file) && existsSync(join(root, file)))
      cpSync(join(root, file), join(copy, file));
  }
  borrowPackages(copy);
  return copy;
}

/**
 * A folder of links, never a link to the folder: an install in the copy empties its node_modules,
 * and would empty the real one through it. The new marker tells the guard that all is installed.
 */
function borrowPackages(copy: string): void {
  const packages = join(copy, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name === ".bin" || !name.startsWith(".")) {
      symlinkSync(join(root, "node_modules", name), join(packages, name));
    }
  }
  writeFileSync(join(packages, ".package-lock.json"), "{}");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The line with which the README makes a drift by hand. */
function driftInReadme() {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  return /^curl -X PATCH (\S+\/_sandbox\/\S+) -d '(.+)'$/m.exec(readme);
}

test("npm start finds the drift, mends it, verifies it, and mends the next one by schedule", async () => {
  const copy = copyOfTheRepository();
  const [web, graph] = [await freePort(), await freePort()];
  const file = join(copy, "plumbline.yaml");
  const text = readFileSync(file, "utf8")
    .replace("127.0.0.1:8080", `127.0.0.1:${web}`)
    .replace("port: 8090", `port: ${graph}`)
    .replace('"*/1 * * * *"', '"*/2 * * * * *"');
  writeFileSync(file, text);
  const child = spawn("npm", ["start"], {
    cwd: copy,
    env: { PATH: process.env["PATH"], HOME: copy, npm_config_offline: "true" },
    // npm passes signals on to its children; a group of its own lets the test end them all.
    detached: true,
  });
  const group = -(child.pid ?? Number.NaN);
  const start = observe(child);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(group, "SIGKILL");
    await start.ended;
  });
  await start.says("Next run: ");
  const said = start.stdout();
  expect(said).toContain("created  loyalty-enrol");
  expect(said).toContain("https://fraud-test.api.contoso.example/entra/sign-up");
  expect(said).toContain('→ "https://fraud.api.contoso.example/entra/sign-up"');
  expect(said).toContain("Verified by reading back, except the password");
  expect(said).toContain('spec.apiConnectors.postFederationSignup: (none) → "Partner portal"');
  expect(said).toContain("sandbox: converged: 1 created, 4 adopted, 1 unmanaged");

  await start.says("sandbox: clean");
  const [, url = "", body = ""] = driftInReadme() ?? [];
  const drift = await fetch(url.replace("8090", String(graph)), { method: "PATCH", body });
  expect(drift.status).toBe(200);
  await start.says("sandbox: converged: 1 updated");
  expect(start.stdout()).toContain(JSON.parse(body).targetUrl);
  process.kill(group, "SIGINT");
  // What npm and its shell make of the signal is theirs; the service under them ends in order.
  expect((await start.ended).stderr).toContain('"stopped"');
});
