/** Server-sent events: an open page hears that a run has ended, and fetches itself again. */
import type { ServerResponse } from "node:http";

/** Most pages that listen at once, and most of one caller; another is refused. */
export const LISTENERS = 512;
export const LISTENERS_OF_ONE = 128;

/** Bytes that somebody may leave unread before the stream is cut; a browser comes back by itself. */
const UNREAD = 65_536;

/** Milliseconds after which a connection that says nothing is given a sign of life. */
const HEARTBEAT = 25_000;

/** Whoever listens. */
export interface Listener {
  /** Of whom there may be so many; null: of this one as many as of all. */
  readonly who: string | null;
  /** Whether they may no longer; asked before anything is sent. */
  readonly isOver: () => boolean;
  /** Aborted when they may no longer; null: nobody can say so. */
  readonly ended: AbortSignal | null;
}

export interface Events {
  /** Takes the response over and answers true; false when there are enough listeners, or this one has left. */
  listen(
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    listener: Listener,
  ): boolean;
  /** Ends every stream, and listens to no more runs. */
  close(): void;
}

/** `onRun` is called once, and what it answers at the end. */
export function openEvents(
  onRun: (listener: (tenant: string) => void) => () => void,
  heartbeat = HEARTBEAT,
): Events {
  const listening = new Map<ServerResponse, Listener>();
  let isClosed = false;
  const send = (text: string) => {
    for (const [response, { isOver }] of listening) {
      if (response.writableLength > UNREAD) response.destroy();
      else if (isOver()) response.end();
      else response.write(text);
    }
  };
  const off = onRun((tenant) => send(`event: run\ndata: ${JSON.stringify({ tenant })}\n\n`));
  const timer = setInterval(() => send(":\n\n"), heartbeat);
  timer.unref();
  return {
    listen(response, headers, listener) {
      // Whoever has left already would never be said to have left.
      if (isClosed || response.closed || !hasRoom(listening, listener)) return false;
      const end = () => response.end();
      const forget = () => {
        listening.delete(response);
        listener.ended?.removeEventListener("abort", end);
      };
      listening.set(response, listener);
      listener.ended?.addEventListener("abort", end, { once: true });
      response.once("close", forget);
      // The connection is meant to stay open while nobody says anything.
      response.socket?.setTimeout(0);
      response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
      response.write(":\n\n");
      return true;
    },
    close() {
      isClosed = true;
      clearInterval(timer);
      off();
      for (const response of listening.keys()) response.end();
    },
  };
}

function hasRoom(listening: ReadonlyMap<ServerResponse, Listener>, { who }: Listener): boolean {
  if (listening.size >= LISTENERS) return false;
  if (who === null) return true;
  return [...listening.values()].filter((one) => one.who === who).length < LISTENERS_OF_ONE;
}
