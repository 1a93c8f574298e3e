/** Carries a plan out, one change after the other; a failing one does not stop the others. */
import { FaultError, failure, toFault } from "../model/fault.ts";
import type { Snapshot } from "../model/generated/audit.ts";
import type { Change, Outcome, Plan } from "../model/generated/run.ts";
import type { JournalEntry, LedgerChange } from "../model/store.ts";
import type { Written } from "../model/tenant.ts";
import { liveObjects } from "../plan/input.ts";
import { failed, type Told } from "./audit.ts";
import { create, resentWhenThrottled } from "./create.ts";
import { faultOf, hadNoEffect } from "./effect.ts";
import { haltOf } from "./halt.ts";
import { find, ledgerEntry, type Moment, previousEntry, putEntry, sentAgain } from "./ledger.ts";
import type { World } from "./observe.ts";
import { liveSnapshot, writtenSnapshot } from "./snapshot.ts";
import type { Writing } from "./subject.ts";
import { certificateUpload, noValues, partialWrite } from "./write.ts";

/** One outcome for each change, in the order of the plan. */
export async function apply(
  writing: Writing,
  plan: Plan,
  world: World,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const change of plan.changes) {
    const outcome = await carryOut(writing, change, world);
    writing.notify({ type: "wrote", tenant: writing.subject.tenant.name, outcome });
    outcomes.push(outcome);
  }
  return outcomes;
}

async function carryOut(writing: Writing, change: Change, world: World): Promise<Outcome> {
  const { op, kind, name, id } = change;
  const tenant = writing.subject.tenant.name;
  try {
    const halt = await haltOf(writing, change);
    if (halt !== null) return { op, kind, name, id, result: "skipped", error: halt };
    writing.notify({ type: "writing", tenant, change });
    const made =
      op === "delete" ? await remove(writing, change, world) : await put(writing, change, world);
    return { op, kind, name, id: made, result: "done" };
  } catch (thrown) {
    const told = faultOf(thrown, writing.aborting);
    const fault = { ...told, message: writing.subject.redactor.redact(told.message) };
    writing.notify({ type: "fault", tenant, fault, cause: thrown });
    return { op, kind, name, id, result: "failed", error: fault };
  }
}

/**
 * Creates, updates or adopts, and answers the Graph id. What is sent and kept comes from the
 * definition: the texts of a plan are for people, and redacted.
 */
async function put(writing: Writing, planned: Change, world: World): Promise<string> {
  const { input } = world;
  const desired = find(input.desired, planned.kind, planned.name);
  if (!desired)
    throw new FaultError(failure("internal", `No definition is called ${planned.name}.`));
  const change = { ...planned, displayName: desired.definition.displayName };
  const values = world.values.get(desired.definition) ?? noValues;
  const { store, tenant, clock } = writing.subject;
  const remember = async (id: string) => {
    const previous = previousEntry(desired.definition, input.memory);
    const moment = { now: clock.now().toISOString(), run: writing.run };
    const { ledger } = await store.recall(tenant);
    const entry = ledgerEntry(desired, id, change.sends, ledger, moment);
    return putEntry(entry, previous, ledger);
  };
  const before = beforeOf(writing, change, world);
  const after = writtenSnapshot(desired, change, before, (text) =>
    writing.subject.redactor.redact(text),
  );
  if (change.id === null) {
    return await journalled(writing, change, { world, before, after }, async (begun) => {
      const made = await create(writing, desired.definition, values, begun);
      return { ...made, changes: await remember(made.id) };
    });
  }
  const { id } = change;
  const write = partialWrite(change, desired.definition, values);
  const added = certificateUpload(change, values);
  if (write === null && added === null) {
    const taken = { ...toldOf(change, { world, before, after }), result: "done" };
    await store.settle(tenant, null, "done", await remember(id), [writing.audit(taken)]);
    return id;
  }
  return await journalled(writing, change, { world, before, after }, async () => {
    const { writer, aborting } = writing;
    let written: Written = { requestId: null };
    if (write !== null) written = await writer.update(id, write, aborting);
    if (added !== null) {
      const upload = () => writer.upload(change.kind, id, added, aborting);
      const isBegun = write !== null;
      written = await resentWhenThrottled(writing, upload).catch((thrown) => {
        throw isBegun && hadNoEffect(thrown) ? halfWritten(thrown) : thrown;
      });
    }
    return { id, ...written, changes: await remember(id) };
  });
}

async function remove(writing: Writing, change: Change, world: World): Promise<string | null> {
  const { kind, name, id } = change;
  if (id === null) throw new FaultError(failure("internal", `Nothing to delete for ${name}.`));
  const before = beforeOf(writing, change, world);
  return await journalled(writing, change, { world, before, after: null }, async () => {
    const written = await writing.writer.delete(kind, id, writing.aborting);
    return { id, ...written, changes: [{ op: "remove", kind, name }] };
  });
}

/** What a write is about: what was read, and how the object was and will be. */
interface Sides {
  readonly world: World;
  readonly before: Snapshot | null;
  readonly after: Snapshot | null;
}

/** The live object, as it may be kept; null when there is none. */
function beforeOf(
  { subject }: Writing,
  { kind, id }: Change,
  { input: { observations, memory } }: World,
): Snapshot | null {
  const live = liveObjects(observations).find((one) => one.kind === kind && one.id === id);
  const entry = memory.ledger.find((one) => one.kind === kind && one.id === id) ?? null;
  return live ? liveSnapshot(live, entry, (text) => subject.redactor.redact(text)) : null;
}

/** The write as the audit tells of it before it is done. */
function toldOf({ op, kind, name, id, reason }: Change, { before, after }: Sides): Told {
  return { action: op, result: "begun", kind, name, id, before, after, message: reason };
}

/** What was written, and what is remembered of it. */
interface Made extends Written {
  readonly id: string;
  readonly changes: readonly LedgerChange[];
}

/**
 * Says what is about to be done before it is done. After a refusal the entry is closed; where the
 * effect is unknown it stays open, and the next run resolves it by reading. That of a create stays
 * open until a read has shown what it made, or it might be made again.
 */
async function journalled(
  writing: Writing,
  change: Change,
  sides: Sides,
  write: (begun: JournalEntry) => Promise<Made>,
): Promise<string> {
  const { audit, run, subject } = writing;
  const { store, tenant, clock } = subject;
  const { op, kind, name, id, displayName, sends } = change;
  const listed = op === "create" ? idsOf(sides.world, kind) : [];
  const startedAt = clock.now().toISOString();
  const begun = { op, kind, name, id, displayName, sends, listed, startedAt, run };
  const told = toldOf(change, sides);
  const { ahead, back } = uploadedAgain(change, sides, { now: startedAt, run });
  const key = await store.begin(tenant, begun, ahead, [audit(told)]);
  try {
    const made = await write(begun);
    const { action } = told;
    const done = [
      audit({ action, kind, name, id: made.id, result: "done", requestId: made.requestId }),
    ];
    if (op === "create") await store.answer(tenant, key, made.id, made.changes, done);
    else await store.settle(tenant, key, "done", made.changes, done);
    return made.id;
  } catch (thrown) {
    await notDone(writing, { key, told, back }, thrown);
    throw thrown;
  }
}

/** A refusal after another part of the same change was written says nothing about that part. */
function halfWritten(thrown: unknown): FaultError {
  const { message, ...fault } = toFault(thrown);
  const text = `${message} The other parts of this change were written before that.`;
  return new FaultError({ ...fault, code: "unverified", message: text }, { cause: thrown });
}

/** What the ledger says before an upload of what it holds already, and again after a refusal. */
function uploadedAgain(
  { id, upload }: Change,
  { world, after }: Sides,
  moment: Moment,
): { readonly ahead: readonly LedgerChange[]; readonly back: readonly LedgerChange[] } {
  const entry = world.input.memory.ledger.find((one) => one.id === id);
  const again =
    upload && entry ? sentAgain(entry, after?.authentication.fingerprint ?? null, moment) : null;
  if (!entry || again === null) return { ahead: [], back: [] };
  return { ahead: [{ op: "put", entry: again }], back: [{ op: "put", entry }] };
}

/** A write that was begun. */
interface Begun {
  readonly key: number;
  readonly told: Told;
  /** What the ledger says when it had no effect. */
  readonly back: readonly LedgerChange[];
}

/** Whoever broke the writing off wants no more of it, and a store that failed cannot tell either. */
async function notDone(
  { audit, aborting, subject }: Writing,
  { key, told, back }: Begun,
  thrown: unknown,
): Promise<void> {
  const { store, tenant, redactor } = subject;
  const fault = faultOf(thrown, aborting);
  const ended = [audit(failed(told, { ...fault, message: redactor.redact(fault.message) }))];
  if (hadNoEffect(thrown)) await store.settle(tenant, key, fault.code, back, ended);
  else if (fault.code !== "store") await store.settle(tenant, null, fault.code, [], ended);
}

function idsOf({ input }: World, wanted: string): readonly string[] {
  return input.observations.flatMap((seen) =>
    seen.kind === wanted && "objects" in seen ? seen.objects.map(({ id }) => id) : [],
  );
}
