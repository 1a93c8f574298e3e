/** The last link of the chain: one try over the network, read to its end within its time. */
import type { Clock } from "../model/clock.ts";
import { FaultError } from "../model/fault.ts";
import { readBody } from "./body.ts";
import type { Answer, Exchange, Step } from "./exchange.ts";
import { type FaultContext, malformedAnswer, networkFault, timeoutFault } from "./faults.ts";
import { readRetryAfter } from "./retry.ts";

/** Bytes, unpacked: far more than Graph sends, far less than a process can hold. */
const LONGEST_PAGE = 8 * 2 ** 20;
const LONGEST_ERROR = 2 ** 20;

export interface HttpOptions {
  /** Milliseconds that one try may take, its answer read to the end. */
  readonly timeout: number;
  /** Only tells the time, for a Retry-After that is a date. */
  readonly clock: Clock;
  readonly context: FaultContext;
}

/** Throws FaultError `network`, `timeout` or, for a body beyond all bounds, `malformed`; or the signal's reason. */
export function overHttp({ timeout, clock, context }: HttpOptions): Step {
  return async (exchange) => {
    const { asked, signal } = exchange;
    signal?.throwIfAborted();
    exchange.tries += 1;
    const controller = new AbortController();
    const stop = () => controller.abort();
    const timer = setTimeout(stop, timeout);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const response = await fetch(exchange.url ?? "", {
        method: asked.method,
        headers: exchange.headers,
        ...bodyOf(exchange),
        // A redirect would carry the token elsewhere.
        redirect: "manual",
        credentials: "omit",
        signal: controller.signal,
      });
      const retryAfter = readRetryAfter(response.headers, clock.now().getTime());
      return await wholeAnswer(response, retryAfter, exchange, context);
    } catch (thrown) {
      if (thrown instanceof FaultError) throw thrown;
      if (signal?.aborted) throw signal.reason;
      if (controller.signal.aborted) throw timeoutFault(asked, timeout, context);
      throw networkFault(thrown, asked, context);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  };
}

async function wholeAnswer(
  response: Response,
  retryAfter: number | null,
  { asked }: Exchange,
  context: FaultContext,
): Promise<Answer> {
  const { ok, status, headers } = response;
  const limit = ok ? LONGEST_PAGE : LONGEST_ERROR;
  const text = await readBody(response, limit);
  const answer = { status, headers, text: text ?? "", retryAfter };
  if (text !== null) return answer;
  throw malformedAnswer(`has more than ${limit / 2 ** 20} MiB`, answer, asked, context);
}

/**
 * fetch sends a request answered 421 a second time by itself, unless its body is a stream, which it
 * cannot read again: so a create goes as a stream.
 */
function bodyOf({ asked, body }: Exchange): RequestInit {
  if (body === undefined) return {};
  return asked.method === "POST" ? { body: new Blob([body]).stream(), duplex: "half" } : { body };
}

/** The fault of a try that brought no answer; null when something else was thrown. */
export function unanswered(thrown: unknown): FaultError | null {
  if (!(thrown instanceof FaultError)) return null;
  return thrown.fault.code === "network" || thrown.fault.code === "timeout" ? thrown : null;
}
