/** How one tenant is reached: Microsoft Graph with a credential, or a practice tenant. */
import { FaultError, failure } from "../model/fault.ts";
import type { SecretReference } from "../model/generated/service.ts";
import { Secret, type Secrets } from "../model/secret.ts";
import { systemClock } from "../model/system-clock.ts";
import type { TenantIdentity, TenantReader, TenantWriter } from "../model/tenant.ts";
import type { Redactors } from "../secrets/secrets.ts";
import type { Cloud } from "../tenant/clouds.ts";
import {
  type Access,
  type Credential,
  openAccess,
  openReader,
  openWriter,
  type RequestEvent,
} from "../tenant/tenant.ts";
import type { Connection, TenantSettings } from "./configuration/configuration.ts";

export interface Link {
  readonly identity: TenantIdentity;
  readonly openReader: () => TenantReader;
  readonly openWriter: () => TenantWriter;
  /** Requests that would not wait now; null before the tenant was first opened. */
  readonly budgetLeft: () => number | null;
}

/** What a practice tenant tells when it is used. */
export interface PracticeTenant {
  readonly url: string;
  /** Started by this process, or found on its port. */
  readonly origin: "found" | "state" | "seed" | "empty";
}

export interface Links {
  /** Shows a person where to sign in. */
  readonly prompt: (message: string) => void;
  readonly onRequest: (tenant: string, event: RequestEvent) => void;
  readonly onPracticeTenant: (tenant: string, practice: PracticeTenant) => void;
}

interface LinkOptions extends Links {
  readonly redactors: Redactors;
  readonly secrets: Secrets;
  /** Closes what was opened. */
  readonly stack: AsyncDisposableStack;
}

type GraphConnection = Connection & { readonly type: "graph" };
type SandboxConnection = Connection & { readonly type: "sandbox" };

/**
 * A tenant that cannot even be opened is unreadable, and does not disturb the others. It is opened
 * again after that and after a refused sign-in: a missing secret may be there by then, and a rotated
 * one is read without a restart.
 */
export async function openLink(tenant: TenantSettings, options: LinkOptions): Promise<Link> {
  let last: Link | null = null;
  const opening = renewable(async () => {
    last = await open(tenant, options);
    return last;
  });
  const first = await opening.current().catch(() => null);
  const identity = first?.identity ?? (await identityOf(tenant));
  // Whoever asks this must not be the one who opens the tenant.
  const budgetLeft = () => last?.budgetLeft() ?? null;
  return { ...renewedLink(identity, opening), budgetLeft };
}

async function open(tenant: TenantSettings, options: LinkOptions): Promise<Link> {
  const { connection } = tenant;
  if (connection.type === "sandbox") return await practiceLink(tenant, connection, options);
  const credential = await resolveCredential(connection, options);
  return graphLink(await identityOf(tenant), connection.authority, credential, tenant, options);
}

/** What the store knows the tenant by, whether it can be reached or not. */
export async function identityOf({ name, connection }: TenantSettings): Promise<TenantIdentity> {
  if (connection.type === "graph") {
    const { graph, tenantId } = connection;
    return { name, graph, tenantId };
  }
  const { SANDBOX_TENANT_ID } = await import("../sandbox/sandbox.ts");
  return { name, graph: `http://127.0.0.1:${connection.port}`, tenantId: SANDBOX_TENANT_ID };
}

function graphLink(
  identity: TenantIdentity,
  authority: Cloud["authority"],
  credential: Credential,
  { budget }: TenantSettings,
  { redactors, onRequest }: LinkOptions,
): Link {
  const access: Access = openAccess({
    tenant: identity,
    authority,
    credential,
    budget,
    redactor: redactors.of(identity.name),
    clock: systemClock,
    onRequest: (event) => onRequest(identity.name, event),
  });
  return {
    identity,
    openReader: () => openReader(access),
    openWriter: () => openWriter(access),
    budgetLeft: access.budgetLeft,
  };
}

/** Uses the practice tenant that already answers on the port, so that two terminals see one. */
async function practiceLink(
  tenant: TenantSettings,
  { port, seed, state }: SandboxConnection,
  options: LinkOptions,
): Promise<Link> {
  const { findSandbox, startSandbox } = await import("../sandbox/sandbox.ts");
  const start = async () => {
    const files = { ...(seed !== null && { seed }), ...(state !== null && { state }) };
    return options.stack.use(await startSandbox({ port, ...files }));
  };
  const found = await findSandbox(port);
  const { url, tenantId, token, origin } = found
    ? { ...found, origin: "found" as const }
    : await start();
  options.onPracticeTenant(tenant.name, { url, origin });
  const credential = { type: "token", token: new Secret(token) } as const;
  return graphLink({ name: tenant.name, graph: url, tenantId }, url, credential, tenant, options);
}

/** Something that is opened when it is first needed, and anew after it was found unfit. */
export interface Renewable<T> {
  readonly current: () => Promise<T>;
  readonly renew: () => void;
}

export function renewable<T>(open: () => Promise<T>): Renewable<T> {
  let opening: Promise<T> | null = null;
  const renew = () => {
    opening = null;
  };
  const current = () => {
    opening ??= open().catch((thrown: unknown) => {
      renew();
      throw thrown;
    });
    return opening;
  };
  return { current, renew };
}

function renewedLink(
  identity: TenantIdentity,
  { current, renew }: Renewable<Link>,
): Omit<Link, "budgetLeft"> {
  const reader: TenantReader = {
    list: async (kind, signal) => {
      try {
        return await (await current()).openReader().list(kind, signal);
      } catch (thrown) {
        if (thrown instanceof FaultError && thrown.fault.code === "unauthorised") renew();
        throw thrown;
      }
    },
    userFlows: async (named, signal) => (await current()).openReader().userFlows(named, signal),
    userFlow: async (flow, signal) => (await current()).openReader().userFlow(flow, signal),
    audits: async (since, signal) => (await current()).openReader().audits(since, signal),
  };
  const writer: TenantWriter = {
    ...reader,
    create: async (...asked) => (await current()).openWriter().create(...asked),
    update: async (...asked) => (await current()).openWriter().update(...asked),
    upload: async (...asked) => (await current()).openWriter().upload(...asked),
    delete: async (...asked) => (await current()).openWriter().delete(...asked),
    bind: async (...asked) => (await current()).openWriter().bind(...asked),
  };
  return { identity, openReader: () => reader, openWriter: () => writer };
}

/** Reads the secrets of a credential, and tells them to the service's redactor. */
export async function resolveCredential(
  { credential, secret }: Pick<GraphConnection, "credential" | "secret">,
  { secrets, redactors, prompt }: Pick<LinkOptions, "secrets" | "redactors" | "prompt">,
): Promise<Credential> {
  const resolve = async (reference: SecretReference) => {
    const value = await secrets.resolve(secret(reference));
    redactors.service.add(value);
    return value;
  };
  const { token, clientSecret, clientCertificate, workloadIdentity, managedIdentity } = credential;
  if (token) return { type: "token", token: await resolve(token) };
  if (clientSecret) {
    const { clientId, secret: reference } = clientSecret;
    const value = await resolve(reference);
    return { type: "clientSecret", clientId, secret: value };
  }
  if (clientCertificate) {
    const { clientId, certificate, passphrase } = clientCertificate;
    return {
      type: "clientCertificate",
      clientId,
      certificate: await resolve(certificate),
      passphrase: passphrase ? await resolve(passphrase) : null,
    };
  }
  if (workloadIdentity) {
    return { type: "workloadIdentity", clientId: workloadIdentity.clientId ?? null };
  }
  if (managedIdentity) {
    return { type: "managedIdentity", clientId: managedIdentity.clientId ?? null };
  }
  if (credential.azureCli) return { type: "azureCli" };
  if (credential.deviceCode) {
    return { type: "deviceCode", clientId: credential.deviceCode.clientId, prompt };
  }
  if (credential.default) return { type: "default" };
  throw new FaultError(failure("configuration", "The credential names no kind of sign-in."));
}
