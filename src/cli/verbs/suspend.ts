import { openDefinitions } from "../../definitions/definitions.ts";
import { nearMiss } from "../../definitions/near-miss.ts";
import { kindOfName } from "../../model/definition.ts";
import { FaultError, failure } from "../../model/fault.ts";
import type { Memory, Store, Suspended } from "../../model/store.ts";
import { systemClock } from "../../model/system-clock.ts";
import type { TenantIdentity } from "../../model/tenant.ts";
import { activeSuspensions } from "../../plan/suspensions.ts";
import { auditOf, type Told } from "../../reconcile/memory/audit-entry.ts";
import { moment } from "../../report/instants.ts";
import { openStore } from "../../store/store.ts";
import { actorOf } from "../actor.ts";
import { type CommonFlags, configure, oneTenant } from "../command.ts";
import type { Settings, TenantSettings } from "../configuration/configuration.ts";
import { exitStatus } from "../exit.ts";
import { identityOf } from "../link.ts";
import { print, type Terminal } from "../terminal.ts";
import { untilFlag } from "../until.ts";
import { UsageError } from "../usage-error.ts";
import { storeOptions } from "../wiring.ts";

export interface SuspendFlags extends CommonFlags {
  /** A tenant, or a definition by metadata.name. */
  readonly target: string;
  /** A duration or an instant. */
  readonly until: string;
  readonly reason: string;
}

/** Leaves a tenant or one object alone until then; its drift is still reported. Writes to the store alone. */
export async function suspendVerb(flags: SuspendFlags, terminal: Terminal): Promise<number> {
  const now = systemClock.now();
  const until = untilFlag(flags);
  const reason = flags.reason.trim();
  if (reason === "") throw new UsageError("--reason is empty: say why, for whoever wonders.");
  return await withTarget(flags, terminal, async (target) => {
    const { store, tenant, suspended, memory, shown, by } = target;
    const at = now.toISOString();
    const ended = memory.suspensions.filter((one) => Date.parse(one.until) <= now.getTime());
    const suspension = { ...suspended, since: at, until, by, reason };
    await store.settle(
      tenant,
      null,
      "suspended",
      [...[...ended, ...damagedOf(target)].map(resuming), { op: "suspend", suspension }],
      [audited(target, { action: "suspend", until, message: reason })],
    );
    const what =
      suspended.name === null ? tenant.name : `${suspended.name} --tenant ${tenant.name}`;
    return `${shown} is suspended until ${moment(until)}. Its drift is still reported, and nothing of it is changed.\nTo end it sooner: plumbline resume ${what}\n`;
  });
}

export type ResumeFlags = Pick<SuspendFlags, "target"> & CommonFlags;

/** Ends a suspension before its time. */
export async function resumeVerb(flags: ResumeFlags, terminal: Terminal): Promise<number> {
  return await withTarget(flags, terminal, async (target) => {
    const { store, tenant, suspended, memory, shown } = target;
    const active = activeSuspensions({ memory, now: systemClock.now().toISOString() });
    const found = active.find(
      ({ kind, name }) => kind === suspended.kind && name === suspended.name,
    );
    if (!found) {
      throw new FaultError(failure("refused", `${shown} is not suspended.${others(active)}`));
    }
    await store.settle(tenant, null, "resumed", [suspended, ...damagedOf(target)].map(resuming), [
      audited(target, { action: "resume", message: `It was suspended: ${found.reason}` }),
    ]);
    return `${shown} is no longer suspended.\n`;
  });
}

function resuming({ kind, name }: { kind: string | null; name: string | null }) {
  return { op: "resume" as const, kind, name };
}

/** Rows about the same that cannot be read. */
function damagedOf({ memory, suspended: { name } }: Target): Memory["damaged"] {
  return memory.damaged.filter((row) => row.of === "suspension" && row.name === (name ?? ""));
}

function others(active: readonly { readonly name: string | null }[]): string {
  if (active.length === 0) return "";
  return ` Suspended are ${active.map(({ name }) => name ?? "the whole tenant").join(", ")}.`;
}

/** What a suspension is about. */
interface Target {
  readonly store: Store;
  readonly tenant: TenantIdentity;
  readonly suspended: Suspended;
  readonly memory: Memory;
  /** For people. */
  readonly shown: string;
  readonly by: string;
}

function audited(
  { tenant, suspended, by }: Target,
  told: Pick<Told, "action" | "until" | "message">,
): ReturnType<ReturnType<typeof auditOf>> {
  const actor = { run: null, commit: null, trigger: null, by };
  return auditOf({ tenant, clock: systemClock }, actor)({ result: "done", ...suspended, ...told });
}

async function withTarget(
  flags: ResumeFlags,
  terminal: Terminal,
  work: (target: Target) => Promise<string>,
): Promise<number> {
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  const { settings, wanted } = configured;
  const named = tenantCalled(flags, settings);
  if (named === null)
    oneTenant(configured, `${flags.target} is no tenant, and a name of a definition`);
  const [tenant = named] = named === null ? wanted : [named];
  if (tenant === null) throw new UsageError("plumbline.yaml has no tenant.");
  await using store = await openStore(storeOptions(settings));
  const identity = await identityOf(tenant);
  const memory = await store.recall(identity);
  const isTenant = named !== null;
  if (!isTenant) checkKnown(flags.target, tenant, memory);
  const suspended: Suspended = isTenant
    ? { kind: null, name: null }
    : { kind: kindOfName(flags.target), name: flags.target };
  const shown = isTenant ? `The tenant ${tenant.name}` : `${flags.target} in ${tenant.name}`;
  const by = actorOf(terminal.env);
  const text = await work({ store, tenant: identity, suspended, memory, shown, by });
  await print(terminal.stdout, text);
  return exitStatus.clean;
}

/** With --tenant, the word is a definition there, and the tenant itself only by its own name. */
function tenantCalled(
  { target, tenant: chosen }: ResumeFlags,
  { tenants }: Settings,
): TenantSettings | null {
  const found = tenants.find(({ name }) => name === target) ?? null;
  return chosen.length === 0 || chosen.includes(target) ? found : null;
}

/** A slip of the pen would leave nothing alone. */
function checkKnown(name: string, { name: tenant, load }: TenantSettings, memory: Memory): void {
  const { definitions } = openDefinitions().load(load);
  const known = [...definitions, ...memory.ledger, ...memory.suspensions].flatMap(
    (one) => one.name ?? [],
  );
  if (known.includes(name)) return;
  const guess = nearMiss(name, known);
  const hint = guess === null ? "" : ` Did you mean ${guess}?`;
  const message = `Neither a tenant nor a definition of ${tenant} is called ${name}.${hint}`;
  throw new FaultError(failure("refused", message));
}
