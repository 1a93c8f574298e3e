import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fault } from "../../src/model/fault.ts";
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  type Sandbox,
  startSandbox,
} from "../../src/sandbox/sandbox.ts";
import { startSilentAuthority } from "./silent-authority.ts";

interface Outcome {
  readonly listed?: readonly number[];
  readonly fault?: Fault;
}

let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, tls: true });
  folder = await mkdtemp(join(tmpdir(), "plumbline-sign-in-"));
  await writeFile(join(folder, "ca.pem"), sandbox.ca ?? "");
});

afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

/** Signs in with each of these in one process that trusts the practice tenant, or does not. */
async function signIn(
  cases: readonly Readonly<Record<string, string | number>>[],
  { trusting = true, env = {} }: { trusting?: boolean; env?: Record<string, string> } = {},
): Promise<readonly Outcome[]> {
  const usual = {
    graph: sandbox.url,
    authority: sandbox.url,
    tenantId: sandbox.tenantId,
    clientId: SANDBOX_CLIENT_ID,
    type: "clientSecret",
    secret: SANDBOX_CLIENT_SECRET,
  };
  const all = JSON.stringify(cases.map((each) => ({ ...usual, ...each })));
  const program = join(import.meta.dirname, "sign-in-process.ts");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, all], {
    env: { ...env, ...(trusting && { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") }) },
  });
  expect(stderr).toBe("");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Outcome);
}

test("a client secret, a certificate and a workload identity sign in over HTTPS", async () => {
  const { private: key, cert } = await generate([{ name: "commonName", value: "plumbline" }]);
  const pem = { type: "clientCertificate", secret: `${key}${cert}` };
  const claims = { exp: 4_000_000_000, sub: SANDBOX_CLIENT_ID };
  const assertion = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
  await writeFile(join(folder, "assertion"), assertion);
  const env = {
    AZURE_CLIENT_ID: SANDBOX_CLIENT_ID,
    AZURE_FEDERATED_TOKEN_FILE: join(folder, "assertion"),
  };
  const outcomes = await signIn([{}, pem, { type: "workloadIdentity" }], { env });
  expect(outcomes).toEqual(Array(3).fill({ listed: [0, 0] }));
});

test("a sign-in that fails says what to check and never what it tried", async () => {
  const outcomes = await signIn([
    { secret: "canary-secret" },
    { clientId: "99999999-2222-3333-4444-555555555555" },
    { tenantId: "22222222-2222-3333-4444-555555555555" },
    { type: "clientCertificate", secret: "canary-certificate" },
    { type: "workloadIdentity" },
  ]);
  expect(outcomes.map(({ fault }) => fault?.code)).toEqual(Array(5).fill("unauthorised"));
  const [secret, app, directory, certificate, workload] = outcomes.map(
    ({ fault }) => fault?.message,
  );
  expect(secret).toMatch(/AADSTS7000215\. The client secret is wrong/);
  expect(app).toMatch(/AADSTS700016\. The app is not known in this directory/);
  expect(directory).toMatch(/AADSTS90002\. The directory does not exist/);
  expect(certificate).toMatch(/PEM.*Check clientId, the PEM file/);
  expect(workload).toMatch(/AZURE_FEDERATED_TOKEN_FILE/);
  expect(JSON.stringify(outcomes)).not.toContain("canary");
});

test("a sign-in service that is out of reach is a fault of the network", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  const port = typeof address === "object" ? address?.port : 0;
  const [gone] = await signIn([{ authority: `https://127.0.0.1:${port}` }]);
  expect(gone?.fault?.code).toBe("network");
  expect(gone?.fault?.message).toMatch(/sign-in service 127\.0\.0\.1:\d+ could not.*ECONNREFUSED/);
});

test("a sign-in service with a certificate that nobody vouches for is named as that", async () => {
  const [untrusted] = await signIn([{}], { trusting: false });
  expect(untrusted?.fault?.code).toBe("network");
  expect(untrusted?.fault?.message).toContain("NODE_EXTRA_CA_CERTS");
});

test("a sign-in service that never answers is a time-out, and no connection stays", async () => {
  await using silent = await startSilentAuthority();
  await writeFile(join(folder, "silent.pem"), silent.ca);
  // The process ends by itself: it would not while a connection is open.
  const env = { NODE_EXTRA_CA_CERTS: join(folder, "silent.pem") };
  const cases = [{ authority: silent.url, timeout: 500 }];
  const [late] = await signIn(cases, { trusting: false, env });
  expect(late?.fault?.code).toBe("timeout");
  expect(late?.fault?.message).toContain("within 0.5 s");
});
