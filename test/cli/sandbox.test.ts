import { createServer } from "node:http";
import { expect, test } from "vitest";
import { definition, openService, practice, type Running } from "./program.ts";

/** What the sandbox says of itself, by the words in front of it. */
function told(running: Running, what: string): string {
  const line = running.stdout().match(new RegExp(`${what}\\s+(.+)`));
  return line?.[1]?.trim() ?? "";
}

test("the sandbox says where it is, keeps its state, and stops when asked", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  service.write(
    "seed.yaml",
    "apiVersion: plumbline/v1\nkind: Sandbox\nconnectors:\n  - displayName: a\n",
  );
  const flags = ["--port", "0", "--seed", "seed.yaml", "--state", "state/tenant.yaml"];
  const running = service.start(["sandbox", ...flags]);
  await running.says("curl");
  const url = told(running, "Graph root");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  const headers = { authorization: `Bearer ${/ token=(\S+)/.exec(running.stdout())?.[1]}` };
  const listing = await fetch(`${url}/v1.0/identity/apiConnectors`, { headers });
  expect(await listing.json()).toMatchObject({ value: [{ displayName: "a" }] });

  const again = await service.run(["sandbox", "--port", new URL(url).port]);
  expect(again).toMatchObject({ status: 0, stderr: "" });
  expect(again.stdout).toContain(`${url} already`);

  // Another terminal sees the same tenant.
  service.configure({ tenants: [practice({ url } as Parameters<typeof practice>[0])] });
  service.write("connectors/b.yaml", definition("b"));
  expect(await service.run(["apply"])).toMatchObject({ status: 0 });
  running.child.kill("SIGINT");
  expect(await running.ended).toMatchObject({ status: 0, stderr: "" });
  expect(service.read("state/tenant.yaml")).toContain("displayName: b");
});

test("a real sign-in with a client secret over HTTPS plans and applies", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const running = service.start(["sandbox", "--port", "0", "--tls"]);
  await running.says("curl");
  const url = told(running, "Graph root");
  expect(url).toMatch(/^https:/);
  Object.assign(service.env, {
    CLIENT_SECRET: told(running, "Client secret"),
    NODE_EXTRA_CA_CERTS: told(running, "Certificate").replace(/^.*=/, ""),
  });
  const secret = { env: "CLIENT_SECRET" };
  const tenant = {
    name: "production",
    tenantId: told(running, "Tenant id"),
    cloud: { graph: url, authority: url },
    credential: { clientSecret: { clientId: told(running, "Client id"), secret } },
    mode: "apply",
    settle: "0s",
  };
  service.configure({ tenants: [tenant] });
  service.write("connectors/a.yaml", definition("a"));
  expect(await service.run(["plan"])).toMatchObject({ status: 2, stderr: "" });
  expect(await service.run(["apply"])).toMatchObject({ status: 0, stderr: "" });
  const wrong = await service.run(["plan"], { env: { CLIENT_SECRET: "Not the secret" } });
  expect(wrong).toMatchObject({ status: 6, stderr: "" });
  expect(wrong.stdout).toContain("AADSTS7000215");
  expect(wrong.stdout).not.toContain("Not the secret");
  delete service.env["NODE_EXTRA_CA_CERTS"];
  const untrusting = await service.run(["plan"]);
  expect(untrusting).toMatchObject({ status: 6, stderr: "" });
  expect(untrusting.stdout).toContain("NODE_EXTRA_CA_CERTS");
});

test("a port that another program has ends the sandbox with 3", async () => {
  await using service = openService();
  const other = createServer((_, answer) => answer.end("Something else."));
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { status, stdout, stderr } = await service.run(["sandbox", "--port", String(port)]);
  other.close();
  expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
  expect(stderr).toContain(String(port));
  const missing = await service.run(["sandbox", "--port", "0", "--seed", "nowhere.yaml"]);
  expect(missing).toMatchObject({ status: 3, stdout: "" });
  expect(missing.stderr).toContain("nowhere.yaml");
});
