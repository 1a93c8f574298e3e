/**
 * A service in a folder of its own, and the program that runs in it, as a real process or in this
 * one. What it started and made is gone when the test ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../../src/cli/cli.ts";
import type { Stream, Terminal } from "../../src/cli/terminal.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** How a process ended. */
export interface Ended {
  /** null when a signal killed it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  /**
   * Resolves when stdout and stderr together hold the pattern so many times. Rejects with all that
   * was said when the process ends before.
   */
  says(pattern: string | RegExp, times?: number): Promise<void>;
}

export interface RunOptions {
  /** On top of the environment of the service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Within the folder of the service. */
  readonly cwd?: string;
}

export interface Service extends AsyncDisposable {
  /** Absolute, without symbolic links. */
  readonly folder: string;
  /** What the program finds in its environment, besides PATH and HOME. */
  readonly env: Record<string, string>;
  write(file: string, text: string | Buffer): void;
  read(file: string): string;
  remove(file: string): void;
  /** Writes plumbline.yaml; a store and a free port are there already. */
  configure(configuration: object): void;
  /** A tenant that lives in the test's own process. */
  tenant(content?: readonly object[], options?: Partial<SandboxOptions>): Promise<Sandbox>;
  start(args: readonly string[], options?: RunOptions): Running;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /**
   * The same in this process: for stories of many verbs, where a start of each takes longer than all
   * that is told. What a process alone has, such as signals and broken pipes, needs `run`.
   */
  call(args: readonly string[], options?: RunOptions): Promise<Ended>;
}

export function openService(): Service {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "plumbline-program-")));
  const env: Record<string, string> = {};
  const running = new Set<Running>();
  const tenants: Sandbox[] = [];
  const write = (file: string, text: string | Buffer) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const environment = (more?: RunOptions["env"]) => ({
    ...{ PATH: process.env["PATH"] ?? "", HOME: folder },
    ...env,
    ...more,
  });
  const start = (args: readonly string[], { env: more, cwd = "." }: RunOptions = {}) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: join(folder, cwd),
      env: environment(more),
    });
    const process_ = observe(child);
    running.add(process_);
    void process_.ended.then(() => running.delete(process_));
    return process_;
  };
  return {
    folder,
    env,
    write,
    read: (file) => readFileSync(join(folder, file), "utf8"),
    remove: (file) => rmSync(join(folder, file), { force: true }),
    configure: (configuration) => write("plumbline.yaml", service(configuration)),
    async tenant(content = [], options = {}) {
      const sandbox = await startSandbox({ port: 0, requestLimit: null, ...options });
      sandbox.control.setState({ connectors: content } as Parameters<
        typeof sandbox.control.setState
      >[0]);
      tenants.push(sandbox);
      return sandbox;
    },
    start,
    run: (args, options) => start(args, options).ended,
    call: (args, { env: more, cwd = "." } = {}) =>
      call({ args, cwd: join(folder, cwd), env: environment(more) }),
    async [Symbol.asyncDispose]() {
      for (const { child } of running) child.kill("SIGKILL");
      await Promise.all([...running].map(({ ended }) => ended));
      await Promise.all(tenants.map((tenant) => tenant.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function call(terminal: Omit<Terminal, "stdout" | "stderr">): Promise<Ended> {
  const [stdout, stderr] = [keeping(), keeping()];
  const status = await runCli({ ...terminal, stdout, stderr });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

function keeping(): Stream & { text(): string } {
  let all = "";
  return {
    write(text, done) {
      all += text;
      done?.();
      return true;
    },
    text: () => all,
  };
}

/** JSON is YAML. */
function service(configuration: object): string {
  return JSON.stringify({
    apiVersion: "plumbline/v1",
    kind: "Service",
    definitions: "connectors",
    http: { listen: "127.0.0.1:0" },
    ...configuration,
  });
}

export function observe(child: ChildProcess): Running {
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  const heard = () => {
    for (const look of waiting) look();
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    heard();
  });
  let isOver = false;
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (status) => {
      isOver = true;
      resolve({ status, stdout, stderr });
      heard();
    });
  });
  const says = (pattern: string | RegExp, times = 1) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const count = occurrences(`${stdout}\n${stderr}`, pattern);
        if (count < times && !isOver) return;
        waiting.delete(look);
        if (count >= times) resolve();
        else reject(new Error(`It ended without saying ${pattern}:\n${stdout}\n${stderr}`));
      };
      waiting.add(look);
      look();
    });
  return { child, ended, stdout: () => stdout, stderr: () => stderr, says };
}

function occurrences(text: string, pattern: string | RegExp): number {
  if (typeof pattern === "string") return text.split(pattern).length - 1;
  return [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].length;
}

/** A tenant entry of plumbline.yaml for a practice tenant. */
export function practice({ url }: Sandbox, more: object = {}) {
  return {
    name: "practice",
    sandbox: { port: Number(new URL(url).port) },
    mode: "apply",
    settle: "0s",
    ...more,
  };
}

/** What a definition says beyond the usual. */
export interface Described {
  readonly displayName?: string;
  readonly targetUrl?: string;
  readonly query?: object;
  readonly password?: object;
}

/** A definition called `name`; its password is that of `seeded` below unless it says otherwise. */
export function definition(name: string, described: Described = {}): string {
  const { displayName = name, targetUrl = `https://api.contoso.com/${name}`, query } = described;
  const { password = { env: "CONNECTOR_PASSWORD" } } = described;
  return JSON.stringify({
    apiVersion: "plumbline/v1",
    kind: "ApiConnector",
    metadata: { name },
    spec: {
      displayName,
      targetUrl,
      ...(query && { query }),
      authentication: { basic: { username: "entra", password } },
    },
  });
}

/** The live connector that the definition of this name matches. */
export function seeded(name: string, targetUrl = `https://api.contoso.com/${name}`) {
  return {
    displayName: name,
    targetUrl,
    authentication: { basic: { username: "entra", password: "live password" } },
  };
}

/** The methods of what was asked, without the lists of user flows and of the audit log. */
export function methodsOf({ control }: Sandbox): readonly string[] {
  const asked = control.requests().filter(({ path }) => !/UserFlows$|auditLogs/i.test(path));
  return asked.map(({ method }) => method);
}

/**
 * A service that is to create `a` in a tenant where the create waits until faults are cleared. `arrived`
 * resolves once the tenant has been asked for it.
 */
export async function creating(
  service: Service,
  content?: readonly object[],
): Promise<{ readonly tenant: Sandbox; readonly arrived: Promise<unknown> }> {
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant(content);
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  tenant.control.injectFault({ kind: "delay", milliseconds: 600_000, method: "POST" });
  return { tenant, arrived: tenant.control.arrival("POST", /apiConnectors/) };
}
