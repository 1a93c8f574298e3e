/** A way to Microsoft Graph that remembers what it is sent, and answers with an echo when told to. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { spellings } from "./canaries.ts";

/** An answer in the place of Graph's that gives back the request. */
export interface Echo {
  readonly status: number;
  /** As Graph writes an error when left out. */
  readonly body?: "page" | "torn" | "request";
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EchoingGraph extends AsyncDisposable {
  readonly url: string;
  /** Every secret that came, as it came: tokens, passwords, PFX, query values, addresses. */
  readonly sent: ReadonlySet<string>;
  /** Every PFX that came, in base64, with its passphrase. */
  readonly certificates: ReadonlyMap<string, string>;
  /** The next requests with this method have these answers, one after the other. */
  answer(method: string, echoes: readonly Echo[]): void;
  /** From now on Graph itself answers. */
  behave(): void;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `upstream` is where requests go that have no other answer. */
export async function startEchoingGraph(upstream: string): Promise<EchoingGraph> {
  const sent = new Set<string>();
  const certificates = new Map<string, string>();
  const queues = new Map<string, Echo[]>();
  let count = 0;
  const server = createServer(async (incoming, response) => {
    const request = await requestOf(incoming);
    const secrets = secretsOf(request);
    for (const secret of secrets) sent.add(secret);
    for (const [pfx, passphrase] of certificatesOf(request)) certificates.set(pfx, passphrase);
    const echo = queues.get(request.method)?.shift();
    if (echo) reply(echo, [...secrets, request.body], count++, response);
    else await forward(upstream, request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    certificates,
    answer: (method, echoes) => queues.set(method, [...echoes]),
    behave: () => queues.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { method = "", url = "", headers } = incoming;
  const { authorization = "", "content-type": type = "" } = headers;
  const kept = { authorization, ...(type && { "content-type": type }) };
  return { method, url, headers: kept, body: await text(incoming) };
}

function secretsOf({ headers, body }: Request): readonly string[] {
  const token = headers["authorization"]?.replace(/^Bearer /, "") ?? "";
  const said: string[] = [];
  valuesOf(body, (key, value) => {
    const values = key === "targetUrl" ? [...new URL(value).searchParams.values()] : [];
    const isSecret = key === "password" || key === "pkcs12Value" || values.length > 0;
    if (isSecret) said.push(value, ...values);
  });
  return [token, ...said].filter((secret) => secret.length > 3);
}

function certificatesOf({ body }: Request): readonly (readonly [string, string])[] {
  const found = new Map<string, string>();
  valuesOf(body, (key, value) => found.set(key, value));
  const pfx = found.get("pkcs12Value");
  return pfx === undefined ? [] : [[pfx, found.get("password") ?? ""]];
}

function valuesOf(body: string, visit: (key: string, value: string) => void): void {
  if (body === "") return;
  JSON.parse(body, (key, value: unknown) => {
    if (typeof value === "string") visit(key, value);
    return value;
  });
}

/** Each answer begins elsewhere, since little of a long message is shown. */
function reply(
  { status, body, headers = {} }: Echo,
  secrets: readonly string[],
  turn: number,
  response: ServerResponse,
): void {
  const forms = secrets.flatMap(spellings);
  const start = (turn * 18) % forms.length;
  const said = [...forms.slice(start), ...forms.slice(0, start)].join(" ");
  const error = JSON.stringify({
    error: { code: "AADB2C", message: said, innerError: { "request-id": secrets.at(-2) } },
  });
  const type = body === "page" ? "text/html" : "application/json";
  response.writeHead(status, { "content-type": type, ...headers });
  if (body === "page") response.end(`<html><title>${said}</title>${said}</html>`);
  else if (body === "torn") response.end(error.slice(0, -9));
  else response.end(body === "request" ? secrets.at(-1) : error);
}

async function forward(
  upstream: string,
  { method, url, headers, body }: Request,
  response: ServerResponse,
): Promise<void> {
  try {
    const given = await fetch(`${upstream}${url}`, { method, headers, ...(body && { body }) });
    const answer = await given.text();
    const type = given.headers.get("content-type");
    response.writeHead(given.status, type === null ? {} : { "content-type": type });
    response.end(answer);
  } catch {
    // Where Graph breaks the connection, so does the way to it.
    response.destroy();
  }
}
