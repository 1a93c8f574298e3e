import { historyOf } from "../../report/history.ts";
import { type Past, renderPast } from "../../report/report.ts";
import { openStore } from "../../store/store.ts";
import { type CommonFlags, type Configured, configure } from "../command.ts";
import { exitStatus } from "../exit.ts";
import { type Output, writeOutputs } from "../reports.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { storeOptions } from "../wiring.ts";

/** Entries that are looked through for runs, the newest ones. */
const LOOKED_THROUGH = 20_000;

export interface HistoryFlags extends CommonFlags {
  /** A definition, by metadata.name; left out: all. */
  readonly name?: string;
  /** Most runs that are told. */
  readonly limit: number;
}

/** Tells what was done, run by run, from the store alone. */
export async function historyVerb(flags: HistoryFlags, terminal: Terminal): Promise<number> {
  refuseFormats(flags.output, "history");
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { name } = flags;
  await using store = await openStore(storeOptions(configured.settings));
  const entries = await store.audit({
    ...chosenTenants(flags, configured),
    ...(name !== undefined && { name }),
    limit: LOOKED_THROUGH,
  });
  const runs = historyOf(entries).slice(0, flags.limit);
  await tell({ type: "history", runs }, flags, configured, terminal);
  return exitStatus.clean;
}

export interface AuditFlags extends CommonFlags {
  readonly verify?: true;
  /** Entry that was the newest at an earlier time: `SEQUENCE:HASH`. */
  readonly head?: { readonly sequence: number; readonly hash: string };
  /** Most entries that are told. */
  readonly limit: number;
}

/** Prints the newest entries of the audit, or looks whether its chain is whole. */
export async function auditVerb(flags: AuditFlags, terminal: Terminal): Promise<number> {
  refuseFormats(flags.output, "audit");
  if (flags.head && !flags.verify) throw new UsageError("--head belongs to --verify.");
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  await using store = await openStore(storeOptions(configured.settings));
  if (flags.verify) {
    const verdict = await store.verifyAudit(flags.head);
    await tell({ type: "verdict", verdict }, flags, configured, terminal);
    return verdict.problems.length === 0 ? exitStatus.clean : exitStatus.partial;
  }
  const query = { ...chosenTenants(flags, configured), limit: flags.limit };
  await tell({ type: "audit", entries: await store.audit(query) }, flags, configured, terminal);
  return exitStatus.clean;
}

/** Without --tenant also those that plumbline.yaml no longer names, and the store itself. */
function chosenTenants({ tenant }: CommonFlags, { wanted }: Configured) {
  return tenant.length === 0 ? {} : { tenants: wanted.map(({ name }) => name) };
}

function refuseFormats(outputs: readonly Output[], verb: string): void {
  const unfit = outputs.find(({ format }) => format !== "text" && format !== "json");
  if (unfit) throw new UsageError(`${verb} prints text or json, not ${unfit.format}.`);
}

async function tell(
  past: Past,
  { output }: CommonFlags,
  { wanted }: Configured,
  terminal: Terminal,
): Promise<void> {
  const [only, ...others] = wanted;
  const timezone = others.length === 0 ? only?.timezone : undefined;
  await writeOutputs(output, terminal, (format, options) =>
    renderPast(past, format === "json" ? "json" : "text", {
      ...options,
      ...(timezone !== undefined && { timezone }),
    }),
  );
}
