/** How Microsoft Graph wraps what it says: headers, JSON, the shape of an error. */
import type { Answer } from "./http.ts";
import { AADB2C, type JsonObject, type Refusal, type Reply } from "./reply.ts";

/** What an answer says about the request that it answers. */
export interface Identity {
  readonly requestId: string;
  /** As the caller sent it. */
  readonly clientRequestId: string | null;
}

export function toAnswer(reply: Reply, identity: Identity, now: Date): Answer {
  const headers = commonHeaders(identity, now);
  const extra = reply.ok ? {} : reply.headers;
  const json = reply.ok ? reply.body : errorBody(reply, identity, now);
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

export function commonHeaders({ requestId, clientRequestId }: Identity, now: Date) {
  return {
    date: now.toUTCString(),
    "request-id": requestId,
    "client-request-id": clientRequestId ?? requestId,
    "x-ms-ags-diagnostic": JSON.stringify({
      ServerInfo: { DataCenter: "Sandbox", Slice: "E", Ring: "0", RoleInstance: "PLUMBLINE" },
    }),
  };
}

function errorBody(refusal: Refusal, identity: Identity, now: Date): JsonObject {
  const { requestId, clientRequestId } = identity;
  const innerError = {
    ...(refusal.status === 429 && { code: "429", status: "429", message: "Please retry after" }),
    ...(refusal.code === AADB2C && { correlationId: requestId }),
    date: now.toISOString().slice(0, 19),
    "request-id": requestId,
    "client-request-id": clientRequestId ?? requestId,
  };
  return { error: { code: refusal.code, message: refusal.message, innerError } };
}
