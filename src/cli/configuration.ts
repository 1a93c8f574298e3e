/** plumbline.yaml as the program uses it: defaults filled in, paths absolute, contradictions told. */
import { dirname, relative, resolve } from "node:path";
import { readConfiguration } from "../definitions/configuration-file.ts";
import type { LoadRequest } from "../definitions/definitions.ts";
import type { Fault, Position } from "../model/fault.ts";
import type {
  Credential,
  SecretReference,
  ServiceConfiguration,
  Tenant,
} from "../model/generated/service.ts";
import type { SecretUse } from "../model/secret.ts";
import type { Verb } from "../plan/input.ts";
import { type Cloud, clouds } from "../tenant/clouds.ts";
import { configurationFaults } from "./configuration-rules.ts";
import { milliseconds } from "./duration.ts";
import { secretUse, writtenSecrets } from "./service-secrets.ts";

export interface Settings {
  /** Absolute path of plumbline.yaml. */
  readonly file: string;
  /** Absolute path of the store. */
  readonly store: string;
  readonly fingerprintKey: SecretUse | null;
  readonly listen: { readonly host: string; readonly port: number };
  readonly tenants: readonly TenantSettings[];
}

export interface TenantSettings {
  readonly name: string;
  readonly mode: "report" | "apply";
  readonly allow: readonly Verb[];
  /** Milliseconds. */
  readonly settle: number;
  /** Percent. */
  readonly budget: number;
  /** Cron expression. */
  readonly schedule: string | null;
  readonly timezone: string;
  readonly load: LoadRequest;
  readonly connection: Connection;
}

export type Connection =
  | {
      readonly type: "sandbox";
      readonly port: number;
      /** Absolute path. */
      readonly seed: string | null;
      /** Absolute path. */
      readonly state: string | null;
    }
  | ({
      readonly type: "graph";
      readonly tenantId: string;
      readonly credential: Credential;
      /** Resolves the references of the credential. */
      readonly secret: (reference: SecretReference) => SecretUse;
    } & Cloud);

export interface Read {
  /** null when there are errors among the faults. */
  readonly settings: Settings | null;
  readonly faults: readonly Fault[];
}

/** Names that hold Azure's, the host's or our own credentials. */
const reservedNames = ["AZURE_*", "MSI_*", "IDENTITY_*", "PLUMBLINE_*"];
const defaultAllow: readonly Verb[] = ["adopt", "create", "update"];

/** Reads the file at this absolute path; `storeOverride` comes from PLUMBLINE_STORE. */
export function readSettings(file: string, storeOverride: string | null): Read {
  const { value, at, faults } = readConfiguration(file, relative(dirname(file), file));
  if (value === null) return { settings: null, faults };
  const found = [...faults, ...configurationFaults(value, at)];
  if (found.some(({ severity }) => severity === "error")) return { settings: null, faults: found };
  return { settings: settle(value, file, at, storeOverride), faults: found };
}

type At = (path: string) => Position;

/** Absolute. */
interface Paths {
  readonly root: string;
  readonly file: string;
  readonly store: string;
}

function settle(
  value: ServiceConfiguration,
  file: string,
  at: At,
  storeOverride: string | null,
): Settings {
  const root = dirname(file);
  const listen = value.http?.listen ?? "127.0.0.1:8080";
  const colon = listen.lastIndexOf(":");
  const store = resolve(root, storeOverride ?? value.store?.sqlite ?? ".plumbline/state.db");
  const paths = { root, file, store };
  const { fingerprintKey } = value;
  return {
    file,
    store,
    fingerprintKey: fingerprintKey
      ? secretUse(fingerprintKey, root, at("fingerprintKey"), "fingerprintKey")
      : null,
    listen: {
      host: listen.slice(0, colon).replace(/^\[|\]$/g, ""),
      port: Number(listen.slice(colon + 1)),
    },
    tenants: value.tenants.map((tenant, index) =>
      tenantSettings(tenant, `tenants[${index}]`, value, paths, at),
    ),
  };
}

function tenantSettings(
  tenant: Tenant,
  path: string,
  value: ServiceConfiguration,
  paths: Paths,
  at: At,
): TenantSettings {
  return {
    name: tenant.name,
    mode: tenant.mode,
    allow: tenant.allow ?? defaultAllow,
    settle: milliseconds(tenant.settle ?? "5s"),
    budget: tenant.budget ?? 50,
    schedule: tenant.schedule ?? null,
    timezone: tenant.timezone ?? "UTC",
    load: loadRequest(tenant, value, paths),
    connection: connection(tenant, path, paths.root, at),
  };
}

/** What the definitions of a tenant may name: the operator's word, or defaults that give nothing away. */
function loadRequest(
  tenant: Tenant,
  value: ServiceConfiguration,
  { root, file, store }: Paths,
): LoadRequest {
  const own = writtenSecrets(value);
  const folders = tenant.definitions ?? value.definitions;
  return {
    root,
    folders: typeof folders === "string" ? [folders] : folders,
    exclude: [file, store, ...own.files.map((path) => resolve(root, path))],
    variables: tenant.variables ?? {},
    secrets: {
      env: tenant.secrets?.env ?? null,
      reservedEnv: [...reservedNames, ...own.env],
      files: (tenant.secrets?.files ?? [".", "/run/secrets"]).map((path) => resolve(root, path)),
    },
    targets: {
      hosts: tenant.targets?.hosts ?? null,
      private: tenant.targets?.private ?? false,
    },
  };
}

function connection(tenant: Tenant, path: string, root: string, at: At): Connection {
  const { sandbox, tenantId, credential } = tenant;
  const place = (file: string | undefined) => (file === undefined ? null : resolve(root, file));
  if (sandbox || tenantId === undefined || credential === undefined) {
    return {
      type: "sandbox",
      port: sandbox?.port ?? 0,
      seed: place(sandbox?.seed),
      state: place(sandbox?.state),
    };
  }
  const secret = (reference: SecretReference) =>
    secretUse(reference, root, at(`${path}.credential`), `${path}.credential`);
  return { type: "graph", tenantId, credential, secret, ...cloudOf(tenant.cloud) };
}

function cloudOf(cloud: Tenant["cloud"] = "global"): Cloud {
  if (typeof cloud === "string") return clouds[cloud];
  const trim = (url: string) => url.replace(/\/+$/, "");
  return { graph: trim(cloud.graph), authority: trim(cloud.authority ?? clouds.global.authority) };
}

/** Where plumbline.yaml is: named, else in the environment, else here. */
export function configurationPath(
  named: string | undefined,
  {
    env,
    cwd,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): string {
  return resolve(cwd, named ?? (env["PLUMBLINE_CONFIG"] || "plumbline.yaml"));
}
