/**
 * What a failed sign-in means and what to check. The sign-in service explains itself with AADSTS
 * codes (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
import { FaultError, failure } from "../model/fault.ts";
import { networkCode, networkReason } from "../model/network.ts";
import type { Redactor } from "../model/secret.ts";
import { readBody } from "./body.ts";
import { presentable } from "./graph-error.ts";

/** Where to sign in, for what, and what must not be seen. */
export interface SignInContext {
  /** Root of the sign-in service. */
  readonly authority: string;
  /** Directory (tenant) id; null: the one that the credential knows of itself. */
  readonly directory: string | null;
  /** What the token is for, such as `https://graph.microsoft.com/.default`. */
  readonly scope: string;
  /** What messages call the goal, such as `tenant production`. */
  readonly goal: string;
  readonly redactor: Redactor;
}

const advice: Readonly<Record<string, string>> = {
  AADSTS7000215:
    "The client secret is wrong: the value of a secret is needed, not its id, and of this very app.",
  AADSTS7000222: "The client secret has expired: make a new one in the app registration.",
  AADSTS7000216: "The app must prove itself with a secret or a certificate: none was sent.",
  AADSTS700016:
    "The app is not known in this directory: check clientId and tenantId, and that the app was given admin consent there.",
  AADSTS90002: "The directory does not exist in this cloud: check tenantId and cloud.",
  AADSTS900023: "tenantId is neither a directory id nor a domain name: check it.",
  AADSTS900382: "The app belongs to another cloud: check cloud.",
  AADSTS500011:
    "The service that the token is for is not known there under this address: check cloud.",
  AADSTS700027:
    "The certificate is not one of the app's, or its key does not fit: upload its public part to the app registration.",
  AADSTS700024: "The assertion is not valid at this time: check the clock of this machine.",
  AADSTS70021:
    "No federated credential of the app matches: check issuer, subject and audience in the app registration.",
  AADSTS700211:
    "No federated credential of the app matches the issuer: check it in the app registration.",
  AADSTS700213:
    "No federated credential of the app matches the subject: check it in the app registration.",
  AADSTS7000112: "The app is disabled in this directory: an administrator can enable it.",
  AADSTS7000229: "The app has no service principal in this directory: grant admin consent there.",
  AADSTS65001: "The app was not given consent: grant admin consent for its permissions.",
  AADSTS53003: "A conditional access policy blocks this sign-in: ask its administrator.",
  AADSTS50034: "The user does not exist in this directory: check tenantId.",
};

const hints: Readonly<Record<string, string>> = {
  clientSecret: "Check clientId, secret and tenantId.",
  clientCertificate:
    "Check clientId, the PEM file with its private key, its passphrase and tenantId.",
  workloadIdentity:
    "Check that the pod has the workload identity's service account and label, so that AZURE_FEDERATED_TOKEN_FILE and AZURE_CLIENT_ID are set.",
  managedIdentity: "Check that a managed identity is assigned to this machine, and its clientId.",
  azureCli: "Check that the Azure CLI is installed, and sign in with az login --tenant.",
  default: "Check the environment, or name one kind of credential in plumbline.yaml.",
  deviceCode: "Check clientId, and enter the code in time.",
};

/** `timeout`: the milliseconds that were not enough, null when it failed otherwise. */
export function signInFault(
  thrown: unknown,
  credential: string,
  context: SignInContext,
  timeout: number | null,
): FaultError {
  const { goal, directory, authority, redactor } = context;
  const who = directory === null ? goal : `${goal} (directory ${directory})`;
  const { host } = new URL(authority);
  const hint = hints[credential] ?? "";
  const said = messages(thrown);
  const code = /\bAADSTS\d+\b/.exec(said)?.[0];
  if (code !== undefined) {
    const help = advice[code] ?? `${explanation(said, code, redactor)} ${hint}`;
    return signInFailed("unauthorised", `Signing in to ${who} failed with ${code}. ${help}`);
  }
  if (timeout !== null) {
    const text = `${host} did not finish signing in to ${who} within ${timeout / 1000} s.`;
    return signInFailed("timeout", `${text} ${hint}`);
  }
  const status = statusOf(thrown);
  if (status >= 500) {
    const text = `The sign-in service ${host} has a fault of its own (HTTP ${status})`;
    return signInFailed("unavailable", `${text}: ${who} cannot be reached. It usually passes.`);
  }
  if (isOutOfReach(thrown, said)) {
    const text = `The sign-in service ${host} could not be reached for ${who}`;
    return signInFailed("network", `${text}: ${networkReason(thrown)}.`);
  }
  const text = `Signing in to ${who} failed: ${explanation(said, "", redactor)} ${hint}`;
  return signInFailed("unauthorised", text);
}

/** Without its cause: errors of the sign-in client can hold the request, and so the secret. */
function signInFailed(
  code: "unauthorised" | "network" | "timeout" | "unavailable",
  message: string,
): FaultError {
  return new FaultError(failure(code, message.trim()));
}

/** The messages of an error and of what caused it, one a line. */
function messages(thrown: unknown): string {
  return causes(thrown)
    .map(({ message }) => message)
    .join("\n");
}

function causes(thrown: unknown): readonly Error[] {
  const found: Error[] = [];
  let at = thrown;
  while (at instanceof Error && found.length < 8) {
    found.push(at);
    at = at.cause;
  }
  return found;
}

/** The first sentence that says why: from the code on, where there is one. */
function explanation(said: string, code: string, redactor: Redactor): string {
  const from = said.slice(Math.max(0, said.indexOf(code)));
  const text = presentable(from.split(/\r?\n/)[0] ?? "", redactor);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function statusOf(thrown: unknown): number {
  for (const error of causes(thrown)) {
    if ("statusCode" in error && typeof error.statusCode === "number") return error.statusCode;
    if ("status" in error && typeof error.status === "number") return error.status;
  }
  return 0;
}

/** The sign-in client wraps a broken connection, and often nothing is left but its own words. */
function isOutOfReach(thrown: unknown, said: string): boolean {
  return networkCode(thrown) !== null || HIDDEN_CAUSE.test(said);
}

/** Bytes. */
const LONGEST_ERROR = 2 ** 20;

const HIDDEN_CAUSE = /\b(?:endpoints_resolution_error|network_error)\b/;

/**
 * The sign-in client says the same of a directory that does not exist, a name that nobody knows and
 * a certificate that is not trusted. So the directory's public description is asked for, which needs
 * no secret: what comes of that tells which it is.
 */
export async function revealCause(
  thrown: unknown,
  { authority, directory }: SignInContext,
  timeout: number,
  given: AbortSignal,
): Promise<unknown> {
  if (directory === null || !HIDDEN_CAUSE.test(messages(thrown))) return thrown;
  const address = `${authority}/${encodeURIComponent(directory)}/v2.0/.well-known/openid-configuration`;
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(timeout), given]);
    const response = await fetch(address, { redirect: "error", signal });
    if (response.ok) {
      await response.body?.cancel();
      return thrown;
    }
    const text = await readBody(response, LONGEST_ERROR);
    const code = /\bAADSTS\d+\b/.exec(text ?? "")?.[0] ?? `HTTP ${response.status}`;
    return Object.assign(new Error(code), { statusCode: response.status });
  } catch (unreachable) {
    return new Error("network_error", { cause: unreachable });
  }
}
