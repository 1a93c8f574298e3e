/** The control of the practice tenant over HTTP, below `/_sandbox`. It asks for no token. */
import { FaultError } from "../model/fault.ts";
import type { SandboxControl } from "./control.ts";
import type { Answer, Incoming } from "./http.ts";
import type { InjectedFault } from "./injected-fault.ts";
import type { Settings } from "./settings.ts";
import { BUILT_IN_APP, SANDBOX_TENANT_ID } from "./token.ts";

/** What `GET /_sandbox` says. */
export interface Introduction {
  readonly sandbox: "plumbline";
  readonly url: string;
  readonly tenantId: string;
  /** A bearer token with every permission; it does not expire. */
  readonly token: string;
  /** The app that may sign in with `clientSecret`. */
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Request {
  readonly body: string;
  /** Decoded name in the path; empty where the route has none. */
  readonly name: string;
}

/** By path; `*` stands for the name of a connector, or the id of a user flow. */
type Routes = Readonly<Record<string, Readonly<Record<string, (request: Request) => unknown>>>>;

export function introduce(url: string, token: string): Introduction {
  const { clientId, clientSecret } = BUILT_IN_APP;
  return { sandbox: "plumbline", url, tenantId: SANDBOX_TENANT_ID, token, clientId, clientSecret };
}

export function createControlRoutes(
  control: SandboxControl,
  introduction: () => Introduction,
): (incoming: Incoming) => Answer {
  const routes: Routes = {
    "": {
      GET: () => ({ ...introduction(), settings: control.settings() }),
      PATCH({ body }) {
        control.configure(parse<Partial<Settings>>(body));
        return control.settings();
      },
    },
    state: {
      GET: () => control.state(),
      PUT: ({ body }) => control.setState(body),
    },
    requests: {
      GET: () => control.requests(),
      DELETE: () => control.clearRequests(),
    },
    faults: {
      GET: () => control.faults(),
      POST: ({ body }) => control.injectFault(parse<InjectedFault>(body)),
      DELETE: () => control.clearFaults(),
    },
    "connectors/*": {
      PATCH: ({ name, body }) => control.changeConnector(name, parse(body)),
      DELETE: ({ name }) => control.deleteConnector(name),
    },
    "connectors/*/certificates": {
      POST: ({ name, body }) => control.uploadCertificate(name, parse(body)),
    },
    audits: {
      POST: ({ body }) => control.addAudit(parse(body)),
    },
    userFlows: {
      GET: () => control.userFlows(),
      POST: ({ body }) => control.addUserFlow(parse(body)),
    },
    "userFlows/*": {
      PATCH: ({ name, body }) => control.changeUserFlow(name, parse(body)),
      DELETE: ({ name }) => control.deleteUserFlow(name),
    },
  };
  return (incoming) => answer(incoming, routes);
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

function answer(incoming: Incoming, routes: Routes): Answer {
  // A page of another site in the browser of the person at this machine must not reach in here.
  const { host = "", origin } = incoming.headers;
  const isForeign = origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//, ""));
  if (isForeign || !LOOPBACK.test(host)) {
    return refused(403, "The control of the sandbox answers on 127.0.0.1 and localhost alone.");
  }
  const { route, name } = findRoute(incoming.url.split("?", 1)[0] ?? "");
  const verbs = routes[route];
  if (verbs === undefined) {
    return refused(404, `There is no ${incoming.url}. See docs/sandbox.md for what there is.`);
  }
  const act = verbs[incoming.method];
  if (act === undefined) return refused(405, `This takes ${Object.keys(verbs).join(" or ")}.`);
  try {
    const result = act({ body: incoming.body, name });
    return result === undefined ? { ...json(204, null), body: null } : json(200, result);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { code, message, at } = error.fault;
    return refused(code === "not-found" ? 404 : 400, message, at ?? undefined);
  }
}

/** A name may hold slashes as they are, so a path is read from both of its ends. */
function findRoute(path: string): { readonly route: string; readonly name: string } {
  const [, , noun = "", ...rest] = path.split("/");
  const isNamed = noun === "connectors" || noun === "userFlows";
  if (!isNamed || rest.join("") === "") {
    return { route: [noun, ...rest].filter((part) => part !== "").join("/"), name: "" };
  }
  const isOfCertificates =
    noun === "connectors" && rest.length > 1 && rest.at(-1) === "certificates";
  return isOfCertificates
    ? { route: "connectors/*/certificates", name: decoded(rest.slice(0, -1).join("/")) }
    : { route: `${noun}/*`, name: decoded(rest.join("/")) };
}

/** What it holds is checked by whoever takes it. */
function parse<Value>(body: string): Value {
  try {
    return JSON.parse(body) as Value;
  } catch {
    throw new FaultError({
      severity: "error",
      code: "configuration",
      message: "The body must be JSON.",
      at: null,
    });
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(status: number, message: string, at?: object): Answer {
  return json(status, { error: { message, ...at } });
}

function json(status: number, value: unknown): Answer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status, headers, body: `${JSON.stringify(value, null, 2)}\n`, ending: "whole" };
}
