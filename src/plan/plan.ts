/**
 * The decision: what apply would do to one tenant, made by one pure function from what git wants,
 * what the tenant holds and what the store remembers. This room reads no clock, no network and no
 * secret, and does not know whether anybody will carry its plan out.
 */
import type { Fault } from "../model/fault.ts";
import type {
  Change,
  ConnectorCertificates,
  HeldChange,
  Plan,
  SecretState,
  Unchanged,
  Unmanaged,
} from "../model/generated/run.ts";
import type { Live } from "../model/live.ts";
import { compare } from "./api-connector.ts";
import { compareAuthentication } from "./authentication.ts";
import { gap, rotation } from "./certificate.ts";
import { certificateList } from "./certificate-list.ts";
import { digest } from "./digest.ts";
import { freeze } from "./freeze.ts";
import type { PlanInput } from "./input.ts";
import { toMilliseconds } from "./instant.ts";
import { limitsOf } from "./limits.ts";
import { type Match, match } from "./match.ts";
import { byDisplayName, byKindAndName, byLevel, byOwner } from "./order.ts";
import { unknownSince } from "./password.ts";
import { holdReason, isUndone } from "./policy.ts";
import { restoredWarnings } from "./restored.ts";
import { secretStates } from "./secret-states.ts";
import { activeSuspensions } from "./suspensions.ts";
import { closedReason, plannedWindow, type WindowState, windowState } from "./windows.ts";

/** One object accounted for, and in which list. */
type Entry =
  | { readonly list: "changes"; readonly item: Change }
  | { readonly list: "held"; readonly item: HeldChange }
  | { readonly list: "unchanged"; readonly item: Unchanged }
  | { readonly list: "unmanaged"; readonly item: Unmanaged }
  | { readonly list: "faults"; readonly item: Fault }
  | { readonly list: "secrets"; readonly item: SecretState }
  | { readonly list: "certificates"; readonly item: ConnectorCertificates };

/**
 * Every definition and every live object of a kind that could be read ends in exactly one list.
 * Same input, same bytes. The plan is frozen.
 */
export function plan(input: PlanInput): Plan {
  const isBroken = input.faults.some(({ severity }) => severity === "error");
  const entries = isBroken ? [] : planObjects(input);
  const wanted = entries.flatMap((e) => (e.list === "changes" ? [e.item] : [])).sort(byLevel);
  const kept = entries.flatMap((e) => (e.list === "held" ? [e.item] : []));
  const { windows } = input.policy;
  const window = windowState(windows, toMilliseconds(input.now));
  const { changes, held } = windowed(limited(wanted, kept, input), window);
  // Somebody approves what is held, and lifts exactly that; at noon what is applied at night.
  const approved = limited(wanted, kept, withoutLift(input));
  const unchanged = entries.flatMap((e) => (e.list === "unchanged" ? [e.item] : []));
  const unmanaged = entries.flatMap((e) => (e.list === "unmanaged" ? [e.item] : []));
  const secrets = entries.flatMap((e) => (e.list === "secrets" ? [e.item] : []));
  const certificates = entries.flatMap((e) => (e.list === "certificates" ? [e.item] : []));
  const faults = [
    ...input.faults,
    ...entries.flatMap((e) => (e.list === "faults" ? [e.item] : [])),
  ];
  const unreadable = input.observations.flatMap((seen) =>
    "fault" in seen ? [{ kind: seen.kind, fault: seen.fault }] : [],
  );
  const count = (op: Change["op"]) => changes.filter((change) => change.op === op).length;
  return freeze({
    tenant: input.tenant.name,
    commit: input.commit,
    digest: digest(input, { ...approved, unreadable, faults }),
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
    changes,
    unchanged: unchanged.sort(byKindAndName),
    held,
    unmanaged: unmanaged.sort(byDisplayName),
    unreadable,
    secrets: secrets.sort(byKindAndName),
    certificates: certificates.sort(byOwner),
    suspended: [...activeSuspensions(input)],
    window: plannedWindow(windows, window),
    faults,
  });
}

interface Judged {
  readonly changes: Change[];
  readonly held: HeldChange[];
}

/** What is left to do, and all that is held, the limits among its reasons. */
function limited(wanted: readonly Change[], kept: readonly HeldChange[], input: PlanInput): Judged {
  const limitOf = limitsOf(wanted, input);
  const judged = wanted.map((change) => ({ change, reason: limitOf(change) }));
  const over = judged.flatMap(({ change, reason }) => (reason ? [{ ...change, reason }] : []));
  return {
    changes: judged.flatMap(({ change, reason }) => (reason ? [] : [change])),
    held: [...kept, ...over].sort(byLevel),
  };
}

/** While the tenant's windows are closed, nothing is left to do: what is held anyway keeps its reason. */
function windowed({ changes, held }: Judged, window: WindowState): Judged {
  if (window.isOpen) return { changes, held };
  const reason = closedReason(window);
  const waiting = changes.map((change) => ({ ...change, reason }));
  return { changes: [], held: [...held, ...waiting].sort(byLevel) };
}

function withoutLift(input: PlanInput): PlanInput {
  return { ...input, asked: { ...input.asked, liftDeletes: false } };
}

function planObjects(input: PlanInput): readonly Entry[] {
  return input.observations.flatMap((seen) => {
    if ("fault" in seen) return [];
    const desired = input.desired.filter(({ definition }) => definition.kind === seen.kind);
    const ledger = input.memory.ledger.filter(({ kind }) => kind === seen.kind);
    const journal = input.memory.journal.filter(({ kind }) => kind === seen.kind);
    const matches = match({ desired, live: seen.objects, ledger, journal, now: input.now });
    return matches.flatMap((found) => {
      const own = entry(found, input);
      return [own, ...known(found, own.list === "held", input), ...warnings(found, input)];
    });
  });
}

/** What is known of the secrets of one object. */
function known(found: Match, isHeld: boolean, input: PlanInput): readonly Entry[] {
  const secrets = secretStates(found, input).map((item): Entry => ({ list: "secrets", item }));
  const item = certificateList(found, isHeld, input);
  return item === null ? secrets : [...secrets, { list: "certificates", item }];
}

/**
 * | definition | live object                | ledger          | becomes                        |
 * |------------|----------------------------|-----------------|--------------------------------|
 * | yes        | same, by pin or ledger     | this id         | unchanged or update            |
 * | with a secret that cannot be read       | this id         | held                           |
 * | yes        | found by pin, name, journal| none or other id| adopt                          |
 * | yes        | none                       | any             | create                         |
 * | yes        | none yet, just created     | its id          | held                           |
 * | yes        | several with its name      | none live       | held                           |
 * | yes        | pinned id is not live      | any             | fault                          |
 * | no         | yes                        | this id         | delete                         |
 * | no         | yes                        | none            | unmanaged                      |
 */
function entry(found: Match, input: PlanInput): Entry {
  switch (found.type) {
    case "fault":
      return { list: "faults", item: found.fault };
    case "unmanaged":
      return { list: "unmanaged", item: unmanagedItem(found.live) };
    case "paired":
      return paired(found, input);
    case "absent":
    case "unseen":
    case "ambiguous":
    case "orphan":
      return judge(found, change(found, input), input);
    default:
      return found satisfies never;
  }
}

/** What a plan cannot know and somebody should. */
function warnings(found: Match, input: PlanInput): readonly Entry[] {
  if (found.type !== "paired" && found.type !== "absent") return [];
  const { definition, certificate } = found.desired;
  const { authentication, name } = definition;
  const restored = restoredWarnings(found, input).map((item): Entry => ({ list: "faults", item }));
  if (authentication.type === "basic") {
    const isSent = found.type === "absent" || compareAuthentication(found, input).sends.length > 0;
    const fault = isSent ? null : unknownSince(found, authentication);
    return fault === null ? restored : [...restored, { list: "faults", item: fault }];
  }
  if (certificate === null) return restored;
  const coming = gap(found, certificate, input);
  const { at } = authentication.content;
  // What somebody may reconsider before it is sent: afterwards it would be told at every run.
  const isSent = rotation(found, certificate, input).step !== "none";
  const told = [
    ...(isSent ? certificate.warnings : []).map((text) => `The certificate of ${name} ${text}`),
    ...(coming === null ? [] : [coming]),
  ].map(
    (message): Entry => ({
      list: "faults",
      item: { severity: "warning", code: "secret-source", message, at },
    }),
  );
  return [...restored, ...told];
}

function paired(found: Match & { type: "paired" }, input: PlanInput): Entry {
  const { definition, secrets } = found.desired;
  const isOurs = found.recorded?.id === found.live.id;
  // With a secret that cannot be read nobody knows whether something differs.
  const isKnown = Object.values(secrets).every((secret) => "fingerprint" in secret);
  const item = change(found, input);
  if (isOurs && isKnown && item.fields.length === 0 && item.sends.length === 0) {
    const { kind, name, displayName, at } = definition;
    const reason = holdReason(found, item, input);
    if (reason?.code === "certificate") return { list: "held", item: { ...item, reason } };
    return { list: "unchanged", item: { kind, name, id: found.live.id, displayName, at } };
  }
  return judge(found, item, input);
}

/** The change that a match asks for, before anybody asks whether it may be made. */
function change(
  found: Match & { type: "paired" | "absent" | "unseen" | "ambiguous" | "orphan" },
  input: PlanInput,
): Change {
  if (found.type === "orphan") {
    const { kind, name, id } = found.recorded;
    const displayName = found.live.displayName ?? found.recorded.displayName;
    const reason = isUndone(name, id, input.asked)
      ? "Its creation is undone."
      : "Its definition is no longer there.";
    return { op: "delete", kind, name, id, displayName, at: null, reason, fields: [], sends: [] };
  }
  const { kind, name, displayName, at } = found.desired.definition;
  const subject = { kind, name, displayName, at };
  if (found.type === "ambiguous") {
    return { op: "adopt", ...subject, id: null, reason: "", fields: [], sends: [] };
  }
  if (found.type === "unseen") {
    return { op: "create", ...subject, id: null, reason: "", fields: [], sends: [] };
  }
  const { fields, sends, reasons, isUpload } = compare(found, input);
  const text = {
    fields: [...fields],
    sends: [...sends],
    reason: reasons.join(" "),
    ...(isUpload && { upload: true as const }),
  };
  if (found.type === "absent") return { op: "create", ...subject, id: null, ...text };
  const op = found.recorded?.id === found.live.id ? "update" : "adopt";
  return { op, ...subject, id: found.live.id, ...text };
}

function judge(found: Match, item: Change, input: PlanInput): Entry {
  const reason = holdReason(found, item, input);
  if (reason === null) return { list: "changes", item };
  const candidates =
    found.type === "ambiguous" ? found.candidates.map(({ id }) => id).sort() : null;
  return { list: "held", item: { ...item, reason, ...(candidates && { candidates }) } };
}

function unmanagedItem({ kind, id, displayName, targetUrl }: Live): Unmanaged {
  return { kind, id, displayName, targetUrl };
}
