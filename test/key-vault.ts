/**
 * Azure Key Vault as far as reading secrets goes, on 127.0.0.1 over HTTPS: its challenge, its versions
 * and its errors (https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret).
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTlsIdentity } from "../src/sandbox/tls-identity.ts";

export interface Version {
  /** 32 hex digits. */
  readonly version: string;
  readonly value: string;
  readonly enabled?: boolean;
}

/** Versions by secret by vault, the newest last. */
export type Vaults = Readonly<Record<string, Readonly<Record<string, readonly Version[]>>>>;

/** What it does in the place of its work. */
export type Behaviour =
  | { readonly type: "hang" }
  | { readonly type: "break" }
  | {
      readonly type: "answer";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Requests after which it works again; left out: for ever. */
      readonly times?: number;
    };

export interface VaultRequest {
  readonly vault: string;
  readonly secret: string;
  /** Empty: the newest. */
  readonly version: string;
  /** null where it came without one. */
  readonly token: string | null;
}

export interface KeyVaultOptions {
  readonly secrets?: Vaults;
  /** What tokens it takes. Default: every one. */
  readonly accepts?: (token: string) => boolean;
  /** What it does for these secrets, by name, whatever it does for others. */
  readonly behaviours?: Readonly<Record<string, Behaviour>>;
  /** Resource of its challenge. Default: https://vault.azure.net. */
  readonly resource?: string;
}

export interface KeyVault extends AsyncDisposable {
  /** Address of a vault, with {vault} in the place of its name. */
  readonly url: string;
  /** PEM of the certificate to trust. */
  readonly ca: string;
  /** Absolute path of a file with `ca`. */
  readonly caFile: string;
  /** Those with a token and those without. */
  readonly requests: readonly VaultRequest[];
  /** Becomes the newest. */
  add(vault: string, secret: string, value: string): Version;
  /** It can be recovered, as by default in every vault. */
  delete(vault: string, secret: string): void;
  /** Disables every version. */
  disable(vault: string, secret: string): void;
  /** null: it works again. */
  behave(behaviour: Behaviour | null): void;
}

const DIRECTORY = "72f988bf-86f1-41af-91ab-2d7cd011db47";

export async function startKeyVault(options: KeyVaultOptions = {}): Promise<KeyVault> {
  const { key, cert } = await makeTlsIdentity("Plumbline vault to practise on");
  const vaults = copied(options.secrets ?? {});
  const requests: VaultRequest[] = [];
  let behaviour: Behaviour | null = null;
  let left = 0;
  const server = createServer({ key, cert }, (incoming, response) => {
    const request = requestOf(incoming);
    requests.push(request);
    const own = options.behaviours?.[request.secret];
    if (own !== undefined && request.token !== null) {
      misbehave(own, response);
      return;
    }
    // Whoever has no token is asked for one, however the rest goes.
    if (behaviour === null || (request.token === null && behaviour.type === "answer")) {
      send(replyTo(incoming, request, vaults, options), response);
      return;
    }
    misbehave(behaviour, response);
    left -= 1;
    if (left === 0) behaviour = null;
  });
  const port = await listening(server);
  const folder = mkdtempSync(join(tmpdir(), "plumbline-key-vault-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, cert);
  const versionsOf = (vault: string, secret: string) => vaults.get(vault)?.get(secret) ?? [];
  return {
    url: `https://127.0.0.1:${port}/{vault}`,
    ca: cert,
    caFile,
    requests,
    add(vault, secret, value) {
      const number = versionsOf(vault, secret).length + 1;
      const added = { version: number.toString(16).padStart(32, "a"), value, enabled: true };
      const known = vaults.get(vault) ?? new Map();
      vaults.set(vault, known.set(secret, [...versionsOf(vault, secret), added]));
      return added;
    },
    delete: (vault, secret) => vaults.get(vault)?.delete(secret),
    disable(vault, secret) {
      const disabled = versionsOf(vault, secret).map((one) => ({ ...one, enabled: false }));
      vaults.get(vault)?.set(secret, disabled);
    },
    behave(next) {
      behaviour = next;
      left = next?.type === "answer" ? (next.times ?? 0) : 0;
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

type Kept = Map<string, Map<string, readonly Version[]>>;

function copied(vaults: Vaults): Kept {
  return new Map(
    Object.entries(vaults).map(([vault, secrets]) => [vault, new Map(Object.entries(secrets))]),
  );
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function requestOf({ url = "", headers }: IncomingMessage): VaultRequest {
  const [, vault = "", , secret = "", version = ""] = pathOf(url).split("/");
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? null;
  return { vault, secret, version, token };
}

function pathOf(url: string): string {
  return new URL(url, "https://127.0.0.1").pathname;
}

function misbehave(behaviour: Behaviour, response: ServerResponse): void {
  if (behaviour.type === "break") response.destroy();
  if (behaviour.type === "answer") {
    const { status, body = "", headers = {} } = behaviour;
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  }
}

interface Reply {
  readonly status: number;
  readonly body: object;
  readonly challenge?: string;
}

function send({ status, body, challenge }: Reply, response: ServerResponse): void {
  const type = { "content-type": "application/json; charset=utf-8" };
  response.writeHead(status, challenge ? { ...type, "www-authenticate": challenge } : type);
  response.end(JSON.stringify(body));
}

function replyTo(
  { method, url = "" }: IncomingMessage,
  { vault, secret, version, token }: VaultRequest,
  vaults: Kept,
  { accepts = () => true, resource = "https://vault.azure.net" }: KeyVaultOptions,
): Reply {
  if (token === null || !accepts(token)) {
    const authorization = `https://login.microsoftonline.com/${DIRECTORY}`;
    const challenge = `Bearer authorization="${authorization}", resource="${resource}"`;
    const what =
      token === null ? "AKV10000: Request is missing a Bearer or PoP token." : "AKV10022";
    return { status: 401, body: errorBody("Unauthorized", what), challenge };
  }
  if (method !== "GET" || !new URL(url, "https://127.0.0.1").searchParams.has("api-version")) {
    return { status: 400, body: errorBody("BadParameter", "api-version must be specified") };
  }
  const versions = vaults.get(vault)?.get(secret);
  const found = versions?.findLast((one) => version === "" || one.version === version);
  if (found === undefined) {
    const message = `A secret with (name/id) ${secret}/${version} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`;
    return { status: 404, body: errorBody("SecretNotFound", message) };
  }
  if (found.enabled === false) {
    const message = "Operation get is not allowed on a disabled secret.";
    return { status: 403, body: errorBody("Forbidden", message, "SecretDisabled") };
  }
  const id = `https://${vault}.vault.azure.net/secrets/${secret}/${found.version}`;
  const attributes = { enabled: true, created: 0, updated: 0 };
  return { status: 200, body: { value: found.value, id, attributes } };
}

/** As Key Vault writes it. */
export function errorBody(code: string, message: string, innerCode?: string): object {
  const inner = innerCode === undefined ? {} : { innererror: { code: innerCode } };
  return { error: { code, message, ...inner } };
}
