/**
 * Why a secret could not be read from its vault, and what to do, in our own words: what a vault and
 * its client say may hold anything (https://learn.microsoft.com/azure/key-vault/general/rest-error-codes).
 */
import { FaultError } from "../model/fault.ts";
import { networkReason } from "../model/network.ts";
import type { SecretSource } from "../model/secret.ts";

/** The last answer of a vault. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Milliseconds that it asks to wait; null when it asks nothing that matters. */
  readonly wait: number | null;
}

export interface FailedRead {
  readonly thrown: unknown;
  /** null when there was none. */
  readonly answer: Answer | null;
  readonly source: Extract<SecretSource, { readonly type: "keyVault" }>;
  /** Host of the vault. */
  readonly host: string;
  /** The milliseconds that were not enough; null when it failed otherwise. */
  readonly spent: number | null;
}

/** The rest of a sentence that starts with the source, and further ones. */
export function problemOf({ thrown, answer, source, host, spent }: FailedRead): string {
  if (thrown instanceof FaultError) return `cannot be read. ${thrown.fault.message}`;
  if (spent !== null) {
    return `was not read within ${spent / 1_000} s, with the sign-in. Check the network and the firewall between here and ${host}.`;
  }
  const last = waiting(thrown) ?? answer;
  if (last?.status === 200) {
    return `was answered by ${host} with something that is no secret. Check what stands between here and the vault.`;
  }
  if (last !== null) return refusal(last, source, host);
  if (thrown instanceof Error && thrown.message.startsWith("The challenge")) {
    return `was not read, because ${host} asks for a token of another service. Check that it is a Key Vault, and \`keyVault.cloud\` in plumbline.yaml.`;
  }
  return `was not read, because ${host} could not be reached: ${networkReason(thrown, reasons)}.`;
}

function waiting(thrown: unknown): Answer | null {
  const isAnswer = thrown instanceof Error && "answer" in thrown;
  return isAnswer ? (thrown.answer as Answer) : null;
}

function refusal(answer: Answer, source: FailedRead["source"], host: string): string {
  const { status } = answer;
  const code = errorCode(answer.body);
  const said = `(HTTP ${status}${code === null ? "" : `, ${code}`})`;
  if (status === 401) {
    return `was not given, because the vault does not accept this sign-in ${said}. Check that the vault belongs to the directory and the cloud in which Plumbline signs in: \`keyVault.tenantId\` and \`keyVault.cloud\` in plumbline.yaml.`;
  }
  if (status === 403) return forbidden(code, said);
  if (status === 404) return missing(code, source, said);
  if (status === 429) {
    return `was not given, because too many requests reach the vault ${said}${again(answer)}. Run less often, or spread the secrets over several vaults.`;
  }
  if (status >= 500) {
    return `was not given, because Azure Key Vault has a fault of its own ${said}${again(answer)}. It usually passes.`;
  }
  if (status < 400) {
    return `was not given: ${host} answers with a redirect ${said}, which is never followed. Check the name of the vault, and \`keyVault.url\` in plumbline.yaml.`;
  }
  return `was refused by the vault ${said}. Check the names of the vault and the secret.`;
}

function again({ wait }: Answer): string {
  return wait === null ? "" : `; it asks to wait ${Math.ceil(wait / 1_000)} s`;
}

function forbidden(code: string | null, said: string): string {
  switch (code) {
    case "SecretDisabled":
      return `is disabled in its vault ${said}. Enable it there, or name another version.`;
    case "ForbiddenByFirewall":
      return `was not given, because the firewall of the vault does not let this machine in ${said}. Allow its address or network there, or give it a private endpoint.`;
    case "ForbiddenByConnection":
      return `was not given, because the vault is closed to public networks ${said}. Reach it through its private endpoint, or allow this network there.`;
    default:
      return `may not be read by this identity ${said}. Give it the role Key Vault Secrets User on the vault, or the permission Get for secrets in its access policy; it may take some minutes to count.`;
  }
}

function missing(code: string | null, { version }: FailedRead["source"], said: string): string {
  if (code !== "SecretNotFound") {
    return `was not found, and no Key Vault seems to answer there ${said}. Check the name of the vault.`;
  }
  const what =
    version === null
      ? `does not exist ${said}. Create it, or correct its name.`
      : `does not exist, or not in this version ${said}. Correct it, or leave the version out for the newest.`;
  return `${what} Where it was deleted, the vault may still be able to recover it.`;
}

/** The innermost code of an error, where it is nothing but a word. */
function errorCode(body: string): string | null {
  let code: string | null = null;
  let at = part(parsed(body), "error");
  for (let depth = 0; depth < 4 && at !== undefined; depth += 1) {
    const said = part(at, "code");
    if (typeof said === "string" && /^[A-Za-z]{1,64}$/.test(said)) code = said;
    at = part(at, "innererror");
  }
  return code;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function part(value: unknown, name: string): unknown {
  const isRecord = typeof value === "object" && value !== null;
  return isRecord ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** What a failed connection means where the name of a vault is part of its address. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "the DNS does not know its name; no vault is called that, or its cloud is another",
  ECONNREFUSED: "it refused the connection; check the network and the firewall",
};
