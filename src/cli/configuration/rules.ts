/** What a schema cannot say about plumbline.yaml. */
import { validate as isCron } from "node-cron";
import { milliseconds } from "../../model/duration.ts";
import { type Fault, failure, type Position } from "../../model/fault.ts";
import type { ServiceConfiguration, Tenant } from "../../model/generated/service.ts";
import { isLoopback } from "../../model/network.ts";
import { cronProblem } from "../../plan/windows.ts";
import { SANDBOX_TENANT_ID } from "../../sandbox/token.ts";
import { accessProblems } from "./access-settings.ts";
import { alertProblems } from "./alert-settings.ts";
import { cloudOf, isSafeOrigin } from "./graph-root.ts";
import { keyVaultProblems } from "./key-vault-settings.ts";

/** What is wrong with the value at a key of a tenant. */
interface Broken {
  readonly key: string;
  readonly message: string;
  readonly severity?: "warning";
}

/** What is wrong with the value at a path of the whole file. */
interface Problem {
  readonly path: string;
  readonly message: string;
  readonly severity?: "warning";
}

type Rule = (tenant: Tenant, index: number, all: readonly Tenant[]) => readonly Broken[];

/** `at` answers the place of a path such as `tenants[0].mode`. */
export function configurationFaults(
  value: ServiceConfiguration,
  at: (path: string) => Position,
): readonly Fault[] {
  const { tenants } = value;
  const ofOthers = sharedConnections(tenants);
  const ofTenants = tenants.flatMap((tenant, index) =>
    [...rules, ofOthers]
      .flatMap((rule) => rule(tenant, index, tenants))
      .map(({ key, message, severity }): Fault => {
        const fault = failure("configuration", message, at(`tenants[${index}].${key}`));
        return { ...fault, severity: severity ?? fault.severity };
      }),
  );
  const problems: readonly Problem[] = [
    ...keyVaultProblems(value),
    ...alertProblems(value),
    ...accessProblems(value),
  ];
  const ofService = problems.map(({ path, message, severity }) => {
    const fault = failure("configuration", message, at(path));
    return { ...fault, severity: severity ?? fault.severity };
  });
  return [...ofService, ...ofTenants];
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

/**
 * Two entries for one tenant would take each other's connectors for their own that left git. One
 * rule for all tenants, so that each connection is looked at once.
 */
function sharedConnections(all: readonly Tenant[]): Rule {
  const first = new Map<string, Tenant>();
  for (const tenant of all) {
    const key = connectionKey(tenant);
    if (key !== null && !first.has(key)) first.set(key, tenant);
  }
  return (tenant) => {
    const other = first.get(connectionKey(tenant) ?? "");
    if (other === undefined || other === tenant) return [];
    const key = tenant.sandbox ? "sandbox.port" : "tenantId";
    const message = `${other.name} is this tenant already, and each would take the other's connectors for its own. Keep one of the two, and list the definitions of both there.`;
    return [{ key, message }];
  };
}

/** Equal for what the store takes for one tenant; null when another rule says what is wrong. */
function connectionKey({ sandbox, tenantId, cloud }: Tenant): string | null {
  if (sandbox) return `http://127.0.0.1:${sandbox.port} ${SANDBOX_TENANT_ID}`;
  if (tenantId === undefined) return null;
  if (typeof cloud === "object" && !isSafeOrigin(cloud.graph)) return null;
  // The authority is another rule's.
  const graph = typeof cloud === "object" ? { graph: cloud.graph } : cloud;
  return `${cloudOf(graph).graph} ${tenantId.toLowerCase()}`;
}

const validSchedule: Rule = ({ schedule }) => {
  if (schedule === undefined || isCron(schedule)) return [];
  const message = `${JSON.stringify(schedule)} is no cron expression. Write minute, hour, day, month and weekday, such as "*/15 * * * *".`;
  return [{ key: "schedule", message }];
};

const validTimezone: Rule = ({ timezone }) => timezoneProblems("timezone", timezone);

function timezoneProblems(key: string, timezone: string | undefined): readonly Broken[] {
  if (timezone === undefined || isTimezone(timezone)) return [];
  const message = `${JSON.stringify(timezone)} is no IANA time zone, such as Europe/Berlin.`;
  return [{ key, message }];
}

/** A window that is longer is most likely a mistake. */
const longestWindow = "31d";

const validWindows: Rule = ({ windows = [] }) =>
  windows.flatMap(({ cron, duration, timezone, allow, deny }, index) => {
    const key = `windows[${index}]`;
    const length = milliseconds(duration);
    const isFit = length > 0 && length <= milliseconds(longestWindow);
    const isEither = (allow === undefined) !== (deny === undefined);
    return [
      ...cronProblems(`${key}.cron`, cron),
      ...(isFit ? [] : [{ key: `${key}.duration`, message: unfitDuration(duration) }]),
      ...timezoneProblems(`${key}.timezone`, timezone),
      ...(isEither ? [] : [{ key, message: "A window needs either allow: true or deny: true." }]),
    ];
  });

function cronProblems(key: string, cron: string): readonly Broken[] {
  const problem = cronProblem(cron);
  if (problem === null) return [];
  const written = JSON.stringify(cron);
  const message =
    problem === "never"
      ? `${written} never comes: no day has that date. Write one that there is, such as "0 22 * * 1-5".`
      : `${written} is no cron expression of five fields. Write minute, hour, day, month and weekday, such as "0 22 * * 1-5".`;
  return [{ key, message }];
}

function unfitDuration(duration: string): string {
  return `A window of ${duration} is not accepted. Write more than 0s and ${longestWindow} at most, such as 4h.`;
}

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
  const graph = typeof cloud === "object" ? URL.parse(cloud.graph) : null;
  if (graph !== null && isLoopback(graph.hostname)) return [];
  const message = "A ready token is only for a Graph URL on loopback. Use another credential.";
  return [{ key: "credential.token", message }];
};

const readAttribution: Rule = ({ name, attribution }) => {
  if (attribution?.read !== false || attribution.reassertOnOutsideChange !== true) return [];
  const message = `Passwords of ${name} are never sent again after a change outside, because its audit log is not read. Take read: false away, or reassertOnOutsideChange.`;
  return [{ key: "attribution.reassertOnOutsideChange", message, severity: "warning" }];
};

const rules: readonly Rule[] = [
  uniqueName,
  oneConnection,
  validSchedule,
  validTimezone,
  validWindows,
  safeUrls,
  localToken,
  readAttribution,
];

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
