/** Law 5: a secret that is seeded into every source appears in no output, log, file or error. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  definition,
  type Ended,
  openService,
  practice,
  type Service,
  seeded,
} from "./cli/program.ts";

/** What is sought, and around it what each encoding writes in another way. */
const canary = (name: string) => `"é/+${core(name)}%&<`;
const core = (name: string) => `Canary${name}Sings`;

const secrets = {
  envPassword: canary("EnvPassword"),
  filePassword: canary("FilePassword"),
  queryKey: canary("QueryKey"),
  fingerprintKey: canary("FingerprintKey"),
  clientSecret: canary("ClientSecret"),
  token: "",
};
const liveKey = core("LiveKey");
const liveUser = core("LiveUser");
const literalKey = core("LiteralKey");
const literalPassword = core("LiteralPassword");
const urlPassword = core("UrlPassword");
const literalToken = core("LiteralToken");

const formats = ["text", "json", "markdown", "html"];

/** The middle of a text in base64 is the same wherever the text begins but for these three ways. */
function base64Cores(text: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from("x".repeat(offset) + text).toString("base64");
    return encoded.slice(4, Math.floor(encoded.length / 4) * 4 - 4);
  });
}

/** All that Microsoft Graph may give back of a request. */
function echo(): object {
  const forms = Object.values(secrets).flatMap((value) => [
    value,
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("base64url"),
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
  ]);
  return { error: { code: "AADB2C", message: `Not accepted: ${forms.join(" , ")} and no more.` } };
}

function configure(service: Service, url: string, tenantId: string): void {
  const port = Number(new URL(url).port);
  const byToken = {
    ...practice({ url } as Parameters<typeof practice>[0]),
    sandbox: undefined,
    tenantId,
    cloud: { graph: url, authority: url },
  };
  // Another name of the same server, since two entries may not be one tenant.
  const byName = { ...byToken, cloud: { graph: `http://localhost:${port}`, authority: url } };
  const clientSecret = {
    clientId: "11111111-2222-3333-4444-555555555555",
    secret: { env: "CLIENT_SECRET" },
  };
  service.configure({
    fingerprintKey: { env: "FINGERPRINT_KEY" },
    tenants: [
      { ...byToken, credential: { token: { env: "TOKEN" } }, schedule: "* * * * * *" },
      { ...byName, name: "client", credential: { clientSecret } },
      {
        ...byToken,
        ...{ name: "broken", tenantId: "99999999-2222-3333-4444-555555555555" },
        ...{ credential: { token: { env: "TOKEN" } }, definitions: "broken" },
      },
    ],
  });
}

function define(service: Service): void {
  const query = { code: { env: "QUERY_KEY" } };
  service.write("connectors/secrets/password.txt", secrets.filePassword);
  service.write("connectors/a.yaml", definition("a", { query }));
  const password = { file: "secrets/password.txt" };
  const targetUrl = `https://api.contoso.com/b?code=${literalKey}`;
  service.write("connectors/b.yaml", definition("b", { password, targetUrl }));
  service.write("connectors/c.yaml", definition("c"));
  const literal = literalPassword as unknown as object;
  service.write("broken/literal.yaml", definition("literal", { password: literal }));
  const withPassword = `https://entra:${urlPassword}@api.contoso.com/`;
  service.write("broken/url.yaml", definition("url", { targetUrl: withPassword }));
  service.write("broken/torn.yaml", `kind: ApiConnector\npassword: "${literalPassword}\n  - [`);
  service.write("broken/twice.yaml", `a: ${literalPassword}\na: ${literalPassword}\n`);
}

/** Every file that Plumbline wrote, with the store, its log and its locks. */
function written(service: Service): readonly [string, Buffer][] {
  return readdirSync(service.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !/\/(connectors|broken)\/|plumbline.*\.yaml$/.test(file.slice(service.folder.length)),
    )
    .map((file) => [file, readFileSync(file)]);
}

/** Where a canary is heard. */
function heard(places: readonly (readonly [string, Buffer | string])[]): readonly string[] {
  const names = [...Object.keys(secrets), "LiveKey", "LiveUser", "LiteralKey", "LiteralPassword"];
  const cores = [...names, "UrlPassword", "LiteralToken"]
    .filter((name) => name !== "token")
    .map((name) => core(name.charAt(0).toUpperCase() + name.slice(1)));
  const sought = [...[...cores, secrets.token].flatMap((text) => [text, ...base64Cores(text)])];
  return places.flatMap(([place, content]) =>
    sought
      .filter((text) => Buffer.from(content).includes(text))
      .map(
        (text) =>
          `${text} in ${place}:\n${Buffer.from(content).toString("latin1").slice(0, 4_000)}`,
      ),
  );
}

test("a canary in any source is heard in no output, log, report, store or error", async () => {
  await using service = openService();
  const tenant = await service.tenant([
    seeded("a", `https://${liveUser}:${liveUser}@api.contoso.com/old?code=${liveKey}`),
    seeded("z", `https://api.contoso.com/z?code=${liveKey}#${liveKey}`),
  ]);
  secrets.token = tenant.token;
  Object.assign(service.env, {
    CONNECTOR_PASSWORD: secrets.envPassword,
    QUERY_KEY: secrets.queryKey,
    FINGERPRINT_KEY: secrets.fingerprintKey,
    CLIENT_SECRET: secrets.clientSecret,
    TOKEN: secrets.token,
  });
  configure(service, tenant.url, tenant.tenantId);
  define(service);
  const places: [string, string][] = [];
  let count = 0;
  const keep = (args: readonly string[], { stdout, stderr }: Ended) => {
    places.push([`stdout of ${args.join(" ")}`, stdout], [`stderr of ${args.join(" ")}`, stderr]);
  };
  const run = async (...args: string[]) => {
    count++;
    const isReporting = ["validate", "plan", "apply"].includes(args[0] ?? "");
    const outputs = formats.flatMap((format) => ["--output", `${format}=out/${count}.${format}`]);
    const all = [...args, "--verbose", ...(isReporting ? [...outputs, "--output", "text"] : [])];
    const ended = await service.run(all);
    keep(args, ended);
    return ended.status;
  };
  const { injectFault, clearFaults } = tenant.control;
  const failing = (method: string, status: number) =>
    injectFault({ kind: "status", method, status, body: echo(), count: 20 });

  expect(await run("validate")).toBe(3);
  failing("GET", 400);
  expect(await run("plan")).toBe(6);
  clearFaults();
  expect(await run("plan")).toBe(6);
  expect(await run("export", "before", "--tenant", "practice")).toBe(5);
  failing("POST", 400);
  failing("PATCH", 409);
  expect(await run("apply", "--tenant", "practice")).toBe(5);
  clearFaults();
  injectFault({ kind: "drop-after-effect", method: "POST" });
  failing("PATCH", 400);
  expect(await run("apply", "--tenant", "practice")).toBe(5);
  clearFaults();
  expect(await run("apply", "--tenant", "practice")).toBe(0);
  // No definition can say the fragment of z.
  expect(await run("export", "exported", "--tenant", "practice")).toBe(5);

  tenant.control.changeConnector("c", { targetUrl: `https://api.contoso.com/?code=${liveKey}` });
  failing("PATCH", 409);
  const serving = service.start(["serve", "--verbose"]);
  await serving.says("practice: partial");
  await serving.says("client: unreadable");
  await serving.says("broken: invalid");
  serving.child.kill("SIGTERM");
  keep(["serve"], await serving.ended);

  // A mistake in plumbline.yaml itself, and a key that is too short.
  const text = service.read("plumbline.yaml");
  service.write("plumbline.yaml", text.replace('{"env":"TOKEN"}', JSON.stringify(literalToken)));
  expect(await run("plan")).toBe(3);
  service.write("plumbline.yaml", text);
  const short = core("FingerprintKey").slice(0, 12);
  keep(["short key"], await service.run(["plan"], { env: { FINGERPRINT_KEY: short } }));

  const files = written(service);
  expect(files.some(([file]) => file.endsWith("state.db"))).toBe(true);
  expect(files.length).toBeGreaterThan(20);
  expect(heard([...places, ...files])).toEqual([]);
});

test("a secret that the tenant itself shows, as a name, user name or path, is not passed on", async () => {
  await using service = openService();
  const { envPassword, filePassword, queryKey } = secrets;
  const user = { authentication: { basic: { username: envPassword, password: "practice" } } };
  const tenant = await service.tenant([
    { ...seeded("a", `https://api.contoso.com/${encodeURIComponent(queryKey)}`), ...user },
    seeded(filePassword, `https://api.contoso.com/${encodeURIComponent(envPassword)}`),
  ]);
  service.env["CONNECTOR_PASSWORD"] = envPassword;
  service.env["QUERY_KEY"] = queryKey;
  service.write("connectors/secrets/password.txt", filePassword);
  service.write("connectors/a.yaml", definition("a", { query: { code: { env: "QUERY_KEY" } } }));
  const password = { file: "secrets/password.txt" };
  service.write("connectors/b.yaml", definition("b", { password }));
  service.configure({ tenants: [practice(tenant)] });
  const places: [string, string][] = [];
  for (const verb of ["plan", "apply", "apply"]) {
    const outputs = formats.flatMap((format) => ["--output", `${format}=out/${verb}.${format}`]);
    const { status, stdout, stderr } = await service.run([verb, "--verbose", ...outputs]);
    expect(status).toBe(verb === "plan" ? 2 : 0);
    places.push([`stdout of ${verb}`, stdout], [`stderr of ${verb}`, stderr]);
  }
  expect(service.read("out/plan.json")).toContain("[redacted]");
  expect(heard([...places, ...written(service)])).toEqual([]);
});

test("the canary would be heard", () => {
  const value = secrets.envPassword;
  const forms = [value, Buffer.from(value).toString("base64"), encodeURIComponent(value)];
  for (const form of forms) expect(heard([["a place", `said ${form} aloud`]])).not.toEqual([]);
});
