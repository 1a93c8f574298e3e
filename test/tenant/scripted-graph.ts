/** A real HTTP server that answers as a test says, and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Redactor } from "../../src/model/secret.ts";
import { Secret } from "../../src/model/secret.ts";
import { type Access, type AccessOptions, openAccess } from "../../src/tenant/tenant.ts";
import { type HandClock, handClock } from "./hand-clock.ts";

export interface Reply {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON, with its content type. */
  readonly body?: unknown;
  /** The connection breaks: before a byte of the answer, or in the middle of it. */
  readonly drop?: "before" | "midway";
  /** No answer at all. */
  readonly silent?: true;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedGraph extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
}

/** Replies in order; the last one stands for all that follow. */
export async function startGraph(
  ...replies: readonly (Reply | ((url: string) => Reply))[]
): Promise<ScriptedGraph> {
  const seen: Seen[] = [];
  let url = "";
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const scripted = replies[Math.min(seen.length, replies.length - 1)] ?? {};
      const { method = "", headers } = request;
      seen.push({ method, url: request.url ?? "", headers, body });
      const reply = typeof scripted === "function" ? scripted(url) : scripted;
      if (reply.silent) return;
      if (reply.drop === "before") {
        request.socket.destroy();
        return;
      }
      const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? null);
      const json = typeof reply.body === "string" ? {} : { "content-type": "application/json" };
      const length = reply.drop === "midway" ? { "content-length": `${text.length + 10}` } : {};
      response.writeHead(reply.status ?? 200, { ...json, ...length, ...reply.headers });
      if (reply.drop === "midway") {
        response.write(text, () => request.socket.destroy());
        return;
      }
      response.end(reply.body === undefined ? "" : text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Takes known secrets out in their raw form. */
export function plainRedactor(): Redactor {
  const known: string[] = [];
  return {
    add: (secret) => known.push(secret.reveal()),
    redact: (text) => known.reduce((line, secret) => line.replaceAll(secret, "[redacted]"), text),
  };
}

/** Access with a ready token, a clock driven by hand and no jitter. */
export function access(
  url: string,
  options: Partial<AccessOptions> = {},
): { readonly access: Access; readonly clock: HandClock } {
  const clock = handClock();
  const opened = openAccess({
    tenant: { name: "production", graph: url, tenantId: "11111111-2222-3333-4444-555555555555" },
    authority: "https://login.microsoftonline.com",
    credential: { type: "token", token: new Secret("ready-token") },
    budget: 50,
    redactor: plainRedactor(),
    clock,
    random: () => 0,
    ...options,
  });
  return { access: opened, clock };
}

/** One connector as Graph lists it. */
export function connector(id: string, properties: Readonly<Record<string, unknown>> = {}) {
  return {
    id,
    displayName: `Connector ${id}`,
    targetUrl: "https://api.contoso.com/entra",
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "entra",
      password: "******",
    },
    ...properties,
  };
}

export function page(ids: readonly string[], nextLink?: string): Reply {
  const link = nextLink === undefined ? {} : { "@odata.nextLink": nextLink };
  return { body: { value: ids.map((id) => connector(id)), ...link } };
}

/** An error body of Graph. */
export function graphError(status: number, code: string, message: string): Reply {
  return {
    status,
    headers: { "request-id": "11111111-aaaa-bbbb-cccc-222222222222" },
    body: { error: { code, message, innerError: { date: "2026-03-01T12:00:00" } } },
  };
}
