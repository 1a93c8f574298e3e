/**
 * What a request passes through on its way to Microsoft Graph. The stock middleware of the Graph
 * client (no token over http, a POST sent again, redirects followed) is not in the chain at all:
 *
 *   GET alone (reader) → client-request-id → token → retry → budget → time-out → fetch
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../model/clock.ts";
import { FaultError } from "../model/fault.ts";
import type { Budget } from "./budget.ts";
import type { Answer, Exchange, Step } from "./exchange.ts";
import { doubted, type FaultContext, pausedFault, rejected, unusableToken } from "./faults.ts";
import { overHttp, unanswered } from "./http.ts";
import { delayBeforeRetry, LONGEST_WAIT } from "./retry.ts";
import { isCarried, type Tokens } from "./tokens.ts";

/** What the links of one tenant's chain share. */
export interface Links {
  readonly context: FaultContext;
  readonly tokens: Tokens;
  readonly budget: Budget;
  readonly clock: Clock;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Milliseconds that one try may take, its answer read to the end. */
  readonly timeout: number;
}

/**
 * `only: "GET"` refuses every other method before anything else happens. `patience: "none"` leaves out
 * the link that tries again and that makes everybody wait when Graph asks one of them to.
 */
export function openChain(
  links: Links,
  only: "GET" | null,
  patience: "some" | "none" = "some",
): Step {
  const { context } = links;
  const tried = budgeted(overHttp(links), links);
  const sent = authenticated(patience === "none" ? tried : retried(tried, links), links);
  return async (exchange) => {
    if (only !== null && exchange.asked.method !== only) {
      throw rejected(`This access to tenant ${context.tenant.name} may read and nothing else.`);
    }
    exchange.headers["client-request-id"] = exchange.request ?? randomUUID();
    try {
      return { ...(await sent(exchange)), inDoubt: exchange.inDoubt };
    } catch (thrown) {
      if (exchange.inDoubt && thrown instanceof FaultError) throw doubted(thrown);
      throw thrown;
    }
  };
}

/** A token that was refused is renewed once, except for a POST: that is never sent twice. */
function authenticated(next: Step, { tokens, context }: Links): Step {
  const send = (exchange: Exchange, token: string) => {
    if (!isCarried(token)) throw unusableToken(context);
    exchange.headers["Authorization"] = `Bearer ${token}`;
    return next(exchange);
  };
  return async (exchange) => {
    const token = await tokens.current(exchange.signal);
    const answer = await send(exchange, token.text);
    if (answer.status !== 401) return answer;
    tokens.forget(token.text);
    if (!token.cached || exchange.asked.method === "POST") return answer;
    const renewed = await tokens.current(exchange.signal);
    return renewed.text === token.text ? answer : send(exchange, renewed.text);
  };
}

/** What one try brought: an answer with any status, or the fault that stands for none. */
type Outcome = { readonly answer: Answer } | { readonly answer: null; readonly fault: FaultError };

function retried(next: Step, links: Links): Step {
  const { clock, budget, random } = links;
  const now = () => clock.now().getTime();
  return async (exchange) => {
    const started = now();
    let waited = 0;
    for (let tries = 1; ; tries += 1) {
      const outcome = await attempted(next, exchange);
      const status = outcome.answer?.status ?? null;
      if (exchange.asked.method !== "GET" && leavesOpen(status)) exchange.inDoubt = true;
      const retryAfter = outcome.answer?.retryAfter ?? null;
      const paused = status === 429 && retryAfter !== null;
      if (paused) budget.pause(retryAfter);
      const { method } = exchange.asked;
      const delay = delayBeforeRetry(
        { method, status, retryAfter, tries, elapsed: now() - started, waited },
        random(),
      );
      if (delay === null) return settled(outcome);
      if (retryAfter !== null) waited += delay;
      // After a 429 the budget makes everybody wait, this request too.
      if (paused) continue;
      await clock.sleep(delay, exchange.signal);
      if (retryAfter !== null) exchange.throttled += delay;
    }
  };
}

/** null: no answer came, or it broke off. */
function leavesOpen(status: number | null): boolean {
  return status === null || status >= 500 || status === 408;
}

async function attempted(next: Step, exchange: Exchange): Promise<Outcome> {
  try {
    return { answer: await next(exchange) };
  } catch (thrown) {
    const fault = unanswered(thrown);
    if (fault === null) throw thrown;
    return { answer: null, fault };
  }
}

function settled(outcome: Outcome): Answer {
  if (outcome.answer === null) throw outcome.fault;
  return outcome.answer;
}

function budgeted(next: Step, { budget, context }: Links): Step {
  return async (exchange) => {
    const paused = budget.paused();
    if (paused > LONGEST_WAIT) throw pausedFault(paused, exchange.asked, context);
    exchange.throttled += await budget.take(exchange.signal);
    return next(exchange);
  };
}
