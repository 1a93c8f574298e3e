/** What must be true once nothing goes wrong any more: an oracle that knows git, the tenant and the ledger. */
import { openDrifts } from "../src/model/drift.ts";
import type { Run } from "../src/model/generated/run.ts";
import { Secret } from "../src/model/secret.ts";
import type { LedgerEntry } from "../src/model/store.ts";
import { openSecrets } from "../src/secrets/secrets.ts";
import { fingerprintKey } from "../test/reconcile/practice-tenant.ts";
import { judgeForgottenWords } from "./acceptances.ts";
import { type Drawn, variablesOf } from "./definitions.ts";
import { isCalled, judgeFlowsEnd, judgeUses } from "./judge-flows.ts";
import { activeOf, endOfActive, thumbprintsOf } from "./live-certificates.ts";
import { violate } from "./violation.ts";
import { type Connector, imageOf, type Moment, type World } from "./world.ts";

/** Holds that a person has to lift, such as `ambiguous c3`, and nothing else is held. */
type Holds = Set<string>;

/** `last`: the run after two clean ones, which has nothing left to do. */
export async function judgeEnd(world: World, given: Moment, last: Run): Promise<void> {
  const moment = withoutFlows(given);
  const { ledger, journal } = moment.memory;
  const holds: Holds = new Set();
  const free = new Set<string>();
  const undecided = new Map<string, string | null>();
  for (const definition of world.definitions) {
    const entry = entryOf(definition, ledger);
    const connector = entry && moment.live.get(entry.id);
    // One that pins another from now on keeps its old one until that may be taken over.
    const isPinned = definition.pin === null || definition.pin === entry?.id;
    if (entry && connector && isPinned) {
      await judgeManaged(world, definition, connector, holds);
      const isHeld = holds.has(`earlier-expiry ${definition.name}`);
      // What is held keeps its old name until it is not.
      if (entry.name !== definition.name && !isHeld) violate("Renamed", definition, entry);
    } else {
      const candidates = judgeUnmet(world, definition, moment, holds, free);
      undecided.set(definition.name, candidates.length === 1 ? (candidates[0] ?? null) : null);
    }
  }
  for (const hold of judgeFlowsEnd(world, given, undecided)) holds.add(hold);
  judgeUses(given, last);
  judgeOrphans(world, moment, holds, free);
  judgeLeftOver(world, moment, free);
  const heldIds = new Set((last.plan?.held ?? []).map(({ id }) => id));
  const open = journal.filter(
    ({ name, id }) => !isHeld(holds, world, name) && (id === null || !heldIds.has(id)),
  );
  if (open.length > 0) violate("The journal is empty in the end", [], open);
  judgeLast(last, holds);
  judgeForgottenWords(given);
  judgeDrifts(given, holds);
  await judgeAudit(world, ledger);
}

/** Nothing is open in the end but what a person has to decide. */
function judgeDrifts({ memory }: Moment, holds: Holds): void {
  const open = openDrifts(memory.drifts);
  const held = [...holds].map((hold) => hold.slice(hold.indexOf(" ") + 1));
  const others = open.filter(({ name }) => !held.includes(name));
  if (others.length > 0) violate("Only what is held is an open difference", [...holds], others);
}

/** Of connectors alone. */
function withoutFlows(moment: Moment): Moment {
  const { memory } = moment;
  const ledger = memory.ledger.filter(({ kind }) => kind === "ApiConnector");
  return { ...moment, memory: { ...memory, ledger } };
}

/** Under its name, else under the one before a rename. */
function entryOf(
  { name, previously }: Drawn,
  ledger: readonly LedgerEntry[],
): LedgerEntry | undefined {
  return (
    ledger.find((entry) => entry.name === name) ?? ledger.find((entry) => entry.name === previously)
  );
}

/** Nothing was changed in or taken from what the store has recorded, and nothing of ours is missing. */
async function judgeAudit({ store }: World, ledger: readonly LedgerEntry[]): Promise<void> {
  const { problems, entries } = await store.verifyAudit();
  if (problems.length > 0) violate("The audit chain is whole", [], problems);
  const told = await store.audit({ limit: entries + 1 });
  const known = new Set(told.flatMap(({ entry }) => [entry.id, entry.name]));
  const untold = ledger.filter(({ id, name }) => !known.has(id) && !known.has(name));
  if (untold.length > 0) violate("The audit tells how each connector became ours", [], untold);
}

function isHeld(holds: Holds, { definitions }: World, name: string): boolean {
  return definitions.some(
    (one) =>
      [one.name, one.previously].includes(name) &&
      ["ambiguous", "earlier-expiry"].some((code) => holds.has(`${code} ${one.name}`)),
  );
}

async function judgeManaged(
  world: World,
  definition: Drawn,
  connector: Connector,
  holds: Holds,
): Promise<void> {
  const { name } = definition;
  if (definition.authentication === "certificate" && endsSooner(world, definition, connector)) {
    holds.add(`earlier-expiry ${name}`);
    return;
  }
  const code = definition.hasQuery ? world.env[variablesOf(definition).code] : undefined;
  const url = new URL(connector.targetUrl ?? "");
  const actual = {
    displayName: connector.displayName,
    targetUrl: `${url.origin}${url.pathname}`,
    query: [...url.searchParams],
  };
  const expected = {
    displayName: definition.displayName,
    targetUrl: definition.targetUrl,
    query: code === undefined ? [] : [["code", code]],
  };
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    violate(`${name} is live as it is in git`, expected, actual);
  }
  if (definition.authentication === "basic") await judgePassword(world, definition, connector);
  else judgeCertificate(world, definition, connector);
}

/** A certificate that would take the place of one that is valid for longer waits for a person. */
function endsSooner(world: World, definition: Drawn, connector: Connector): boolean {
  const wanted = world.certificates.get(definition.key);
  const now = world.clock.now().getTime() / 1_000;
  const isActive = activeOf(connector, now) === wanted?.thumbprint;
  const end = endOfActive(connector, now);
  return !isActive && end !== null && end > (wanted?.notAfter ?? 0);
}

async function judgePassword(world: World, one: Drawn, connector: Connector): Promise<void> {
  const { authentication, id } = connector;
  const password = world.env[variablesOf(one).password] ?? "";
  const expected = { basic: { username: one.username, password } };
  if (JSON.stringify(authentication) === JSON.stringify(expected)) return;
  const isUsername =
    authentication && "basic" in authentication && authentication.basic.username === one.username;
  const unsent = world.unsent.get(id);
  // Nobody can see that it is another one, and its source has not changed since it was recorded.
  if (isUsername && unsent === (await fingerprintOf(password))) return;
  violate(`${one.name} has the password of its source`, expected, authentication);
}

const { fingerprint } = openSecrets({ env: {}, fingerprint: { key: new Secret(fingerprintKey) } });

function fingerprintOf(value: string): Promise<string> {
  return fingerprint(new Secret(value));
}

function judgeCertificate(world: World, one: Drawn, connector: Connector): void {
  const wanted = world.certificates.get(one.key)?.thumbprint;
  const active = activeOf(connector, world.clock.now().getTime() / 1_000);
  if (active === wanted) return;
  violate(`${one.name} has the certificate of git as the active one`, wanted, {
    active,
    all: thumbprintsOf(connector),
  });
}

/**
 * Without a connector only where a person has to say which one, or whether, it may be taken over.
 * Answers the ids of those that it may be.
 */
function judgeUnmet(
  world: World,
  one: Drawn,
  { live, memory }: Moment,
  holds: Holds,
  free: Set<string>,
): readonly string[] {
  const managed = new Set(
    memory.ledger
      .filter(({ name }) => world.definitions.some((other) => other.name === name))
      .map(({ id }) => id),
  );
  const isMeant = ({ id, displayName }: Connector) =>
    one.pin === null ? displayName === one.displayName : id === one.pin;
  // A create whose answer was lost made it, under the name that the definition had then.
  const isMade = ({ id, displayName }: Connector) =>
    memory.journal.some(
      (begun) =>
        begun.name === one.name &&
        begun.displayName === displayName &&
        !begun.listed.includes(id) &&
        one.pin === null,
    );
  const candidates = [...live.values()].filter(
    (each) => (isMeant(each) || isMade(each)) && !managed.has(each.id),
  );
  for (const { id } of candidates) free.add(id);
  const [first, ...others] = candidates;
  const isHeld =
    first !== undefined && one.authentication === "certificate" && endsSooner(world, one, first);
  if (others.length > 0) holds.add(`ambiguous ${one.name}`);
  else if (isHeld) holds.add(`earlier-expiry ${one.name}`);
  else violate("Every definition is live", one, candidates);
  return candidates.map(({ id }) => id);
}

/** What has left git is gone, unless somebody has to decide, or it may be what another one means. */
function judgeOrphans(
  { definitions, policy }: World,
  moment: Moment,
  holds: Holds,
  free: ReadonlySet<string>,
): void {
  const { live, memory } = moment;
  const owned = new Set(definitions.map((one) => entryOf(one, memory.ledger)));
  const orphans = memory.ledger.filter((entry) => !owned.has(entry) && !free.has(entry.id));
  const dead = orphans.find(({ id }) => !live.has(id));
  if (dead !== undefined) violate("The ledger holds what is live", "forgotten", dead);
  const deletable = orphans.filter(({ id, protect }) => !protect && !isCalled(moment, id));
  const isAllowed = policy.allow.includes("delete");
  const percent = Math.ceil((deletable.length * 100) / Math.max(memory.ledger.length, 1));
  const { deletes, deletePercent } = policy.limits;
  const isOver = deletable.length > deletes || percent > deletePercent;
  for (const { id, name, protect } of orphans) {
    const isUsed = isAllowed && !protect && isCalled(moment, id);
    holds.add(`${isUsed ? "in-use" : codeOf({ protect }, isAllowed)} ${name}`);
  }
  if (isAllowed && deletable.length > 0 && !isOver) {
    violate("What has left git is deleted", "deleted", deletable);
  }
}

function codeOf({ protect }: Pick<LedgerEntry, "protect">, isAllowed: boolean): string {
  if (protect) return "protected";
  return isAllowed ? "limit" : "verb";
}

/** Every live object is managed, or nobody's and as it was, or one of several that could be meant. */
function judgeLeftOver(world: World, { live, memory }: Moment, free: ReadonlySet<string>): void {
  const managed = new Set(memory.ledger.map(({ id }) => id));
  if (managed.size !== memory.ledger.length)
    violate("One entry for each object", [], memory.ledger);
  for (const [id, connector] of live) {
    if (managed.has(id) || free.has(id)) continue;
    const image = world.unmanaged.get(id);
    if (image === imageOf(connector)) continue;
    if (image !== undefined) violate("What nobody manages stays as it is", image, connector);
    if (world.muddled.has(connector.displayName ?? "")) continue;
    violate("No duplicate", "an owner", connector);
  }
}

function judgeLast(last: Run, holds: Holds): void {
  const held = (last.plan?.held ?? []).map(({ reason, name }) => `${reason.code} ${name}`);
  const expected = [...holds].toSorted();
  if (JSON.stringify(held.toSorted()) !== JSON.stringify(expected)) {
    violate("Nothing is held but what a person has to decide", expected, held);
  }
  const isClean = last.result === "clean" || (expected.length > 0 && last.result === "refused");
  if (!isClean || last.outcomes.length > 0) {
    const { result, outcomes, faults, plan } = last;
    violate("Two clean runs are enough", "clean", { result, outcomes, faults, more: plan?.faults });
  }
}
