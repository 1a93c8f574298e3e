/** `alerts` of plumbline.yaml: who is told, and of what. */
import { milliseconds } from "../../model/duration.ts";
import type { Position } from "../../model/fault.ts";
import type { AlertKind } from "../../model/generated/alert.ts";
import type { SecretReference, ServiceConfiguration, Sink } from "../../model/generated/service.ts";
import type { SecretUse } from "../../model/secret.ts";
import type { SinkWith } from "../../notify/notify.ts";
import { cronProblem } from "../../plan/windows.ts";
import { secretUse } from "./service-secrets.ts";

export interface AlertSettings {
  readonly sinks: readonly SinkSettings[];
  /** Runs that fail in a row before that is told. */
  readonly after: number;
  /** Milliseconds; 0: never. */
  readonly remindEvery: number;
  /** Cron expression, in UTC. */
  readonly heartbeat: string | null;
  /** Milliseconds. */
  readonly group: number;
  /** Milliseconds for which what no sink has taken is kept. */
  readonly keep: number;
  /** null: all kinds. */
  readonly on: ReadonlySet<AlertKind> | null;
}

export type SinkSettings = SinkWith<SecretUse>;

type At = (path: string) => Position;

export const defaultKeep = "7d";

/** What lies within these is of use: a shorter time loses alerts, a longer group holds them back. */
const shortestKeep = "1h";
const longestGroup = "1h";

/** null: nobody is told. The rules below must have found nothing. */
export function alertSettings(
  { alerts }: ServiceConfiguration,
  root: string,
  at: At,
): AlertSettings | null {
  if (alerts === undefined) return null;
  const { sinks, after = 3, remindEvery = "24h", heartbeat = null, group = "1m", on } = alerts;
  const { keep = defaultKeep } = alerts;
  const use = (path: string) => (reference: SecretReference, key: string) =>
    secretUse(reference, root, at(`${path}.${key}`), `${path}.${key}`);
  return {
    sinks: sinks.flatMap((sink, index) => sinkSettings(sink, use(`alerts.sinks[${index}]`)) ?? []),
    after,
    remindEvery: milliseconds(remindEvery),
    heartbeat,
    group: milliseconds(group),
    keep: milliseconds(keep),
    on: on === undefined ? null : new Set(on),
  };
}

type Use = (reference: SecretReference, key: string) => SecretUse;

function sinkSettings({ name, teams, slack, webhook, email }: Sink, use: Use): SinkSettings | null {
  if (teams) return { name, type: "teams", url: use(teams.url, "teams.url") };
  if (slack) return { name, type: "slack", url: use(slack.url, "slack.url") };
  if (webhook) {
    const { url, key } = webhook;
    return { name, type: "webhook", url: use(url, "webhook.url"), key: use(key, "webhook.key") };
  }
  if (!email) return null;
  const { smtp, from, to } = email;
  const { host, port, user, password } = smtp;
  const login =
    user === undefined || password === undefined
      ? null
      : { user, password: use(password, "email.smtp.password") };
  return { name, type: "email", host, port, login, from, to };
}

/** What is wrong with the value at a path of plumbline.yaml. */
interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What a schema cannot say about alerts. */
export function alertProblems({ alerts }: ServiceConfiguration): readonly Problem[] {
  if (alerts === undefined) return [];
  const { sinks, heartbeat } = alerts;
  const problem = heartbeat === undefined ? null : cronProblem(heartbeat);
  const written = JSON.stringify(heartbeat);
  const message = `${written} is no cron expression of five fields with a day that comes. Write minute, hour, day, month and weekday, such as "0 8 * * *".`;
  return [
    ...(problem === null ? [] : [{ path: "alerts.heartbeat", message }]),
    ...timeProblems(alerts),
    ...sinks.flatMap((sink, index) => sinkProblems(sink, index, sinks)),
  ];
}

function timeProblems({
  keep = defaultKeep,
  group = "1m",
}: NonNullable<ServiceConfiguration["alerts"]>): readonly Problem[] {
  const isKept = milliseconds(keep) >= milliseconds(shortestKeep);
  const isPrompt = milliseconds(group) <= milliseconds(longestGroup);
  const lost = `Alerts that are kept for ${keep} would be given up before a sink that is down is back. Write ${shortestKeep} or more, such as ${defaultKeep}.`;
  const late = `A group of ${group} would hold alerts back for too long. Write ${longestGroup} or less, such as 1m.`;
  return [
    ...(isKept ? [] : [{ path: "alerts.keep", message: lost }]),
    ...(isPrompt ? [] : [{ path: "alerts.group", message: late }]),
  ];
}

function sinkProblems(sink: Sink, index: number, all: readonly Sink[]): readonly Problem[] {
  const { name, teams, slack, webhook, email } = sink;
  const path = `alerts.sinks[${index}]`;
  const ways = [teams, slack, webhook, email].filter((way) => way !== undefined);
  const problems: Problem[] = [];
  if (ways.length !== 1) {
    const message = `The sink ${name} needs exactly one of teams, slack, webhook and email.`;
    problems.push({ path, message });
  }
  if (all.findIndex((other) => other.name === name) !== index) {
    const message = `Another sink is called ${name} already. Each needs a name of its own.`;
    problems.push({ path: `${path}.name`, message });
  }
  const { user, password } = email?.smtp ?? {};
  if ((user === undefined) !== (password === undefined)) {
    const message = "To sign in to the mail server, both user and password are needed.";
    problems.push({ path: `${path}.email.smtp`, message });
  }
  return problems;
}
