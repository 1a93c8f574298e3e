/** How often somebody may ask. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "./access.ts";
import type { Refusal } from "./refusal.ts";

/** Milliseconds. */
const WINDOW = 60_000;

/** Requests in a minute of one caller from one address. */
export const OF_CALLER = 1_200;

/** Requests in a minute of one address that name nobody who is known: somebody tries tokens out. */
export const OF_STRANGERS = 60;

/** What is left of a caller, or of the reason why there is none, once this request is counted. */
export type Limit = (
  request: FastifyRequest,
  recognised: Caller | Refusal,
) => Promise<Caller | Refusal>;

/** Must be called before the scopes are registered that have limits. */
export function allowLimits(app: FastifyInstance): void {
  app.register(rateLimit, { global: false, timeWindow: WINDOW });
}

/**
 * Strangers are counted apart, so that they keep nobody out who is known, however many share their
 * address. What is refused for what it is, whoever asks, is not counted at all. `logger` hears of
 * strangers once in a minute for each address.
 */
export function openLimit(scope: FastifyInstance, logger?: (message: string) => void): Limit {
  const ofCallers = counter(scope, OF_CALLER);
  const ofStrangers = counter(scope, OF_STRANGERS);
  return async (request, recognised) => {
    if (!("error" in recognised)) {
      const { refusal } = await ofCallers(request, `${recognised.name} ${request.ip}`);
      return refusal ?? recognised;
    }
    if (recognised.status !== 401) return recognised;
    const { refusal, isFirst } = await ofStrangers(request, request.ip);
    if (isFirst) logger?.(`A request from ${request.ip} named nobody who may use this service.`);
    return refusal ?? recognised;
  };
}

interface Counted {
  /** null: not too often. */
  readonly refusal: Refusal | null;
  /** Of its window. */
  readonly isFirst: boolean;
}

function counter(scope: FastifyInstance, max: number) {
  const keys = new WeakMap<FastifyRequest, string>();
  const keyGenerator = (request: FastifyRequest) => keys.get(request) ?? request.ip;
  const look = scope.createRateLimit({ max, timeWindow: WINDOW, keyGenerator });
  return async (request: FastifyRequest, key: string): Promise<Counted> => {
    keys.set(request, key);
    const looked = await look(request);
    if (looked.isAllowed) return { refusal: null, isFirst: false };
    const refusal = looked.isExceeded ? tooMany(max, looked.ttlInSeconds) : null;
    return { refusal, isFirst: looked.remaining === max - 1 };
  };
}

function tooMany(max: number, seconds: number): Refusal {
  const message = `More than ${max} requests came from here within a minute. Come back later.`;
  const headers = { "retry-after": String(Math.max(1, seconds)) };
  return { status: 429, error: "too-many", message, headers };
}
