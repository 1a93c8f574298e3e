/** What the definitions of a tenant may name: the operator's word, or defaults that give nothing away. */
import { isAbsolute, resolve } from "node:path";
import type { LoadRequest } from "../../definitions/definitions.ts";
import type { Position } from "../../model/fault.ts";
import type { ServiceConfiguration, Tenant } from "../../model/generated/service.ts";
import { writtenSecrets } from "./service-secrets.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Absolute. */
export interface Paths {
  readonly root: string;
  readonly file: string;
  readonly store: string;
}

/** Names that hold Azure's, the host's, a pipeline's or our own credentials. */
const reservedEnv = [
  ...["AZURE_*", "MSI_*", "IDENTITY_*", "PLUMBLINE_*"],
  // What a pipeline signs in with, also as somebody else.
  ...["ACTIONS_*", "ARM_*", "SYSTEM_ACCESSTOKEN", "GITHUB_TOKEN", "GH_TOKEN", "CI_JOB_TOKEN"],
  // A proxy's URL may hold its password.
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"],
];

/** SQLite's files beside the store. */
const storeSuffixes = ["", "-wal", "-shm", "-journal", ".locks"];

/** Makes the request of each tenant; what all of them share is made once. */
export function loadRequests(
  value: ServiceConfiguration,
  { root, file, store }: Paths,
  env: Environment,
): (tenant: Tenant, foldersAt: Position) => LoadRequest {
  const at = (path: string) => resolve(root, path);
  const own = writtenSecrets(value);
  const stored = storeSuffixes.map((suffix) => store + suffix);
  const exclude = [file, ...stored, ...own.files.map(at), ...credentialFiles(env)];
  const claimed = {
    env: unique(value.tenants.flatMap(({ secrets }) => secrets?.env ?? [])),
    files: unique(value.tenants.flatMap(({ secrets }) => secrets?.files ?? []).map(at)),
  };
  return ({ definitions = value.definitions, variables, secrets, targets }, foldersAt) => ({
    root,
    folders: typeof definitions === "string" ? [definitions] : definitions,
    foldersAt,
    exclude,
    variables: variables ?? {},
    secrets: {
      env: secrets?.env ?? null,
      ownEnv: own.env,
      reservedEnv,
      files: (secrets?.files ?? [".", "/run/secrets"]).map(at),
      keyVaults: secrets?.keyVaults ?? [],
      ownVaultSecrets: own.keyVault,
      // Whoever is given something by name is given it whatever others have.
      others: { env: secrets?.env ? [] : claimed.env, files: secrets?.files ? [] : claimed.files },
    },
    targets: { hosts: targets?.hosts ?? null, private: targets?.private ?? false },
  });
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/**
 * Files and folders from which the sign-in libraries take the credential of the service, such as the
 * federated token of AZURE_FEDERATED_TOKEN_FILE (https://learn.microsoft.com/javascript/api/overview/azure/identity-readme).
 */
function credentialFiles(env: Environment): readonly string[] {
  return Object.entries(env).flatMap(([name, value = ""]) => {
    const isFile = /^(AZURE|IDENTITY|MSI)_(.*_)?(FILE|PATH)$|^AZURE_CONFIG_DIR$/i.test(name);
    const isPath = /^MSI_/i.test(name) && isAbsolute(value);
    // A relative one is relative to where the process runs, as the libraries take it.
    return value !== "" && (isFile || isPath) ? [resolve(value)] : [];
  });
}
