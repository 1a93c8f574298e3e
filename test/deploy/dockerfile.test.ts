/** The image, made by the Dockerfile's own steps and run as its own user on a file system it cannot write. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import { startWeb } from "../../src/web/web.ts";
import { buildImage, containerPath, type Stage } from "./image.ts";

const context = fileURLToPath(new URL("../../", import.meta.url));
const isRoot = process.getuid?.() === 0;
let folder: string;
let image: Stage;
let sandbox: Sandbox;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-image-"));
  execFileSync("chmod", ["755", folder]);
  image = buildImage(context, folder).get("image")!;
  sandbox = await startSandbox({ port: 0 });
  mount("/etc/plumbline/plumbline.yaml", service(sandbox.url, sandbox.tenantId));
  mount("/run/secrets/plumbline/fraud-check-password", "canary-password\n");
  mountGit("9f2c4d1e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d");
  seal();
}, 180_000);

afterAll(async () => {
  await sandbox.close();
  execFileSync("chmod", ["-R", "u+w", folder]);
  rmSync(folder, { recursive: true });
});

/** Where a path of the container really is. */
function real(path: string): string {
  return join(image.root, path);
}

/** Puts a file where an operator mounts one. */
function mount(path: string, text: string): void {
  mkdirSync(dirname(real(path)), { recursive: true });
  writeFileSync(real(path), text);
}

/** Takes the write permission from everything but the volume, which belongs to the image's user. */
function seal(): void {
  const [state] = image.volumes;
  execFileSync("chmod", ["-R", "a-w", image.root]);
  execFileSync("chmod", ["u+w", real(state!)]);
  if (isRoot) chownSync(real(state!), identity().uid, identity().gid);
}

function identity() {
  const [uid = 0, gid = 0] = image.user.split(":").map(Number);
  return { uid, gid };
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the container, with its environment and nothing else, as its user. */
function run(command: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const { file, args, options } = inside(command, env);
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function inside(command: readonly string[], env: Record<string, string>) {
  const own = Object.entries(image.env).map(([name, value]) => [name, here(value)]);
  const [file = "", ...args] = command.map(here);
  return {
    file: file === "node" ? process.execPath : file,
    args,
    options: {
      cwd: real(image.workdir),
      env: { PATH: containerPath(), ...Object.fromEntries(own), ...env },
      ...(isRoot ? identity() : {}),
    },
  };
}

function here(word: string): string {
  return word.startsWith("/") ? real(word) : word;
}

const definition = `
apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: fraud-check }
spec:
  displayName: Fraud check
  targetUrl: https://fraud.contoso.com/entra/sign-up
  authentication:
    basic:
      username: entra
      password: { file: /run/secrets/plumbline/fraud-check-password }
`;

function service(url: string, tenantId: string): string {
  return `
apiVersion: plumbline/v1
kind: Service
definitions: ${real("/git/current/connectors")}
http: { listen: 127.0.0.1:0 }
tenants:
  - name: practice
    tenantId: ${tenantId}
    cloud: { graph: "${url}", authority: "${url}" }
    credential: { token: { env: PRACTICE_TOKEN } }
    secrets: { env: [], files: [${real("/run/secrets/plumbline")}] }
    targets: { hosts: ["*.contoso.com"] }
    mode: apply
    settle: 0s
`;
}

/** The folders as git-sync leaves them: a link to the work tree of a commit. */
function mountGit(commit: string): void {
  mount(
    `/git/.worktrees/${commit}/connectors/fraud-check.yaml`,
    definition.replaceAll("/run/", real("/run/")),
  );
  symlinkSync(join(".worktrees", commit), real("/git/current"));
}

test("the image holds the compiled program, its schemas and the packages that it needs", () => {
  expect(readdirSync(real("/app")).sort()).toEqual(
    ["LICENSE", "dist", "node_modules", "package.json", "schemas"].sort(),
  );
  const { dependencies, devDependencies } = manifest();
  const has = (name: string) => existsSync(real(`/app/node_modules/${name}`));
  expect(Object.keys(dependencies).filter((name) => !has(name))).toEqual([]);
  expect(["typescript", "vitest", "node"].filter((name) => name in devDependencies)).toHaveLength(
    3,
  );
  expect(["typescript", "vitest", "node"].filter(has)).toEqual([]);
});

test("the image runs without a shell, as a user that is not root, with one volume", () => {
  const [major] = manifest().devDependencies.node.split(".");
  expect(image).toMatchObject({
    base: `node:${major}-slim`,
    entrypoint: ["node", "--max-semi-space-size=2", "/app/dist/main.js"],
    cmd: ["serve"],
    user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
    volumes: ["/var/lib/plumbline"],
    env: {
      PLUMBLINE_CONFIG: "/etc/plumbline/plumbline.yaml",
      PLUMBLINE_STORE: "/var/lib/plumbline/state.db",
    },
  });
  expect(image.labels["org.opencontainers.image.version"]).toBe(manifest().version);
});

test("the user of the image can write to the volume and nowhere else", async () => {
  const write = (path: string) =>
    run(["node", "-e", "require('fs').writeFileSync(process.argv[1], '')", path]);
  expect((await write("/app/dist/main.js")).stderr).toContain("EACCES");
  expect((await write("/app/new")).stderr).toContain("EACCES");
  expect((await write("/etc/plumbline/plumbline.yaml")).stderr).toContain("EACCES");
  expect(await write("/var/lib/plumbline/new")).toMatchObject({ status: 0 });
});

test("the image validates, applies, and has nothing to do the second time", async () => {
  const validated = await run([...image.entrypoint, "validate"]);
  expect(validated, validated.stderr).toMatchObject({ status: 0 });

  const apply = () => run([...image.entrypoint, "apply"], { PRACTICE_TOKEN: sandbox.token });
  const applied = await apply();
  expect(applied, applied.stderr).toMatchObject({ status: 0 });
  const live = await listing(sandbox);
  expect(live).toMatchObject([{ displayName: "Fraud check" }]);
  expect(existsSync(real("/var/lib/plumbline/state.db"))).toBe(true);

  const again = await apply();
  expect(again, again.stderr).toMatchObject({ status: 0 });
  expect(await listing(sandbox)).toEqual(live);
  for (const { stdout, stderr } of [validated, applied, again]) {
    expect(stdout + stderr).not.toContain("canary");
  }
}, 60_000);

test("the image serves, is healthy, and ends well when it is told to stop", async () => {
  const command = [...image.entrypoint, ...image.cmd];
  const { file, args, options } = inside(command, { PRACTICE_TOKEN: sandbox.token });
  const service = spawn(file, args, options);
  const ended = once(service, "close");
  let log = "";
  const url = await new Promise<string>((resolve, reject) => {
    service.stderr.on("data", (chunk) => {
      log += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+\/healthz/.exec(log);
      if (found) resolve(found[0]);
    });
    ended.then(() => reject(new Error(`serve ended: ${log}`)));
  });
  const health = await run(image.healthcheck, { PLUMBLINE_HEALTH_URL: url });
  service.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(health).toMatchObject({ status: 0 });
}, 60_000);

test("the health check of the image tells a living service from a dead one", async () => {
  const web = await startWeb({
    host: "127.0.0.1",
    port: 0,
    health: () => ({ ready: false, tenants: [] }),
    metrics: { contentType: "text/plain", text: async () => "" },
  });
  const env = { PLUMBLINE_HEALTH_URL: `${web.url}/healthz` };
  expect(await run(image.healthcheck, env)).toMatchObject({ status: 0 });
  await web.close();
  expect(await run(image.healthcheck, env)).toMatchObject({ status: 1, stderr: "" });
});

async function listing({ url, token }: { url: string; token: string }): Promise<unknown[]> {
  const response = await fetch(`${url}/v1.0/identity/apiConnectors`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const page = (await response.json()) as { readonly value: unknown[] };
  return page.value;
}

function manifest() {
  return JSON.parse(readFileSync(join(context, "package.json"), "utf8"));
}
