import { FaultError, failure } from "../../model/fault.ts";
import { acceptDrift, revokeAcceptance } from "../../reconcile/accept.ts";
import type { RunEvent } from "../../reconcile/subject.ts";
import { moment } from "../../report/instants.ts";
import { name as printableName } from "../../report/printable.ts";
import { actorOf } from "../actor.ts";
import { type CommonFlags, configure, oneTenant } from "../command.ts";
import { exitStatus } from "../exit.ts";
import { withLine } from "../progress.ts";
import { logEvent } from "../run-log.ts";
import { stopSignal } from "../stop.ts";
import { openTenants } from "../tenants.ts";
import { print, type Terminal } from "../terminal.ts";
import { untilFlag } from "../until.ts";
import { UsageError } from "../usage-error.ts";
import { wire } from "../wiring.ts";

export interface AcceptFlags extends CommonFlags {
  /** A definition, by metadata.name. */
  readonly name: string;
  /** Path in the definition. */
  readonly field: string;
  /** Digest of the plan that was looked at. */
  readonly plan?: string;
  /** A duration or an instant. */
  readonly until?: string;
  readonly reason?: string;
  readonly revoke?: true;
}

/** Takes the live value of a field for right until then, or no longer. Writes to the store alone. */
export async function acceptVerb(flags: AcceptFlags, terminal: Terminal): Promise<number> {
  const { name, field: path, revoke } = flags;
  const asked = revoke ? notWanted(flags) : wanted(flags);
  const configured = await configure(flags, terminal);
  if (typeof configured === "number") return configured;
  oneTenant(configured, "accept");
  const { wiring, log } = await openTenants(wire, configured, flags, terminal, "warn");
  await using _ = wiring;
  using stop = stopSignal();
  const [wired] = wiring.tenants;
  if (!wired) throw new UsageError("plumbline.yaml has no tenant.");
  const { subject, settings } = wired;
  const by = actorOf(terminal.env);
  if (asked === null) {
    if (!(await revokeAcceptance(subject, { name, path, by }))) {
      const message = `Nothing is accepted of ${path} of ${name} in ${settings.name}.`;
      throw new FaultError(failure("refused", message));
    }
    await print(terminal.stdout, `${path} of ${name} is no longer accepted in ${settings.name}.\n`);
    return exitStatus.clean;
  }
  const notify = (event: RunEvent) => logEvent(log, event);
  const accepting = { name, path, by, ...asked };
  const { before, secret } = await withLine(
    terminal,
    () => `Reading ${settings.name}`,
    () => acceptDrift(subject, accepting, notify, stop.stopping),
  );
  const value = secret || before === null ? "" : `, "${printableName(before)}",`;
  const text = `The live value of ${path} of ${name}${value} is accepted in ${settings.name} until ${moment(asked.until)}. Another value is drift again.\nTo end it sooner: plumbline accept ${name} --field ${path} --revoke --tenant ${settings.name}\n`;
  await print(terminal.stdout, text);
  return exitStatus.clean;
}

/** Whoever says more than which field may have meant another thing than an end. */
function notWanted({ plan, until, reason }: AcceptFlags): null {
  const said = Object.entries({ plan, until, reason }).filter(([, value]) => value !== undefined);
  if (said.length === 0) return null;
  const flags = said.map(([name]) => `--${name}`).join(" and ");
  throw new UsageError(
    `accept --revoke ends an acceptance at once and takes no ${flags}. Leave ${said.length === 1 ? "it" : "them"} out, or --revoke.`,
  );
}

function wanted({ until, reason = "", plan, ...flags }: AcceptFlags) {
  if (until === undefined || reason.trim() === "") {
    throw new UsageError(
      "accept needs --until and --reason: how long the live value may stay, and why. Or --revoke.",
    );
  }
  return {
    until: untilFlag({ ...flags, until }),
    reason: reason.trim(),
    ...(plan !== undefined && { plan }),
  };
}
