/** Tokens of another service of Azure than Microsoft Graph, with the same ways to sign in. */
import type { Clock } from "../model/clock.ts";
import { FaultError, failure } from "../model/fault.ts";
import { type Credential, openSignIn } from "./credentials.ts";
import type { SignInContext } from "./sign-in-faults.ts";
import { isCarried, openTokens } from "./tokens.ts";

/** What clients of Azure services call a TokenCredential. */
export interface Identity {
  /** Throws a FaultError when signing in fails, and what aborted it. */
  getToken(
    scopes: string | string[],
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number }>;
}

/** Milliseconds that signing in may take, except for a person. */
const TIMEOUT = 20_000;

/**
 * Whatever a service asks for, its tokens are for `context.scope`: a service could otherwise ask for
 * the token of another and use it. One token serves until shortly before it ends.
 */
export function openIdentity(
  credential: Credential,
  context: SignInContext,
  clock: Clock,
): Identity {
  const signIn = openSignIn(credential, context, TIMEOUT);
  let expiresOnTimestamp = 0;
  const tokens = openTokens(async (afresh, signal) => {
    const token = await signIn(afresh, signal);
    expiresOnTimestamp = token.expiresAt;
    return token;
  }, clock);
  return {
    async getToken(_, { abortSignal } = {}) {
      const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
      const { text: token } = await tokens.current(signal);
      if (!isCarried(token)) throw unusable(context);
      return { token, expiresOnTimestamp };
    },
  };
}

function unusable({ goal }: SignInContext): FaultError {
  const message = `Signing in to ${goal} gave a token that no request can carry. Check the credential, and that nothing between here and the sign-in service changes answers.`;
  return new FaultError(failure("unauthorised", message));
}
