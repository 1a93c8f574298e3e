/** Law 5 for alerts: no secret is in what is sent, nor is a sink's own in anything that is said or kept. */
import { expect, test } from "vitest";
import { bareCanary, heard } from "../canaries.ts";
import { openSeeded } from "../seeded-service.ts";
import { closedPort, startHttpReceiver } from "./http-receiver.ts";
import { startSmtpReceiver } from "./smtp-receiver.ts";

test("a canary in any source is heard in no alert, and one of a sink in nothing that is said or kept", async () => {
  await using opened = await openSeeded();
  await using hook = await startHttpReceiver();
  await using mail = await startSmtpReceiver();
  const { service, graph, listener, settings } = opened;
  const own = ["HookUrl", "HookKey", "DownUrl", "SmtpPassword"].map((name) => bareCanary(name));
  const [hookUrl, hookKey, downUrl, password] = own.map(({ value }) => value);
  Object.assign(service.env, {
    HOOK_URL: `${new URL(hook.url).origin}/${hookUrl}`,
    HOOK_KEY: hookKey,
    DOWN_URL: `http://127.0.0.1:${await closedPort()}/${downUrl}`,
    SMTP_PASSWORD: password,
  });
  mail.offers.push("AUTH PLAIN");
  mail.answer("AUTH", `535 ${password}`);
  const smtp = {
    host: "127.0.0.1",
    port: mail.port,
    user: "u",
    password: { env: "SMTP_PASSWORD" },
  };
  const sinks = [
    { name: "hook", webhook: { url: { env: "HOOK_URL" }, key: { env: "HOOK_KEY" } } },
    { name: "teams", teams: { url: { env: "HOOK_URL" } } },
    { name: "down", slack: { url: { env: "DOWN_URL" } } },
    { name: "mail", email: { smtp, from: "plumbline@contoso.com", to: ["team@contoso.com"] } },
  ];
  const alerts = { sinks, after: 1, group: "0s" };
  listener.seed("plumbline.yaml", JSON.stringify({ ...settings, alerts }));
  graph.answer("PATCH", [{ status: 409 }]);
  graph.answer("POST", Array(7).fill({ status: 400 }));
  const serving = service.start(["serve", "--verbose"]);
  await serving.says("hook: an alert was sent", 3);
  await serving.says("teams: an alert was sent", 3);
  await serving.says("down: an alert was not sent");
  await serving.says("mail: an alert was not sent");
  listener.keepFiles("while it serves");
  serving.child.kill("SIGTERM");
  listener.keep("serve", await serving.ended);
  listener.keepFiles("after it served");
  await listener.run(["notify", "--test"]);

  const { places } = listener;
  expect(hook.received.length).toBeGreaterThan(6);
  for (const { headers, body } of hook.received) {
    places.push(["alert", `${JSON.stringify(headers)}\n${body}`]);
  }
  for (const { data } of mail.mails) places.push(["mail", data]);
  expect(heard(places, [...opened.canaries(), ...own])).toEqual([]);
});
