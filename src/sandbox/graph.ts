/**
 * One request to Microsoft Graph as the practice tenant answers it, from token to headers.
 * https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/throttling
 */
import type { AuditLog } from "./audit-log.ts";
import { commonHeaders, type Identity, toAnswer } from "./graph-answer.ts";
import { findRoute, type Route } from "./graph-route.ts";
import type { Answer, Incoming } from "./http.ts";
import type { FaultQueue, InjectedFault } from "./injected-fault.ts";
import { AADB2C, type Refusal, type Reply, refuse, type Success } from "./reply.ts";
import type { RequestLog } from "./request-log.ts";
import type { Settings } from "./settings.ts";
import type { StaleReads } from "./stale-reads.ts";
import type { Memory } from "./state-file.ts";
import type { Throttle } from "./throttle.ts";
import { type Bearer, BUILT_IN_APP, readToken } from "./token.ts";

export interface GraphParts {
  readonly memory: Memory;
  readonly faults: FaultQueue;
  readonly stale: StaleReads;
  readonly log: RequestLog;
  readonly audit: AuditLog;
  readonly throttle: Throttle;
  /** Requests without a token are those of the built-in app. */
  readonly open: boolean;
  now(): Date;
  newId(): string;
  /** Root of the service, without version. */
  url(): string;
  settings(): Settings;
  wait(milliseconds: number): Promise<void>;
}

/** One request while it is answered. */
interface Exchange extends Identity {
  readonly incoming: Incoming;
  readonly number: number;
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
  await pause(fault, "before-effect", parts);
  const instead = answerInstead(exchange, parts);
  if (instead !== null) return instead;
  const answer = toAnswer(operate(exchange, parts), exchange, parts.now());
  await pause(fault, "after-effect", parts);
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

async function pause(
  fault: InjectedFault | null,
  when: "before-effect" | "after-effect",
  parts: GraphParts,
): Promise<void> {
  if (fault?.kind !== "delay" || (fault.when ?? "before-effect") !== when) return;
  await parts.wait(fault.milliseconds);
}

/** The answer of a fault that keeps the operation from happening. */
function answerInstead(exchange: Exchange, parts: GraphParts): Answer | null {
  const { fault } = exchange;
  const headers = commonHeaders(exchange, parts.now());
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
      const answer = toAnswer(refusal, exchange, parts.now());
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
  const wanted = route.resource.roles(exchange.incoming.method, route.segments);
  if (!wanted.some((role) => bearer.roles.includes(role))) {
    return route.resource.forbidden?.(wanted) ?? forbidden(wanted);
  }
  const { memory, stale } = parts;
  const before = memory.current();
  const reply = callResource(route, exchange, parts, isRead ? stale.show(before) : before);
  if (!reply.ok || isRead) return reply.ok ? withFaultyPage(reply, exchange, parts) : reply;
  if (exchange.fault?.kind !== "no-effect") keep(reply, exchange, bearer, parts);
  return reply;
}

function keep(reply: Success, exchange: Exchange, { clientId }: Bearer, parts: GraphParts): void {
  const { memory, stale, faults, audit } = parts;
  const { incoming, requestId, clientRequestId } = exchange;
  const before = memory.current();
  if (reply.state === before) return;
  memory.commit(reply.state);
  audit.note(before, reply.state, { type: "app", clientId, request: clientRequestId ?? requestId });
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
      settings: parts.settings(),
      audits: parts.audit.arrived(),
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

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
