/** How people who use a browser say who they are. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Refusal } from "../../refusal.ts";
import { refuseCrossOrigin } from "../../same-origin.ts";
import { wordIn } from "../acting/act-routes.ts";
import type { GoOn } from "../acting/go-on.ts";
import { sendPage, textOf, turnAway } from "../answers.ts";
import { placeWithin, SIGN_IN, SIGN_OUT } from "../paths.ts";
import type { Readers } from "./readers.ts";
import { type Draft, signInPage } from "./sign-in.ts";

/** Bytes of a form: a token, and what somebody wrote before. */
const LARGEST_FORM = 32_768;

export interface SigningIn {
  readonly readers: Readers;
  /** Nobody has to, and is led on. */
  readonly isOpen: boolean;
  readonly goOn: GoOn;
}

export function addSignIn(scope: FastifyInstance, { readers, isOpen, goOn }: SigningIn): void {
  scope.get(SIGN_IN, async ({ query }, reply) => {
    const to = placeWithin(textOf(query, "to"));
    return isOpen ? reply.redirect(to, 303) : sendPage(reply, signInPage(to, null, null));
  });
  scope.post(SIGN_IN, { bodyLimit: LARGEST_FORM }, async (request, reply) => {
    const to = placeWithin(textOf(request.body, "to"));
    if (isOpen) return reply.redirect(to, 303);
    const refusal = refuseCrossOrigin(request);
    // What another site made up is nothing that anybody here wrote.
    if (refusal !== null) return again(reply, { to, draft: null }, refusal);
    const draft = draftIn(request);
    const reader = await readers.signIn(request, reply, textOf(request.body, "token"));
    if ("error" in reader) return again(reply, { to, draft }, reader);
    if (draft === null) return reply.redirect(to, 303);
    const { tenant, word } = draft;
    return sendPage(reply, await goOn(tenant, { message: NOT_YET, draft: word }, reader));
  });
  scope.post(SIGN_OUT, async (request, reply) => {
    const refusal = refuseCrossOrigin(request);
    if (refusal !== null) return turnAway(refusal, "/", reply);
    readers.signOut(request, reply);
    return reply.redirect(SIGN_IN, 303);
  });
}

const NOT_YET = "You are signed in, and nothing has been accepted yet. What you wrote is kept.";

function draftIn({ body }: FastifyRequest): Draft | null {
  const tenant = textOf(body, "tenant");
  return tenant === "" ? null : { tenant, word: wordIn(body) };
}

function again(
  reply: FastifyReply,
  { to, draft }: { readonly to: string; readonly draft: Draft | null },
  { status, message, headers = {} }: Refusal,
): FastifyReply {
  const page = signInPage(to, message, draft);
  return sendPage(reply.code(status).headers(headers), page);
}
