import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTlsIdentity } from "../../src/sandbox/tls-identity.ts";
import { startKeyVault } from "../key-vault.ts";
import { startHttpReceiver } from "../notify/http-receiver.ts";
import { startSmtpReceiver } from "../notify/smtp-receiver.ts";
import { definition, openService, practice, type Service } from "./program.ts";

const key = "canary-of-the-key-0123";

/** One sink of each kind, all on this machine. */
async function openAlerts(service: Service, over: object = {}) {
  const [http, smtp] = await Promise.all([startHttpReceiver(), startSmtpReceiver()]);
  smtp.offers.push("AUTH PLAIN");
  Object.assign(service.env, {
    HOOK_URL: http.url,
    HOOK_KEY: key,
    SMTP_PASSWORD: "canary-of-mail",
  });
  const url = { env: "HOOK_URL" };
  const server = { host: "127.0.0.1", port: smtp.port };
  const login = { user: "plumbline", password: { env: "SMTP_PASSWORD" } };
  const sinks = [
    { name: "teams", teams: { url } },
    { name: "slack", slack: { url } },
    { name: "hook", webhook: { url, key: { env: "HOOK_KEY" } } },
    {
      name: "mail",
      email: {
        smtp: { ...server, ...login },
        from: "plumbline@contoso.com",
        to: ["team@contoso.com"],
      },
    },
  ];
  return {
    ...{ http, smtp },
    alerts: { sinks, after: 1, group: "0s", ...over },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await smtp[Symbol.asyncDispose]();
    },
  };
}

const nobody = { name: "practice", sandbox: { port: 1 }, mode: "report" };

test("notify --test sends to each sink and says that it arrived, without any tenant", async () => {
  await using service = openService();
  await using opened = await openAlerts(service);
  service.configure({ alerts: opened.alerts, tenants: [nobody] });
  const { status, stdout, stderr } = await service.run(["notify", "--test"]);
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: "teams: sent\nslack: sent\nhook: sent\nmail: sent\n",
    stderr: "",
  });
  expect(opened.http.received).toHaveLength(3);
  expect(opened.smtp.mails).toHaveLength(1);
});

test("a sink that does not take the test is named, with the reason and without its address", async () => {
  await using service = openService();
  await using opened = await openAlerts(service);
  service.configure({ alerts: opened.alerts, tenants: [nobody] });
  opened.smtp.answer("AUTH", "535 canary");
  delete service.env["HOOK_KEY"];
  const { status, stdout, stderr } = await service.run(["notify", "--test", "--verbose"]);
  expect(status).toBe(5);
  expect(stdout).toContain("teams: sent\n");
  expect(stdout).toMatch(/^hook: not sent\. .*HOOK_KEY/m);
  expect(stdout).toContain("mail: not sent. It refused the sign-in (535).\n");
  expect(`${stdout}${stderr}`).not.toContain("canary");
});

test("one sink alone is tested when it is named", async () => {
  await using service = openService();
  await using opened = await openAlerts(service);
  service.configure({ alerts: opened.alerts, tenants: [nobody] });
  opened.http.answer({ status: 404 });
  const { status, stdout } = await service.run(["notify", "--test", "--sink", "slack"]);
  expect({ status, stdout }).toEqual({ status: 5, stdout: "slack: not sent. It answered 404.\n" });
  const unknown = await service.run(["notify", "--test", "--sink", "slak"]);
  expect(unknown).toMatchObject({ status: 1, stdout: "" });
  expect(unknown.stderr).toContain("Did you mean slack?");
});

test("mail goes over TLS to a server whose authority is trusted", async () => {
  await using service = openService();
  const identity = await makeTlsIdentity();
  await using mail = await startSmtpReceiver(identity);
  mail.offers.push("AUTH PLAIN");
  service.write("ca.pem", identity.cert);
  const env = { NODE_EXTRA_CA_CERTS: join(service.folder, "ca.pem"), SMTP_PASSWORD: "sesame" };
  // In capitals it is no loopback address to Plumbline, and still this machine to the system.
  const smtp = {
    host: "LOCALHOST",
    port: mail.port,
    user: "u",
    password: { env: "SMTP_PASSWORD" },
  };
  const email = { smtp, from: "plumbline@contoso.com", to: ["team@contoso.com"] };
  service.configure({ alerts: { sinks: [{ name: "mail", email }] }, tenants: [nobody] });
  const { status, stdout } = await service.run(["notify", "--test"], { env });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "mail: sent\n" });
  expect(mail.mails).toMatchObject([{ isEncrypted: true, login: "\0u\0sesame" }]);
});

test("notify without alerts in plumbline.yaml says what is missing", async () => {
  await using service = openService();
  service.configure({ tenants: [nobody] });
  const { status, stderr } = await service.run(["notify", "--test"]);
  expect(status).toBe(1);
  expect(stderr).toContain("alerts.sinks");
});

test.concurrent("serve tells of a tenant that fails and of its recovery, each once, across restarts", async () => {
  await using service = openService();
  await using opened = await openAlerts(service);
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ alerts: opened.alerts, tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", "kind: Nonsense\n");
  const events = () =>
    opened.http.received
      .filter(({ headers }) => headers["x-plumbline-signature"])
      .map(({ body }) => JSON.parse(body));

  const first = service.start(["serve"]);
  await first.says("an alert was sent", 4);
  const address = /metrics at (http:[^\s"]+)/.exec(first.stderr())?.[1] ?? "";
  const numbers = await (await fetch(address)).text();
  first.child.kill("SIGTERM");
  expect(await first.ended).toMatchObject({ status: 0 });
  expect(events()).toMatchObject([{ type: "plumbline.alert.run-failing" }]);
  expect(opened.smtp.mails).toHaveLength(1);
  expect(numbers).toContain('plumbline_alerts_queued_total{sink="mail"} 1\n');
  expect(numbers).toContain('plumbline_alerts_delivered_total{sink="mail"} 1\n');

  const second = service.start(["serve"]);
  await second.says("practice: invalid");
  second.child.kill("SIGTERM");
  await second.ended;

  service.write("connectors/a.yaml", definition("a"));
  const third = service.start(["serve"]);
  await third.says("an alert was sent", 4);
  third.child.kill("SIGTERM");
  const { stderr } = await third.ended;
  expect(events().map(({ type }) => type)).toEqual([
    "plumbline.alert.run-failing",
    "plumbline.alert.run-recovered",
  ]);
  expect(`${first.stderr()}${stderr}`).not.toContain("canary");
});

test.concurrent("an address that was revoked is told of loudly, and counted, while its alerts are kept", async () => {
  await using service = openService();
  await using opened = await openAlerts(service);
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  opened.http.answer(...Array(9).fill({ status: 410 }));
  service.configure({ alerts: opened.alerts, tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", "kind: Nonsense\n");
  const serving = service.start(["serve"]);
  await serving.says("it takes no alerts", 3);
  const address = /metrics at (http:[^\s"]+)/.exec(serving.stderr())?.[1] ?? "";
  const numbers = await (await fetch(address)).text();
  expect(numbers).toContain('plumbline_alert_sink_barred{sink="hook"} 1\n');
  expect(numbers).toContain('plumbline_alert_sink_barred{sink="mail"} 0\n');
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
  expect(serving.stderr()).toContain("It answered 410.");
  expect(serving.stderr()).not.toContain("canary");
});

test.concurrent("a vault that does not answer holds up neither another sink nor the end of serve", async () => {
  await using service = openService();
  await using opened = await openAlerts(service);
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  await using vault = await startKeyVault({ behaviours: { hook: { type: "hang" } } });
  Object.assign(service.env, { VAULT_TOKEN: "token", NODE_EXTRA_CA_CERTS: vault.caFile });
  const url = { keyVault: { vault: "kv-ops", secret: "hook" } };
  const sinks = [{ name: "hung", slack: { url } }, ...opened.alerts.sinks];
  service.configure({
    keyVault: { credential: { token: { env: "VAULT_TOKEN" } }, url: vault.url },
    alerts: { ...opened.alerts, sinks },
    tenants: [practice(tenant)],
  });
  service.write("connectors/a.yaml", "kind: Nonsense\n");
  const serving = service.start(["serve"]);
  await serving.says("an alert was sent", 4);
  expect(vault.requests).not.toEqual([]);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
  expect(serving.stderr()).toContain("hung: an alert was not sent. Plumbline was stopped");
});

test.concurrent("sinks that are down hold up neither the runs nor the end of serve", async () => {
  await using service = openService();
  await using opened = await openAlerts(service);
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  const everySecond = { schedule: "* * * * * *" };
  opened.http.answer(null, null, null);
  opened.smtp.answer("EHLO", null);
  const held = { allow: ["update"], ...everySecond };
  service.configure({ alerts: opened.alerts, tenants: [practice(tenant, held)] });
  service.write("connectors/a.yaml", definition("a"));
  const serving = service.start(["serve"]);
  await serving.says("practice: refused", 7);
  expect(opened.http.received.length).toBeGreaterThan(0);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toMatchObject({ status: 0 });
});
