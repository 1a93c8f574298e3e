/** Server-sent events: an open page hears that a run has ended, and fetches itself again. */
import type { ServerResponse } from "node:http";

/** Most pages that listen at once; another is refused. */
export const LISTENERS = 512;

/** Bytes that somebody may leave unread before the stream is cut; a browser comes back by itself. */
const UNREAD = 65_536;

/** Milliseconds after which a connection that says nothing is given a sign of life. */
const HEARTBEAT = 25_000;

export interface Events {
  /** Takes the response over and answers true; false when there are enough listeners. */
  listen(response: ServerResponse, headers: Readonly<Record<string, string>>): boolean;
  /** Ends every stream, and listens to no more runs. */
  close(): void;
}

/** `onRun` is called once, and what it answers at the end. */
export function openEvents(
  onRun: (listener: (tenant: string) => void) => () => void,
  heartbeat = HEARTBEAT,
): Events {
  const listening = new Set<ServerResponse>();
  let isClosed = false;
  const send = (text: string) => {
    for (const response of listening) {
      if (response.writableLength > UNREAD) response.destroy();
      else response.write(text);
    }
  };
  const off = onRun((tenant) => send(`event: run\ndata: ${JSON.stringify({ tenant })}\n\n`));
  const timer = setInterval(() => send(":\n\n"), heartbeat);
  timer.unref();
  return {
    listen(response, headers) {
      if (isClosed || listening.size >= LISTENERS) return false;
      listening.add(response);
      response.once("close", () => listening.delete(response));
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
      for (const response of listening) response.end();
    },
  };
}
