import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type DefinitionText, definitionText } from "../../definitions/definition-text.ts";
import { FaultError, failure } from "../../model/fault.ts";
import type { Observed } from "../../model/live.ts";
import type { PlanSubject } from "../../reconcile/subject.ts";
import { type CommonFlags, configure } from "../command.ts";
import { exitStatus } from "../exit.ts";
import { stopSignal } from "../stop.ts";
import { openTenants } from "../tenants.ts";
import { print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface ExportFlags extends CommonFlags {
  readonly directory: string;
}

interface Exported {
  readonly live: Observed;
  readonly file: string;
  /** null: no definition can say it yet. */
  readonly definition: DefinitionText | null;
}

/** Writes the live connectors of one tenant as definitions; secrets become references to fill in. */
export async function exportVerb(flags: ExportFlags, terminal: Terminal): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const [only, ...others] = configured.wanted;
  if (!only || others.length > 0) {
    const names = configured.wanted.map(({ name }) => name).join(", ");
    throw new UsageError(`Export reads one tenant. Choose with --tenant: ${names}.`);
  }
  const { wiring } = await openTenants(configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal();
  const [wired] = wiring.tenants;
  if (!wired) throw new UsageError("There is no tenant to export.");
  const folder = resolve(terminal.cwd, flags.directory);
  const schema = schemaFrom(folder, dirname(configured.settings.file));
  const exported = await describe(wired.subject, schema, stop.stopping);
  const path = (file: string) => relative(terminal.cwd, join(folder, file)) || file;
  refuseOverwriting(
    exported.map(({ file }) => join(folder, file)),
    terminal.cwd,
  );
  mkdirSync(folder, { recursive: true });
  for (const { file, definition } of exported) {
    if (definition) writeFileSync(join(folder, file), definition.text, { flag: "wx" });
  }
  await print(terminal.stdout, told(exported, path));
  return exported.every(({ definition }) => definition) ? exitStatus.clean : exitStatus.partial;
}

/** The schema that stands beside plumbline.yaml, as an exported file would name it. */
function schemaFrom(folder: string, root: string): string | null {
  const schema = join(root, "schemas/api-connector.schema.json");
  return existsSync(schema) ? relative(folder, schema).replaceAll(sep, "/") : null;
}

async function describe(
  subject: PlanSubject,
  schema: string | null,
  signal: AbortSignal,
): Promise<readonly Exported[]> {
  const live = await subject.reader.list("ApiConnector", signal);
  const { ledger } = await subject.store.recall(subject.tenant);
  const known = new Map(ledger.map(({ id, name }) => [id, name]));
  const taken = new Set(known.values());
  return live.map((object) => {
    const name = known.get(object.id) ?? freeName(object, taken);
    taken.add(name);
    return { live: object, file: `${name}.yaml`, definition: definitionText(object, name, schema) };
  });
}

/** A key in git from the displayName: lower-case letters, digits and hyphens, not taken yet. */
function freeName({ displayName }: Observed, taken: ReadonlySet<string>): string {
  const words = (displayName ?? "").normalize("NFKD").toLowerCase();
  const slug = words.replaceAll(/\p{M}/gu, "").replaceAll(/[^a-z0-9]+/g, "-");
  const base = slug.replaceAll(/^-+|-+$/g, "").slice(0, 50) || "connector";
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.has(name)) return name;
  }
}

function refuseOverwriting(paths: readonly string[], cwd: string): void {
  const existing = paths.filter((path) => existsSync(path)).map((path) => relative(cwd, path));
  if (existing.length === 0) return;
  const message = `Export overwrites nothing, and there is already ${existing.join(", ")}. Name another folder.`;
  throw new FaultError(failure("refused", message));
}

function told(exported: readonly Exported[], path: (file: string) => string): string {
  const written = exported.flatMap(({ file, definition }) =>
    definition ? [`  ${path(file)}`, ...definition.secrets.map(fillIn)] : [],
  );
  const skipped = exported.flatMap(({ live, definition }) =>
    definition
      ? []
      : [
          `  ${JSON.stringify(live.displayName)} (${live.id}): ${live.authentication.type} authentication is not yet supported`,
        ],
  );
  const count = exported.length - skipped.length;
  return [
    `Exported ${count} ${count === 1 ? "connector" : "connectors"}${count > 0 ? ":" : "."}`,
    ...written,
    ...(skipped.length > 0 ? ["Left out:", ...skipped] : []),
    "",
  ].join("\n");
}

function fillIn({ env, path }: { readonly env: string; readonly path: string }): string {
  return `    fill in env ${env} for ${path}`;
}
