/** How the service says no, and the headers that every answer has. */
import type { FastifyReply } from "fastify";
import { jsonText } from "../report/json.ts";

/** Nothing that is answered is meant to be kept, rendered or read from another site. */
export const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Why there is no answer. */
export interface Refusal {
  readonly status: number;
  /** Stable word for programs. */
  readonly error: string;
  /** One or more sentences for people. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where it is kept, and what is wrong with it, is for whoever reads the log. */
export const STORE = "The store cannot be read. The log of the service has the reason.";

export function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, error, message, headers = {} } = refusal;
  return reply
    .code(status)
    .headers({ ...HEADERS, ...headers })
    .type("application/json; charset=utf-8")
    .send(jsonText({ error, message }));
}

/** What fastify says is wrong with a request itself; null: the error is not about that. */
export function statusOf(error: unknown): number | null {
  const { statusCode } = (error ?? {}) as { readonly statusCode?: unknown };
  const isOfRequest = typeof statusCode === "number" && statusCode >= 400 && statusCode < 500;
  return isOfRequest ? statusCode : null;
}
