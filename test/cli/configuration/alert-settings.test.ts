import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSettings } from "../../../src/cli/configuration/configuration.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-alert-settings-"));

afterAll(() => rmSync(folder, { recursive: true }));

function read(alerts: object) {
  const tenants = [{ name: "practice", sandbox: { port: 8090 }, mode: "apply" }];
  const start = { apiVersion: "plumbline/v1", kind: "Service", definitions: "connectors" };
  // One key a line, so that a place tells which one it is.
  const text = JSON.stringify({ ...start, alerts, tenants }, null, 1);
  writeFileSync(join(folder, "plumbline.yaml"), text);
  const { settings, faults } = readSettings(join(folder, "plumbline.yaml"), {});
  const lines = text.split("\n");
  const told = faults.map(({ message, at }) => ({
    message,
    line: lines[(at?.line ?? 1) - 1]?.trim(),
  }));
  return { settings, told };
}

const url = { env: "PLUMBLINE_HOOK_URL" };
const key = { file: "/run/secrets/hook-key" };
const smtp = { host: "smtp.contoso.com", port: 587 };
const mail = { smtp, from: "plumbline@contoso.com", to: ["team@contoso.com"] };
const slack = { name: "ops", slack: { url } };

test("without alerts nobody is told, and alerts alone have defaults", () => {
  expect(read({ sinks: [slack] }).settings?.alerts).toMatchObject({
    after: 3,
    remindEvery: 86_400_000,
    heartbeat: null,
    group: 60_000,
    keep: 7 * 86_400_000,
    on: null,
    sinks: [{ name: "ops", type: "slack", url: { source: { type: "env", name: url.env } } }],
  });
});

test("each kind of sink is read, with the places of its secrets", () => {
  const login = { user: "plumbline", password: { env: "PLUMBLINE_SMTP_PASSWORD" } };
  const sinks = [
    { name: "teams", teams: { url } },
    { name: "hook", webhook: { url, key } },
    { name: "mail", email: { ...mail, smtp: { ...smtp, ...login } } },
  ];
  const whole = {
    sinks,
    after: 1,
    remindEvery: "0s",
    heartbeat: "0 8 * * *",
    group: "5m",
    keep: "2d",
  };
  const { settings, told } = read({ ...whole, on: ["certificate"] });
  expect(told).toEqual([]);
  expect(settings?.alerts).toMatchObject({
    ...{ after: 1, remindEvery: 0, heartbeat: "0 8 * * *", group: 300_000, keep: 2 * 86_400_000 },
    on: new Set(["certificate"]),
    sinks: [
      { type: "teams", url: { path: "alerts.sinks[0].teams.url" } },
      { type: "webhook", key: { source: { type: "file", path: key.file } } },
      { type: "email", ...smtp, login: { user: "plumbline" }, to: mail.to },
    ],
  });
});

test("definitions may name no secret of a sink", () => {
  const { settings } = read({
    sinks: [{ name: "hook", webhook: { url: { env: "HOOK_URL" }, key } }],
  });
  const [tenant] = settings?.tenants ?? [];
  expect(tenant?.load.secrets.ownEnv).toContain("HOOK_URL");
  expect(tenant?.load.exclude).toContain(key.file);
});

const mistakes = [
  { of: "no sink", alerts: { sinks: [] }, says: /alerts.sinks|at least/, line: /sinks/ },
  {
    of: "a sink without a way",
    alerts: { sinks: [{ name: "ops" }] },
    says: /exactly one of teams/,
    line: /\{/,
  },
  {
    of: "a sink with two ways",
    alerts: { sinks: [{ ...slack, teams: { url } }] },
    says: /exactly one of teams/,
    line: /\{/,
  },
  {
    of: "two sinks of one name",
    alerts: { sinks: [slack, slack] },
    says: /Another sink is called ops/,
    line: /"name"/,
  },
  {
    of: "a literal URL",
    alerts: { sinks: [{ name: "ops", slack: { url: "https://x" } }] },
    says: /reference|env/,
    line: /"url"/,
  },
  {
    of: "a webhook without a key",
    alerts: { sinks: [{ name: "ops", webhook: { url } }] },
    says: /key/,
    line: /webhook/,
  },
  {
    of: "a user without a password",
    alerts: { sinks: [{ name: "m", email: { ...mail, smtp: { ...smtp, user: "u" } } }] },
    says: /both user and password/,
    line: /smtp/,
  },
  {
    of: "an address with a line break",
    alerts: { sinks: [{ name: "m", email: { ...mail, from: "a@b.c\nBcc: d@e.f" } }] },
    says: /from|address/i,
    line: /from/,
  },
  {
    of: "an address with a name",
    alerts: { sinks: [{ name: "m", email: { ...mail, to: ["A <a@b.c>"] } }] },
    says: /to|address/i,
    line: /a@b.c/,
  },
  {
    of: "a heartbeat that is no cron expression",
    alerts: { sinks: [slack], heartbeat: "every day" },
    says: /no cron expression/,
    line: /heartbeat/,
  },
  {
    of: "a heartbeat that never comes",
    alerts: { sinks: [slack], heartbeat: "0 8 31 2 *" },
    says: /day that comes/,
    line: /heartbeat/,
  },
  {
    of: "alerts that are kept for no time",
    alerts: { sinks: [slack], keep: "0d" },
    says: /keep|duration/,
    line: /keep/,
  },
  {
    of: "alerts that are kept for too short a time",
    alerts: { sinks: [slack], keep: "59m" },
    says: /kept for 59m would be given up .* Write 1h or more, such as 7d/,
    line: /keep/,
  },
  {
    of: "a group that holds alerts back for too long",
    alerts: { sinks: [slack], group: "2h" },
    says: /group of 2h .* Write 1h or less/,
    line: /group/,
  },
  {
    of: "a kind that there is not",
    alerts: { sinks: [slack], on: ["drift"] },
    says: /drift-opened/,
    line: /drift/,
  },
  {
    of: "a vault without a credential",
    alerts: {
      sinks: [{ name: "ops", slack: { url: { keyVault: { vault: "kv-ops", secret: "slack" } } } }],
    },
    says: /keyVault.credential/,
    line: /keyVault/,
  },
];

test.each(mistakes)("$of is told with its place", ({ alerts, says, line }) => {
  const { settings, told } = read(alerts);
  expect(settings).toBeNull();
  expect(told[0]?.message).toMatch(says);
  expect(told[0]?.line).toMatch(line);
});
