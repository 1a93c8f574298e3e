/** `http.access` of plumbline.yaml: who may use the page and the API. */
import type { Position } from "../model/fault.ts";
import type {
  Access,
  AccessToken,
  EntraAccess,
  ServiceConfiguration,
} from "../model/generated/service.ts";
import type { SecretUse } from "../model/secret.ts";
import { clouds } from "../tenant/clouds.ts";
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
  const first = authority === clouds.china.authority ? "sts.chinacloudapi.cn" : "sts.windows.net";
  return [`${authority}/${tenantId}/v2.0`, `https://${first}/${tenantId}/`];
}

/** What is wrong with the value at a path of plumbline.yaml. */
interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What a schema cannot say about access. */
export function accessProblems({ http }: ServiceConfiguration): readonly Problem[] {
  const { tokens, entra }: Access = http?.access ?? {};
  return [...repeatedNames(tokens ?? []), ...(entra ? entraProblems(entra) : [])];
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
