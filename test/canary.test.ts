/** Law 5: a secret that is seeded into every source appears in no output, log, file or error. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { type Canary, foundCanary, heard, spellings } from "./canaries.ts";
import { definition, openService, practice, type Running, seeded } from "./cli/program.ts";
import type { Echo } from "./echoing-graph.ts";
import { listenTo } from "./listener.ts";
import {
  known,
  makeCertificates,
  misplaced,
  openSeeded,
  others,
  secrets,
  vaultFailures,
} from "./seeded-service.ts";

/** Asks the clients of Azure for all that they say of themselves. */
const loud = { AZURE_LOG_LEVEL: "verbose" };

async function answerTo(path: string, serving: Running): Promise<string> {
  const root = /health at (http:\S+)\/healthz/.exec(serving.stderr())?.[1] ?? "";
  const answer = await fetch(`${root}${path}`);
  return `${JSON.stringify([...answer.headers])}\n${await answer.text()}`;
}

const practiceOnly = ["--tenant", "practice"];

test("a canary in any source is heard in no output, log, report, store or error", async () => {
  await using opened = await openSeeded();
  const { service, tenant, graph, certificates, listener } = opened;
  const { run, seed } = listener;
  const { control } = tenant;
  const refused = { status: 400 };

  graph.answer("GET", [{ status: 403 }, { status: 429, headers: { "retry-after": "600" } }]);
  expect(await Promise.all([run(["validate"]), run(["plan"])])).toEqual([3, 6]);
  graph.answer("GET", [refused]);
  expect(await run(["export", "before", ...practiceOnly])).toBe(6);
  graph.behave();
  // The first of them changes `a`, which is there; each other one is created.
  graph.answer("PATCH", [{ status: 409 }]);
  const torn: Echo = { status: 400, body: "torn" };
  const page: Echo = { status: 400, body: "page" };
  const request: Echo = { status: 201, body: "request" };
  const creates = [refused, { status: 403 }, { status: 409 }, page, torn, request, { status: 500 }];
  graph.answer("POST", creates);
  expect(await run(["apply", ...practiceOnly])).toBe(5);
  graph.behave();
  control.injectFault({ kind: "drop-before-effect", method: "POST" });
  control.injectFault({ kind: "drop-after-effect", method: "POST" });
  control.injectFault({ kind: "torn-body", method: "POST" });
  control.injectFault({ kind: "cut-body", method: "POST" });
  expect(await run(["apply", ...practiceOnly])).toBe(5);
  control.clearFaults();
  expect(await run(["apply", ...practiceOnly], loud)).toBe(0);
  graph.answer("PATCH", Array(9).fill(refused));
  const named = ["a", "b", "c", "vault", ...practiceOnly];
  expect(await run(["assert", ...named])).toBe(5);
  graph.behave();
  expect(await run(["assert", ...named])).toBe(0);
  // No definition can say the fragment of z.
  const reads = [run(["trust", ...named]), run(["export", "exported", ...practiceOnly])];
  expect(await Promise.all(reads)).toEqual([0, 5]);
  seed("connectors/secrets/client.pfx", certificates.renewed.pfx);
  graph.answer("POST", [refused]);
  expect(await run(["apply", ...practiceOnly])).toBe(5);
  expect(await run(["apply", ...practiceOnly])).toBe(0);
  const past = ["history", "audit"].flatMap((verb) => [
    run([verb]),
    run([verb, "--output", "json"]),
  ]);
  expect(await Promise.all(past)).toEqual([0, 0, 0, 0]);
  const undo = ["restore", "a", "--reason", "why", ...practiceOnly];
  expect(await run([...undo, "--preview"])).toBeOneOf([0, 2]);
  graph.answer("PATCH", [{ status: 409 }]);
  expect(await run(undo)).toBeOneOf([0, 5]);
  graph.behave();
  for (const { value } of Object.values(secrets)) expect(graph.sent).toContain(value);
  for (const each of ["file", "vault", "renewed"] as const) {
    expect(graph.sent).toContain(certificates[each].base64);
  }

  const files = listener.keepFiles("after the runs");
  expect(files.some((file) => file.endsWith("state.db"))).toBe(true);
  expect(files.length).toBeGreaterThan(40);
  expect(service.read("out/4.json")).toContain("[redacted]");
  expect(heard(listener.places, opened.canaries())).toEqual([]);
});

test("a canary in any source is heard in nothing that a service says, shows or writes while it runs", async () => {
  await using opened = await openSeeded();
  const { service, graph, listener } = opened;
  const { places } = listener;
  graph.answer("PATCH", [{ status: 409 }]);
  graph.answer("POST", Array(7).fill({ status: 400 }));
  const serving = service.start(["serve", "--verbose"]);
  await serving.says("practice: partial");
  await serving.says("client: unreadable");
  await serving.says("unusable: partial");
  await serving.says("broken: invalid");
  const ofApi = ["practice", "unusable"].flatMap((name) =>
    ["", "/plan", "/drift", "/runs", "/audit"].map((part) => `/api/v1/tenants/${name}${part}`),
  );
  for (const path of ["/healthz", "/readyz", "/metrics", "/", "/connectors/a", ...ofApi]) {
    places.push([`answer to GET ${path}`, await answerTo(path, serving)]);
  }
  const early = listener.keepFiles("while it serves");
  expect(early.some((file) => file.endsWith("state.db-wal"))).toBe(true);
  serving.child.kill("SIGTERM");
  listener.keep("serve", await serving.ended);

  const again = service.start(["serve", "--tenant", "practice"]);
  await again.says("practice: converged");
  listener.keepFiles("while it serves what has converged");
  again.child.kill("SIGTERM");
  listener.keep("serve again", await again.ended);
  listener.keepFiles("after it served");
  expect(serving.stdout()).toContain("[redacted]");
  expect(heard(places, opened.canaries())).toEqual([]);
});

test("a canary is heard in nothing that is said of a secret that cannot be had or used", async () => {
  await using opened = await openSeeded();
  const { service, listener, vault, authority, settings } = opened;
  const unusable = ["--tenant", "unusable"];
  expect(await listener.run(["plan", ...unusable])).toBe(2);
  const [planned] = JSON.parse(service.read("out/1.json")).plans;
  const names = planned.held.map(({ name }: { readonly name: string }) => name);
  const wrong = ["wrong-passphrase", "pem-as-pfx", "garbage-pfx", "garbage-text", "garbage-key"];
  const all = [...wrong, "pfx-as-pem", ...Object.keys(vaultFailures), "mask", "binary"];
  expect(names).toEqual(all.toSorted());
  expect(vault.requests.some(({ token }) => token === others.vaultToken.value)).toBe(true);

  // Each tenant's own app reads its vaults where no other is named.
  const own = { ...settings, keyVault: { url: vault.url }, definitions: "connectors" };
  const [, client] = settings.tenants;
  const overTls = { ...client, cloud: { graph: authority.url, authority: authority.url } };
  listener.seed("own.yaml", JSON.stringify({ ...own, tenants: [overTls] }));
  expect(await listener.run(["plan", "--config", "own.yaml"], loud)).toBe(6);
  expect(authority.secrets).toContain(others.clientSecret.value);

  const inService = { keyVault: { vault: "kv-service", secret: "fingerprint-key" } };
  listener.seed("kept.yaml", JSON.stringify({ ...settings, fingerprintKey: inService }));
  expect(await listener.run(["plan", "--config", "kept.yaml", "--tenant", "broken"])).toBe(3);
  expect(vault.requests.some(({ secret }) => secret === "fingerprint-key")).toBe(true);
  listener.keepFiles("after the runs");
  expect(heard(listener.places, opened.canaries())).toEqual([]);
});

test("a canary that stands in plumbline.yaml itself is heard in no complaint about it", async () => {
  await using opened = await openSeeded();
  const { service, listener, settings } = opened;
  const { run, seed } = listener;
  const { literalToken, urlPassword } = misplaced;
  const [first] = settings.tenants;
  const literal = literalToken.value;
  const byKey = { ...first, name: "key", credential: { [literal]: literal } };
  const mistakes: Readonly<Record<string, object>> = {
    literal: {
      fingerprintKey: literal,
      keyVault: { credential: { token: literal } },
      tenants: [{ ...first, credential: { token: literal } }, byKey],
    },
    list: { fingerprintKey: [literal, literal] },
    address: {
      keyVault: { ...settings.keyVault, url: `https://x:${literal}@{vault}.example` },
      tenants: [{ ...first, cloud: { graph: `https://x:${urlPassword.value}@graph.example` } }],
    },
  };
  for (const [name, mistake] of Object.entries(mistakes)) {
    seed(`${name}.yaml`, JSON.stringify({ ...settings, ...mistake }));
  }
  seed("torn.yaml", `token: "${literal}\n  - [`);
  seed("twice.yaml", `token: ${literal}\ntoken: ${literal}\n`);
  const files = [...Object.keys(mistakes), "torn", "twice"];
  const short = { FINGERPRINT_KEY: "CanaryFinger" };
  const verbs = ["validate", "plan", "apply", "assert", "trust", "serve", "export"];
  const statuses = await Promise.all([
    ...files.map((name) => run(["plan", "--config", `${name}.yaml`])),
    run(["plan"], short),
    run(["serve", "--config", "literal.yaml"]),
    run(["export", "exported", "--config", "literal.yaml"]),
  ]);
  expect(statuses.filter((status) => status !== 3)).toEqual([]);
  const helped = await Promise.all(verbs.map((verb) => run([verb, "--help"])));
  expect(helped.filter((status) => status !== 0)).toEqual([]);
  listener.keepFiles("after the runs");
  const shortKey = foundCanary("ShortKey", short.FINGERPRINT_KEY);
  expect(heard(listener.places, [...opened.canaries(), shortKey])).toEqual([]);
  expect(service.read("out/1.json")).toContain("token");
});

test("a secret that the tenant itself shows, as a name, user name or path, is not passed on", async () => {
  await using service = openService();
  const { seed, run, keepFiles, places } = listenTo(service);
  const { envPassword, filePassword, queryKey } = secrets;
  const basic = { username: envPassword.value, password: "practice" };
  const inUrl = ({ value }: Canary) => `https://api.contoso.com/${encodeURIComponent(value)}`;
  const tenant = await service.tenant([
    { ...seeded("a", inUrl(queryKey)), authentication: { basic } },
    seeded(filePassword.value, inUrl(envPassword)),
  ]);
  service.env["CONNECTOR_PASSWORD"] = envPassword.value;
  service.env["QUERY_KEY"] = queryKey.value;
  seed("connectors/secrets/password.txt", filePassword.value);
  seed("connectors/a.yaml", definition("a", { query: { code: { env: "QUERY_KEY" } } }));
  const password = { file: "secrets/password.txt" };
  seed("connectors/b.yaml", definition("b", { password }));
  service.configure({ tenants: [practice(tenant)] });
  expect(await run(["plan"])).toBe(2);
  expect(await run(["apply"])).toBe(0);
  expect(await run(["apply"])).toBe(0);
  expect(service.read("out/1.json")).toContain("[redacted]");
  keepFiles("after the runs");
  expect(heard(places, known)).toEqual([]);
});

test("every canary would be heard, in every spelling and wherever it stands", async () => {
  const certificates = await makeCertificates();
  const whole = [...known, ...certificates.canaries];
  const unheard = whole.flatMap((one) =>
    [...spellings(one.value), Buffer.from(one.value).toString("hex")]
      .filter((said) => heard([["a place", `said ${said} aloud`]], [one]).length === 0)
      .map((said) => `${one.name} as ${said}`),
  );
  expect(unheard).toEqual([]);
  const { pfx } = certificates.file;
  const [canaryOfPfx] = certificates.canaries;
  for (const said of [pfx, inspect(pfx), JSON.stringify(pfx), pfx.toString("base64url")]) {
    expect(heard([["a place", said]], [canaryOfPfx!])).not.toEqual([]);
  }
});

test("what a program writes and says is listened to", async () => {
  await using service = openService();
  const { places, keep, keepFiles, seed } = listenTo(service);
  seed("input.txt", secrets.envPassword.value);
  service.write("a folder/output.bin", Buffer.from(secrets.filePassword.value));
  keep("a program", {
    status: 0,
    stdout: secrets.queryKey.value,
    stderr: secrets.vaultPassword.value,
  });
  keepFiles("now");
  const names = heard(places, known).map((said) => said.split(" ", 1)[0]);
  expect(new Set(names)).toEqual(new Set(["FilePassword", "QueryKey", "VaultPassword"]));
});
