/** A real HTTP server that takes alerts, and answers as it is told. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpReceiver extends AsyncDisposable {
  /** With a path that must be told to nobody. */
  readonly url: string;
  readonly received: Received[];
  /** What the next requests are answered, in their order; then 202. null: never. */
  answer(...answers: readonly Answer[]): void;
  /** What each request is answered from now on, where nothing else is said. */
  answerBy(statusOf: (received: Received) => number): void;
  /** From now on 202. */
  forgetAnswers(): void;
}

type Answer = { readonly status: number; readonly headers?: Record<string, string> } | null;

export const secretPath = "/hooks/canary-of-the-url";

export async function startHttpReceiver(): Promise<HttpReceiver> {
  const received: Received[] = [];
  const answers: Answer[] = [];
  let otherwise: (received: Received) => number = () => 202;
  const reply = (request: Received, response: ServerResponse) => {
    const answer = answers.length > 0 ? answers.shift() : { status: otherwise(request) };
    if (answer) response.writeHead(answer.status, answer.headers).end("something");
  };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const whole = { method, path, headers, body };
      received.push(whole);
      reply(whole, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${secretPath}`,
    received,
    answer: (...more) => void answers.push(...more),
    answerBy(statusOf) {
      answers.splice(0);
      otherwise = statusOf;
    },
    forgetAnswers: () => void answers.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
