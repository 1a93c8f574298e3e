import { once } from "node:events";
import { createServer } from "node:http";
import { Agent, request } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { findSandbox, SANDBOX_TENANT_ID, startSandbox } from "../../src/sandbox/sandbox.ts";
import { CONNECTORS, practise, written } from "./practice.ts";

function portOf(url: string): number {
  return Number(new URL(url).port);
}

test("a sandbox that answers on a port is found there, and is gone when it is closed", async () => {
  const practice = await practise();
  const { url, tenantId, token } = practice.sandbox;
  expect(tenantId).toBe(SANDBOX_TENANT_ID);
  expect(await findSandbox(portOf(url))).toEqual({ url, tenantId, token });
  await practice.sandbox.close();
  expect(await findSandbox(portOf(url))).toBeNull();
});

test.for([
  { name: "a page", type: "text/html", body: "<p>Hello</p>" },
  { name: "other JSON", type: "application/json", body: '{"sandbox":"of another make"}' },
])("a server that answers with $name is no sandbox, and keeps its port", async ({ type, body }) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    expect(await findSandbox(port)).toBeNull();
    const error = await startSandbox({ port }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FaultError);
    expect((error as FaultError).fault).toMatchObject({
      code: "configuration",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  } finally {
    server.close();
  }
});

test("closing does not wait for a caller that has sent half a request", async () => {
  const practice = await practise();
  const socket = connect(portOf(practice.sandbox.url), "127.0.0.1");
  socket.on("error", () => {});
  const ended = once(socket, "close");
  await once(socket, "connect");
  socket.write(`POST ${CONNECTORS} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf`);
  // Answered after the half has been read: the server takes connections in turn.
  await practice.call("GET", CONNECTORS);
  await practice.sandbox.close();
  await ended;
});

test("over HTTPS the certificate is one for 127.0.0.1 and localhost", async () => {
  await using practice = await practise({ tls: true });
  const { url, ca, token } = practice.sandbox;
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const statusOf = (host: string, trusted: string | undefined) =>
    new Promise((resolve, reject) => {
      const agent = new Agent(trusted === undefined ? {} : { ca: trusted });
      const headers = { authorization: `Bearer ${token}` };
      request(`https://${host}:${portOf(url)}${CONNECTORS}`, { agent, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
  for (const host of ["127.0.0.1", "localhost"]) {
    expect(await statusOf(host, ca ?? "")).toBe(200);
  }
  await expect(statusOf("127.0.0.1", undefined)).rejects.toThrow(/self-signed/);
});

test("with ids and clock in hand, the same requests give the same bytes", async () => {
  const transcript = async () => {
    await using practice = await practise();
    const said: string[] = [];
    const address = new RegExp(practice.sandbox.url, "g");
    for (const [method, path, body] of [
      ["POST", CONNECTORS, written("Fraud check")],
      ["POST", CONNECTORS, {}],
      ["GET", CONNECTORS],
      ["DELETE", `${CONNECTORS}/connector-1`],
      ["GET", `${CONNECTORS}/connector-1`],
    ] as const) {
      const { status, text, headers } = await practice.call(method, path, body);
      said.push(`${status} ${headers.get("request-id")} ${text.replace(address, "")}`);
    }
    return said;
  };
  expect(await transcript()).toEqual(await transcript());
});

test("ids of the server are random GUIDs when nobody makes them", async () => {
  await using sandbox = await startSandbox({ port: 0 });
  sandbox.control.setState({ connectors: [{ displayName: "a" }, { displayName: "b" }] });
  const ids = sandbox.control.state().connectors?.map(({ id }) => id) ?? [];
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});
