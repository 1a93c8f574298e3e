import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { systemClock } from "../../src/model/system-clock.ts";
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  type Sandbox,
  startSandbox,
} from "../../src/sandbox/sandbox.ts";
import { openIdentity } from "../../src/tenant/identity.ts";
import { plainRedactor } from "./scripted-graph.ts";

const trusted = getCACertificates("default");
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, tls: true });
  setDefaultCACertificates([...trusted, sandbox.ca ?? ""]);
});

afterAll(async () => {
  setDefaultCACertificates(trusted);
  await sandbox.close();
});

function context() {
  return {
    authority: sandbox.url,
    directory: sandbox.tenantId,
    scope: "https://vault.azure.net/.default",
    goal: "Azure Key Vault",
    redactor: plainRedactor(),
  };
}

function withSecret(secret: string) {
  const credential = {
    type: "clientSecret",
    clientId: SANDBOX_CLIENT_ID,
    secret: new Secret(secret),
  } as const;
  return openIdentity(credential, context(), systemClock);
}

test("one token serves all who ask, whatever they ask for", async () => {
  const identity = withSecret(SANDBOX_CLIENT_SECRET);
  const [one, other] = await Promise.all([
    identity.getToken("https://vault.azure.net/.default"),
    identity.getToken(["https://graph.microsoft.com/.default"]),
  ]);
  expect(other).toEqual(one);
  expect(one.token).toMatch(/^\S+$/);
  expect(one.expiresOnTimestamp).toBeGreaterThan(Date.now());
});

test("a refused sign-in is told with what it was for", async () => {
  const thrown = await withSecret("canary")
    .getToken("https://vault.azure.net/.default")
    .catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(FaultError);
  const { fault } = thrown as FaultError;
  expect(fault.code).toBe("unauthorised");
  expect(fault.message).toContain(
    `Signing in to Azure Key Vault (directory ${sandbox.tenantId}) failed with AADSTS7000215.`,
  );
  expect(fault.message).not.toContain("canary");
});

test("a credential that knows its directory itself is asked without one", async () => {
  const credential = { type: "workloadIdentity", clientId: null } as const;
  const identity = openIdentity(credential, { ...context(), directory: null }, systemClock);
  await expect(identity.getToken("x")).rejects.toThrow(
    /^Signing in to Azure Key Vault failed: .*workload identity/s,
  );
});

test("a ready token is handed out as it is, and one that no request can carry is not", async () => {
  const ready = (token: string) =>
    openIdentity({ type: "token", token: new Secret(token) }, context(), systemClock);
  const given = await ready("ready-token").getToken("x");
  expect(given).toEqual({ token: "ready-token", expiresOnTimestamp: Number.POSITIVE_INFINITY });
  await expect(ready("ready\ntoken").getToken("x")).rejects.toThrow("no request can carry");
});

test("whoever gives up waits no longer", async () => {
  const stopped = AbortSignal.abort(new Error("stopped"));
  const asked = withSecret(SANDBOX_CLIENT_SECRET).getToken("x", { abortSignal: stopped });
  await expect(asked).rejects.toThrow("stopped");
});
