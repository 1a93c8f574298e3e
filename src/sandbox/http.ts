/** The socket of the practice tenant: whole requests in, answers out, broken ones where asked for. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { FaultError, failure, toFault } from "../model/fault.ts";
import type { TlsIdentity } from "./tls-identity.ts";

export interface Incoming {
  /** In upper case. */
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** `dropped`: the connection breaks before the answer; `cut`: in the middle of it. */
  readonly ending: "whole" | "dropped" | "cut";
}

export interface Listening {
  readonly port: number;
  /** Breaks the connections that are still open. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const LARGEST_BODY = 4 * 1024 * 1024;

/** Must throw a FaultError with code `configuration` when the port is taken. */
export async function listen(
  port: number,
  tls: TlsIdentity | null,
  reply: (incoming: Incoming) => Promise<Answer>,
): Promise<Listening> {
  const listener: RequestListener = (request, response) => void serve(request, response, reply);
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  await bind(server, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new FaultError(failure("configuration", refusedPort(port, error.code)), { cause: error }),
      );
    });
    server.listen(port, HOST, resolve);
  });
}

function refusedPort(port: number, code: string | undefined): string {
  if (code === "EADDRINUSE") {
    return `The sandbox cannot listen on ${HOST}:${port}, because another program does. Stop that program, or give the sandbox another port.`;
  }
  return `The sandbox cannot listen on ${HOST}:${port} (${code ?? "unknown error"}). Give it another port.`;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  reply: (incoming: Incoming) => Promise<Answer>,
): Promise<void> {
  try {
    const body = await readBody(request);
    if (body === null) return send(response, plain(413, "The request body is too large."));
    const { method = "GET", url = "/", headers } = request;
    send(response, await reply({ method: method.toUpperCase(), url, headers, body }));
  } catch (error) {
    // Whoever sent half a request has gone.
    if (!request.complete) response.destroy();
    else send(response, plain(500, toFault(error).message));
  }
}

/** null when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= LARGEST_BODY) chunks.push(bytes);
  }
  return size > LARGEST_BODY ? null : Buffer.concat(chunks).toString("utf8");
}

function plain(status: number, message: string): Answer {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return { status, headers, body: `${message}\n`, ending: "whole" };
}

function send(response: ServerResponse, { status, headers, body, ending }: Answer): void {
  if (ending === "dropped") {
    response.destroy();
    return;
  }
  if (body === null || status === 204 || status === 304) {
    response.writeHead(status, headers).end();
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  if (ending === "whole") response.end(bytes);
  else response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}
