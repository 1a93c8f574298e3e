/** What a schema cannot say about plumbline.yaml. */
import { validate as isCron } from "node-cron";
import { type Fault, failure, type Position } from "../model/fault.ts";
import type { ServiceConfiguration, Tenant } from "../model/generated/service.ts";

/** What is wrong with the value at a key of a tenant. */
interface Broken {
  readonly key: string;
  readonly message: string;
  readonly severity?: "warning";
}

type Rule = (tenant: Tenant, index: number, all: readonly Tenant[]) => readonly Broken[];

/** `at` answers the place of a path such as `tenants[0].mode`. */
export function configurationFaults(
  { tenants }: ServiceConfiguration,
  at: (path: string) => Position,
): readonly Fault[] {
  return tenants.flatMap((tenant, index) =>
    rules
      .flatMap((rule) => rule(tenant, index, tenants))
      .map(({ key, message, severity }): Fault => {
        const fault = failure("configuration", message, at(`tenants[${index}].${key}`));
        return { ...fault, severity: severity ?? fault.severity };
      }),
  );
}

const uniqueName: Rule = ({ name }, index, all) => {
  const message = `Another tenant is called ${name} already. Each needs a name of its own.`;
  return all.findIndex((other) => other.name === name) === index ? [] : [{ key: "name", message }];
};

const oneConnection: Rule = ({ name, sandbox, tenantId, credential, cloud }) => {
  const isGraph = tenantId !== undefined && credential !== undefined;
  const isAnyOfGraph = [tenantId, credential, cloud].some((part) => part !== undefined);
  if (sandbox ? !isAnyOfGraph : isGraph) return [];
  return [{ key: "name", message: `${name} needs either sandbox, or tenantId with credential.` }];
};

const validSchedule: Rule = ({ schedule }) => {
  if (schedule === undefined || isCron(schedule)) return [];
  const message = `${JSON.stringify(schedule)} is no cron expression. Write minute, hour, day, month and weekday, such as "*/15 * * * *".`;
  return [{ key: "schedule", message }];
};

const validTimezone: Rule = ({ timezone }) => {
  if (timezone === undefined || isTimezone(timezone)) return [];
  const message = `${JSON.stringify(timezone)} is no IANA time zone, such as Europe/Berlin.`;
  return [{ key: "timezone", message }];
};

const safeUrls: Rule = ({ cloud }) => {
  if (typeof cloud !== "object") return [];
  const { graph, authority } = cloud;
  const message =
    "must be https (http on loopback alone): a host without path, query, user name or password.";
  return [
    ...(isSafeOrigin(graph) ? [] : [{ key: "cloud.graph", message: `The Graph URL ${message}` }]),
    ...(authority === undefined || isSafeOrigin(authority)
      ? []
      : [{ key: "cloud.authority", message: `The authority ${message}` }]),
  ];
};

const localToken: Rule = ({ cloud, credential }) => {
  if (credential?.token === undefined) return [];
  if (typeof cloud === "object" && isLoopback(cloud.graph)) return [];
  const message = "A ready token is only for a Graph URL on loopback. Use another credential.";
  return [{ key: "credential.token", message }];
};

const heldDeletes: Rule = ({ allow = [] }) => {
  const index = allow.indexOf("delete");
  if (index === -1) return [];
  const message = "Deletes are not yet supported: they are planned, shown and held.";
  return [{ key: `allow[${index}]`, message, severity: "warning" }];
};

const rules: readonly Rule[] = [
  uniqueName,
  oneConnection,
  validSchedule,
  validTimezone,
  safeUrls,
  localToken,
  heldDeletes,
];

function isSafeOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  if (username || password || pathname !== "/" || search || hash) return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(text));
}

function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
