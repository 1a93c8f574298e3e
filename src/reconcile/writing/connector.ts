/** Writes of one connector: created, updated, adopted or deleted. */
import { isSameId } from "../../model/definition.ts";
import { FaultError, failure } from "../../model/fault.ts";
import type { Snapshot } from "../../model/generated/audit.ts";
import type { Change } from "../../model/generated/run.ts";
import type { LiveUserFlow } from "../../model/live.ts";
import type { LedgerChange } from "../../model/store.ts";
import type { Written } from "../../model/tenant.ts";
import { liveConnectors, liveUserFlows } from "../../plan/input.ts";
import {
  find,
  ledgerEntry,
  type Moment,
  previousEntry,
  putEntry,
  sentAgain,
} from "../memory/ledger.ts";
import { liveSnapshot, writtenSnapshot } from "../memory/snapshot.ts";
import type { World } from "../observe.ts";
import type { Writing } from "../subject.ts";
import { create, resentWhenThrottled } from "./create.ts";
import { hadNoEffect } from "./effect.ts";
import { halfWritten, journalled, toldOf } from "./journalled.ts";
import { poll } from "./poll.ts";
import { certificateUpload, noValues, partialWrite } from "./write.ts";

/**
 * Creates, updates or adopts, and answers the Graph id. What is sent and kept comes from the
 * definition: the texts of a plan are for people, and redacted.
 */
export async function put(writing: Writing, planned: Change, world: World): Promise<string> {
  const { input } = world;
  const desired = find(input.desired, planned.kind, planned.name);
  if (!desired)
    throw new FaultError(failure("internal", `No definition is called ${planned.name}.`));
  const change = { ...planned, displayName: desired.definition.displayName };
  const values = world.values.get(desired.definition) ?? noValues;
  const { store, tenant, clock, redactor } = writing.subject;
  const remember = async (id: string) => {
    const previous = previousEntry(desired.definition, input.memory);
    const moment = { now: clock.now().toISOString(), run: writing.run };
    const { ledger } = await store.recall(tenant);
    const entry = ledgerEntry(desired, id, change.sends, ledger, moment);
    return putEntry(entry, previous, ledger);
  };
  const before = beforeOf(writing, change, world);
  const after = writtenSnapshot(desired, change, before, (text) => redactor.redact(text));
  if (change.id === null) {
    const listed = liveConnectors(input.observations).map(({ id }) => id);
    return await journalled(writing, change, { before, after, listed }, async (begun) => {
      const made = await create(writing, desired.definition, values, begun);
      return { ...made, changes: await remember(made.id) };
    });
  }
  const { id } = change;
  const write = partialWrite(change, desired.definition, values);
  const added = certificateUpload(change, values);
  if (write === null && added === null) {
    const taken = { ...toldOf(change, { before, after }), result: "done" };
    await store.settle(tenant, null, "done", await remember(id), [writing.audit(taken)]);
    return id;
  }
  const moment = { now: clock.now().toISOString(), run: writing.run };
  const again = added === null ? {} : uploadedAgain(change, after, world, moment);
  return await journalled(writing, change, { before, after, ...again }, async ({ request }) => {
    const { writer, aborting } = writing;
    let written: Written = { requestId: null };
    if (write !== null) written = await writer.update(id, write, aborting, request);
    if (added !== null) {
      const upload = () => writer.upload("ApiConnector", id, added, aborting, request);
      const isBegun = write !== null;
      written = await resentWhenThrottled(writing, upload).catch((thrown) => {
        throw isBegun && hadNoEffect(thrown) ? halfWritten(thrown) : thrown;
      });
    }
    return { id, ...written, changes: await remember(id) };
  });
}

/** Deletes, once no step that called it does so any more. `written`: flows that this run has written. */
export async function remove(
  writing: Writing,
  change: Change,
  world: World,
  written: ReadonlySet<string | null>,
): Promise<string> {
  const { kind, name, id } = change;
  if (id === null) throw new FaultError(failure("internal", `Nothing to delete for ${name}.`));
  const flows = liveUserFlows(world.input.observations);
  await nobodyCalls(
    change,
    flows.filter((flow) => written.has(flow.id) || calls(flow, id)),
    writing,
  );
  const before = beforeOf(writing, change, world);
  return await journalled(writing, change, { before, after: null }, async ({ request }) => {
    const done = await writing.writer.delete("ApiConnector", id, writing.aborting, request);
    return { id, ...done, changes: [{ op: "remove", kind, name }] };
  });
}

function calls({ steps }: LiveUserFlow, id: string): boolean {
  return steps?.some(({ connector }) => isSameId(connector?.id ?? "", id)) ?? false;
}

/**
 * The plan says that no step of these flows calls it by now; whether that is so, only reading shows,
 * because Graph is known to answer success without effect. Throws a FaultError `refused` otherwise.
 */
async function nobodyCalls(
  { id, name }: Change,
  flows: readonly LiveUserFlow[],
  { subject, writer, stopping, aborting }: Writing,
): Promise<void> {
  let calling = flows;
  const deadline = subject.clock.now().getTime() + subject.settle;
  await poll(subject.clock, deadline, stopping, async () => {
    const still: LiveUserFlow[] = [];
    for (const flow of calling) {
      const now = await writer.userFlow(flow, aborting);
      // One that had steps, and does not show them now, may call anything.
      const mayCall = now !== null && (now.steps === null || calls(now, id ?? ""));
      if (mayCall) still.push(now);
    }
    calling = still;
    return calling.length === 0 ? true : null;
  });
  if (calling.length === 0) return;
  const ids = calling.map((flow) => flow.id).join(", ");
  const message = `${name} was not deleted, because ${ids} still ${calling.length === 1 ? "calls" : "call"} it. The next run looks again.`;
  throw new FaultError(failure("refused", message));
}

/** The live object, as it may be kept; null when there is none. */
function beforeOf(
  { subject }: Writing,
  { id }: Change,
  { input: { observations, memory } }: World,
): Snapshot | null {
  const live = liveConnectors(observations).find((one) => one.id === id);
  const entry = memory.ledger.find((one) => one.kind === "ApiConnector" && one.id === id) ?? null;
  return live ? liveSnapshot(live, entry, (text) => subject.redactor.redact(text)) : null;
}

/** What the ledger says before an upload of what it holds already, and again after a refusal. */
function uploadedAgain(
  { id }: Change,
  after: Snapshot,
  { input }: World,
  moment: Moment,
): { readonly ahead?: readonly LedgerChange[]; readonly back?: readonly LedgerChange[] } {
  const entry = input.memory.ledger.find((one) => one.kind === "ApiConnector" && one.id === id);
  const again = entry ? sentAgain(entry, after.authentication.fingerprint, moment) : null;
  if (!entry || again === null) return {};
  return { ahead: [{ op: "put", entry: again }], back: [{ op: "put", entry }] };
}
