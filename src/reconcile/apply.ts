/** Carries a plan out, one change after the other; a failing one does not stop the others. */
import { FaultError, failure, toFault } from "../model/fault.ts";
import type { Change, Outcome, Plan } from "../model/generated/run.ts";
import type { JournalEntry, LedgerChange } from "../model/store.ts";
import { create, resentWhenThrottled } from "./create.ts";
import { faultOf, hadNoEffect } from "./effect.ts";
import { haltOf } from "./halt.ts";
import { find, ledgerEntry, previousEntry, putEntry } from "./ledger.ts";
import type { World } from "./observe.ts";
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
  const halt = haltOf(writing);
  if (halt !== null) return { op, kind, name, id, result: "skipped", error: halt };
  writing.notify({ type: "writing", tenant, change });
  try {
    const made =
      op === "delete" ? await remove(writing, change) : await put(writing, change, world);
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
  if (change.id === null) {
    return await journalled(writing, change, world, async (begun) => {
      const id = await create(writing, desired.definition, values, begun);
      return { id, changes: await remember(id) };
    });
  }
  const { id } = change;
  const write = partialWrite(change, desired.definition, values);
  const added = certificateUpload(change, values);
  if (write === null && added === null) {
    await store.settle(tenant, null, "done", await remember(id));
    return id;
  }
  return await journalled(writing, change, world, async () => {
    const { writer, aborting } = writing;
    if (write !== null) await writer.update(id, write, aborting);
    if (added !== null) {
      await resentWhenThrottled(writing, () => writer.upload(change.kind, id, added, aborting));
    }
    return { id, changes: await remember(id) };
  });
}

async function remove(writing: Writing, change: Change): Promise<string | null> {
  const { kind, name, id } = change;
  if (id === null) throw new FaultError(failure("internal", `Nothing to delete for ${name}.`));
  return await journalled(writing, change, null, async () => {
    await writing.writer.delete(kind, id, writing.aborting);
    return { id, changes: [{ op: "remove", kind, name }] };
  });
}

/**
 * Says what is about to be done before it is done. After a refusal the entry is closed; where the
 * effect is unknown it stays open, and the next run resolves it by reading. That of a create stays
 * open until a read has shown what it made, or it might be made again.
 */
async function journalled(
  { subject }: Writing,
  { op, kind, name, id, displayName, sends }: Change,
  world: World | null,
  write: (begun: JournalEntry) => Promise<{ id: string; changes: readonly LedgerChange[] }>,
): Promise<string> {
  const { store, tenant, clock } = subject;
  const listed = op === "create" && world ? idsOf(world, kind) : [];
  const startedAt = clock.now().toISOString();
  const begun = { op, kind, name, id, displayName, sends, listed, startedAt };
  const key = await store.begin(tenant, begun);
  try {
    const written = await write(begun);
    if (op === "create") await store.answer(tenant, key, written.id, written.changes);
    else await store.settle(tenant, key, "done", written.changes);
    return written.id;
  } catch (thrown) {
    if (hadNoEffect(thrown)) await store.settle(tenant, key, toFault(thrown).code, []);
    throw thrown;
  }
}

function idsOf({ input }: World, wanted: string): readonly string[] {
  return input.observations.flatMap((seen) =>
    seen.kind === wanted && "objects" in seen ? seen.objects.map(({ id }) => id) : [],
  );
}
