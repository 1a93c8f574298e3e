/** What docs/alerts.md tells the writer of a receiver is true. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { messageOf } from "../../src/notify/message.ts";
import { webhookSink } from "../../src/notify/sinks/webhook.ts";
import { faultsBy } from "../cli/published-schemas.ts";
import { alertOf } from "../contracts/alerts.contract.ts";
import { handClock } from "../reconcile/practice-tenant.ts";
import { startHttpReceiver } from "./http-receiver.ts";

const page = readFileSync(new URL("../../docs/alerts.md", import.meta.url), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)?.[1] ?? "";
}

type IsGenuine = (headers: object, body: string, key: string, now: number) => boolean;

test("the documented check takes what the webhook is sent, and nothing that differs", async () => {
  const code = `${block("js")}\nexport { isGenuine };`;
  const { isGenuine }: { isGenuine: IsGenuine } = await import(
    `data:text/javascript,${encodeURIComponent(code)}`
  );
  await using receiver = await startHttpReceiver();
  const key = "a key for tests alone";
  const clock = handClock();
  const read = (value: string) => async () => new Secret(value);
  const sink = webhookSink("ops", { url: read(receiver.url), key: read(key), clock });
  const message = messageOf({ id: "1", alerts: [alertOf("prüfung")] });
  await sink.send(message, new AbortController().signal);
  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[number]];
  const now = clock.now().getTime();
  expect(isGenuine(headers, body, key, now)).toBe(true);
  expect(isGenuine(headers, body, key, now + 299_000)).toBe(true);
  expect(isGenuine(headers, body, key, now + 301_000)).toBe(false);
  expect(isGenuine(headers, `${body} `, key, now)).toBe(false);
  expect(isGenuine(headers, body, `${key}!`, now)).toBe(false);
  expect(isGenuine({}, body, key, now)).toBe(false);
  const later = { ...headers, "x-plumbline-timestamp": String(now / 1_000 + 1) };
  expect(isGenuine(later, body, key, now)).toBe(false);
});

test("the documented event is one by the published schema", () => {
  expect(faultsBy("alert.schema.json", JSON.parse(block("json")))).toEqual([]);
});
