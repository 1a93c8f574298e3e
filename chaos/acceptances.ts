/** Live values that a person accepts for a while, and that no run may write over. */
import { FaultError } from "../src/model/fault.ts";
import { acceptDrift } from "../src/reconcile/accept.ts";
import type { Subject } from "../src/reconcile/subject.ts";
import { violate } from "./violation.ts";
import type { Connector, Given, Moment, World } from "./world.ts";

const valuesOf = {
  "spec.displayName": ({ displayName }: Connector) => displayName ?? "",
  "spec.targetUrl": ({ targetUrl }: Connector) => targetUrl ?? "",
} as const satisfies Record<Path, (connector: Connector) => string>;

type Path = Given["path"];

const HOUR = 3_600_000;

/** Accepts what differs of some connector; answers what was done, null where nothing differs. */
export async function acceptOne(
  world: World,
  { live, memory }: Moment,
  subject: Subject,
): Promise<string | null> {
  const { random, clock, definitions } = world;
  const differing = memory.ledger.flatMap(({ id: recorded, name }) => {
    const definition = definitions.find((one) => one.name === name);
    // A pin means another connector than the one that was managed before.
    const id = definition?.pin ?? recorded;
    const connector = live.get(id);
    if (!connector || !definition) return [];
    const paths: Path[] = [
      ...(connector.displayName === definition.displayName ? [] : ["spec.displayName" as const]),
      ...(connector.targetUrl?.startsWith(definition.targetUrl) ? [] : ["spec.targetUrl" as const]),
    ];
    return paths.map((path) => ({ id, name, path, connector }));
  });
  if (differing.length === 0) return null;
  const { id, name, path, connector } = random.pick(differing);
  const until = clock.now().getTime() + random.pick([HOUR, 30 * HOUR]);
  const said = { by: "a person", reason: "for a while", until: new Date(until).toISOString() };
  try {
    const { signal } = new AbortController();
    await acceptDrift(subject, { name, path, ...said }, () => undefined, signal);
  } catch (thrown) {
    // It does not differ, or it may not be looked at now.
    if (thrown instanceof FaultError) return null;
    throw thrown;
  }
  const given = { id, name, path, value: valuesOf[path](connector), until };
  world.given = [...world.given.filter((one) => one.name !== name || one.path !== path), given];
  return `${path} of ${name}`;
}

/** What is accepted before a run, and in git still, is live after it. */
export function judgeAccepted(world: World, before: Moment, after: Moment): void {
  for (const { id, name, path, value, until } of world.given) {
    const [earlier, now] = [before.live.get(id), after.live.get(id)];
    const isActive = Math.max(after.at, world.latest()) < until;
    const isNamed = world.definitions.some((one) => one.name === name);
    // A store that was lost has forgotten it.
    const isKnown = after.memory.acceptances.some((one) => one.name === name && one.path === path);
    const isOurs = before.memory.ledger.some((one) => one.id === id && one.name === name);
    if (!earlier || !now || !isActive || !isNamed || !isKnown || !isOurs) continue;
    if (valuesOf[path](earlier) !== value) continue;
    const actual = valuesOf[path](now);
    if (actual !== value) violate(`${path} of ${name} is accepted and stays`, value, actual);
  }
}
