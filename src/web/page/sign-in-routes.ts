/** How people who use a browser say who they are. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Refusal } from "../refusal.ts";
import { refuseCrossOrigin } from "../same-origin.ts";
import { sendPage, textOf, turnAway } from "./answers.ts";
import { placeWithin, SIGN_IN, SIGN_OUT } from "./paths.ts";
import type { Readers } from "./readers.ts";
import { signInPage } from "./sign-in.ts";

/** `isOpen`: nobody has to, and is led on. */
export function addSignIn(scope: FastifyInstance, readers: Readers, isOpen: boolean): void {
  scope.get(SIGN_IN, async ({ query }, reply) => {
    const to = placeWithin(textOf(query, "to"));
    return isOpen ? reply.redirect(to, 303) : sendPage(reply, signInPage(to, null));
  });
  scope.post(SIGN_IN, async (request, reply) => {
    const to = placeWithin(textOf(request.body, "to"));
    if (isOpen) return reply.redirect(to, 303);
    const refusal =
      refuseCrossOrigin(request.headers) ??
      (await readers.signIn(request, reply, textOf(request.body, "token")));
    return refusal === null ? reply.redirect(to, 303) : again(reply, to, refusal);
  });
  scope.post(SIGN_OUT, async (request, reply) => {
    const refusal = refuseCrossOrigin(request.headers);
    if (refusal !== null) return turnAway(refusal, "/", reply);
    readers.signOut(request, reply);
    return reply.redirect(SIGN_IN, 303);
  });
}

function again(reply: FastifyReply, to: string, { status, message }: Refusal): FastifyReply {
  return sendPage(reply.code(status), signInPage(to, message));
}
