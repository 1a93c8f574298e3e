/** plumbline.yaml as the program uses it: defaults filled in, paths absolute, contradictions told. */

import { dirname, relative, resolve } from "node:path";
import { readConfiguration } from "../../definitions/configuration-file.ts";
import type { LoadRequest } from "../../definitions/definitions.ts";
import { milliseconds } from "../../model/duration.ts";
import type { Fault, Position } from "../../model/fault.ts";
import type {
  Credential,
  SecretReference,
  ServiceConfiguration,
  Tenant,
} from "../../model/generated/service.ts";
import type { SecretUse } from "../../model/secret.ts";
import type { Limits, Verb } from "../../plan/input.ts";
import type { ChangeWindow } from "../../plan/windows.ts";
import type { AttributionSettings, DriftSettings } from "../../reconcile/subject.ts";
import type { Cloud } from "../../tenant/clouds.ts";
import { type AccessSettings, accessSettings } from "./access-settings.ts";
import { type AlertSettings, alertSettings } from "./alert-settings.ts";
import { cloudOf } from "./graph-root.ts";
import { type KeyVaultSettings, keyVaultSettings } from "./key-vault-settings.ts";
import { configurationFaults } from "./rules.ts";
import { type Environment, loadRequests } from "./scopes.ts";
import { secretUse } from "./service-secrets.ts";

export interface Settings {
  /** Absolute path of plumbline.yaml. */
  readonly file: string;
  /** Absolute path of the store. */
  readonly store: string;
  /** Milliseconds that entries of the audit are kept; null: for good. */
  readonly keepAudit: number | null;
  /** Milliseconds that runs are kept; null: the newest 1,000 of each tenant. */
  readonly keepRuns: number | null;
  readonly fingerprintKey: SecretUse | null;
  readonly keyVault: KeyVaultSettings;
  /** null: nobody is told of anything. */
  readonly alerts: AlertSettings | null;
  readonly listen: { readonly host: string; readonly port: number };
  /** With {commit}, {file} and {line} to be filled in; null: files have no address. */
  readonly sourceUrl: string | null;
  /** IP addresses, or networks with a prefix. */
  readonly trustedProxies: readonly string[];
  /** Who may use the API; null: nothing is said, so nobody but this machine. */
  readonly access: AccessSettings | null;
  readonly tenants: readonly TenantSettings[];
}

export interface TenantSettings {
  readonly name: string;
  readonly mode: "report" | "apply";
  readonly allow: readonly Verb[];
  readonly limits: Limits;
  /** Milliseconds. */
  readonly deleteAfter: number;
  readonly drift: DriftSettings;
  readonly attribution: AttributionSettings;
  /** Where a definition does not say. */
  readonly reassertOnOutsideChange: boolean;
  /** Milliseconds before the end of a certificate. */
  readonly expiryWarnings: readonly number[];
  /** Milliseconds. */
  readonly settle: number;
  /** Percent. */
  readonly budget: number;
  /** Cron expression. */
  readonly schedule: string | null;
  readonly timezone: string;
  readonly windows: readonly ChangeWindow[];
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

const defaultAllow: readonly Verb[] = ["adopt", "create", "update"];

const defaultExpiryWarnings: readonly string[] = ["60d", "30d", "14d", "7d"];

/** Reads the file at this absolute path; PLUMBLINE_STORE wins over the store that it names. */
export function readSettings(file: string, env: Environment): Read {
  const { value, at, faults } = readConfiguration(file, relative(dirname(file), file));
  if (value === null) return { settings: null, faults };
  const found = [...faults, ...configurationFaults(value, at)];
  if (found.some(({ severity }) => severity === "error")) return { settings: null, faults: found };
  return { settings: settle(value, file, at, env), faults: found };
}

/** Of many ways to write an address, one; without brackets. */
function hostOf(written: string): string {
  const host = URL.parse(`http://${written}`)?.hostname ?? written;
  return host.replace(/^\[|\]$/g, "");
}

type At = (path: string) => Position;

function settle(value: ServiceConfiguration, file: string, at: At, env: Environment): Settings {
  const root = dirname(file);
  const listen = value.http?.listen ?? "127.0.0.1:8080";
  const colon = listen.lastIndexOf(":");
  const written = env["PLUMBLINE_STORE"] || (value.store?.sqlite ?? ".plumbline/state.db");
  const store = resolve(root, written);
  const requestOf = loadRequests(value, { root, file, store }, env);
  const { fingerprintKey } = value;
  return {
    file,
    store,
    keepAudit: value.audit?.keep === undefined ? null : milliseconds(value.audit.keep),
    keepRuns: value.runs?.keep === undefined ? null : milliseconds(value.runs.keep),
    fingerprintKey: fingerprintKey
      ? secretUse(fingerprintKey, root, at("fingerprintKey"), "fingerprintKey")
      : null,
    keyVault: keyVaultSettings(value, root, at),
    alerts: alertSettings(value, root, at),
    listen: { host: hostOf(listen.slice(0, colon)), port: Number(listen.slice(colon + 1)) },
    trustedProxies: value.http?.trustedProxies ?? [],
    sourceUrl: value.http?.sourceUrl ?? null,
    access: accessSettings(value, root, at),
    tenants: value.tenants.map((tenant, index) => {
      const path = `tenants[${index}]`;
      const folders = tenant.definitions === undefined ? "definitions" : `${path}.definitions`;
      return tenantSettings(tenant, path, root, at, requestOf(tenant, at(folders)));
    }),
  };
}

function tenantSettings(
  tenant: Tenant,
  path: string,
  root: string,
  at: At,
  load: LoadRequest,
): TenantSettings {
  return {
    name: tenant.name,
    mode: tenant.mode,
    allow: tenant.allow ?? defaultAllow,
    limits: {
      deletes: tenant.limits?.deletes ?? 1,
      deletePercent: tenant.limits?.deletePercent ?? 34,
      changes: tenant.limits?.changes ?? null,
    },
    deleteAfter: milliseconds(tenant.deleteAfter ?? "1h"),
    drift: {
      after: tenant.drift?.after ?? 1,
      keep: milliseconds(tenant.drift?.keep ?? "30d"),
    },
    attribution: {
      read: tenant.attribution?.read ?? true,
      actors: keptActors(tenant.attribution?.actors ?? "keep"),
    },
    reassertOnOutsideChange: tenant.attribution?.reassertOnOutsideChange ?? false,
    expiryWarnings: (tenant.expiryWarnings ?? defaultExpiryWarnings).map(milliseconds),
    settle: milliseconds(tenant.settle ?? "5s"),
    budget: tenant.budget ?? 50,
    schedule: tenant.schedule ?? null,
    timezone: tenant.timezone ?? "UTC",
    windows: changeWindows(tenant),
    load,
    connection: connection(tenant, path, root, at),
  };
}

function keptActors(written: string): AttributionSettings["actors"] {
  return written === "keep" || written === "omit" ? written : milliseconds(written);
}

/** Those of a tenant, in whose time zone they are unless they name another. */
export function changeWindows(tenant: Pick<Tenant, "windows" | "timezone">): ChangeWindow[] {
  return (tenant.windows ?? []).map(({ cron, duration, timezone, deny }) => ({
    cron,
    timezone: timezone ?? tenant.timezone ?? "UTC",
    duration: milliseconds(duration),
    effect: deny === true ? "deny" : "allow",
  }));
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
  // The store knows a tenant by it, and letter case makes no other tenant.
  const id = tenantId.toLowerCase();
  return { type: "graph", tenantId: id, credential, secret, ...cloudOf(tenant.cloud) };
}

/** Where plumbline.yaml is: named, else in the environment, else here. */
export function configurationPath(
  named: string | undefined,
  { env, cwd }: { readonly env: Environment; readonly cwd: string },
): string {
  return resolve(cwd, named ?? (env["PLUMBLINE_CONFIG"] || "plumbline.yaml"));
}
