/**
 * What must be true of every run, whatever happened to it. Knows how the world was before it and how
 * it is after it, and nothing of how a plan is made.
 */
import type { LedgerEntry } from "../src/model/store.ts";
import type { LoggedRequest } from "../src/sandbox/request-log.ts";
import { judgeAccepted } from "./acceptances.ts";
import { RETIRE_AFTER } from "./definitions.ts";
import { judgeSteps } from "./judge-flows.ts";
import { activeOf, thumbprintsOf, validAt } from "./live-certificates.ts";
import { violate } from "./violation.ts";
import { type Connector, imageOf, type Moment, type World } from "./world.ts";

/**
 * Throws a Violation; keeps the world's memory of who made what up to date. `between`: what the ledger
 * held on the way, where two processes ran.
 */
export function judgeRun(
  world: World,
  before: Moment,
  after: Moment,
  between: readonly (readonly LedgerEntry[])[],
): void {
  const requests = world.sandbox.control.requests().filter(({ method }) => method !== "GET");
  const touched = new Set(requests.map(idIn).filter((id) => id !== null));
  for (const id of touched) judgeTouched(world, before, id);
  judgeUnmanaged(world, after, touched);
  judgeDeletes(world, before, after, between.flat());
  judgeForgotten(world, before, after);
  judgeLimits(world, before, after, between);
  judgeSteps(world, before, after);
  judgeAccepted(world, before, after);
  judgeCertificates(world, before, after);
  notePasswords(world, before, after, requests);
  noteActive(world, before, after, requests);
  for (const { id } of after.memory.ledger) world.unmanaged.delete(id);
}

/** The id that a write names; null for a create. */
function idIn({ path }: LoggedRequest): string | null {
  const segment = /\/apiConnectors\/([^/?]+)/i.exec(path)?.[1];
  return segment === undefined ? null : decodeURIComponent(segment);
}

function judgeTouched(world: World, before: Moment, id: string): void {
  const { ledger, journal } = before.memory;
  const displayName = before.live.get(id)?.displayName;
  // Nothing tells it from what a create without an answer has made.
  const isLikeOurs = journal.some(
    (begun) =>
      begun.op === "create" && begun.displayName === displayName && !begun.listed.includes(id),
  );
  const isOurs =
    isLikeOurs ||
    [...ledger, ...journal].some((entry) => entry.id === id) ||
    (world.made.has(id) && !isOfNobody(world, id));
  if (isOurs || mayBeTaken(world, before, id)) return;
  violate("No write may name what is not managed", "no write", `a write to ${id}`);
}

/** Made by us once, but a lost store or a pin in git has let go of it. */
function isOfNobody({ unmanaged }: World, id: string): boolean {
  return unmanaged.has(id);
}

/** Whether a definition pins it, or one without a pin and a connector can mean it alone. */
export function mayBeTaken({ definitions }: World, { live, memory }: Moment, id: string): boolean {
  const connector = live.get(id);
  if (connector === undefined) return false;
  if (definitions.some(({ pin }) => pin === id)) return true;
  const recorded = (name: string | null) => memory.ledger.find((entry) => entry.name === name);
  const ownOf = ({ name, previously }: (typeof definitions)[number]) => {
    const entry = recorded(name) ?? recorded(previously);
    return entry && live.has(entry.id) ? entry.id : null;
  };
  return definitions.some((one) => {
    if (one.pin !== null || one.displayName !== connector.displayName) return false;
    if (ownOf(one) !== null) return false;
    const claimed = new Set(
      definitions.filter((other) => other !== one).flatMap((other) => [ownOf(other), other.pin]),
    );
    const candidates = [...live.values()].filter(
      (each) => each.displayName === one.displayName && !claimed.has(each.id),
    );
    return candidates.length === 1 && candidates[0]?.id === id;
  });
}

function judgeUnmanaged(world: World, after: Moment, touched: ReadonlySet<string>): void {
  for (const [id, image] of world.unmanaged) {
    const connector = after.live.get(id);
    const now = connector ? imageOf(connector) : "gone";
    if (now === image) continue;
    if (!touched.has(id)) violate("What nobody manages stays as it is", image, now);
    // It may be taken over: a run that was killed has not recorded it yet.
    if (connector) world.unmanaged.set(id, now);
    else world.unmanaged.delete(id);
  }
}

function judgeDeletes(
  world: World,
  before: Moment,
  after: Moment,
  between: readonly LedgerEntry[],
): void {
  const gone = [...before.live.keys()].filter((id) => !after.live.has(id));
  for (const id of gone) {
    const entries = [...before.memory.ledger, ...between, ...after.memory.ledger];
    const entry = entries.findLast((one) => one.id === id);
    // What is created or taken over comes first, and may be another one than its name says.
    const live = new Map([...before.live, ...after.live]);
    const then = { ...after, live };
    const reason = entry
      ? refusedDelete(world, { before, then }, entry)
      : "it is not in the ledger";
    if (reason !== null) violate(`Nothing is deleted that nobody asked for: ${reason}`, id, "gone");
  }
}

/** Why it may not be deleted; null: it may. */
function refusedDelete(
  world: World,
  { before, then }: { readonly before: Moment; readonly then: Moment },
  entry: LedgerEntry,
): string | null {
  const { definitions, policy, clock } = world;
  const named = definitions.find(({ name }) => name === entry.name);
  if (named !== undefined) return `${entry.name} is defined`;
  const heir = definitions.find(({ previously }) => previously === entry.name);
  const hasOwn = before.memory.ledger.some(({ name }) => name === heir?.name);
  if (heir !== undefined && !hasOwn) return `${entry.name} is called ${heir.name} now`;
  if (entry.protect) return "it is protected";
  if (!policy.allow.includes("delete")) return "the tenant does not allow it";
  if (mayBeTaken(world, then, entry.id)) return "another definition means it";
  if (policy.deleteAfter === 0) return null;
  const announced = entry.announcedAt === null ? Number.NaN : Date.parse(entry.announcedAt);
  // A clock that was set back since does not undo what was decided before.
  const latest = Math.max(before.at, clock.now().getTime());
  const isDue = announced + policy.deleteAfter <= latest;
  return isDue ? null : `it was announced at ${entry.announcedAt}`;
}

/** The ledger lets go of nothing that is live, but for a pin that names another one. */
function judgeForgotten(world: World, before: Moment, after: Moment): void {
  const kept = new Set(after.memory.ledger.map(({ id }) => id));
  for (const { id, name } of before.memory.ledger) {
    const connector = after.live.get(id);
    if (kept.has(id) || connector === undefined) continue;
    const isMoved = world.definitions.some(
      (one) => one.pin !== null && kept.has(one.pin) && [one.name, one.previously].includes(name),
    );
    if (!isMoved) violate("The ledger forgets nothing that is live", `${name} ${id}`, "forgotten");
    world.unmanaged.set(id, imageOf(connector));
  }
}

/** Two processes that ran one after the other each have the limits of a run. */
function judgeLimits(
  { policy: { limits } }: World,
  before: Moment,
  after: Moment,
  between: readonly (readonly LedgerEntry[])[],
): void {
  const runs = Math.max(1, between.length);
  const deleted = [...before.live.keys()].filter((id) => !after.live.has(id)).length;
  const managed = [before.memory.ledger, ...between].map(
    (ledger) => ledger.filter(({ kind }) => kind === "ApiConnector").length,
  );
  const percent = Math.ceil((deleted * 100) / Math.max(...managed, 1));
  const changed = [...after.live].filter(([id, connector]) => {
    const earlier = before.live.get(id);
    return earlier === undefined || imageOf(earlier) !== imageOf(connector);
  });
  const atMost = (rule: string, most: number, actual: number) => {
    if (actual > most * runs) violate(rule, most * runs, actual);
  };
  atMost("limits.deletes", limits.deletes, deleted);
  atMost("limits.deletePercent", limits.deletePercent, percent);
  atMost("limits.changes", limits.changes ?? Infinity, changed.length + deleted);
}

/** One that has a valid certificate keeps one, and older ones go only when they may. */
function judgeCertificates(world: World, before: Moment, after: Moment): void {
  const now = world.clock.now().getTime() / 1_000;
  for (const [id, connector] of after.live) {
    const earlier = before.live.get(id);
    if (earlier === undefined || thumbprintsOf(connector).length === 0) continue;
    if (validAt(earlier, now) && !validAt(connector, now)) {
      violate("A connector keeps a valid certificate", earlier, connector);
    }
    const lost = thumbprintsOf(earlier).filter((one) => !thumbprintsOf(connector).includes(one));
    if (lost.length > 0) judgeRetirement(world, { before, after }, connector, lost);
  }
}

/** By the ledger, and by what was seen of an upload whose answer was lost. */
function judgeRetirement(
  world: World,
  { before, after }: { readonly before: Moment; readonly after: Moment },
  connector: Connector,
  lost: readonly string[],
): void {
  const entry = before.memory.ledger.find(({ id }) => id === connector.id);
  const since = entry?.secrets["spec.authentication.certificate"];
  // One that was renamed in git without a word has another entry by now.
  const names = [before, after].flatMap(({ memory }) =>
    memory.ledger.filter(({ id }) => id === connector.id).map(({ name }) => name),
  );
  const owner = world.definitions.find(({ name, previously }) =>
    names.some((known) => known === name || known === previously),
  );
  // A clock that was set back since does not undo what was decided before.
  const now = Math.max(before.at, world.clock.now().getTime());
  const at = since?.assertedAt ?? since?.recordedAt ?? null;
  const activated = world.activated.get(connector.id) ?? 0;
  const isDue = at !== null && Math.max(Date.parse(at), activated) + RETIRE_AFTER <= now;
  const isCurrent = since?.fingerprint === `x509$${activeOf(connector, now / 1_000)}`;
  if (owner?.retires === true && isDue && isCurrent) return;
  violate("Certificates are retired when their time has come alone", lost, {
    owner: owner?.name,
    retires: owner?.retires,
    at,
  });
}

/** Since when, at the earliest, a write of ours has made the active certificate the active one. */
function noteActive(
  world: World,
  before: Moment,
  after: Moment,
  requests: readonly LoggedRequest[],
): void {
  const now = world.clock.now().getTime() / 1_000;
  const written = new Set(requests.map(idIn));
  for (const [id, connector] of after.live) {
    const earlier = before.live.get(id);
    const active = activeOf(connector, now);
    const isOurs = earlier && activeOf(earlier, now) !== active && written.has(id);
    // A clock that was set back in between has told the engine so.
    if (active !== null && isOurs) world.activated.set(id, Math.min(before.at, after.at));
  }
}

const PASSWORD = "spec.authentication.basic.password";

/** Which live passwords are none that Plumbline has sent, and what it took them for. */
function notePasswords(
  world: World,
  before: Moment,
  after: Moment,
  requests: readonly LoggedRequest[],
): void {
  const sent = new Set(requests.filter(carriesAuthentication).map(idIn));
  for (const id of sent) if (id !== null) world.unsent.delete(id);
  const known = new Set(before.memory.ledger.map(({ id }) => id));
  for (const { id, secrets } of after.memory.ledger) {
    const isCreated = !before.live.has(id);
    if (known.has(id) || sent.has(id) || isCreated) continue;
    world.unsent.set(id, secrets[PASSWORD]?.fingerprint ?? null);
  }
}

/** And was not refused: what was not answered may have arrived. */
function carriesAuthentication({ method, body, status }: LoggedRequest): boolean {
  const isRefused = status !== null && status >= 400 && status < 500;
  const hasIt = typeof body === "object" && body !== null && "authenticationConfiguration" in body;
  return method === "PATCH" && hasIt && !isRefused;
}
