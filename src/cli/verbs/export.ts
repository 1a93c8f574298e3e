import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { openDefinitions } from "../../definitions/definitions.ts";
import { FaultError, failure } from "../../model/fault.ts";
import { type CommonFlags, configure } from "../command.ts";
import { exitStatus } from "../exit.ts";
import { describe, type Exported, judged, told } from "../exported.ts";
import { withLine } from "../progress.ts";
import { stopSignal } from "../stop.ts";
import { openTenants } from "../tenants.ts";
import { print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { type Wired, wire } from "../wiring.ts";

export interface ExportFlags extends CommonFlags {
  readonly directory: string;
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
  const { wiring } = await openTenants(wire, configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal();
  const [wired] = wiring.tenants;
  if (!wired) throw new UsageError("There is no tenant to export.");
  const folder = resolve(terminal.cwd, flags.directory);
  const schema = schemaFrom(folder, dirname(configured.settings.file));
  const described = await withLine(
    terminal,
    () => `Reading ${wired.settings.name}`,
    () => observe(wired, schema, stop.stopping),
  );
  const path = (file: string) => relative(terminal.cwd, join(folder, file)) || file;
  refuseOverwriting(
    described.map(({ file }) => join(folder, file)),
    terminal.cwd,
  );
  write(described, folder, flags.directory);
  const exported = weedOut(described, folder);
  await print(terminal.stdout, told(exported, path));
  return exported.every(({ definition }) => definition) ? exitStatus.clean : exitStatus.partial;
}

async function observe(
  { subject, settings }: Wired,
  schema: string | null,
  stopping: AbortSignal,
): Promise<readonly Exported[]> {
  const { ownEnv, reservedEnv } = settings.load.secrets;
  try {
    const live = await subject.reader.list("ApiConnector", stopping);
    const { ledger } = await subject.store.recall(subject.tenant);
    return describe(live, { ledger, reservedEnv: [...ownEnv, ...reservedEnv], schema });
  } catch (thrown) {
    if (!stopping.aborted) throw thrown;
    throw new FaultError(failure("stopped", "Plumbline was asked to stop; nothing was exported."));
  }
}

function write(exported: readonly Exported[], folder: string, shown: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const { file, definition } of exported) {
      if (definition) writeFileSync(join(folder, file), definition.text, { flag: "wx" });
    }
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? ` (${String(thrown.code)})` : "";
    throw new UsageError(`Export cannot write to ${shown}${code}. Name another folder.`);
  }
}

/**
 * Takes away the files that no tenant could use: a live connector may break rules for definitions,
 * and one broken file keeps a whole folder from being applied.
 */
function weedOut(described: readonly Exported[], folder: string): readonly Exported[] {
  const { faults } = openDefinitions().load({
    root: folder,
    folders: ["."],
    exclude: [],
    variables: {},
    secrets: {
      ...{ env: null, ownEnv: [], reservedEnv: [], files: [], others: { env: [], files: [] } },
      ...{ keyVaults: [], ownVaultSecrets: [] },
    },
    targets: { hosts: null, private: true },
  });
  const exported = judged(described, faults);
  for (const { file, definition } of exported) {
    if (!definition) rmSync(join(folder, file), { force: true });
  }
  return exported;
}

/** The schema that stands beside plumbline.yaml, as an exported file would name it. */
function schemaFrom(folder: string, root: string): string | null {
  const schema = join(root, "schemas/api-connector.schema.json");
  return existsSync(schema) ? relative(folder, schema).replaceAll(sep, "/") : null;
}

function refuseOverwriting(paths: readonly string[], cwd: string): void {
  const existing = paths.filter((path) => existsSync(path)).map((path) => relative(cwd, path));
  if (existing.length === 0) return;
  const message = `Export overwrites nothing, and there is already ${existing.join(", ")}. Name another folder.`;
  throw new FaultError(failure("refused", message));
}
