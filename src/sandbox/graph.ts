/**
 * One request to Microsoft Graph as the practice tenant answers it, from token to headers.
 * https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/throttling
 */
import { apiConnectors } from "./api-connector.ts";
import type { Answer, Incoming } from "./http.ts";
import type { FaultQueue, InjectedFault } from "./injected-fault.ts";
import {
  AADB2C,
  type JsonObject,
  type Refusal,
  type Reply,
  type Resource,
  refuse,
  type Success,
  unknownSegment,
} from "./reply.ts";
import type { RequestLog } from "./request-log.ts";
import type { StaleReads } from "./stale-reads.ts";
import type { Memory } from "./state-file.ts";
import type { Throttle } from "./throttle.ts";
import { type Bearer, BUILT_IN_APP, readToken } from "./token.ts";

/** Every kind of object that the practice tenant has. */
const RESOURCES: readonly Resource[] = [apiConnectors];

export interface GraphParts {
  readonly memory: Memory;
  readonly faults: FaultQueue;
  readonly stale: StaleReads;
  readonly log: RequestLog;
  readonly throttle: Throttle;
  /** Requests without a token are those of the built-in app. */
  readonly open: boolean;
  now(): Date;
  newId(): string;
  /** Root of the service, without version. */
  url(): string;
  settings(): { readonly requestLimit: number | null; readonly pageSize: number | null };
  wait(milliseconds: number): Promise<void>;
}

/** One request while it is answered. */
interface Exchange {
  readonly incoming: Incoming;
  readonly number: number;
  readonly requestId: string;
  readonly clientRequestId: string | null;
  readonly fault: InjectedFault | null;
}

export function createGraph(parts: GraphParts): (incoming: Incoming) => Promise<Answer> {
  return async (incoming) => {
    const { method, url, headers, body } = incoming;
    const clientRequestId = first(headers["client-request-id"]);
    const { number } = parts.log.open(method, url, clientRequestId, body);
    const requestId = `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
    const fault = parts.faults.take(method, url, ({ kind }) => isMet(kind, method));
    const exchange = { incoming, number, requestId, clientRequestId, fault };
    const answer = await answered(exchange, parts);
    if (answer.ending !== "dropped") parts.log.complete(number, { status: answer.status });
    return answer;
  };
}

/** Whether a fault of this kind can meet a request of this method; stale-reads wait for a write. */
function isMet(kind: InjectedFault["kind"], method: string): boolean {
  if (kind === "stale-reads") return false;
  if (kind === "duplicate-page" || kind === "empty-page") return method === "GET";
  return kind !== "no-effect" || method !== "GET";
}

async function answered(exchange: Exchange, parts: GraphParts): Promise<Answer> {
  const { fault } = exchange;
  if (fault?.kind === "delay" && fault.when !== "after-effect")
    await parts.wait(fault.milliseconds);
  const instead = answerInstead(exchange, parts);
  if (instead !== null) return instead;
  const answer = toAnswer(operate(exchange, parts), exchange, parts);
  if (fault?.kind === "delay" && fault.when === "after-effect")
    await parts.wait(fault.milliseconds);
  switch (fault?.kind) {
    case "drop-after-effect":
      return { ...answer, ending: "dropped" };
    case "cut-body":
      return { ...answer, ending: "cut" };
    case "torn-body":
      return { ...answer, body: answer.body?.slice(0, answer.body.length / 2) ?? null };
    default:
      return answer;
  }
}

/** The answer of a fault that keeps the operation from happening. */
function answerInstead(exchange: Exchange, parts: GraphParts): Answer | null {
  const { fault } = exchange;
  const headers = commonHeaders(exchange, parts);
  switch (fault?.kind) {
    case "drop-before-effect":
      return { status: 0, headers: {}, body: null, ending: "dropped" };
    case "html-body": {
      const body =
        "<!DOCTYPE html>\n<title>Gateway</title>\n<p>The service cannot be reached.</p>\n";
      const type = { ...headers, "content-type": "text/html" };
      return { status: fault.status ?? 200, headers: type, body, ending: "whole" };
    }
    case "status": {
      const extra = {
        ...(fault.retryAfter !== undefined && { "retry-after": String(fault.retryAfter) }),
        ...fault.headers,
      };
      const refusal = refuse(fault.status, "InjectedFault", "The sandbox was told to fail.", extra);
      const answer = toAnswer(refusal, exchange, parts);
      if (fault.body === undefined) return answer;
      const body = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body);
      return { ...answer, body };
    }
    default:
      return null;
  }
}

function operate(exchange: Exchange, parts: GraphParts): Reply {
  const bearer = authorise(exchange.incoming, parts);
  if ("ok" in bearer) return bearer;
  parts.log.complete(exchange.number, { clientId: bearer.clientId });
  const { requestLimit } = parts.settings();
  if (requestLimit !== null) {
    const wait = parts.throttle.admit(bearer.clientId, requestLimit, parts.now());
    if (wait !== null) return tooMany(wait);
  }
  const route = findRoute(exchange.incoming.url);
  if ("ok" in route) return route;
  const isRead = exchange.incoming.method === "GET";
  const wanted = route.resource.roles[isRead ? "read" : "write"];
  if (!wanted.some((role) => bearer.roles.includes(role))) return forbidden(wanted);
  const { memory, stale } = parts;
  const before = memory.current();
  const reply = callResource(route, exchange, parts, isRead ? stale.show(before) : before);
  if (!reply.ok || isRead) return reply.ok ? withFaultyPage(reply, exchange, parts) : reply;
  if (exchange.fault?.kind !== "no-effect") keep(reply, exchange, parts);
  return reply;
}

function keep(reply: Success, { incoming }: Exchange, { memory, stale, faults }: GraphParts): void {
  const before = memory.current();
  if (reply.state === before) return;
  memory.commit(reply.state);
  const lag = faults.take(incoming.method, incoming.url, ({ kind }) => kind === "stale-reads");
  if (lag?.kind === "stale-reads") stale.hold(before, lag.reads);
}

function authorise({ headers }: Incoming, { now, open }: GraphParts): Bearer | Refusal {
  const given = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? "")?.[1];
  if (given === undefined && open && headers.authorization === undefined) return BUILT_IN_APP;
  const read =
    given === undefined ? { problem: "Access token is empty." } : readToken(given, now());
  if ("bearer" in read) return read.bearer;
  return refuse(401, "InvalidAuthenticationToken", read.problem, {
    "www-authenticate": 'Bearer realm="", error="invalid_token"',
  });
}

function tooMany(seconds: number): Refusal {
  return refuse(429, "TooManyRequests", "Too many requests", { "retry-after": String(seconds) });
}

function forbidden(roles: readonly string[]): Refusal {
  return refuse(
    403,
    AADB2C,
    `The application does not have any of the required application permissions (${roles.join(", ")}) to access the resource.`,
  );
}

interface Route {
  readonly version: string;
  readonly resource: Resource;
  readonly segments: readonly string[];
}

/** Paths count without regard to case; `collection('key')` is `collection/key`. */
function findRoute(url: string): Route | Refusal {
  const parts = pathOf(url)
    .split("/")
    .filter((part) => part !== "");
  const segments = parts.flatMap((part) => {
    const [, name, key] = /^([^(]+)\('(.*)'\)$/.exec(part) ?? [];
    return name === undefined || key === undefined ? [part] : [name, key.replaceAll("''", "'")];
  });
  const [version = "", root = "", collection = "", ...rest] = segments;
  if (!/^(v1\.0|beta)$/i.test(version)) return unknownSegment(version);
  if (root.toLowerCase() !== "identity") return unknownSegment(root);
  const resource = RESOURCES.find((each) => each.collection === collection.toLowerCase());
  if (resource === undefined) return unknownSegment(collection);
  return { version: version.toLowerCase(), resource, segments: rest };
}

function pathOf(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function callResource(
  route: Route,
  exchange: Exchange,
  parts: GraphParts,
  state: Success["state"],
) {
  const { method, url, headers, body } = exchange.incoming;
  return route.resource.reply(
    {
      method,
      segments: route.segments,
      query: new URLSearchParams(url.split("?").slice(1).join("?")),
      contentType: headers["content-type"] ?? null,
      body,
      root: `${parts.url()}/${route.version}`,
      now: parts.now(),
      pageSize: parts.settings().pageSize,
      newId: parts.newId,
    },
    state,
  );
}

function withFaultyPage(reply: Success, { fault, incoming }: Exchange, parts: GraphParts): Success {
  const isFaulty = fault?.kind === "empty-page" || fault?.kind === "duplicate-page";
  if (!isFaulty || reply.body?.["value"] === undefined) return reply;
  const nextLink = `${parts.url()}${incoming.url}`;
  const value = fault.kind === "empty-page" ? [] : reply.body["value"];
  return { ...reply, body: { ...reply.body, "@odata.nextLink": nextLink, value } };
}

function toAnswer(reply: Reply, exchange: Exchange, parts: GraphParts): Answer {
  const headers = commonHeaders(exchange, parts);
  const extra = reply.ok ? {} : reply.headers;
  const json = reply.ok ? reply.body : errorBody(reply, exchange, parts.now());
  const type = {
    "content-type":
      "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
  };
  return {
    status: reply.status,
    headers: { ...headers, ...(json !== null && type), ...extra },
    body: json === null ? null : JSON.stringify(json),
    ending: "whole",
  };
}

function commonHeaders({ requestId, clientRequestId }: Exchange, { now }: GraphParts) {
  return {
    date: now().toUTCString(),
    "request-id": requestId,
    "client-request-id": clientRequestId ?? requestId,
    "x-ms-ags-diagnostic": JSON.stringify({
      ServerInfo: { DataCenter: "Sandbox", Slice: "E", Ring: "0", RoleInstance: "PLUMBLINE" },
    }),
  };
}

function errorBody(refusal: Refusal, exchange: Exchange, now: Date): JsonObject {
  const { requestId, clientRequestId } = exchange;
  const innerError = {
    ...(refusal.status === 429 && { code: "429", status: "429", message: "Please retry after" }),
    ...(refusal.code === AADB2C && { correlationId: requestId }),
    date: now.toISOString().slice(0, 19),
    "request-id": requestId,
    "client-request-id": clientRequestId ?? requestId,
  };
  return { error: { code: refusal.code, message: refusal.message, innerError } };
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
