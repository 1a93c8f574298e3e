/**
 * Carries out a Dockerfile without a container engine: each stage is a folder that stands for its
 * root file system, the base image is the Node that runs the tests. It knows the instructions that
 * our Dockerfile uses, and throws for any other rather than passing over it.
 */
import { execFileSync } from "node:child_process";
import { chownSync, cpSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export interface Stage {
  readonly base: string;
  /** The folder that stands for `/`. */
  readonly root: string;
  /** As they will be in the container: with its own paths. */
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly user: string;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly healthcheck: readonly string[];
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

type Building = { -readonly [Key in keyof Stage]: Stage[Key] };

/** The stages by name; the last one, which is the image, is named `image`. */
export function buildImage(context: string, folder: string): Map<string, Stage> {
  const stages = new Map<string, Building>();
  let stage: Building | null = null;
  for (const { name, rest } of instructions(readFileSync(join(context, "Dockerfile"), "utf8"))) {
    if (name === "FROM") {
      const [base = "", , as = "image"] = rest.split(/\s+/);
      stage = emptyStage(base, join(folder, as));
      stages.set(as, stage);
      continue;
    }
    if (stage === null) throw new Error(`${name} stands before FROM`);
    carryOut(stage, { name, rest }, { context, stages });
  }
  return stages;
}

/** Lines without comments, with continuations joined. */
function instructions(text: string): Instruction[] {
  return text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest: rest.trim() };
    });
}

function emptyStage(base: string, root: string): Building {
  mkdirSync(root, { recursive: true });
  return {
    ...{ base, root, env: {}, labels: {}, volumes: [], user: "root", workdir: "/" },
    ...{ entrypoint: [], cmd: [], healthcheck: [] },
  };
}

interface Surroundings {
  readonly context: string;
  readonly stages: ReadonlyMap<string, Stage>;
}

function carryOut(stage: Building, { name, rest }: Instruction, around: Surroundings): void {
  switch (name) {
    case "WORKDIR":
      stage.workdir = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
      return;
    case "ENV":
      stage.env = { ...stage.env, ...pairs(rest) };
      return;
    case "LABEL":
      stage.labels = { ...stage.labels, ...pairs(rest) };
      return;
    case "COPY":
      copy(stage, rest, around);
      return;
    case "RUN":
      execFileSync("sh", ["-euc", rest], {
        cwd: join(stage.root, stage.workdir),
        env: { ...buildEnvironment(), ...stage.env },
        stdio: "pipe",
      });
      return;
    case "VOLUME":
      stage.volumes = [...stage.volumes, rest];
      return;
    case "USER":
      stage.user = rest;
      return;
    case "ENTRYPOINT":
      stage.entrypoint = execForm(rest);
      return;
    case "CMD":
      stage.cmd = execForm(rest);
      return;
    case "HEALTHCHECK":
      stage.healthcheck = execForm(rest.replace(/^(--\S+\s+)*CMD\s+/, ""));
      return;
    case "EXPOSE":
      return;
    default:
      throw new Error(`This test cannot carry out ${name}`);
  }
}

function pairs(text: string): Record<string, string> {
  const found = text.matchAll(/([\w.]+)=("[^"]*"|\S+)/g);
  return Object.fromEntries([...found].map(([, key, value]) => [key, value!.replaceAll('"', "")]));
}

/** Anything but a JSON array would need a shell in the container. */
function execForm(text: string): string[] {
  return JSON.parse(text);
}

function copy(stage: Stage, rest: string, { context, stages }: Surroundings): void {
  const words = rest.split(/\s+/);
  const flags = Object.fromEntries(
    words.filter((word) => word.startsWith("--")).map((word) => word.slice(2).split("=")),
  );
  const paths = words.filter((word) => !word.startsWith("--"));
  const to = paths.pop()!;
  for (const path of paths) {
    const from = flags.from ? join(stages.get(flags.from)!.root, path) : inContext(context, path);
    const place = join(to.startsWith("/") ? stage.root : join(stage.root, stage.workdir), to);
    const isFolder = statSync(from).isDirectory();
    const target = !isFolder && to.endsWith("/") ? join(place, basename(path)) : place;
    mkdirSync(dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
    if (flags.chown && process.getuid?.() === 0) {
      const [user, group] = flags.chown.split(":").map(Number);
      chownSync(target, user, group);
    }
  }
}

/** .dockerignore leaves everything out and names what comes in. */
function inContext(context: string, path: string): string {
  const [first, ...rest] = readFileSync(join(context, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (first !== "*") throw new Error(".dockerignore must leave out everything first");
  if (!rest.includes(`!${path}`)) throw new Error(`.dockerignore leaves out ${path}`);
  return join(context, path);
}

/** What a build has: npm's own settings and a PATH without this checkout's packages. */
export function buildEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(HOME|npm_config_(?!.*prefix).*|\w*_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i.test(name),
  );
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    PATH: containerPath(),
    npm_config_prefer_offline: "true",
  };
}

/** Node first, then what the machine has. */
export function containerPath(): string {
  const machine = (process.env["PATH"] ?? "").split(":");
  const others = machine.filter((folder) => !folder.includes("node_modules"));
  return [dirname(process.execPath), ...others].join(":");
}
