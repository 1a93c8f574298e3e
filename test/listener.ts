/** Hears all that the program says and writes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./canaries.ts";
import type { Ended, Service } from "./cli/program.ts";

/** Runs the program and keeps all that comes of it. */
export interface Listener {
  readonly places: Place[];
  /** Writes what is no output. */
  seed(file: string, content: string | Buffer): void;
  keep(what: string, ended: Ended): void;
  /** Answers the exit status. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<number | null>;
  /** Keeps every file that Plumbline wrote as it is now, the store with its log and locks among them. */
  keepFiles(when: string): readonly string[];
}

const formats = ["text", "json", "markdown", "html"];
const silent = ["serve", "export", "--help", "history", "audit", "notify"];

export function listenTo(service: Service): Listener {
  const places: Place[] = [];
  const seeded = new Set<string>();
  let count = 0;
  const keep = (what: string, { stdout, stderr }: Ended) => {
    places.push([`stdout of ${what}`, stdout], [`stderr of ${what}`, stderr]);
  };
  return {
    places,
    seed(file, content) {
      service.write(file, content);
      seeded.add(join(service.folder, file));
    },
    keep,
    async run(args, env = {}) {
      count += 1;
      const files = formats.flatMap((format) => ["--output", `${format}=out/${count}.${format}`]);
      const isReporting = !args.some((arg) => silent.includes(arg));
      const outputs = isReporting ? [...files, "--output", "text"] : [];
      const ended = await service.run([...args, "--verbose", ...outputs], { env });
      keep(args.join(" "), ended);
      return ended.status;
    },
    keepFiles(when) {
      const files = readdirSync(service.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((file) => !seeded.has(file));
      for (const file of files) places.push([`${file} ${when}`, readFileSync(file)]);
      return files;
    },
  };
}
