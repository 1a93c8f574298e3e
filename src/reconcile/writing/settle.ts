/** Waiting until what earlier runs wrote has surely shown, before a plan is made from what shows. */
import { CERTIFICATE_PATH } from "../../model/definition.ts";
import type { Live } from "../../model/live.ts";
import type { LedgerEntry } from "../../model/store.ts";
import { certificateFingerprint, certificatesOf } from "../../plan/certificate.ts";
import { liveConnectors, liveUserFlows, unreadFault } from "../../plan/input.ts";
import { madeBy } from "../../plan/match.ts";
import { observeAgain, type World } from "../observe.ts";
import type { Notify, Subject } from "../subject.ts";
import { poll } from "./poll.ts";

interface Waiting {
  readonly notify: Notify;
  /** Ends the waiting: it throws then. */
  readonly stopping: AbortSignal;
}

/**
 * What an earlier run made a moment ago, answered or not, must have the time to show, or it would be
 * made twice. The latest listing is in the answer.
 */
export async function settled(
  subject: Subject,
  world: World,
  { notify, stopping }: Waiting,
): Promise<World> {
  if (subject.writer === null) return world;
  const { clock, settle } = subject;
  const now = clock.now().getTime();
  const flows = begunFlows(world);
  const deadline = Math.max(latestUnseen(world, settle, now), flows.length > 0 ? now + settle : 0);
  if (deadline <= now) return world;
  notify({ type: "waiting", tenant: subject.tenant.name, for: "settle" });
  let latest = world;
  await poll(clock, deadline, stopping, async () => {
    const { observations: earlier } = latest.input;
    const unseen = latestUnseen(latest, settle, now) > 0;
    const again = [...flows, ...(unseen ? [{ kind: "ApiConnector" as const, id: null }] : [])];
    const observations = await observeAgain(subject, earlier, again, stopping, notify);
    const input = { ...world.input, observations, now: clock.now().toISOString() };
    latest = { ...world, input };
    // What a step called before may show for as long as a write takes to settle.
    return flows.length === 0 && latestUnseen(latest, settle, now) === 0 ? latest : null;
  });
  stopping.throwIfAborted();
  return latest;
}

/** User flows of which something was written that no read has shown since, and that can be read. */
function begunFlows({ input: { memory, observations } }: World) {
  const live = new Set(liveUserFlows(observations).map(({ id }) => id));
  return memory.journal.filter(({ kind, id }) => kind === "UserFlow" && live.has(id ?? ""));
}

/**
 * When the last write that shows nowhere has surely settled: a create without an answer, or the
 * newest sending to an object of the ledger that is not there, or not with the certificate that it
 * was sent. 0 when all show. Milliseconds since 1970.
 */
function latestUnseen({ input }: World, settle: number, now: number): number {
  // An unreadable tenant shows nothing, however long one waits.
  if (unreadFault("ApiConnector", input.observations)) return 0;
  const { journal, ledger } = input.memory;
  const live = liveConnectors(input.observations);
  const isLost = journal.some(
    (begun) => begun.op === "create" && begun.id === null && madeBy(begun, live).length === 0,
  );
  // It was begun long before Graph had it, when it waited its turn: only its death is sure.
  if (isLost) return now + settle;
  const missing = ledger.filter(
    (entry) => entry.kind === "ApiConnector" && live.every((object) => !showsEntry(object, entry)),
  );
  const instants = missing.flatMap(({ secrets }) =>
    Object.values(secrets).flatMap(({ assertedAt }) => assertedAt ?? []),
  );
  // A clock that was set back since must not make a run wait for as long.
  return Math.max(0, ...instants.map((at) => Math.min(Date.parse(at), now) + settle));
}

function showsEntry({ id, authentication }: Live, entry: LedgerEntry): boolean {
  const sent = entry.secrets[CERTIFICATE_PATH];
  if (id !== entry.id || sent === undefined) return id === entry.id;
  return certificatesOf(authentication).some(
    ({ thumbprint }) => certificateFingerprint(thumbprint ?? "") === sent.fingerprint,
  );
}
