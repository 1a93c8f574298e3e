/** What people do to the definitions in git, and to the secrets that these name. */
import { type Drawn, variablesOf } from "./definitions.ts";
import { withoutSteps } from "./flows.ts";
import { connectorsOf, drawSecret, type Moment, type World } from "./world.ts";

/** Answers what was done, in a few words; null where there is nothing to do it to. */
export type Edit = (world: World, moment: Moment) => string | null;

/** Few enough that people and git hit upon the same ones. */
export const displayNames = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta"];

const MOST_DEFINITIONS = 5;

export const gitEdits: Readonly<Record<string, Edit>> = {
  create,
  "change the URL": onOne((one, world) => ({ targetUrl: drawUrl(world, one.key) })),
  "change the displayName": onOne((_one, world) => {
    const displayName = freeDisplayName(world);
    return displayName === null ? null : { displayName };
  }),
  "change the username": onOne((_one, { random }) => ({
    username: random.pick(["entra", "other", "third"]),
  })),
  "change protect": onOne(({ protect }) => ({ protect: !protect })),
  "change the query": onOne(({ hasQuery }) => ({ hasQuery: !hasQuery })),
  "change retire": onOne(({ retires }) => ({ retires: !retires })),
  "rename with previously": onOne(({ name }, world) => ({
    name: `c${world.next()}`,
    previously: name,
  })),
  "rename without previously": onOne((_one, world) => ({
    name: `c${world.next()}`,
    previously: null,
  })),
  "change the kind of authentication": onOne(({ authentication }) => ({
    authentication: authentication === "basic" ? "certificate" : "basic",
  })),
  "rotate the password": (world) => {
    const one = drawOne(world, ({ authentication }) => authentication === "basic");
    if (one === null) return null;
    world.env[variablesOf(one).password] = drawSecret(world);
    return one.name;
  },
  "rotate the key in the URL": (world) => {
    const one = drawOne(world, ({ hasQuery }) => hasQuery);
    if (one === null) return null;
    world.env[variablesOf(one).code] = drawSecret(world);
    return one.name;
  },
  "rotate the certificate": rotateCertificate,
  "rotate one more certificate": rotateCertificate,
  delete: drawDelete,
  restore,
  pin,
  "delete one more": drawDelete,
  "break a file": (world) => {
    world.isBroken = true;
    return "broken.yaml";
  },
  "lose a secret": (world) => {
    const one = drawOne(world);
    if (one === null) return null;
    const { password, pfx } = variablesOf(one);
    delete world.env[one.authentication === "basic" ? password : pfx];
    return one.name;
  },
};

function rotateCertificate(world: World): string | null {
  const one = drawOne(world, ({ authentication }) => authentication === "certificate");
  return one === null ? null : `${one.name} to ${drawCertificate(world, one.key)}`;
}

/** Of a definition. */
export function create(world: World): string | null {
  const { random, definitions } = world;
  const displayName = freeDisplayName(world);
  if (displayName === null || definitions.length >= MOST_DEFINITIONS) return null;
  const key = `K${world.next()}`;
  const drawn: Drawn = {
    key,
    name: `c${world.next()}`,
    previously: null,
    pin: null,
    displayName,
    targetUrl: drawUrl(world, key),
    hasQuery: random.chance(0.25),
    authentication: random.chance(0.6) ? "basic" : "certificate",
    username: random.pick(["entra", "other"]),
    protect: random.chance(0.1),
    retires: random.chance(0.3),
  };
  drawCertificate(world, key);
  completeSecrets(world, [drawn]);
  world.definitions = [...definitions, drawn];
  return `${drawn.name} ${displayName} ${drawn.authentication}`;
}

function drawDelete(world: World): string | null {
  const one = drawOne(world);
  if (one === null) return null;
  withoutSteps(world, one);
  world.definitions = world.definitions.filter((each) => each !== one);
  world.removed = [...world.removed, one];
  return one.name;
}

function restore(world: World): string | null {
  const { removed, definitions, random } = world;
  const isFree = (one: Drawn) =>
    definitions.every(
      (other) =>
        other.displayName !== one.displayName &&
        other.previously !== one.name &&
        (one.previously === null ||
          (other.name !== one.previously && other.previously !== one.previously)),
    );
  const possible = removed.filter(isFree);
  if (possible.length === 0 || definitions.length >= MOST_DEFINITIONS) return null;
  const one = random.pick(possible);
  world.removed = removed.filter((each) => each !== one);
  world.definitions = [...definitions, one];
  return one.name;
}

/** To its own connector, or to one that nobody manages; or not any more. */
function pin(world: World, { memory }: Moment): string | null {
  const one = drawOne(world);
  if (one === null) return null;
  if (one.pin !== null) {
    put(world, one, { pin: null });
    return `${one.name} to nothing`;
  }
  const pinned = new Set(world.definitions.map((each) => each.pin));
  const own = memory.ledger.filter(({ name }) => name === one.name).map(({ id }) => id);
  const free = [...own, ...world.unmanaged.keys()].filter((id) => !pinned.has(id));
  if (free.length === 0) return null;
  const id = world.random.pick(free);
  // What a create without an answer made for it is nobody's from now on.
  for (const begun of memory.journal) {
    const isItsOwn = [one.name, one.previously].includes(begun.name) && begun.id === null;
    if (isItsOwn) world.muddled.add(begun.displayName);
  }
  put(world, one, { pin: id });
  return `${one.name} to ${id}`;
}

/** Sets every variable that has no value, as at the end of a round in which one was lost. */
export function completeSecrets(world: World, definitions: readonly Drawn[]): void {
  for (const one of definitions) {
    const { password, code, pfx, passphrase } = variablesOf(one);
    world.env[password] ??= drawSecret(world);
    world.env[code] ??= drawSecret(world);
    const certificate = world.certificates.get(one.key);
    world.env[pfx] ??= certificate?.base64 ?? "";
    world.env[passphrase] ??= certificate?.passphrase ?? "";
  }
}

function drawCertificate(world: World, key: string): string {
  const certificate = world.random.pick(world.pool);
  const { pfx, passphrase } = variablesOf({ key });
  world.certificates.set(key, certificate);
  world.env[pfx] = certificate.base64;
  world.env[passphrase] = certificate.passphrase;
  return certificate.label;
}

function drawUrl(world: World, key: string): string {
  return `https://${key.toLowerCase()}.contoso.com/v${world.next()}`;
}

/** Of no definition; there may well be a live connector that is called so. */
function freeDisplayName(world: World): string | null {
  const used = new Set(world.definitions.map(({ displayName }) => displayName));
  const free = displayNames.filter((name) => !used.has(name));
  if (free.length === 0) return null;
  const taken = connectorsOf(world).map(({ displayName }) => displayName);
  const live = free.filter((name) => taken.includes(name));
  return world.random.pick(live.length > 0 && world.random.chance(0.3) ? live : free);
}

function drawOne(world: World, fits: (one: Drawn) => boolean = () => true): Drawn | null {
  const fitting = world.definitions.filter(fits);
  return fitting.length === 0 ? null : world.random.pick(fitting);
}

function onOne(change: (one: Drawn, world: World) => Partial<Drawn> | null): Edit {
  return (world) => {
    const one = drawOne(world);
    const changed = one && change(one, world);
    if (one === null || changed === null) return null;
    put(world, one, changed);
    return `${one.name} ${Object.values(changed).join(" ")}`;
  };
}

function put(world: World, one: Drawn, changed: Partial<Drawn>): void {
  world.definitions = world.definitions.map((each) =>
    each === one ? { ...one, ...changed } : each,
  );
}
