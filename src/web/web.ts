/**
 * The HTTP side of the service. It promises an answer to three questions, is the process alive, has
 * every tenant had its first run, and what was done in numbers, to anyone who can reach the port;
 * for that it knows no secret, no definition and no way to change anything. The page and the API tell
 * more and can act: on a loopback address for this machine, elsewhere for whoever may use them. Where
 * the numbers come from is the caller's.
 */
import type { Socket } from "node:net";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { FaultError, failure } from "../model/fault.ts";
import { hostnameOf } from "../model/network.ts";
import { jsonText } from "../report/json.ts";
import { type AccessOptions, type AccessToken, refuseOpenDoor } from "./access.ts";
import { type ApiOptions, registerApi } from "./api.ts";
import { allowedMethods } from "./api-routes.ts";
import { type Callers, openCallers } from "./callers.ts";
import { openGuard } from "./guard.ts";
import { allowLimits } from "./limit.ts";
import { silent, type WebLog } from "./log.ts";
import type { Exposition } from "./metrics.ts";
import type { PageOptions } from "./page/options.ts";
import { registerPage } from "./page/page.ts";
import { allowedOnPage } from "./page/paths.ts";
import { HEADERS, refuse } from "./refusal.ts";

/** How the service stands. */
export interface Health {
  /** Every tenant has finished its first run, however it ended. */
  readonly ready: boolean;
  readonly tenants: readonly TenantHealth[];
}

export interface TenantHealth {
  readonly name: string;
  /** `result` of the last run; null before the first one has ended. */
  readonly result: string | null;
  /** RFC 3339 instant at which the last run ended. */
  readonly finishedAt: string | null;
  /** RFC 3339 instant at which the next run begins; null without a schedule. */
  readonly nextRun: string | null;
  /** Runs that failed since the last one that did not. */
  readonly failures: number;
}

export interface WebOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Called for each question about readiness. */
  readonly health: () => Health;
  /** What /metrics answers. */
  readonly metrics: Exposition;
  /** IP addresses, or networks with a prefix, of proxies whose X-Forwarded-For is taken for true. */
  readonly trustedProxies?: readonly string[];
  /** Who may use the page and the API; null: whoever is on this machine, and nobody else. */
  readonly access?: AccessOptions | null;
  /** The page for people; null: none. */
  readonly page?: PageOptions | null;
  /** null: none. */
  readonly api?: ApiOptions | null;
  readonly log?: WebLog;
}

export interface Web extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`, with the port that was taken. */
  readonly url: string;
  /**
   * Takes these tokens of `http.access` in the place of those before. Throws a FaultError with code
   * `configuration` for one that cannot be used, and then keeps those that it has.
   */
  renewTokens(tokens: readonly AccessToken[]): void;
  /** Takes no new connection and drops the open ones. */
  close(): Promise<void>;
}

/** Milliseconds in which a request must have come. */
const TIMEOUT = 10_000;

/** Longer than proxies keep a connection open: one that is closed as they send is an error to them. */
const IDLE = 75_000;

/** Characters of a part of a path. One that is too long names nothing, and that is answered as such. */
const LONGEST_NAME = 16_384;

const PATHS = ["/healthz", "/readyz", "/metrics"];

/**
 * Starts to listen. Throws a FaultError with code `configuration` when the address cannot be had, or
 * when anybody who reaches it could use the page and the API.
 *
 * GET and HEAD /healthz: 200 `{ "status": "ok" }` while the event loop turns.
 * GET and HEAD /readyz: 200 `{ "status": "ready", "tenants": [...] }`, or 503 with status `starting`.
 * GET and HEAD /metrics: 200 and the text format of Prometheus.
 * /api/v1: see api-routes.ts. The page: see page/page.ts.
 */
export async function startWeb(options: WebOptions): Promise<Web> {
  const { host, page = null, api = null, access = null } = options;
  if (page !== null || api !== null) refuseOpenDoor(hostnameOf(host), access);
  const callers = openCallers(access);
  const app = server(options, callers);
  try {
    await app.listen({ host, port: options.port });
  } catch (error) {
    await app.close();
    throw new FaultError(failure("configuration", unavailable(options, error)), { cause: error });
  }
  const close = async (): Promise<void> => {
    await app.close();
  };
  const url = urlOf(host, portOf(app));
  return { url, renewTokens: callers.renew, close, [Symbol.asyncDispose]: close };
}

function server(options: WebOptions, callers: Callers): FastifyInstance {
  const { health, metrics, log = silent, page = null, api = null } = options;
  const app = fastify({
    bodyLimit: 1,
    trustProxy: [...(options.trustedProxies ?? [])],
    routerOptions: { maxParamLength: LONGEST_NAME },
    connectionTimeout: IDLE,
    requestTimeout: TIMEOUT,
    keepAliveTimeout: IDLE,
    forceCloseConnections: true,
    return503OnClosing: false,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (_error, _request, reply) => {
      const message = "The request cannot be read.";
      refuse(reply, { status: 400, error: "bad-request", message });
    },
  });
  app.server.headersTimeout = TIMEOUT;
  // Before any body is read: a refusal needs none.
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    if (request.is404) return refuseUnknown(request.url, reply, options);
  });
  app.setErrorHandler((error, _request, reply) => {
    log.warn("A request for the health or the metrics of the service failed.", error);
    const message = "Plumbline could not answer. The log has the reason.";
    return refuse(reply, { status: 500, error: "internal", message });
  });
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { ready, tenants } = health();
    reply.code(ready ? 200 : 503);
    return { status: ready ? "ready" : "starting", tenants: tenants.map(publicFields) };
  });
  app.get("/metrics", async (_request, reply) => {
    const text = await metrics.text();
    return reply.type(metrics.contentType).send(text);
  });
  allowLimits(app);
  app.register((scope, _options, done) => {
    const guard = openGuard(scope, callers, log);
    if (api !== null) registerApi(scope, api, guard);
    if (page !== null) registerPage(scope, page, guard);
    done();
  });
  return app;
}

/** Field by field, so that what a caller adds to its own record is not published by accident. */
function publicFields({ name, result, finishedAt, nextRun, failures }: TenantHealth): TenantHealth {
  return { name, result, finishedAt, nextRun, failures };
}

function refuseUnknown(url: string, reply: FastifyReply, options: WebOptions): FastifyReply {
  const path = url.split("?", 1)[0] ?? "";
  const allow = allowed(path, options);
  if (allow !== null) {
    const message = `${path} answers ${allow.replace(", ", " and ")} only.`;
    const headers = { allow };
    return refuse(reply, { status: 405, error: "method-not-allowed", message, headers });
  }
  return refuse(reply, { status: 404, error: "not-found", message: NOTHING });
}

/** For a path that is asked with another method; null: there is no such path. */
function allowed(path: string, { page, api }: WebOptions): string | null {
  if (PATHS.includes(path)) return "GET, HEAD";
  return (api && allowedMethods(path)) ?? (page ? allowedOnPage(path) : null);
}

const NOTHING =
  "Nothing is here; the page is at /, the API at /api/v1, and /healthz, /readyz and /metrics are for programs.";

/** What is no HTTP, or comes too slowly, is answered like anything else that cannot be. */
function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, word] = unreadable[error.code ?? ""] ?? ["400 Bad Request", "bad-request"];
  const body = jsonText({ error: word, message: "The request cannot be read." });
  const headers = Object.entries({
    ...HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${status}\r\n${lines}\r\n${body}`);
}

/** By Node's codes: https://nodejs.org/api/http.html#event-clienterror */
const unreadable: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "too-large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "bad-request"],
};

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("Not a TCP server");
  return address.port;
}

function urlOf(host: string, port: number): string {
  return `http://${hostnameOf(host)}:${port}`;
}

function unavailable({ host, port }: WebOptions, error: unknown): string {
  const where = urlOf(host, port).slice("http://".length);
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "EADDRINUSE") {
    return `Another program already listens on ${where}. Stop it, or choose another port under http.listen in plumbline.yaml.`;
  }
  if (code === "EACCES") {
    return `This user may not listen on ${where}. Choose a port from 1024 on under http.listen in plumbline.yaml.`;
  }
  return `Plumbline cannot listen on ${where} (${String(code ?? "unknown reason")}). Choose an address of this machine under http.listen in plumbline.yaml.`;
}
