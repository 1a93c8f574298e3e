/**
 * Any service: CloudEvents 1.0 in structured JSON
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md), with a
 * signature over the time and the body, so that nobody else can send one, or the same one later.
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../../model/clock.ts";
import type { Alert, AlertEvent } from "../../model/generated/alert.ts";
import { bytesOf, type Message, TITLE_LIMIT } from "../message.ts";
import { post } from "./post.ts";
import {
  type Attempt,
  again,
  barred,
  guarded,
  type Limits,
  type ReadSecret,
  type Sink,
  TIMEOUT,
} from "./sink.ts";

/** Characters. */
const SHORTEST_KEY = 16;
/** Bytes that everybody on the way must pass on (CloudEvents 1.0.2, "Size Limits"). */
const MOST_BYTES = 64_000;
/** Room for any title, each character of up to four bytes: it is another one once all is out of date. */
const TITLE_BYTES = 4 * TITLE_LIMIT;
/** Milliseconds after which no other part is begun. */
const SENDING = 20_000;

export interface WebhookOptions {
  readonly url: ReadSecret;
  readonly key: ReadSecret;
  readonly clock: Pick<Clock, "now">;
  /** `sending`: milliseconds after which no other part is begun. */
  readonly limits?: (Limits & { readonly sending?: number | undefined }) | undefined;
}

export function webhookSink(name: string, options: WebhookOptions): Sink {
  const { url, key, clock, limits = {} } = options;
  const { answer: timeout = TIMEOUT, sending = SENDING } = limits;
  const read = async () => ({ address: await url(), key: (await key()).reveal() });
  const send = async (
    message: Message,
    secrets: Awaited<ReturnType<typeof read>>,
    signal: AbortSignal,
  ): Promise<Attempt> => {
    if (secrets.key.length < SHORTEST_KEY) {
      return barred(`Its key has fewer than ${SHORTEST_KEY} characters. Make a longer one.`);
    }
    const postEvent = (event: AlertEvent) => {
      const body = JSON.stringify(event);
      const headers = headersFor(secrets.key, clock.now(), body);
      return post(secrets.address, { body, headers, signal, timeout });
    };
    return postAll(message, postEvent, AbortSignal.timeout(sending));
  };
  return guarded(name, { read, send, longest: sending + timeout }, limits);
}

/** In their order; what the receiver has is not sent again. */
async function postAll(
  { event, done }: Pick<Message, "event" | "done">,
  postEvent: (event: AlertEvent) => Promise<Attempt>,
  limit: AbortSignal,
): Promise<Attempt> {
  const sent: string[] = [];
  for (const part of partsOf(event).filter(({ id }) => !done.includes(id))) {
    if (limit.aborted) return { ...again("It is long, and is continued later."), done: sent };
    const attempt = await postEvent(part);
    if (attempt.result !== "delivered") return { ...attempt, done: sent };
    sent.push(part.id);
  }
  return { result: "delivered" };
}

function headersFor(key: string, now: Date, body: string) {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return {
    "content-type": "application/cloudevents+json; charset=utf-8",
    "x-plumbline-timestamp": timestamp,
    "x-plumbline-signature": signature(key, timestamp, body),
  };
}

/** As many events as it takes, each with as many alerts as a receiver is sure to take: the same at each try. */
export function partsOf(event: AlertEvent): readonly AlertEvent[] {
  const untitled = { ...event, data: { ...event.data, title: "" } };
  const frame = bytesOf(partOf(untitled, event.data.alerts.length, []));
  const room = MOST_BYTES - TITLE_BYTES - frame;
  const parts: AlertEvent["data"]["alerts"][] = [];
  let left = 0;
  for (const alert of event.data.alerts) {
    const bytes = sizeOf(alert);
    if (left < bytes) {
      parts.push([]);
      left = room;
    }
    parts.at(-1)?.push(alert);
    left -= bytes;
  }
  return parts.map((alerts, index) => partOf(event, index, alerts));
}

/** With its tenant, and whether it is overtaken at this try or not. */
function sizeOf(alert: Alert): number {
  const { at, tenant } = alert;
  return bytesOf({ ...alert, overtakenAt: at }) + bytesOf(tenant) + 2 * ",".length;
}

/** `index`: from 0. */
function partOf(event: AlertEvent, index: number, alerts: readonly Alert[]): AlertEvent {
  const tenants = [...new Set(alerts.map(({ tenant }) => tenant).filter(Boolean))];
  const id = index === 0 ? event.id : `${event.id}/${index + 1}`;
  return { ...event, id, data: { ...event.data, tenants, alerts: [...alerts] } };
}

/** `timestamp`: seconds since 1970. `v1=` and 64 hexadecimal digits. */
export function signature(key: string, timestamp: string, body: string): string {
  return `v1=${createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex")}`;
}
