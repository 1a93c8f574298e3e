/** How often one address may ask. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { type Refusal, refuse } from "./refusal.ts";

/** Milliseconds. */
const WINDOW = 60_000;

/** Must be called before the scopes are registered that set limits. */
export function allowLimits(app: FastifyInstance): void {
  app.register(rateLimit, { global: false, timeWindow: WINDOW });
}

/** Refuses what comes more often in a minute, before anything else is looked at. */
export function limitRequests(scope: FastifyInstance, perMinute: number): void {
  const look = scope.createRateLimit({ max: perMinute, timeWindow: WINDOW });
  scope.addHook("onRequest", async (request, reply) => {
    const looked = await look(request);
    if (looked.isAllowed || !looked.isExceeded) return;
    return refuse(reply, tooMany(perMinute, looked.ttlInSeconds));
  });
}

function tooMany(perMinute: number, seconds: number): Refusal {
  const message = `More than ${perMinute} requests came from here within a minute. Come back later.`;
  const headers = { "retry-after": String(Math.max(1, seconds)) };
  return { status: 429, error: "too-many", message, headers };
}
