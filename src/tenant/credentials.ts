/** Signs in to a Microsoft Entra tenant in the ways that an operator may choose. */
import type { ClientSecretCredentialOptions, TokenCredential } from "@azure/identity";
import type { Secret } from "../model/secret.ts";
import { isKnownAuthority } from "./clouds.ts";
import { revealCause, type SignInContext, signInFault } from "./sign-in-faults.ts";
import { abortable, type SignIn } from "./tokens.ts";

/** How to sign in; secrets are already resolved. */
export type Credential =
  /** A ready token, for a practice tenant: loopback Graph addresses only. */
  { readonly type: "token"; readonly token: Secret } | SignInCredential;

/** Ways to get a token from the sign-in service. */
export type SignInCredential =
  | { readonly type: "clientSecret"; readonly clientId: string; readonly secret: Secret }
  | {
      readonly type: "clientCertificate";
      readonly clientId: string;
      /** PEM, with the private key. */
      readonly certificate: Secret;
      readonly passphrase: Secret | null;
    }
  | { readonly type: "workloadIdentity"; readonly clientId: string | null }
  | { readonly type: "managedIdentity"; readonly clientId: string | null }
  | { readonly type: "azureCli" }
  | { readonly type: "default" }
  | {
      readonly type: "deviceCode";
      readonly clientId: string;
      /** Shows a person where to enter which code. */
      readonly prompt: (message: string) => void;
    };

/** Every secret that the credential holds. */
export function secretsOf(credential: Credential): readonly Secret[] {
  switch (credential.type) {
    case "token":
      return [credential.token];
    case "clientSecret":
      return [credential.secret];
    case "clientCertificate":
      return [credential.certificate, credential.passphrase].filter((secret) => secret !== null);
    default:
      return [];
  }
}

/**
 * Milliseconds. A person needs longer than a service: the code that is shown to them is good for 15
 * minutes.
 */
export const DEVICE_CODE_TIMEOUT = 900_000;

/** `timeout` is in milliseconds. The returned function throws a FaultError when it fails. */
export function openSignIn(
  credential: Credential,
  context: SignInContext,
  timeout: number,
): SignIn {
  if (credential.type === "token") {
    const token = { text: credential.token.reveal(), expiresAt: Number.POSITIVE_INFINITY };
    return async () => token;
  }
  const limit = credential.type === "deviceCode" ? DEVICE_CODE_TIMEOUT : timeout;
  const { scope } = context;
  let identity: TokenCredential | null = null;
  let current: AbortSignal | undefined;
  return async (afresh, given) => {
    const late = AbortSignal.timeout(limit);
    const signal = AbortSignal.any([late, given]);
    current = signal;
    try {
      // A new credential has an empty cache; a person would have to enter a code again.
      if (identity === null || (afresh && credential.type !== "deviceCode")) {
        identity = await createIdentity(credential, context, () => current);
      }
      const token = await abortable(identity.getToken(scope, { abortSignal: signal }), signal);
      if (token === null) throw new TypeError("The sign-in gave no token.");
      return { text: token.token, expiresAt: token.expiresOnTimestamp };
    } catch (thrown) {
      if (given.aborted) throw given.reason;
      const spent = late.aborted ? limit : null;
      const cause = spent === null ? await revealCause(thrown, context, timeout, given) : thrown;
      throw signInFault(cause, credential.type, context, spent);
    }
  };
}

async function createIdentity(
  credential: SignInCredential,
  { directory, authority }: SignInContext,
  signal: () => AbortSignal | undefined,
): Promise<TokenCredential> {
  // Here, because it costs a quarter of a second and 40 MB.
  const azure = await import("@azure/identity");
  // Some kinds know their directory without being told; the others are not configured without one.
  const tenantId = directory ?? "";
  const within = directory === null ? {} : { tenantId: directory };
  const options = {
    authorityHost: authority,
    disableInstanceDiscovery: !isKnownAuthority(authority),
    retryOptions: { maxRetries: 2, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 },
    additionalPolicies: [{ position: "perCall", policy: abortedBy(signal) }],
  } satisfies ClientSecretCredentialOptions;
  switch (credential.type) {
    case "clientSecret": {
      const { clientId, secret } = credential;
      return new azure.ClientSecretCredential(tenantId, clientId, secret.reveal(), options);
    }
    case "clientCertificate": {
      const { clientId, certificate, passphrase } = credential;
      const pem = { certificate: certificate.reveal() };
      const locked =
        passphrase === null ? pem : { ...pem, certificatePassword: passphrase.reveal() };
      return new azure.ClientCertificateCredential(tenantId, clientId, locked, options);
    }
    case "workloadIdentity":
      return new azure.WorkloadIdentityCredential({
        ...options,
        ...within,
        ...(credential.clientId === null ? {} : { clientId: credential.clientId }),
      });
    case "managedIdentity":
      return credential.clientId === null
        ? new azure.ManagedIdentityCredential(options)
        : new azure.ManagedIdentityCredential({ ...options, clientId: credential.clientId });
    case "azureCli":
      return new azure.AzureCliCredential(within);
    case "default":
      return new azure.DefaultAzureCredential({ ...options, ...within });
    case "deviceCode":
      return new azure.DeviceCodeCredential({
        ...options,
        tenantId,
        clientId: credential.clientId,
        userPromptCallback: ({ message }) => credential.prompt(message),
      });
  }
}

type Policy = NonNullable<ClientSecretCredentialOptions["additionalPolicies"]>[number]["policy"];

/**
 * Most credentials do not hand the signal of getToken on to their requests: a sign-in service that
 * accepts and never answers would keep the connection, and with it the process, for ever.
 */
function abortedBy(signal: () => AbortSignal | undefined): Policy {
  return {
    name: "abortedBySignIn",
    sendRequest(request, next) {
      const signals = [request.abortSignal, signal()].filter((each) => each instanceof AbortSignal);
      request.abortSignal = AbortSignal.any(signals);
      return next(request);
    },
  };
}
