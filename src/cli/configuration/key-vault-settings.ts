/** `keyVault` of plumbline.yaml: how secrets in Azure Key Vault are read. */
import type { Position } from "../../model/fault.ts";
import type {
  Credential,
  SecretReference,
  ServiceConfiguration,
} from "../../model/generated/service.ts";
import { isLoopback } from "../../model/network.ts";
import type { SecretUse } from "../../model/secret.ts";
import { type CloudName, vaultDomains } from "../../tenant/clouds.ts";
import { ownReferences, referencesOf, secretUse } from "./service-secrets.ts";

export interface KeyVaultSettings {
  /** null: each tenant's own. */
  readonly credential: Credential | null;
  /** Directory id; null: the one that the credential knows of itself. */
  readonly tenantId: string | null;
  /** null: that of the tenant, or the global one. */
  readonly cloud: CloudName | null;
  /** https address of a vault, with {vault} in the place of its name; null: Microsoft's own. */
  readonly url: string | null;
  /** Resolves the references of the credential. */
  readonly secret: (reference: SecretReference) => SecretUse;
}

export function keyVaultSettings(
  { keyVault = {} }: ServiceConfiguration,
  root: string,
  at: (path: string) => Position,
): KeyVaultSettings {
  const { credential = null, tenantId = null, cloud = null, url = null } = keyVault;
  const path = "keyVault.credential";
  const secret = (reference: SecretReference) => secretUse(reference, root, at(path), path);
  return { credential, tenantId, cloud, url, secret };
}

/** What is wrong with the value at a path of plumbline.yaml. */
interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What a schema cannot say about vaults, and about references to them. */
export function keyVaultProblems(value: ServiceConfiguration): readonly Problem[] {
  return [...addressProblems(value), ...signInProblems(value), ...referenceProblems(value)];
}

function addressProblems({ keyVault }: ServiceConfiguration): readonly Problem[] {
  const { url } = keyVault ?? {};
  if (url === undefined || isVaultAddress(url)) return [];
  const message =
    "The address of a vault must be https, hold {vault} in the place of its name, and have no query, user name or password.";
  return [{ path: "keyVault.url", message }];
}

function isVaultAddress(url: string): boolean {
  const address = vaultAddress(url, "kv-production");
  if (address === null || !url.includes("{vault}")) return false;
  const { protocol, username, password, search, hash } = address;
  return protocol === "https:" && !username && !password && !search && !hash;
}

/** The address of each vault, without a slash at its end. `url`: null for Microsoft's own. */
export function vaultUrls(cloud: CloudName, url: string | null): (vault: string) => string {
  const template = url ?? `https://{vault}.${vaultDomains[cloud]}`;
  return (vault) => (vaultAddress(template, vault)?.href ?? template).replace(/\/$/, "");
}

/** The address of one vault; null when it is none. */
function vaultAddress(url: string, vault: string): URL | null {
  return URL.parse(url.replaceAll("{vault}", vault));
}

function signInProblems({ keyVault }: ServiceConfiguration): readonly Problem[] {
  const { credential, tenantId, url } = keyVault ?? {};
  if (credential === undefined) {
    const message =
      "tenantId belongs to keyVault.credential, which is not there: each tenant's own credential signs in to its own directory. Remove it, or add the credential.";
    return tenantId === undefined ? [] : [{ path: "keyVault.tenantId", message }];
  }
  const { clientSecret, clientCertificate, deviceCode, token } = credential;
  const problems: Problem[] = [];
  if ((clientSecret || clientCertificate || deviceCode) && tenantId === undefined) {
    const message =
      "This credential needs keyVault.tenantId: the directory (tenant) id in which it signs in.";
    problems.push({ path: "keyVault.credential", message });
  }
  if (token && !isLocal(url)) {
    const message = "A ready token is only for a keyVault.url on loopback. Use another credential.";
    problems.push({ path: "keyVault.credential.token", message });
  }
  return problems;
}

/** Whether no vault of this address is on another machine. */
export function isLocal(url: string | null | undefined): boolean {
  const address = url ? vaultAddress(url, "kv-production") : null;
  return address !== null && isLoopback(address.hostname);
}

/** Reading a vault must not need a vault. */
function referenceProblems(value: ServiceConfiguration): readonly Problem[] {
  const { credential } = value.keyVault ?? {};
  const ofCredential = referencesOf(credential, "keyVault.credential");
  const read = credential === undefined ? ownReferences(value) : ofCredential;
  const message =
    credential === undefined
      ? "A secret of this file is read from a vault with keyVault.credential, which is not there. Add it, or keep this secret in an environment variable or a file."
      : "The credential that reads vaults cannot be kept in one. Keep this secret in an environment variable or a file.";
  return read.flatMap(({ path, reference }) =>
    reference.keyVault === undefined ? [] : [{ path: `${path}.keyVault`, message }],
  );
}
