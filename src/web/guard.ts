/** What the page and the API share, so that both count, recognise and log alike. */
import type { FastifyInstance } from "fastify";
import type { Callers } from "./callers.ts";
import { type Limits, openLimits } from "./limit.ts";
import type { WebLog } from "./log.ts";

export interface Guard {
  readonly callers: Callers;
  readonly limits: Limits;
  readonly log: WebLog;
}

/** `scope`: one below `allowLimits`. */
export function openGuard(scope: FastifyInstance, callers: Callers, log: WebLog): Guard {
  return { callers, limits: openLimits(scope, log), log };
}
