/**
 * The decision: what apply would do to one tenant, made by one pure function from what git wants,
 * what the tenant holds and what the store remembers. This room reads no clock, no network and no
 * secret, and does not know whether anybody will carry its plan out.
 */
import type { Change, HeldChange, Plan } from "../model/generated/run.ts";
import { digest } from "./digest.ts";
import { freeze } from "./freeze.ts";
import type { PlanInput } from "./input.ts";
import { toMilliseconds } from "./instant.ts";
import { limitsOf } from "./limits.ts";
import { nothingPlanned, planObjects } from "./objects.ts";
import { byDisplayName, byKindAndName, byLevel, byOwner } from "./order.ts";
import { withWho } from "./outside.ts";
import { activeSuspensions } from "./suspensions.ts";
import { closedReason, plannedWindow, type WindowState, windowState } from "./windows.ts";

/**
 * Every definition and every live object of a kind that could be read ends in exactly one list.
 * Same input, same bytes. The plan is frozen.
 */
export function plan(input: PlanInput): Plan {
  const isBroken = input.faults.some(({ severity }) => severity === "error");
  const { entries, flows, usesWhen } = isBroken ? nothingPlanned : planObjects(input);
  const wanted = entries.flatMap((e) => (e.list === "changes" ? [e.item] : [])).sort(byLevel);
  const kept = entries.flatMap((e) => (e.list === "held" ? [e.item] : []));
  const { windows } = input.policy;
  const window = windowState(windows, toMilliseconds(input.now));
  const { changes, held } = windowed(limited(wanted, kept, input), window);
  // Somebody approves what is held, and lifts exactly that; at noon what is applied at night.
  const approved = limited(wanted, kept, withoutLift(input));
  const unchanged = entries.flatMap((e) => (e.list === "unchanged" ? [e.item] : []));
  const unmanaged = entries.flatMap((e) => (e.list === "unmanaged" ? [e.item] : []));
  const accepted = entries.flatMap((e) => (e.list === "accepted" ? [e.item] : []));
  const secrets = entries.flatMap((e) => (e.list === "secrets" ? [e.item] : []));
  const certificates = entries.flatMap((e) => (e.list === "certificates" ? [e.item] : []));
  const faults = [
    ...input.faults,
    ...entries.flatMap((e) => (e.list === "faults" ? [e.item] : [])),
  ];
  const unreadable = unreadKinds(input);
  const uses = usesWhen?.(changes) ?? null;
  const count = (op: Change["op"]) => changes.filter((change) => change.op === op).length;
  return freeze({
    tenant: input.tenant.name,
    commit: input.commit,
    digest: digest(input, { ...approved, unreadable, faults }, flows),
    complete: !isBroken && unreadable.length === 0,
    summary: {
      create: count("create"),
      update: count("update"),
      delete: count("delete"),
      adopt: count("adopt"),
      unchanged: unchanged.length,
      held: held.length,
      unmanaged: unmanaged.length,
      unreadable: unreadable.length,
    },
    changes: changes.map((one) => withWho(one, input)),
    unchanged: unchanged.sort(byKindAndName),
    held: held.map((one) => withWho(one, input)),
    unmanaged: unmanaged.sort(byDisplayName),
    unreadable,
    secrets: secrets.sort(byKindAndName),
    certificates: certificates.sort(byOwner),
    uses: uses && "uses" in uses ? [...uses.uses] : null,
    usesUnknown: uses && "fault" in uses ? uses.fault : null,
    accepted: accepted.sort(byKindAndName),
    suspended: [...activeSuspensions(input)],
    window: plannedWindow(windows, window),
    faults,
  });
}

interface Limited {
  readonly changes: Change[];
  readonly held: HeldChange[];
}

/** What is left to do, and all that is held, the limits among its reasons. */
function limited(
  wanted: readonly Change[],
  kept: readonly HeldChange[],
  input: PlanInput,
): Limited {
  const limitOf = limitsOf(wanted, input);
  const judged = wanted.map((change) => ({ change, reason: limitOf(change) }));
  const over = judged.flatMap(({ change, reason }) => (reason ? [{ ...change, reason }] : []));
  return {
    changes: judged.flatMap(({ change, reason }) => (reason ? [] : [change])),
    held: [...kept, ...over].sort(byLevel),
  };
}

/** While the tenant's windows are closed, nothing is left to do: what is held anyway keeps its reason. */
function windowed({ changes, held }: Limited, window: WindowState): Limited {
  if (window.isOpen) return { changes, held };
  const reason = closedReason(window);
  const waiting = changes.map((change) => ({ ...change, reason }));
  return { changes: [], held: [...held, ...waiting].sort(byLevel) };
}

function withoutLift(input: PlanInput): PlanInput {
  return { ...input, asked: { ...input.asked, liftDeletes: false } };
}

/** Nothing is missing where no definition asks for what could not be read. */
function unreadKinds({ observations, flows }: PlanInput): Plan["unreadable"] {
  return observations.flatMap((seen) =>
    "fault" in seen && (seen.kind !== "UserFlow" || flows.length > 0)
      ? [{ kind: seen.kind, fault: seen.fault }]
      : [],
  );
}
