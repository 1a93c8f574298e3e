/** The Graph requests that the practice tenant was sent, without their secrets. */
import { EventEmitter } from "node:events";

export interface LoggedRequest {
  /** Counts from 1 since the start; the last digits of its `request-id`. */
  readonly number: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  /** null while there is no answer, and for ever when the connection was broken instead. */
  readonly status: number | null;
  /** The app that sent it; null without a good token. */
  readonly clientId: string | null;
  readonly clientRequestId: string | null;
  /** Parsed JSON, with `[sent]` for passwords, certificates and query values; null without a body. */
  readonly body: unknown;
}

export interface RequestLog {
  open(method: string, path: string, clientRequestId: string | null, body: string): LoggedRequest;
  complete(number: number, change: Partial<Pick<LoggedRequest, "status" | "clientId">>): void;
  list(): readonly LoggedRequest[];
  clear(): void;
  /**
   * Resolves when the next request with this method and a matching path has arrived and is answered
   * or, with a delay, held.
   */
  arrival(method: string, path: RegExp): Promise<LoggedRequest>;
}

const SENT = "[sent]";
const SECRET_KEYS = ["password", "pkcs12Value"];

/** The oldest are forgotten, so that a service that runs for months does not grow. */
const MOST_KEPT = 10_000;

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  let last = 0;
  const arrivals = new EventEmitter<{ request: [LoggedRequest] }>().setMaxListeners(0);
  return {
    open(method, path, clientRequestId, text) {
      last += 1;
      const body = text === "" ? null : withoutSecrets(text);
      const entry = {
        number: last,
        method,
        path,
        status: null,
        clientId: null,
        clientRequestId,
        body,
      };
      if (entries.length >= MOST_KEPT) entries = entries.slice(MOST_KEPT / 10);
      entries.push(entry);
      // After what is done at once, so that whoever waits sees the effect of a request that is held.
      setImmediate(() => arrivals.emit("request", entry));
      return entry;
    },
    complete(number, change) {
      const index = entries.findLastIndex((entry) => entry.number === number);
      const entry = entries[index];
      if (entry !== undefined) entries[index] = { ...entry, ...change };
    },
    list: () => [...entries],
    clear() {
      entries = [];
    },
    arrival: (method, path) =>
      new Promise((resolve) => {
        const look = (entry: LoggedRequest) => {
          if (entry.method !== method || !path.test(entry.path)) return;
          arrivals.off("request", look);
          resolve(entry);
        };
        arrivals.on("request", look);
      }),
  };
}

function withoutSecrets(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (SECRET_KEYS.includes(key)) return SENT;
      return key === "targetUrl" && typeof value === "string" ? withoutQueryValues(value) : value;
    });
  } catch {
    return "[not JSON]";
  }
}

function withoutQueryValues(url: string): string {
  const [base = "", query] = url.split("?", 2);
  if (query === undefined) return url;
  const keys = query.split("&").map((pair) => `${pair.split("=", 1)[0]}=${SENT}`);
  return `${base}?${keys.join("&")}`;
}
