/** Live values that a person accepts for a while, and that no run may write over. */
import { FaultError } from "../src/model/fault.ts";
import type { Memory } from "../src/model/store.ts";
import { acceptDrift, revokeAcceptance } from "../src/reconcile/accept.ts";
import type { Subject } from "../src/reconcile/subject.ts";
import { violate } from "./violation.ts";
import type { Given, Moment, World } from "./world.ts";

const HOUR = 3_600_000;

/** Milliseconds; the longest outlives every seed, so that only its revocation ends it. */
const durations = [HOUR, 30 * HOUR, 3_000 * HOUR];

/** What could be accepted: a field whose live value is not git's. */
type Differing = Pick<Given, "id" | "name" | "path" | "value">;

/** Accepts what differs somewhere; answers what was done, null where nothing differs. */
export async function acceptOne(
  world: World,
  moment: Moment,
  subject: Subject,
): Promise<string | null> {
  const { random, clock } = world;
  const differing = [...differingFields(world, moment), ...differingSteps(world, moment)];
  if (differing.length === 0) return null;
  const one = random.pick(differing);
  const { name, path } = one;
  const until = clock.now().getTime() + random.pick(durations);
  const said = { by: "a person", reason: "for a while", until: new Date(until).toISOString() };
  const isDone = await isAnswered(async () => {
    const { signal } = new AbortController();
    await acceptDrift(subject, { name, path, ...said }, () => undefined, signal);
  });
  // It does not differ, or it may not be looked at now.
  if (!isDone) return null;
  world.given = [...others(world, one), { ...one, until }];
  return `${path} of ${name} for ${(until - clock.now().getTime()) / HOUR} h`;
}

/** Takes back what some acceptance said; answers what was done, null where there is none. */
export async function revokeOne(
  world: World,
  { memory }: Moment,
  subject: Subject,
): Promise<string | null> {
  const known = acceptedIn(memory);
  if (known.length === 0) return null;
  const { name, path } = world.random.pick(known);
  await revokeAcceptance(subject, { name, path, by: "a person" });
  world.given = others(world, { name, path });
  const left = acceptedIn(await subject.store.recall(subject.tenant));
  const isLeft = left.some((one) => one.name === name && one.path === path);
  if (isLeft) violate("What is revoked is accepted no longer", [], left);
  return `${path} of ${name}`;
}

/** Goes on to the moment at which the first of them is over; answers which, null where there is none. */
export function outlast({ clock, given }: World): string | null {
  const now = clock.now().getTime();
  const [first] = given
    .filter(({ until }) => until > now && until - now <= 30 * HOUR)
    .toSorted((one, other) => one.until - other.until);
  if (first === undefined) return null;
  clock.advance(first.until - now);
  return `${first.path} of ${first.name}`;
}

/** All that the store holds as accepted, whether it can be read or not. */
export function acceptedIn({ acceptances, damaged }: Memory) {
  return [...acceptances, ...damaged.filter((row) => row.of === "acceptance")];
}

async function isAnswered(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    if (thrown instanceof FaultError) return false;
    throw thrown;
  }
}

function others({ given }: World, { name, path }: Pick<Given, "name" | "path">) {
  return given.filter((one) => one.name !== name || one.path !== path);
}

function differingFields({ definitions }: World, { live, memory }: Moment): readonly Differing[] {
  return memory.ledger.flatMap(({ id: recorded, name }) => {
    const definition = definitions.find((one) => one.name === name);
    // A pin means another connector than the one that was managed before.
    const id = definition?.pin ?? recorded;
    const connector = live.get(id);
    if (!connector || !definition) return [];
    const { displayName = "", targetUrl = "" } = connector;
    return [
      ...(displayName === definition.displayName
        ? []
        : [{ id, name, path: "spec.displayName", value: displayName ?? "" }]),
      ...(targetUrl?.startsWith(definition.targetUrl)
        ? []
        : [{ id, name, path: "spec.targetUrl", value: targetUrl ?? "" }]),
    ];
  });
}

/** Steps that call another connector than git's; which one that is, the engine knows better. */
function differingSteps({ flows, definitions }: World, { memory, steps }: Moment) {
  const idOf = (key: string) => {
    const name = definitions.find((one) => one.key === key)?.name;
    return memory.ledger.find((one) => one.kind === "ApiConnector" && one.name === name)?.id;
  };
  return flows.flatMap(({ name, steps: wanted }) =>
    Object.entries(wanted).flatMap(([step, target]): readonly Differing[] => {
      const called = [...(steps.get(name) ?? [])].find(([one]) => one === step);
      const value = called?.[1] ?? null;
      const meant = typeof target === "string" ? idOf(target) : target?.id.toLowerCase();
      if (called === undefined || value === (meant ?? null)) return [];
      return [{ id: name, name, path: `${STEPS}${step}`, value }];
    }),
  );
}

const STEPS = "spec.apiConnectors.";

/** The live value; undefined: there is no such object. */
function liveValue({ id, path }: Pick<Given, "id" | "path">, { live, steps }: Moment) {
  if (path.startsWith(STEPS)) {
    const found = [...(steps.get(id) ?? [])].find(([step]) => path === STEPS + step);
    return found?.[1];
  }
  const connector = live.get(id);
  if (connector === undefined) return undefined;
  return (path === "spec.displayName" ? connector.displayName : connector.targetUrl) ?? "";
}

function isNamed({ definitions, flows }: World, { name, path }: Given): boolean {
  if (!path.startsWith(STEPS)) return definitions.some((one) => one.name === name);
  const wanted = flows.find((one) => one.name === name)?.steps ?? {};
  return Object.keys(wanted).some((step) => path === STEPS + step);
}

/** What is accepted before a run, and in git still, is live after it. */
export function judgeAccepted(world: World, before: Moment, after: Moment): void {
  for (const given of world.given) {
    const { id, name, path, value, until } = given;
    const [earlier, now] = [liveValue(given, before), liveValue(given, after)];
    const isActive = Math.max(after.at, world.latest()) < until;
    // A store that was lost has forgotten it.
    const isKnown = acceptedIn(after.memory).some((one) => one.name === name && one.path === path);
    const isOurs = before.memory.ledger.some((one) => one.id === id && one.name === name);
    if (now === undefined || !isActive || !isNamed(world, given) || !isKnown || !isOurs) continue;
    if (earlier !== value || now === value) continue;
    violate(`${path} of ${name} is accepted and stays`, value, now);
  }
}

/** Once all are revoked or over, none is left. */
export function judgeForgottenWords({ memory }: Moment): void {
  const left = acceptedIn(memory);
  if (left.length > 0) violate("What is over is accepted no longer", [], left);
}
