/** What people do to the tenant by hand. */
import { displayNames, type Edit } from "./git-edits.ts";
import {
  type Connector,
  connectorsOf,
  drawSecret,
  idOf,
  imageOf,
  type Moment,
  namedSecrets,
  type World,
} from "./world.ts";

/** Far enough below the 20 that a tenant may hold. */
const MOST_LIVE = 11;

const PASSWORD = "spec.authentication.basic.password";

export const portalEdits: Readonly<Record<string, Edit>> = {
  "change the URL": onOne((one, world) => {
    const targetUrl = `https://elsewhere.example/${world.next()}?code=${drawKey(world)}`;
    world.sandbox.control.changeConnector(one.id, { targetUrl });
    return targetUrl.replace(/\?.*/, "");
  }),
  rename: onOne((one, world, moment) => {
    const displayName = world.random.pick([...displayNames, "Omega"]);
    world.sandbox.control.changeConnector(one.id, { displayName });
    muddle(world, displayName, moment);
    return displayName;
  }),
  "type a secret into the name": onOne((one, world) => {
    // A name has 256 characters at most, and a PFX has more.
    const fitting = namedSecrets(world).filter(({ length }) => length < 256);
    const displayName = world.random.pick([...fitting, "Omega"]);
    world.typed.add(displayName);
    world.sandbox.control.changeConnector(one.id, { displayName });
    return "";
  }),
  delete: onOne((one, world) => {
    world.sandbox.control.deleteConnector(one.id);
    world.unmanaged.delete(one.id);
    world.unsent.delete(one.id);
    return "";
  }),
  "delete and make again": onOne((one, world, moment) => {
    world.sandbox.control.deleteConnector(one.id);
    world.unmanaged.delete(one.id);
    return `as ${add(world, one.displayName ?? "Omega", moment)}`;
  }),
  add: (world, moment) => {
    if (connectorsOf(world).length >= MOST_LIVE) return null;
    const displayName = world.random.pick([...displayNames, "Omega"]);
    return `${displayName} as ${add(world, displayName, moment)}`;
  },
  "replace the authentication": onOne((one, world, moment) => {
    const isBasic = world.random.chance(0.7);
    const authenticationConfiguration = isBasic ? drawBasic(world) : drawCertificate(world);
    world.sandbox.control.changeConnector(one.id, { authenticationConfiguration });
    forget(world, one.id, moment);
    return isBasic ? "by a password" : "by a certificate";
  }),
  "upload a certificate": (world, moment) => {
    const fitting = connectorsOf(world).filter(
      ({ authentication }) => authentication && "certificates" in authentication,
    );
    if (fitting.length === 0) return null;
    const one = world.random.pick(fitting);
    const { base64, passphrase, label } = world.random.pick(world.pool);
    world.sandbox.control.uploadCertificate(one.id, { pkcs12Value: base64, password: passphrase });
    note(world, one.id, moment);
    return `${label} to ${one.id}`;
  },
};

function onOne(change: (one: Connector, world: World, moment: Moment) => string): Edit {
  return (world, moment) => {
    const live = connectorsOf(world);
    if (live.length === 0) return null;
    const one = world.random.pick(live);
    const done = change(one, world, moment);
    note(world, one.id, moment);
    return `${one.id} ${done}`;
  };
}

function add(world: World, displayName: string, moment: Moment): string {
  const id = idOf(1, world.next());
  const { control } = world.sandbox;
  const basic = { username: world.random.pick(["entra", "other"]), password: drawSecret(world) };
  const made = {
    id,
    displayName,
    targetUrl: "https://elsewhere.example/",
    authentication: { basic },
  };
  control.setState({ ...control.state(), connectors: [...connectorsOf(world), made] });
  muddle(world, displayName, moment);
  note(world, id, moment);
  return id;
}

/** What nobody manages must stay as this left it; what somebody took over is drift. */
function note(world: World, id: string, { memory }: Moment): void {
  const connector = connectorsOf(world).find((each) => each.id === id);
  const isManaged = memory.ledger.some((entry) => entry.id === id);
  if (connector === undefined || isManaged) return;
  world.unmanaged.set(id, imageOf(connector));
}

/** From now on the live password is none that Plumbline sent. */
function forget(world: World, id: string, { memory }: Moment): void {
  const entry = memory.ledger.find((one) => one.id === id);
  world.unsent.set(id, entry?.secrets[PASSWORD]?.fingerprint ?? null);
}

/** A create whose answer was lost is known by its displayName alone, and now there is another one. */
function muddle(world: World, displayName: string, { memory }: Moment): void {
  const isUnanswered = memory.journal.some(
    (begun) => begun.op === "create" && begun.id === null && begun.displayName === displayName,
  );
  if (isUnanswered) world.muddled.add(displayName);
}

/** Of a function, in a URL that Graph shows in clear. */
function drawKey(world: World): string {
  const key = `liveKey${world.next()}x${world.random.below(1e9).toString(36)}`;
  world.secrets.add(key);
  return key;
}

function drawBasic(world: World) {
  return {
    "@odata.type": "#microsoft.graph.basicAuthentication",
    username: world.random.pick(["entra", "other"]),
    password: drawSecret(world),
  };
}

function drawCertificate(world: World) {
  const { base64, passphrase } = world.random.pick(world.pool);
  return {
    "@odata.type": "#microsoft.graph.pkcs12Certificate",
    pkcs12Value: base64,
    password: passphrase,
  };
}
