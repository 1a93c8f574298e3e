/** How often somebody may ask. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Caller } from "./caller.ts";
import type { WebLog } from "./log.ts";
import type { Refusal } from "./refusal.ts";

/** Milliseconds. */
const WINDOW = 60_000;

/** Requests in a minute of one caller from one network, or of visitors who have not said who they are. */
export const OF_CALLER = 1_200;

/** Requests in a minute of one network that name nobody who is known: somebody tries tokens out. */
export const OF_STRANGERS = 60;

export interface Limits {
  /** What is left of a caller, or of the reason why there is none, once this request is counted. */
  readonly count: (
    request: FastifyRequest,
    recognised: Caller | Refusal,
  ) => Promise<Caller | Refusal>;
  /** Counts somebody who is about to be asked who they are; null: they may be. */
  readonly visit: (request: FastifyRequest) => Promise<Refusal | null>;
}

/** Must be called before the scopes are registered that have limits. */
export function allowLimits(app: FastifyInstance): void {
  app.register(rateLimit, { global: false, timeWindow: WINDOW });
}

/**
 * Strangers are counted apart, so that they keep nobody out who is known, however many share their
 * address. What is refused for what it is, whoever asks, is not counted at all. The log hears of
 * strangers once in a minute for each network.
 */
export function openLimits(scope: FastifyInstance, log: WebLog): Limits {
  const ofCallers = counter(scope, OF_CALLER);
  const ofVisitors = counter(scope, OF_CALLER);
  const ofStrangers = counter(scope, OF_STRANGERS);
  return {
    async count(request, recognised) {
      const network = networkOf(request.ip);
      if (!("error" in recognised)) {
        const { refusal } = await ofCallers(request, `${recognised.name} ${network}`);
        return refusal ?? recognised;
      }
      if (recognised.status !== 401) return recognised;
      const { refusal, isFirst } = await ofStrangers(request, network);
      if (isFirst) log.warn(`A request from ${request.ip} named nobody who may use this service.`);
      return refusal ?? recognised;
    },
    visit: async (request) => (await ofVisitors(request, networkOf(request.ip))).refusal,
  };
}

/**
 * Whoever has one IPv6 address has the whole /64 that it is of. An IPv4 address stands for itself, also
 * where it is written as IPv6.
 */
export function networkOf(ip: string): string {
  const [address = ""] = ip.split("%");
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = [], tail = []] = address.split("::").map(groupsOf);
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
  const groups = [...head, ...zeros, ...tail].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "").toLowerCase()).join(":")}::/64`;
}

/** What is written as IPv4 at the end has the room of two. */
function groupsOf(part: string): readonly string[] {
  return part === "" ? [] : part.replace(/\d+\.\d+\.\d+\.\d+$/, "0:0").split(":");
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

function tooMany(max: number, left: number): Refusal {
  const seconds = Math.max(1, left);
  const when = seconds === 1 ? "a second" : `${seconds} seconds`;
  const message = `More than ${max} requests came from here within a minute. Ask again in ${when}.`;
  const headers = { "retry-after": String(seconds) };
  return { status: 429, error: "too-many", message, headers };
}
