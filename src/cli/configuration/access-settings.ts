/** `http.access` and `http.trustedProxies` of plumbline.yaml: who may use the page and the API. */
import { isIP } from "node:net";
import type { Position } from "../../model/fault.ts";
import type {
  Access,
  AccessToken,
  EntraAccess,
  ServiceConfiguration,
} from "../../model/generated/service.ts";
import { isLoopback } from "../../model/network.ts";
import type { SecretUse } from "../../model/secret.ts";
import { clouds } from "../../tenant/clouds.ts";
import { isSafeOrigin } from "./graph-root.ts";
import { secretUse } from "./service-secrets.ts";

export interface AccessSettings {
  readonly tokens: readonly TokenSettings[];
  readonly entra: EntraSettings | null;
}

export interface TokenSettings {
  readonly name: string;
  readonly role: "viewer" | "operator";
  readonly token: SecretUse;
}

export interface EntraSettings {
  readonly audience: string;
  /** Any of them is accepted. */
  readonly issuers: readonly string[];
  /** Where the keys are that sign tokens. */
  readonly keys: string;
  readonly viewerRole: string;
  readonly operatorRole: string;
}

/** null: nothing is said about access. The rules below must have found nothing. */
export function accessSettings(
  { http }: ServiceConfiguration,
  root: string,
  at: (path: string) => Position,
): AccessSettings | null {
  if (http?.access === undefined) return null;
  const { tokens = [], entra } = http.access;
  return {
    tokens: tokens.map(({ name, role, token }, index) => {
      const path = `http.access.tokens[${index}].token`;
      return { name, role, token: secretUse(token, root, at(path), path) };
    }),
    entra: entra ? entraSettings(entra) : null,
  };
}

const DEFAULT_VIEWER = "Plumbline.Viewer";
const DEFAULT_OPERATOR = "Plumbline.Operator";

function entraSettings({ tenantId, audience, issuer, ...more }: EntraAccess): EntraSettings {
  const { viewerRole = DEFAULT_VIEWER, operatorRole = DEFAULT_OPERATOR } = more;
  const authority = authorityOf(more.cloud);
  const id = tenantId.toLowerCase();
  return {
    audience,
    issuers: issuer === undefined ? issuersOf(authority, id) : [issuer],
    keys: `${authority}/${id}/discovery/v2.0/keys`,
    viewerRole,
    operatorRole,
  };
}

function authorityOf(cloud: EntraAccess["cloud"] = "global"): string {
  return typeof cloud === "string" ? clouds[cloud].authority : new URL(cloud.authority).origin;
}

/**
 * Which version an app's access tokens have is written in its registration
 * (api.requestedAccessTokenVersion, 1 unless somebody changed it); both are signed by the same keys
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens).
 */
function issuersOf(authority: string, tenantId: string): readonly string[] {
  const hosts =
    authority === clouds.china.authority
      ? { first: "sts.chinacloudapi.cn", second: [authority, CHINA] }
      : { first: "sts.windows.net", second: [authority] };
  return [
    ...hosts.second.map((root) => `${root}/${tenantId}/v2.0`),
    `https://${hosts.first}/${tenantId}/`,
  ];
}

/** UNVERIFIED: which of its two names tokens of version 2 have in China. */
const CHINA = "https://login.partner.microsoftonline.cn";

/** What is wrong with the value at a path of plumbline.yaml. */
interface Problem {
  readonly path: string;
  readonly message: string;
  readonly severity?: "warning";
}

/** What a schema cannot say about access. */
export function accessProblems({ http }: ServiceConfiguration): readonly Problem[] {
  const { tokens, entra }: Access = http?.access ?? {};
  return [
    ...repeatedNames(tokens ?? []),
    ...ownNames(tokens ?? []),
    ...(entra ? entraProblems(entra) : []),
    ...proxyProblems(http?.trustedProxies ?? []),
    ...openDoor(http),
  ];
}

/** Only serve listens, and refuses to: other verbs go on. */
function openDoor(http: ServiceConfiguration["http"]): readonly Problem[] {
  const { listen, access } = http ?? {};
  if (listen === undefined || access !== undefined) return [];
  const hostname = URL.parse(`http://${listen}`)?.hostname ?? "";
  if (isLoopback(hostname)) return [];
  const message =
    "Other machines can reach this address, and http.access does not say who may use the page and the API, so that serve will not start.";
  return [{ path: "http.listen", message, severity: "warning" }];
}

/** Who acts where nobody has to say who they are; the audit must not take one for the other. */
function ownNames(tokens: readonly AccessToken[]): readonly Problem[] {
  return tokens.flatMap(({ name }, index) => {
    if (name !== "local") return [];
    const message = "local is what the audit calls this machine. Name the token after its holder.";
    return [{ path: `http.access.tokens[${index}].name`, message }];
  });
}

function proxyProblems(proxies: readonly string[]): readonly Problem[] {
  return proxies.flatMap((proxy, index) => {
    const [address = "", prefix = "0", ...more] = proxy.split("/");
    const most = isIP(address) === 6 ? 128 : 32;
    const isPrefix = /^\d{1,3}$/.test(prefix) && Number(prefix) <= most;
    if (isIP(address) !== 0 && isPrefix && more.length === 0) return [];
    const message = `${JSON.stringify(proxy)} is no IP address, and no network such as 10.0.0.0/8.`;
    return [{ path: `http.trustedProxies[${index}]`, message }];
  });
}

function repeatedNames(tokens: readonly AccessToken[]): readonly Problem[] {
  return tokens.flatMap(({ name }, index) => {
    if (tokens.findIndex((other) => other.name === name) === index) return [];
    const message = `Another token is called ${name} already. Each needs a name of its own.`;
    return [{ path: `http.access.tokens[${index}].name`, message }];
  });
}

function entraProblems({ cloud, viewerRole, operatorRole }: EntraAccess): readonly Problem[] {
  const problems: Problem[] = [];
  if (typeof cloud === "object" && !isSafeOrigin(cloud.authority)) {
    const message =
      "The authority must be https (http on loopback alone): a host without path, query, user name or password.";
    problems.push({ path: "http.access.entra.cloud.authority", message });
  }
  if ((viewerRole ?? DEFAULT_VIEWER) === (operatorRole ?? DEFAULT_OPERATOR)) {
    const message = "viewerRole and operatorRole are the same: every viewer could act. Name two.";
    problems.push({ path: "http.access.entra", message });
  }
  return problems;
}
