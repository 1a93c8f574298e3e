import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { openDefinitions } from "../../definitions/definitions.ts";
import { type Fault, FaultError, failure } from "../../model/fault.ts";
import type { LiveUserFlow, Observed } from "../../model/live.ts";
import type { LedgerEntry } from "../../model/store.ts";
import { type CommonFlags, configure } from "../command.ts";
import { exitStatus } from "../exit.ts";
import { describe, describeFlows, type Exported, judged, told } from "../exported.ts";
import { withLine } from "../progress.ts";
import { stopSignal } from "../stop.ts";
import { openTenants } from "../tenants.ts";
import { print, type Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { type Wired, wire } from "../wiring.ts";

export interface ExportFlags extends CommonFlags {
  readonly directory: string;
}

/**
 * Writes the live connectors of one tenant, and the user flows that may call them, as definitions;
 * secrets become references to fill in.
 */
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
  const found = await withLine(
    terminal,
    () => `Reading ${wired.settings.name}`,
    () => observe(wired, stop.stopping),
  );
  const folder = resolve(terminal.cwd, flags.directory);
  const schemas = schemasFrom(folder, dirname(configured.settings.file));
  const { ownEnv, reservedEnv } = wired.settings.load.secrets;
  const naming = { reservedEnv: [...ownEnv, ...reservedEnv], schema: schemas.connector };
  const described = describe(found.connectors, { ledger: found.ledger, ...naming });
  const flows = found.flows.filter(({ steps }) => steps !== null);
  const flowsCalling = (connectors: readonly Exported[]) =>
    describeFlows(flows, connectors, schemas.flow);
  refuseOverwriting([...described, ...flowsCalling([])], folder, terminal.cwd);
  const connectors = written(described, folder, flags.directory);
  const exported = {
    connectors,
    // Only now is it known which connectors a flow can call by their name.
    flows: written(flowsCalling(connectors), folder, flags.directory),
    withoutSteps: found.flows.length - flows.length,
    unread: found.unread,
  };
  const path = (file: string) => relative(terminal.cwd, join(folder, file)) || file;
  await print(terminal.stdout, told(exported, path));
  const isWhole = [...connectors, ...exported.flows].every(({ definition }) => definition);
  return isWhole && found.unread === null ? exitStatus.clean : exitStatus.partial;
}

interface Found {
  readonly connectors: readonly Observed[];
  readonly flows: readonly LiveUserFlow[];
  /** Why the flows could not be read; null when they could. */
  readonly unread: Fault | null;
  readonly ledger: readonly LedgerEntry[];
}

async function observe({ subject }: Wired, stopping: AbortSignal): Promise<Found> {
  try {
    const connectors = await subject.reader.list("ApiConnector", stopping);
    const flows = await observeFlows(subject, stopping);
    const { ledger } = await subject.store.recall(subject.tenant);
    return { connectors, ...flows, ledger };
  } catch (thrown) {
    if (!stopping.aborted) throw thrown;
    throw new FaultError(failure("stopped", "Plumbline was asked to stop; nothing was exported."));
  }
}

/** They need a permission of their own: without it, the connectors are exported all the same. */
async function observeFlows(
  { reader }: Wired["subject"],
  stopping: AbortSignal,
): Promise<Pick<Found, "flows" | "unread">> {
  try {
    return { flows: await reader.userFlows([], stopping), unread: null };
  } catch (thrown) {
    if (stopping.aborted || !(thrown instanceof FaultError)) throw thrown;
    return { flows: [], unread: thrown.fault };
  }
}

/** Writes the files, and says which of them could stay. */
function written(
  described: readonly Exported[],
  folder: string,
  shown: string,
): readonly Exported[] {
  write(described, folder, shown);
  return weedOut(described, folder);
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
  for (const [index, { file, definition }] of described.entries()) {
    const isRefused = definition && !exported[index]?.definition;
    if (isRefused) rmSync(join(folder, file), { force: true });
  }
  return exported;
}

/** The schemas that stand beside plumbline.yaml, as an exported file would name them. */
function schemasFrom(folder: string, root: string) {
  const named = (name: string) => {
    const schema = join(root, "schemas", name);
    return existsSync(schema) ? relative(folder, schema).replaceAll(sep, "/") : null;
  };
  return { connector: named("api-connector.schema.json"), flow: named("user-flow.schema.json") };
}

/** What cannot be written has no file. */
function refuseOverwriting(described: readonly Exported[], folder: string, cwd: string): void {
  const paths = described.flatMap(({ file, definition }) =>
    definition ? [join(folder, file)] : [],
  );
  const existing = paths.filter((path) => existsSync(path)).map((path) => relative(cwd, path));
  if (existing.length === 0) return;
  const message = `Export overwrites nothing, and there is already ${existing.join(", ")}. Name another folder.`;
  throw new FaultError(failure("refused", message));
}
