/** The way to Microsoft Graph: its client builds the requests, our own chain carries them. */
import { Client, ResponseType } from "@microsoft/microsoft-graph-client";
import type { Clock } from "../model/clock.ts";
import { type Answer, type Asked, Exchange, type Step } from "./exchange.ts";
import type { FaultContext } from "./faults.ts";

/** One request as it ended, for logs and metrics. Holds no secret. */
export interface RequestEvent {
  /** Name of the tenant. */
  readonly tenant: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** null: no answer came. */
  readonly status: number | null;
  /** Milliseconds from first to last, waiting included. */
  readonly ms: number;
  /** How often it was sent; 0 when it never left. */
  readonly tries: number;
  /** `request-id` of Graph. */
  readonly requestId: string | null;
  /** Milliseconds of `ms` that were spent waiting because Graph or the budget asked for it. */
  readonly throttled: number;
}

export interface Sending {
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** The exact address instead of the one that `asked` makes. */
  readonly nextLink?: string | null;
  readonly signal?: AbortSignal | undefined;
  /** client-request-id; one of its own where there is none. */
  readonly request?: string | null | undefined;
}

export interface Transport {
  /** Answers whatever came, with any status. Throws a FaultError when nothing came, or the signal's reason. */
  send(asked: Asked, sending: Sending): Promise<Answer>;
}

export interface TransportOptions {
  readonly context: FaultContext;
  readonly chain: Step;
  readonly clock: Clock;
  readonly onRequest: ((event: RequestEvent) => void) | undefined;
}

export function openTransport(options: TransportOptions): Transport {
  const client = Client.initWithMiddleware({
    baseUrl: options.context.tenant.graph,
    middleware: {
      async execute({ request, options: built, middlewareControl }) {
        const exchange = middlewareControl?.getMiddlewareOptions(Exchange) as Exchange;
        exchange.url ??= String(request);
        exchange.headers = { ...(built?.headers as Record<string, string>) };
        if (typeof built?.body === "string") {
          exchange.body = built.body;
          exchange.headers["Content-Length"] = String(Buffer.byteLength(built.body));
        }
        exchange.answer = await observed(exchange, options);
      },
    },
  });
  return {
    async send(asked, { body, nextLink = null, signal, request = null }) {
      const exchange = new Exchange(asked, nextLink, signal, request);
      try {
        await call(client, exchange, body);
      } catch (thrown) {
        // The Graph client wraps what its middleware throws.
        throw exchange.failure ?? thrown;
      }
      if (exchange.answer === undefined) throw new TypeError("The chain ended without an answer.");
      return exchange.answer;
    },
  };
}

function call(client: Client, exchange: Exchange, body: unknown): Promise<unknown> {
  const request = client
    .api(exchange.asked.path)
    .version("")
    .responseType(ResponseType.RAW)
    .middlewareOptions([exchange]);
  switch (exchange.asked.method) {
    case "GET":
      return request.get();
    case "POST":
      return request.post(body);
    case "PATCH":
      return request.patch(body);
    case "PUT":
      return request.put(body);
    case "DELETE":
      return request.delete();
  }
}

async function observed(exchange: Exchange, options: TransportOptions): Promise<Answer> {
  const { context, chain, clock, onRequest } = options;
  const started = clock.now().getTime();
  let answer: Answer | null = null;
  try {
    answer = await chain(exchange);
    return answer;
  } catch (thrown) {
    exchange.failure = thrown;
    throw thrown;
  } finally {
    onRequest?.({
      tenant: context.tenant.name,
      method: exchange.asked.method,
      path: exchange.asked.path,
      status: answer?.status ?? null,
      ms: clock.now().getTime() - started,
      tries: exchange.tries,
      requestId: answer?.headers.get("request-id") ?? null,
      throttled: exchange.throttled,
    });
  }
}
