import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Drift } from "../../../src/model/generated/drift.ts";
import type { Run } from "../../../src/model/generated/run.ts";
import {
  creating,
  definition,
  methodsOf,
  openService,
  practice,
  type Running,
  type Service,
  seeded,
} from "../program.ts";
import { faultsBy } from "../published-schemas.ts";

const token = "a-token-of-the-people-on-call";
const viewerToken = "a-token-of-the-wall-in-the-hall";

const ops = { name: "ops", role: "operator", token: { env: "API_TOKEN" } };
const wall = { name: "wall", role: "viewer", token: { file: "wall.txt" } };

async function api(serving: Running): Promise<string> {
  await serving.says(/API at http/);
  return /API at (http:[^\s",]+)/.exec(serving.stderr())?.[1] ?? "";
}

const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

function reconcile(url: string, headers: Readonly<Record<string, string>> = {}) {
  return fetch(`${url}/tenants/practice/reconcile`, {
    ...{ method: "POST", body: "{}" },
    headers: { "content-type": "application/json", ...headers },
  });
}

async function audited(service: Service) {
  const { stdout } = await service.run(["audit", "--output", "json"]);
  return JSON.parse(stdout) as { entries: readonly object[] };
}

test("whoever holds a token of an operator has git's word applied at once, and is named in the audit", async () => {
  await using service = openService();
  Object.assign(service.env, { CONNECTOR_PASSWORD: "open sesame", API_TOKEN: token });
  const tenant = await service.tenant();
  service.write("wall.txt", `${viewerToken}\n`);
  const http = { listen: "127.0.0.1:0", access: { tokens: [ops, wall] } };
  service.configure({ http, tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  const serving = service.start(["serve"]);
  await serving.says("practice: clean");
  const url = await api(serving);
  service.write("connectors/a.yaml", definition("a"));

  expect((await reconcile(url)).status).toBe(401);
  expect((await reconcile(url, bearer(viewerToken))).status).toBe(403);
  expect(methodsOf(tenant)).toEqual(["GET"]);
  const response = await reconcile(url, bearer(token));
  expect(response.status).toBe(200);
  const answer = (await response.json()) as { readonly runs: readonly Run[] };
  expect(faultsBy("run.schema.json", answer)).toEqual([]);
  expect(answer.runs).toMatchObject([{ trigger: "command", result: "converged" }]);
  await serving.says("practice: converged: 1 created");

  const asViewer = { headers: bearer(viewerToken) };
  const plan = await fetch(`${url}/tenants/practice/plan`, asViewer);
  expect(await plan.json()).toEqual({ version: 1, plans: [answer.runs[0]?.plan] });
  const audit = await fetch(`${url}/tenants/practice/audit`, asViewer);
  const { entries } = (await audit.json()) as { entries: readonly object[] };
  expect(entries).toMatchObject([
    { entry: { action: "create", result: "begun", by: "ops", trigger: "command" } },
    { entry: { action: "create", result: "done", by: "ops" } },
    { entry: { action: "reconcile", by: "ops", message: "The run was converged." } },
  ]);
  expect((await audited(service)).entries).toEqual(entries);
  expect((await reconcile(url, bearer(token))).status).toBe(200);
  expect((await audited(service)).entries.slice(entries.length)).toMatchObject([
    { entry: { action: "reconcile", by: "ops", message: "The run was clean." } },
  ]);
  serving.child.kill("SIGTERM");
  const { status, stdout, stderr } = await serving.ended;
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain(token);
});

test("a second run is refused while one is in hand, and the first one goes on", async () => {
  await using service = openService();
  const { tenant, arrived } = await creating(service);
  const serving = service.start(["serve"]);
  await arrived;
  const response = await reconcile(await api(serving));
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ error: "in-progress" });
  tenant.control.clearFaults();
  await serving.says("practice: converged: 1 created");
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});

test("serve on an address that others reach ends with 3 and says what to write, until it is written", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  const http = { listen: "0.0.0.0:0" };
  service.configure({ http, tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  const { status, stderr } = await service.run(["serve"]);
  expect(status).toBe(3);
  expect(stderr).toContain("access: { tokens: [{ name: ops, role: operator, token:");
  expect(tenant.control.requests()).toEqual([]);

  service.env["API_TOKEN"] = token;
  service.configure({ http: { ...http, access: { tokens: [ops] } }, tenants: [practice(tenant)] });
  const serving = service.start(["serve"]);
  await serving.says("practice: clean");
  const url = (await api(serving)).replace("0.0.0.0", "127.0.0.1");
  expect((await fetch(`${url}/tenants`)).status).toBe(401);
  expect((await fetch(`${url}/tenants`, { headers: bearer(token) })).status).toBe(200);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});

test("a live value is accepted for as long as it is the one that was seen, and that is ended", async () => {
  await using service = openService();
  Object.assign(service.env, { CONNECTOR_PASSWORD: "open sesame", API_TOKEN: token });
  const tenant = await service.tenant([seeded("a")]);
  const http = { listen: "127.0.0.1:0", access: { tokens: [ops] } };
  service.configure({ http, tenants: [practice(tenant, { mode: "report" })] });
  service.write("connectors/a.yaml", definition("a"));
  tenant.control.changeConnector("a", { displayName: "a", targetUrl: "https://one.example/" });
  const serving = service.start(["serve"]);
  await serving.says("practice: drift");
  const url = `${await api(serving)}/tenants/practice`;
  const post = async (act: string, body: object) => {
    const headers = { "content-type": "application/json", ...bearer(token) };
    const response = await fetch(`${url}/${act}`, {
      ...{ method: "POST", headers, body: JSON.stringify(body) },
    });
    const answer = (await response.json()) as { drifts?: readonly Drift[]; error?: string };
    const states = answer.drifts?.filter(({ path }) => path === "spec.targetUrl");
    return answer.error ?? states?.map(({ state }) => state);
  };
  const field = { name: "a", path: "spec.targetUrl" };
  const word = { ...field, before: "https://one.example/", until: "7d", reason: "they move" };
  expect(await post("accept", { ...word, before: "https://two.example/" })).toBe("refused");
  expect(await post("accept", { ...word, until: "soon" })).toBe("refused");
  expect(await post("accept", word)).toEqual(["accepted"]);
  expect(await post("revoke", field)).toEqual([expect.stringMatching(/^(new|ongoing)$/)]);
  expect(await post("revoke", field)).toEqual([expect.stringMatching(/^(new|ongoing)$/)]);
  expect((await audited(service)).entries).toMatchObject([
    { entry: { action: "accept", result: "done", by: "ops" } },
    { entry: { action: "accept", result: "revoked", by: "ops" } },
  ]);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});

test("a token in a file is another one without a restart once the file is", async () => {
  await using service = openService();
  const tenant = await service.tenant();
  service.write("wall.txt", `${viewerToken}\n`);
  const http = { listen: "127.0.0.1:0", access: { tokens: [wall] } };
  service.configure({ http, tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  const serving = service.start(["serve"]);
  await serving.says("practice: clean");
  const url = `${await api(serving)}/tenants`;
  const statusWith = async (value: string) => (await fetch(url, { headers: bearer(value) })).status;
  expect(await statusWith(viewerToken)).toBe(200);
  service.write("wall.txt", "another-token-of-the-wall\n");
  await serving.says("the tokens of http.access have changed");
  expect(await statusWith("another-token-of-the-wall")).toBe(200);
  expect(await statusWith(viewerToken)).toBe(401);
  service.write("wall.txt", "");
  await serving.says("a token of http.access stays as it was");
  expect(await statusWith("another-token-of-the-wall")).toBe(200);
  serving.child.kill("SIGTERM");
  const { status, stdout, stderr } = await serving.ended;
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain("another-token-of-the-wall");
});

test.for([
  { what: "short", value: "too-short", says: "fewer than 16 characters" },
  { what: "missing", value: "", says: "API_TOKEN" },
])("a token that is $what ends serve with 3, and is not repeated", async ({ value, says }) => {
  await using service = openService();
  service.env["API_TOKEN"] = value;
  const tenant = await service.tenant();
  const http = { listen: "127.0.0.1:0", access: { tokens: [ops] } };
  service.configure({ http, tenants: [practice(tenant)] });
  service.write("connectors/README.md", "Nothing yet.");
  const { status, stdout, stderr } = await service.run(["serve"]);
  expect(status).toBe(3);
  expect(stdout + stderr).toContain(says);
  expect(stdout + stderr).toMatch(/plumbline\.yaml:\d+:\d+/);
  expect(stdout + stderr).not.toContain("too-short");
  expect(existsSync(join(service.folder, ".plumbline"))).toBe(false);
});
