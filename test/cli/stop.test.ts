import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSilentAuthority } from "../tenant/silent-authority.ts";
import { openService, type Running } from "./program.ts";

/** A service whose one tenant signs in where nobody answers. */
async function silentService() {
  const service = openService();
  const authority = await startSilentAuthority();
  service.write("ca.pem", authority.ca);
  service.env["NODE_EXTRA_CA_CERTS"] = `${service.folder}/ca.pem`;
  service.env["CLIENT_SECRET"] = "client-secret";
  const id = "11111111-2222-3333-4444-555555555555";
  const { url } = authority;
  const tenant = {
    name: "production",
    tenantId: id,
    cloud: { graph: url, authority: url },
    credential: { clientSecret: { clientId: id, secret: { env: "CLIENT_SECRET" } } },
    mode: "apply",
  };
  service.configure({ tenants: [tenant] });
  service.write("connectors/README.md", "Nothing yet.");
  return {
    ...service,
    /** Resolves when the program has begun to sign in. */
    async signingIn({ ended }: Running) {
      const early = ended.then(({ stderr }) => Promise.reject(new Error(`It ended: ${stderr}`)));
      await Promise.race([authority.asked, early]);
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await authority[Symbol.asyncDispose]();
    },
  };
}

test("serve ends with 0 though a sign-in hangs", async () => {
  await using service = await silentService();
  const serving = service.start(["serve"]);
  await service.signingIn(serving);
  serving.child.kill("SIGTERM");
  const { status, stderr } = await serving.ended;
  expect(status).toBe(0);
  expect(stderr.trim().split("\n").at(-1)).toContain('"stopped"');
});

test("plan that is stopped while a sign-in hangs tells it and ends", async () => {
  await using service = await silentService();
  const planning = service.start(["plan"]);
  await service.signingIn(planning);
  planning.child.kill("SIGTERM");
  const { status, stdout } = await planning.ended;
  expect(status).not.toBe(0);
  expect(stdout).toContain("asked to stop before the tenant was read");
});

test("a program that hangs under a sign-in does not keep plan alive", async () => {
  await using service = openService();
  const tenantId = "11111111-2222-3333-4444-555555555555";
  const tenant = { name: "production", tenantId, credential: { azureCli: {} }, mode: "report" };
  service.configure({ tenants: [tenant] });
  service.write("connectors/README.md", "Nothing yet.");
  // It ends when the folder of the service is gone.
  const az = '#!/bin/sh\ntouch "$0.began"\nwhile [ -e "$0" ]; do sleep 0.1; done\n';
  service.write("bin/az", az);
  chmodSync(join(service.folder, "bin/az"), 0o755);
  const path = `${join(service.folder, "bin")}:${process.env["PATH"]}`;
  const planning = service.start(["plan"], { env: { PATH: path } });
  await expect
    .poll(() => existsSync(join(service.folder, "bin/az.began")), { timeout: 10_000 })
    .toBe(true);
  planning.child.kill("SIGTERM");
  const { stdout } = await planning.ended;
  expect(stdout).toContain("asked to stop before the tenant was read");
});
