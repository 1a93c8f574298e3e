/**
 * A practice tenant: the part of Microsoft Graph that Plumbline uses, over HTTP on this machine, with
 * its sign-in, its limits, and faults on request. It is true to what Microsoft documents (see
 * docs/sandbox.md for what it chooses where nothing is documented), and knows neither definitions nor
 * plans: whatever speaks Graph can practise on it.
 */
import { randomUUID } from "node:crypto";
import { createAuditLog } from "./audit-log.ts";
import { createControl, type SandboxControl } from "./control.ts";
import { createControlRoutes, type Introduction, introduce } from "./control-routes.ts";
import { createDelays } from "./delays.ts";
import { createGraph } from "./graph.ts";
import { type Answer, type Incoming, listen } from "./http.ts";
import { createFaultQueue } from "./injected-fault.ts";
import { createRequestLog } from "./request-log.ts";
import { checkedSettings, DEFAULT_SETTINGS } from "./settings.ts";
import { answerSignIn } from "./sign-in.ts";
import { createStaleReads } from "./stale-reads.ts";
import { openMemory } from "./state-file.ts";
import { createThrottle } from "./throttle.ts";
import { makeTlsIdentity } from "./tls-identity.ts";
import { BUILT_IN_APP, makeToken, SANDBOX_TENANT_ID as TENANT_ID } from "./token.ts";

/** The directory id of every practice tenant. */
export const SANDBOX_TENANT_ID = TENANT_ID;

/** The app of every practice tenant that may sign in and has all permissions. */
export const SANDBOX_CLIENT_ID = BUILT_IN_APP.clientId;
export const SANDBOX_CLIENT_SECRET = BUILT_IN_APP.clientSecret;

export interface SandboxOptions {
  /** TCP port on 127.0.0.1; 0: any that is free. */
  readonly port: number;
  /** Absolute path of a YAML file with what a new tenant holds. */
  readonly seed?: string;
  /**
   * Absolute path of a YAML file: read at the start where it exists, else made from the seed;
   * replaced after every change, before the change is answered.
   */
  readonly state?: string;
  /** HTTPS with a self-signed certificate made at the start. */
  readonly tls?: boolean;
  /** For the throttle, tokens, certificates and dates; the system's when left out. */
  readonly now?: () => Date;
  /** Makes ids of connectors; random ones when left out. */
  readonly newId?: () => string;
  /** Requests a minute for each app; 200, as Graph has it, when left out; null: no limit. */
  readonly requestLimit?: number | null;
  /** Requests without a token are those of the built-in app; false when left out. */
  readonly open?: boolean;
  /** Items in a page when $top does not ask; all in one when left out. */
  readonly pageSize?: number;
}

export interface Sandbox extends AsyncDisposable {
  /** Graph root and authority in one, such as `http://127.0.0.1:8090`. */
  readonly url: string;
  readonly tenantId: string;
  /** A bearer token with every permission; it does not expire. */
  readonly token: string;
  /** PEM of the certificate to trust; null over HTTP. */
  readonly ca: string | null;
  /** Where the tenant's content came from: the state file, the seed, or nowhere. */
  readonly origin: "state" | "seed" | "empty";
  /** The operations of `/_sandbox`, for code in the same process. */
  readonly control: SandboxControl;
  /** Breaks the connections that are still open. */
  close(): Promise<void>;
}

/**
 * Must throw a FaultError with code `configuration` when the port is taken or a file is unusable; its
 * position names the file by the path that was given.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { now = () => new Date(), newId = randomUUID } = options;
  const { requestLimit = DEFAULT_SETTINGS.requestLimit, pageSize = null } = options;
  const settings = { current: checkedSettings({ ...DEFAULT_SETTINGS, requestLimit, pageSize }) };
  const memory = openMemory({ seed: options.seed ?? null, state: options.state ?? null }, newId);
  const parts = {
    memory,
    log: createRequestLog(),
    audit: createAuditLog({ now, settings: () => settings.current }),
    faults: createFaultQueue(),
    stale: createStaleReads(),
    throttle: createThrottle(),
    open: options.open ?? false,
    now,
    newId,
  };
  const delays = createDelays();
  const control = createControl({ ...parts, settings, endDelays: delays.end });
  const token = makeToken(BUILT_IN_APP, null);
  const tls = options.tls === true ? await makeTlsIdentity() : null;
  let url = "";
  const respond = createRouter(
    createGraph({ ...parts, url: () => url, settings: control.settings, wait: delays.wait }),
    (incoming) => answerSignIn(incoming, { state: memory.current, now, url: () => url }),
    createControlRoutes(control, () => introduce(url, token)),
  );
  const listening = await listen(options.port, tls, respond);
  url = `${tls === null ? "http" : "https"}://127.0.0.1:${listening.port}`;
  const close = async () => {
    delays.end();
    await listening.close();
  };
  const { origin } = memory;
  const ca = tls?.cert ?? null;
  return {
    url,
    tenantId: TENANT_ID,
    token,
    ca,
    origin,
    control,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The practice tenant that already answers over HTTP on this port of 127.0.0.1, or null. */
export async function findSandbox(
  port: number,
): Promise<{ readonly url: string; readonly tenantId: string; readonly token: string } | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/_sandbox`, {
      signal: AbortSignal.timeout(2000),
    });
    const said: unknown = await response.json();
    return isIntroduction(said)
      ? { url: said.url, tenantId: said.tenantId, token: said.token }
      : null;
  } catch {
    return null;
  }
}

function isIntroduction(said: unknown): said is Introduction {
  return (
    typeof said === "object" && said !== null && "sandbox" in said && said.sandbox === "plumbline"
  );
}

function createRouter(
  graph: (incoming: Incoming) => Promise<Answer>,
  signIn: (incoming: Incoming) => Answer | null,
  control: (incoming: Incoming) => Answer,
): (incoming: Incoming) => Promise<Answer> {
  return async (incoming) => {
    if (/^\/_sandbox(\/|\?|$)/.test(incoming.url)) return control(incoming);
    return signIn(incoming) ?? graph(incoming);
  };
}
