/** What every verb is given, and how it answers. */

import { nearMiss } from "../definitions/near-miss.ts";
import { type Fault, FaultError } from "../model/fault.ts";
import type { Result } from "../model/generated/run.ts";
import { resultOf } from "../model/result.ts";
import {
  configurationPath,
  readSettings,
  type Settings,
  type TenantSettings,
} from "./configuration/configuration.ts";
import { exitStatus } from "./exit.ts";
import { type Output, writeReports } from "./reports.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** The flags that all verbs share. */
export interface CommonFlags {
  readonly config?: string;
  readonly tenant: readonly string[];
  readonly output: readonly Output[];
  readonly verbose?: true;
}

export interface Configured {
  readonly settings: Settings;
  /** The tenants that were named, or all. */
  readonly wanted: readonly TenantSettings[];
  /** Warnings of plumbline.yaml. */
  readonly faults: readonly Fault[];
}

/**
 * Reads plumbline.yaml. When it is unusable, its faults are reported in the formats asked for and the
 * exit status is the answer.
 */
export async function configure(
  flags: CommonFlags,
  terminal: Terminal,
): Promise<Configured | number> {
  const file = configurationPath(flags.config, terminal);
  const { settings, faults } = readSettings(file, terminal.env);
  if (settings === null) {
    await reportFaults(faults, flags, terminal);
    return exitStatus.invalid;
  }
  return { settings, wanted: selectTenants(settings, flags.tenant), faults };
}

export async function reportFaults(
  faults: readonly Fault[],
  { output }: CommonFlags,
  terminal: Terminal,
): Promise<void> {
  const checked = { definitions: 0, tenants: 0 };
  await writeReports({ type: "faults", faults, checked }, output, terminal);
}

/** A fault that leaves no plan and no run is still reported in the formats asked for. */
export async function reporting(
  flags: CommonFlags,
  terminal: Terminal,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof FaultError)) throw thrown;
    await reportFaults([thrown.fault], flags, terminal);
    return exitStatus[resultOf(thrown.fault.code)];
  }
}

function selectTenants({ tenants }: Settings, names: readonly string[]): readonly TenantSettings[] {
  if (names.length === 0) return tenants;
  const known = tenants.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const guess = nearMiss(name, known);
    const hint = guess === null ? `Known are ${known.join(", ")}.` : `Did you mean ${guess}?`;
    throw new UsageError(`plumbline.yaml has no tenant ${name}. ${hint}`);
  }
  return tenants.filter(({ name }) => names.includes(name));
}

/** Names of definitions mean something in one tenant only. Throws a UsageError for several. */
export function oneTenant({ wanted }: Configured, flag: string): void {
  if (wanted.length === 1) return;
  const names = wanted.map(({ name }) => name).join(", ");
  throw new UsageError(`${flag} is for one tenant: choose it by --tenant. There are ${names}.`);
}

/** `--drift-exit N` replaces the status of drift alone. */
export function statusOf(result: Result, driftExit: number | undefined): number {
  return result === "drift" && driftExit !== undefined ? driftExit : exitStatus[result];
}
