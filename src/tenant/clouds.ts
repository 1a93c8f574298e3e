/**
 * Where Microsoft Graph and the sign-in service live in each cloud, and which version of the API
 * serves a kind there (https://learn.microsoft.com/graph/deployments).
 */
import type { Kind } from "../model/definition.ts";

export interface Cloud {
  /** Root of Microsoft Graph, without version and without a trailing slash. */
  readonly graph: string;
  /** Root of the sign-in service. */
  readonly authority: string;
}

export type CloudName = "global" | "usGov" | "usGovDod" | "china";

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  global: {
    graph: "https://graph.microsoft.com",
    authority: "https://login.microsoftonline.com",
  },
  usGov: {
    graph: "https://graph.microsoft.us",
    authority: "https://login.microsoftonline.us",
  },
  usGovDod: {
    graph: "https://dod-graph.microsoft.us",
    authority: "https://login.microsoftonline.us",
  },
  china: {
    graph: "https://microsoftgraph.chinacloudapi.cn",
    authority: "https://login.chinacloudapi.cn",
  },
};

/** Domains in which Azure Key Vault has its vaults, and for which it asks tokens. */
export const vaultDomains: Readonly<Record<CloudName, string>> = {
  global: "vault.azure.net",
  usGov: "vault.usgovcloudapi.net",
  usGovDod: "vault.usgovcloudapi.net",
  china: "vault.azure.cn",
};

export type ApiVersion = "v1.0" | "beta";

/** The US Government clouds serve API connectors in beta alone; a custom root is taken as global. */
const versions: Readonly<Record<Kind, Readonly<Record<CloudName, ApiVersion>>>> = {
  ApiConnector: { global: "v1.0", usGov: "beta", usGovDod: "beta", china: "v1.0" },
};

/** The version of the API that serves this kind under this root. */
export function apiVersion(graph: string, kind: Kind): ApiVersion {
  return versions[kind][cloudNameOf(graph)];
}

/**
 * Where user flows are, each in the version that serves it: those for guests wherever connectors
 * are, those of Azure AD B2C in beta and in the global cloud alone
 * (https://learn.microsoft.com/graph/api/resources/b2cidentityuserflow).
 */
export function userFlowPaths(graph: string): readonly string[] {
  const guests = `/${apiVersion(graph, "ApiConnector")}/identity/b2xUserFlows`;
  return cloudNameOf(graph) === "global" ? [guests, "/beta/identity/b2cUserFlows"] : [guests];
}

/** Whether the sign-in service is one of Microsoft's own. */
export function isKnownAuthority(authority: string): boolean {
  const { host } = new URL(authority);
  return Object.values(clouds).some((cloud) => new URL(cloud.authority).host === host);
}

/** `hostname` is that of a URL: an IPv6 address stands in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** The cloud of this root of Microsoft Graph; a custom one is taken as global. */
export function cloudNameOf(graph: string): CloudName {
  const { host } = new URL(graph);
  if (host === new URL(clouds.usGov.graph).host) return "usGov";
  if (host === new URL(clouds.usGovDod.graph).host) return "usGovDod";
  if (host === new URL(clouds.china.graph).host) return "china";
  return "global";
}
