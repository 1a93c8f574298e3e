/**
 * Telling people: what changed (transitions.ts) is queued (tell.ts) and sent (dispatch.ts), to sinks
 * that are made here. The room knows no run but by what it left, and no secret but while it is sent.
 */
import type { Clock } from "../model/clock.ts";
import type { Alert } from "../model/generated/alert.ts";
import { idOf, messageOf } from "./message.ts";
import { emailSink } from "./sinks/email.ts";
import { type Attempt, oneReadAtATime, type ReadSecret, type Sink } from "./sinks/sink.ts";
import { slackSink } from "./sinks/slack.ts";
import { teamsSink } from "./sinks/teams.ts";
import { webhookSink } from "./sinks/webhook.ts";

/** How one sink is reached; `Secret` is what stands for its address, its key or its password. */
export type SinkWith<Secret> = { readonly name: string } & (
  | { readonly type: "teams" | "slack"; readonly url: Secret }
  | { readonly type: "webhook"; readonly url: Secret; readonly key: Secret }
  | {
      readonly type: "email";
      readonly host: string;
      readonly port: number;
      readonly login: { readonly user: string; readonly password: Secret } | null;
      readonly from: string;
      readonly to: readonly string[];
    }
);

/** Its secrets are read at each try. */
export type SinkOptions = SinkWith<ReadSecret>;

/** Sends nothing yet. */
export function openSink(options: SinkOptions, clock: Pick<Clock, "now">): Sink {
  const { name } = options;
  switch (options.type) {
    case "teams":
      return teamsSink(name, oneReadAtATime(options.url));
    case "slack":
      return slackSink(name, oneReadAtATime(options.url));
    case "webhook": {
      const url = oneReadAtATime(options.url);
      const key = oneReadAtATime(options.key);
      return webhookSink(name, { url, key, clock });
    }
    case "email": {
      const { login } = options;
      const password = login && oneReadAtATime(login.password);
      return emailSink(name, { ...options, login: login && password && { ...login, password } });
    }
    default:
      return options satisfies never;
  }
}

/** Sends a test past the queue, and says what became of it. `now`: an RFC 3339 instant. */
export async function sendTest(sink: Sink, now: string, signal: AbortSignal): Promise<Attempt> {
  const alert: Alert = {
    kind: "test",
    severity: "info",
    reminder: false,
    cause: "test",
    tenant: "",
    about: "",
    text: "If you can read this, alerts of Plumbline arrive here.",
    run: null,
    at: now,
  };
  return sink.send(messageOf({ id: idOf(sink.name, alert), alerts: [alert] }), signal);
}
