/** How people who use a browser say who they are. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Refusal } from "../refusal.ts";
import { refuseCrossOrigin } from "../same-origin.ts";
import { wordIn } from "./act-routes.ts";
import { sendPage, textOf, turnAway } from "./answers.ts";
import { placeWithin, SIGN_IN, SIGN_OUT } from "./paths.ts";
import type { Reader, Readers } from "./readers.ts";
import { type Draft, signInPage } from "./sign-in.ts";

/** Bytes of a form: a token, and what somebody wrote before. */
const LARGEST_FORM = 32_768;

export interface SigningIn {
  readonly readers: Readers;
  /** Nobody has to, and is led on. */
  readonly isOpen: boolean;
  /** Shows the page on which somebody goes on with a draft. */
  readonly goOn: (draft: Draft, reader: Reader, reply: FastifyReply) => Promise<FastifyReply>;
}

export function addSignIn(scope: FastifyInstance, { readers, isOpen, goOn }: SigningIn): void {
  scope.get(SIGN_IN, async ({ query }, reply) => {
    const to = placeWithin(textOf(query, "to"));
    return isOpen ? reply.redirect(to, 303) : sendPage(reply, signInPage(to, null, null));
  });
  scope.post(SIGN_IN, { bodyLimit: LARGEST_FORM }, async (request, reply) => {
    const to = placeWithin(textOf(request.body, "to"));
    if (isOpen) return reply.redirect(to, 303);
    const draft = draftIn(request);
    const reader =
      refuseCrossOrigin(request) ??
      (await readers.signIn(request, reply, textOf(request.body, "token")));
    if ("error" in reader) return again(reply, { to, draft }, reader);
    return draft === null ? reply.redirect(to, 303) : goOn(draft, reader, reply);
  });
  scope.post(SIGN_OUT, async (request, reply) => {
    const refusal = refuseCrossOrigin(request);
    if (refusal !== null) return turnAway(refusal, "/", reply);
    readers.signOut(request, reply);
    return reply.redirect(SIGN_IN, 303);
  });
}

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
