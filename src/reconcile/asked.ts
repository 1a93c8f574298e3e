/** Whether a run can do what a person asked of it by name. */
import type { ApiConnectorDefinition } from "../model/definition.ts";
import { type Fault, failure } from "../model/fault.ts";
import type { Plan } from "../model/generated/run.ts";
import { liveConnectors, type PlanInput } from "../plan/input.ts";
import { authenticationPath, previousEntry } from "./memory/ledger.ts";

/** Why not, one for each name; empty when it can. */
export function askedFaults(input: PlanInput, planned: Plan, isTrust: boolean): readonly Fault[] {
  const { desired, asked } = input;
  // Faulty definitions are no definitions, and an unreadable tenant is another matter.
  const isBroken = planned.faults.some(({ severity }) => severity === "error");
  if (isBroken || planned.unreadable.length > 0) return [];
  // What is restored is known by the audit.
  const only = (asked.only ?? []).filter((name) => !Object.hasOwn(asked.restored, name));
  const named = [...only, ...asked.allowEarlierExpiry];
  const unknown = [...new Set(named)].filter((name) =>
    desired.every(({ definition }) => definition.name !== name),
  );
  const unfit = only.flatMap((name) => {
    const found = desired.find(({ definition }) => definition.name === name);
    if (found === undefined) return [];
    const { definition } = found;
    if (definition.authentication.type === "certificate") return [notHidden(name)];
    if (!isTrust) return [];
    const id = managedId(input, planned, definition);
    if (id === null) return [notManaged(name)];
    if (!hasPassword(input, id)) return [noPassword(name)];
    const secret = found.secrets[authenticationPath(definition)];
    return secret && "fault" in secret ? [failure("refused", secret.fault.message)] : [];
  });
  const isFlow = (name: string) => input.flows.some((flow) => flow.name === name);
  const missing = unknown.map((name) => (isFlow(name) ? noSecret(name) : notDefined(name, input)));
  return [...missing, ...unfit];
}

/** The id that the ledger has, of what is live; null: it is not managed. */
function managedId(
  { memory }: PlanInput,
  planned: Plan,
  definition: ApiConnectorDefinition,
): string | null {
  const id = previousEntry(definition, memory)?.id ?? null;
  const listed = [...planned.unchanged, ...planned.changes, ...planned.held];
  return listed.some((item) => item.name === definition.name && item.id === id) ? id : null;
}

function hasPassword({ observations }: PlanInput, id: string): boolean {
  return liveConnectors(observations).some(
    (live) => live.id === id && live.authentication.type === "basic",
  );
}

function notDefined(name: string, { desired, tenant }: PlanInput): Fault {
  const known = desired.map(({ definition }) => definition.name).join(", ");
  const names = known === "" ? "It has no definitions." : `Its definitions are ${known}.`;
  return failure("refused", `No definition of ${tenant.name} is called ${name}. ${names}`);
}

function noSecret(name: string): Fault {
  const message = `${name} is a user flow, which has no password: there is nothing to assert or to trust.`;
  return failure("refused", message);
}

function notHidden(name: string): Fault {
  const message = `${name} authenticates by a certificate, which Microsoft Graph shows: it is compared at each run, so there is nothing to assert or to trust.`;
  return failure("refused", message);
}

function noPassword(name: string): Fault {
  const message = `${name} has no password in the tenant, so there is none to trust. Send it: plumbline apply.`;
  return failure("refused", message);
}

function notManaged(name: string): Fault {
  const message = `${name} is not managed yet, so there is nothing to trust. Adopt it first: plumbline apply.`;
  return failure("refused", message);
}
