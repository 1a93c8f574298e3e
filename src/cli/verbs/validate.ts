import { resolve } from "node:path";
import {
  type Definitions,
  type LoadRequest,
  openDefinitions,
} from "../../definitions/definitions.ts";
import { liesWithin } from "../../definitions/folder.ts";
import { realPath } from "../../definitions/real-path.ts";
import type { Loaded } from "../../model/definition.ts";
import type { Fault } from "../../model/fault.ts";
import { systemClock } from "../../model/system-clock.ts";
import { openSecrets } from "../../secrets/secrets.ts";
import { type CommonFlags, configure } from "../command.ts";
import type { TenantSettings } from "../configuration/configuration.ts";
import { exitStatus } from "../exit.ts";
import { withLine } from "../progress.ts";
import { writeReports } from "../reports.ts";
import { secretFaults } from "../secret-checks.ts";
import type { Terminal } from "../terminal.ts";

export interface ValidateFlags extends CommonFlags {
  /** Files or folders; empty: what plumbline.yaml names. */
  readonly paths: readonly string[];
}

/** Checks definitions and configuration without any network. */
export async function validateVerb(flags: ValidateFlags, terminal: Terminal): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { wanted } = configured;
  const paths = flags.paths.map((path) => resolve(terminal.cwd, path));
  const checks = await checkTenants(wanted, paths, terminal);
  const faults = sorted([...configured.faults, ...checks.flatMap((check) => check.faults)]);
  const places = new Set(checks.flatMap((check) => check.definitions).map(({ at }) => key(at)));
  const checked = { definitions: places.size, tenants: wanted.length };
  await writeReports({ type: "faults", faults, checked }, flags.output, terminal);
  const isInvalid = faults.some(({ severity }) => severity === "error");
  return isInvalid ? exitStatus.invalid : exitStatus.clean;
}

type Check = Pick<Loaded, "definitions" | "faults">;

/** Loading a folder lets nothing else happen, so each tenant is told before. */
async function checkTenants(
  wanted: readonly TenantSettings[],
  paths: readonly string[],
  terminal: Terminal,
): Promise<readonly Check[]> {
  const definitions = openDefinitions();
  const checks: Check[] = [];
  const line = () =>
    `Checking ${wanted[checks.length]?.name ?? ""} (${checks.length} of ${wanted.length} tenants done)`;
  const work = async (show: () => void) => {
    for (const tenant of wanted) {
      show();
      const own = pathsOf(tenant, paths, wanted);
      checks.push(await checkTenant(tenant, definitions, own, terminal));
    }
    return checks;
  };
  return withLine(terminal, line, work, { isPatient: false });
}

/**
 * null: everything that the tenant names. A path around a tenant's folders stands for these; one that
 * has to do with nobody's is held against every tenant.
 */
function pathsOf(
  tenant: TenantSettings,
  paths: readonly string[],
  all: readonly TenantSettings[],
): readonly string[] | null {
  if (paths.length === 0) return null;
  return paths.flatMap((path) => {
    const meant = meantBy(path, tenant);
    return meant.length > 0 || all.some((other) => meantBy(path, other).length > 0) ? meant : path;
  });
}

/** What of a tenant's folders a path means. */
function meantBy(path: string, { load }: TenantSettings): readonly string[] {
  const folders = load.folders.map((folder) => resolve(load.root, folder));
  if (folders.some((folder) => isWithin(path, folder))) return [path];
  return folders.filter((folder) => isWithin(folder, path));
}

function isWithin(path: string, folder: string): boolean {
  return liesWithin(realPath(path) ?? path, realPath(folder) ?? folder);
}

/** The command line is no file, so what it names has no place. */
function requestFor(load: LoadRequest, paths: readonly string[] | null): LoadRequest {
  if (paths === null) return load;
  const { foldersAt: _, ...rest } = load;
  return { ...rest, folders: paths };
}

async function checkTenant(
  { load }: TenantSettings,
  definitions: Definitions,
  paths: readonly string[] | null,
  { env }: Terminal,
): Promise<Check> {
  const loaded = definitions.load(requestFor(load, paths));
  // Nothing is fingerprinted here, so the salt of a store is not needed.
  const secrets = openSecrets({ env, fingerprint: { salt: async () => new Uint8Array() } });
  const now = systemClock.now().getTime();
  const found = await secretFaults(loaded.definitions, secrets, now);
  return { definitions: loaded.definitions, faults: [...loaded.faults, ...found] };
}

function key(at: Fault["at"]): string {
  return at === null ? "" : `${at.file}:${at.line}:${at.column}`;
}

/** By place; tenants that share a definition share its faults. */
function sorted(faults: readonly Fault[]): readonly Fault[] {
  const unique = new Map(faults.map((fault) => [`${key(fault.at)} ${fault.message}`, fault]));
  return [...unique.values()].sort((a, b) => {
    const byFile = compare(a.at?.file ?? "", b.at?.file ?? "");
    const byLine = (a.at?.line ?? 0) - (b.at?.line ?? 0);
    return byFile || byLine || (a.at?.column ?? 0) - (b.at?.column ?? 0);
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
