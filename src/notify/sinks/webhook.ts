/**
 * Any service: CloudEvents 1.0 in structured JSON
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md), with a
 * signature over the time and the body, so that nobody else can send one, or the same one later.
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../../model/clock.ts";
import { post } from "./post.ts";
import { again, guarded, type ReadSecret, type Sink } from "./sink.ts";

/** Characters. */
const SHORTEST_KEY = 16;

export interface WebhookOptions {
  readonly url: ReadSecret;
  readonly key: ReadSecret;
  readonly clock: Pick<Clock, "now">;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

export function webhookSink(name: string, { url, key, clock, timeout }: WebhookOptions): Sink {
  return guarded(name, async ({ event }, signal) => {
    const secret = (await key()).reveal();
    if (secret.length < SHORTEST_KEY) {
      return again(`Its key has fewer than ${SHORTEST_KEY} characters. Make a longer one.`);
    }
    const body = JSON.stringify(event);
    const timestamp = String(Math.floor(clock.now().getTime() / 1_000));
    const headers = {
      "content-type": "application/cloudevents+json; charset=utf-8",
      "x-plumbline-timestamp": timestamp,
      "x-plumbline-signature": signature(secret, timestamp, body),
    };
    return post(await url(), { body, headers, signal, timeout });
  });
}

/** `timestamp`: seconds since 1970. `v1=` and 64 hexadecimal digits. */
export function signature(key: string, timestamp: string, body: string): string {
  return `v1=${createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex")}`;
}
