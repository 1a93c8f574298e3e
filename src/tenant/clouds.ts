/**
 * Where Microsoft Graph and the sign-in service live in each cloud, and which version of the API
 * serves a kind there (https://learn.microsoft.com/graph/deployments).
 */

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

/** Below `/identity`. */
export type Collection = "apiConnectors" | "b2xUserFlows" | "b2cUserFlows";

/**
 * Which version of the API serves a collection in a cloud; null: none does. The US Government clouds
 * have API connectors and the flows that call them in beta alone; flows of Azure AD B2C are in beta
 * everywhere, and in the global cloud alone
 * (https://learn.microsoft.com/graph/api/resources/b2cidentityuserflow). A custom root is taken as
 * global.
 */
const versions: Readonly<Record<Collection, Readonly<Record<CloudName, ApiVersion | null>>>> = {
  apiConnectors: { global: "v1.0", usGov: "beta", usGovDod: "beta", china: "v1.0" },
  b2xUserFlows: { global: "v1.0", usGov: "beta", usGovDod: "beta", china: "v1.0" },
  b2cUserFlows: { global: "beta", usGov: null, usGovDod: null, china: null },
};

/** The path of a collection under this root, with the version that serves it; null: none does. */
export function pathOf(graph: string, collection: Collection): string | null {
  const version = versions[collection][cloudNameOf(graph)];
  return version === null ? null : `/${version}/identity/${collection}`;
}

/** The address of a connector as a user flow of this path names it: of the very same version. */
export function connectorAddress(graph: string, flows: string, id: string): string {
  const [, version] = flows.split("/");
  return `${graph}/${version}/identity/apiConnectors/${id}`;
}

/** Whether the sign-in service is one of Microsoft's own. */
export function isKnownAuthority(authority: string): boolean {
  const { host } = new URL(authority);
  return Object.values(clouds).some((cloud) => new URL(cloud.authority).host === host);
}

/** The cloud of this root of Microsoft Graph; a custom one is taken as global. */
export function cloudNameOf(graph: string): CloudName {
  return byHost.get(new URL(graph).host) ?? "global";
}

const byHost: ReadonlyMap<string, CloudName> = new Map(
  (["usGov", "usGovDod", "china"] as const).map((name) => [new URL(clouds[name].graph).host, name]),
);
