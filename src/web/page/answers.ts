/** What every route of the page does with its request and its reply. */
import type { FastifyReply } from "fastify";
import type { Refusal } from "../refusal.ts";
import { SIGN_IN } from "./paths.ts";
import { refusedPage } from "./refusals.ts";

export function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.type("text/html; charset=utf-8").send(page);
}

/** Whoever may still say who they are is asked, and comes back to `to`. */
export function turnAway(refusal: Refusal, to: string, reply: FastifyReply): FastifyReply {
  const { status, headers = {} } = refusal;
  reply.headers(headers);
  if (status === 401) return reply.redirect(`${SIGN_IN}?to=${encodeURIComponent(to)}`, 303);
  return sendPage(reply.code(status), refusedPage(refusal));
}

/** Of a query or a form; empty where it is missing or there twice. */
export function textOf(fields: unknown, name: string): string {
  const value = (fields as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof value === "string" ? value : "";
}
