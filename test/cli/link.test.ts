import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSettings } from "../../src/cli/configuration/configuration.ts";
import { openLink } from "../../src/cli/link.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { createRedactors, openSecrets } from "../../src/secrets/secrets.ts";

test("a token that is missing or rotated is read as soon as it is there, without a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-link-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await using sandbox = await startSandbox({ port: 0 });
  await using stack = new AsyncDisposableStack();
  const { url, tenantId, token } = sandbox;
  const file = join(folder, "plumbline.yaml");
  const production = {
    name: "production",
    tenantId,
    cloud: { graph: url },
    credential: { token: { file: "token.txt" } },
    mode: "report",
  };
  const service = { apiVersion: "plumbline/v1", kind: "Service", definitions: "connectors" };
  writeFileSync(file, JSON.stringify({ ...service, tenants: [production] }));
  const [tenant] = readSettings(file, {}).settings?.tenants ?? [];
  if (!tenant) throw new Error("There is no tenant.");
  const link = await openLink(tenant, {
    redactors: createRedactors(),
    secrets: openSecrets({ env: {}, fingerprint: { salt: async () => new Uint8Array(32) } }),
    stack,
    prompt: () => undefined,
    onRequest: () => undefined,
    onPracticeTenant: () => undefined,
  });
  expect(link.identity).toEqual({ name: "production", graph: url, tenantId });
  const reader = link.openReader();
  await expect(reader.list("ApiConnector")).rejects.toThrow("file token.txt does not exist");
  writeFileSync(join(folder, "token.txt"), token);
  expect(await reader.list("ApiConnector")).toEqual([]);
  // As if it had been withdrawn: the sandbox refuses it, and the file has a new one by then.
  sandbox.control.injectFault({ kind: "status", status: 401, count: 2 });
  await expect(reader.list("ApiConnector")).rejects.toThrow();
  writeFileSync(join(folder, "token.txt"), "another-token");
  await expect(reader.list("ApiConnector")).rejects.toThrow();
  writeFileSync(join(folder, "token.txt"), token);
  expect(await reader.list("ApiConnector")).toEqual([]);
});
