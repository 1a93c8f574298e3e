/** Every definition and every live object accounted for, before limits and windows are asked. */
import type { Fault } from "../model/fault.ts";
import type {
  AcceptedDrift,
  Change,
  ConnectorCertificates,
  HeldChange,
  SecretState,
  Unchanged,
  Unmanaged,
} from "../model/generated/run.ts";
import type { Live, LiveUserFlow } from "../model/live.ts";
import { withoutAccepted } from "./accepted.ts";
import { compare } from "./api-connector.ts";
import { compareAuthentication } from "./authentication.ts";
import { gap, rotation } from "./certificate.ts";
import { certificateList } from "./certificate-list.ts";
import { liveConnectors, type PlanInput, unreadFault } from "./input.ts";
import { type Match, match, type Orphan } from "./match.ts";
import { keyOf } from "./order.ts";
import { contested, unknownSince } from "./password.ts";
import { holdReason, isUndone, type Judged } from "./policy.ts";
import { restoredWarnings } from "./restored.ts";
import { secretStates } from "./secret-states.ts";
import { type Connectors, namesOf } from "./target.ts";
import {
  type FlowMatch,
  flowChange,
  matchUserFlows,
  releasedFlows,
  stepsOf,
  unmanagedFlows,
} from "./user-flow.ts";
import { type Uses, usesOf } from "./uses.ts";

/** One object accounted for, and in which list. */
export type Entry =
  | { readonly list: "changes"; readonly item: Change }
  | { readonly list: "held"; readonly item: HeldChange }
  | { readonly list: "unchanged"; readonly item: Unchanged }
  | { readonly list: "unmanaged"; readonly item: Unmanaged }
  | { readonly list: "faults"; readonly item: Fault }
  | { readonly list: "secrets"; readonly item: SecretState }
  | { readonly list: "accepted"; readonly item: AcceptedDrift }
  | { readonly list: "met"; readonly item: Met }
  | { readonly list: "certificates"; readonly item: ConnectorCertificates };

/** A definition with the live object that it met, and all that differs, accepted or not. */
export interface Met {
  readonly found: Extract<Judged, { readonly type: "paired" | "flow" }>;
  readonly whole: Change;
}

/** Every definition that met a live object. */
export function metObjects(input: PlanInput): readonly Met[] {
  return planObjects(input).entries.flatMap((one) => (one.list === "met" ? [one.item] : []));
}

/** Everything accounted for. */
export interface Planned {
  readonly entries: readonly Entry[];
  readonly flows: readonly FlowMatch[];
  /** Use when these changes are made; null where nothing was planned. */
  readonly usesWhen: ((changes: readonly Change[]) => Uses) | null;
}

export const nothingPlanned: Planned = { entries: [], flows: [], usesWhen: null };

/**
 * Connectors first, because steps of user flows are bound to what there is or will be; then the
 * flows; and deletes last, because a connector that a step still calls is not deleted.
 */
export function planObjects(input: PlanInput): Planned {
  const matches = matchConnectors(input);
  const kept = matches.filter((found) => found.type !== "orphan");
  const orphans = matches.filter((found) => found.type === "orphan");
  const connectors = kept.flatMap((found) => entriesOf(found, entry(found, input), input));
  const standing = standingOf(matches, connectors, input);
  const met = matchUserFlows(input, standing);
  const flows = met.filter((found) => found.type === "flow");
  const flowEntries = unreadFault("UserFlow", input.observations)
    ? []
    : [
        ...met.flatMap((found) => flowEntry(found, standing, input)),
        ...unmanagedFlows(input).map(
          (flow): Entry => ({ list: "unmanaged", item: unmanagedFlow(flow) }),
        ),
        ...releasedFlows(input).map((flow): Entry => ({ list: "faults", item: released(flow) })),
      ];
  const usesWhen = (changes: readonly Change[]) => {
    const changing = new Map(changes.map((one) => [keyOf(one), one]));
    return usesOf(input, {
      matches: flows,
      changedOf: (found) => stepsOf(found, changing.get(keyOf(found.definition)) ?? { fields: [] }),
      nameOf: namesOf(standing),
      connectors: standing.live,
    });
  };
  const going = flowEntries.flatMap((one) => (one.list === "changes" ? [one.item] : []));
  const uses = usesWhen(going);
  const deletes = orphans.flatMap((found) =>
    entriesOf(found, [judge({ ...found, uses }, change(found, input), input)], input),
  );
  return { entries: [...connectors, ...flowEntries, ...deletes], flows, usesWhen };
}

function matchConnectors(input: PlanInput): readonly Match[] {
  const kind = "ApiConnector";
  if (input.observations.every((seen) => seen.kind !== kind || "fault" in seen)) return [];
  return match({
    desired: input.desired,
    live: liveConnectors(input.observations),
    ledger: input.memory.ledger.filter((one) => one.kind === kind),
    journal: input.memory.journal.filter((one) => one.kind === kind),
    now: input.now,
  });
}

/** What a connector is accounted for as, and what else is known of it. */
function entriesOf(found: Match, own: readonly Entry[], input: PlanInput): readonly Entry[] {
  const isHeld = own.some(({ list }) => list === "held");
  return [...own, ...known(found, isHeld, input), ...warnings(found, input)];
}

function standingOf(
  matches: readonly Match[],
  entries: readonly Entry[],
  { observations }: PlanInput,
): Connectors {
  const held = entries.flatMap((one) =>
    one.list === "held" && one.item.op !== "update"
      ? [[one.item.name, one.item.reason.message] as const]
      : [],
  );
  return {
    matches,
    held: new Map(held),
    live: liveConnectors(observations),
    unread: unreadFault("ApiConnector", observations),
  };
}

/**
 * | definition | live flow                  | ledger | becomes          |
 * |------------|----------------------------|--------|------------------|
 * | yes        | steps as they should be    | yes    | unchanged        |
 * | yes        | steps that differ          | yes    | update           |
 * | yes        | any                        | none   | adopt            |
 * | yes        | takes no connectors, or the connector is not there | held |
 * | yes        | none                       | any    | fault            |
 * | no         | yes                        | yes    | released         |
 * | no         | yes                        | none   | unmanaged        |
 */
function flowEntry(
  found: ReturnType<typeof matchUserFlows>[number],
  connectors: Connectors,
  input: PlanInput,
): readonly Entry[] {
  if (found.type === "fault") return [{ list: "faults", item: found.fault }];
  return accepting(found, flowChange(found, connectors), input, (item) => {
    if (found.recorded === null || item.fields.length > 0) return judge(found, item, input);
    const { kind, name, id, displayName, at } = item;
    return { list: "unchanged", item: { kind, name, id, displayName, at } };
  });
}

/** What is left of a change once accepted differences are taken out, and these. */
function accepting(
  found: Extract<Judged, { readonly type: "paired" | "flow" }>,
  whole: Change,
  input: PlanInput,
  account: (left: Change) => Entry,
): readonly Entry[] {
  const { change: left, accepted, hold } = withoutAccepted(found, whole, input);
  const met: Entry = { list: "met", item: { found, whole } };
  const told = [met, ...accepted.map((item): Entry => ({ list: "accepted", item }))];
  const own = account(left);
  if (hold === null || own.list !== "changes") return [own, ...told];
  return [{ list: "held", item: { ...own.item, reason: hold } }, ...told];
}

function unmanagedFlow({ kind, id }: LiveUserFlow): Unmanaged {
  return { kind, id, displayName: id, targetUrl: null };
}

function released({ id }: LiveUserFlow): Fault {
  const message = `The definition of ${id} is no longer there: the user flow is left as it is, with the connectors that its steps call, and not looked after any more.`;
  return { severity: "warning", code: "released", message, at: null };
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
function entry(found: Exclude<Match, Orphan>, input: PlanInput): readonly Entry[] {
  switch (found.type) {
    case "fault":
      return [{ list: "faults", item: found.fault }];
    case "unmanaged":
      return [{ list: "unmanaged", item: unmanagedItem(found.live) }];
    case "paired":
      return paired(found, input);
    case "absent":
    case "unseen":
    case "ambiguous":
      return [judge(found, change(found, input), input)];
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
    if (isSent) return restored;
    const faults = [
      unknownSince(found, authentication),
      contested(found, authentication, input),
    ].filter((fault) => fault !== null);
    return [...restored, ...faults.map((item): Entry => ({ list: "faults", item }))];
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

function paired(found: Match & { type: "paired" }, input: PlanInput): readonly Entry[] {
  const { definition, secrets } = found.desired;
  const isOurs = found.recorded?.id === found.live.id;
  // With a secret that cannot be read nobody knows whether something differs.
  const isKnown = Object.values(secrets).every((secret) => "fingerprint" in secret);
  return accepting(found, change(found, input), input, (item) => {
    const isSame = item.fields.length === 0 && item.sends.length === 0;
    if (!isOurs || !isKnown || !isSame) return judge(found, item, input);
    const { kind, name, displayName, at } = definition;
    const reason = holdReason(found, item, input);
    if (reason?.code === "certificate") return { list: "held", item: { ...item, reason } };
    return { list: "unchanged", item: { kind, name, id: found.live.id, displayName, at } };
  });
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

function judge(found: Judged, item: Change, input: PlanInput): Entry {
  const reason = holdReason(found, item, input);
  if (reason === null) return { list: "changes", item };
  const candidates =
    found.type === "ambiguous" ? found.candidates.map(({ id }) => id).sort() : null;
  return { list: "held", item: { ...item, reason, ...(candidates && { candidates }) } };
}

function unmanagedItem({ kind, id, displayName, targetUrl }: Live): Unmanaged {
  return { kind, id, displayName, targetUrl };
}
