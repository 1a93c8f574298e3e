/**
 * Any service: CloudEvents 1.0 in structured JSON
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md), with a
 * signature over the time and the body, so that nobody else can send one, or the same one later.
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../../model/clock.ts";
import type { AlertEvent } from "../../model/generated/alert.ts";
import { bytesOf, fitting } from "../message.ts";
import { post } from "./post.ts";
import { again, guarded, type Limits, type ReadSecret, type Sink } from "./sink.ts";

/** Characters. */
const SHORTEST_KEY = 16;
/** Bytes that everybody on the way must pass on (CloudEvents 1.0.2, "Size Limits"). */
const MOST_BYTES = 64_000;
/** Bytes of the names of tenants alone. */
const MOST_NAMES = 16_000;

export interface WebhookOptions {
  readonly url: ReadSecret;
  readonly key: ReadSecret;
  readonly clock: Pick<Clock, "now">;
  readonly limits?: Limits | undefined;
}

export function webhookSink(name: string, options: WebhookOptions): Sink {
  const { url, key, clock, limits = {} } = options;
  const work: Sink["send"] = async ({ event }, signal) => {
    const secret = (await key()).reveal();
    if (secret.length < SHORTEST_KEY) {
      return again(`Its key has fewer than ${SHORTEST_KEY} characters. Make a longer one.`);
    }
    const body = JSON.stringify(bounded(event));
    const timestamp = String(Math.floor(clock.now().getTime() / 1_000));
    const headers = {
      "content-type": "application/cloudevents+json; charset=utf-8",
      "x-plumbline-timestamp": timestamp,
      "x-plumbline-signature": signature(secret, timestamp, body),
    };
    return post(await url(), { body, headers, signal, timeout: limits.answer });
  };
  return guarded(name, work, limits);
}

/** With as many alerts as a receiver is sure to take. */
export function bounded(event: AlertEvent): AlertEvent {
  const { data } = event;
  const tenants = [...fitting(data.tenants, MOST_NAMES, (name) => name)];
  const eventOf = (alerts: typeof data.alerts, omitted: number): AlertEvent => ({
    ...event,
    data: { ...data, tenants, alerts, omitted },
  });
  const frame = bytesOf(eventOf([], Number.MAX_SAFE_INTEGER));
  const alerts = [...fitting(data.alerts, MOST_BYTES - frame, (alert) => alert)];
  return eventOf(alerts, data.alerts.length - alerts.length);
}

/** `timestamp`: seconds since 1970. `v1=` and 64 hexadecimal digits. */
export function signature(key: string, timestamp: string, body: string): string {
  return `v1=${createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex")}`;
}
