/** Creates, updates and deletes one object, and says what an answer means for it. */
import type { FaultError } from "../model/fault.ts";
import type { CertificateWrite, Write, Written } from "../model/tenant.ts";
import { LONGEST_ID, NotAsExpected, uploadToGraph } from "./api-connector.ts";
import type { Answer, Asked } from "./exchange.ts";
import { answerFault, doubted, type FaultContext, malformedAnswer, rejected } from "./faults.ts";
import { readGraphError, requestIdOf } from "./graph-error.ts";
import { kinds } from "./kinds.ts";
import { readJson } from "./listing.ts";
import type { Transport } from "./transport.ts";

/** Sent once. An answer without an id leaves open whether the object was made: `malformed`. */
export async function createObject(
  transport: Transport,
  asked: Asked,
  write: Write,
  context: FaultContext,
  signal?: AbortSignal,
  request?: string | null,
): Promise<Written & { readonly id: string }> {
  const body = kinds[write.kind].toGraph(write);
  const answer = await transport.send(asked, { body, signal, request });
  if (!isSuccess(answer)) throw answerFault(answer, asked, context);
  return checked(answer, asked, context, () => {
    const json = readJson(answer);
    const id = typeof json === "object" && json !== null && "id" in json ? json.id : null;
    if (typeof id !== "string" || id === "" || id.length > LONGEST_ID) {
      throw new NotAsExpected("has no id");
    }
    return { id, ...written(answer, context) };
  });
}

/** Nothing is sent when there is nothing to change. */
export async function updateObject(
  transport: Transport,
  asked: Asked,
  write: Write,
  context: FaultContext,
  signal?: AbortSignal,
  request?: string | null,
): Promise<Written> {
  const body = kinds[write.kind].toGraph(write);
  if (Object.keys(body).length === 0) return { requestId: null };
  const answer = await transport.send(asked, { body, signal, request });
  if (!isSuccess(answer)) throw refusal(answer, asked, context);
  return done(answer, asked, context);
}

/** Sent once. Answers 200 and the whole object, of which nothing is needed: a read shows it. */
export async function uploadCertificate(
  transport: Transport,
  asked: Asked,
  certificate: CertificateWrite,
  context: FaultContext,
  signal?: AbortSignal,
  request?: string | null,
): Promise<Written> {
  const body = uploadToGraph(certificate);
  const answer = await transport.send(asked, { body, signal, request });
  if (!isSuccess(answer)) throw answerFault(answer, asked, context);
  return done(answer, asked, context);
}

/** Already gone is gone. */
export async function deleteObject(
  transport: Transport,
  asked: Asked,
  context: FaultContext,
  signal?: AbortSignal,
  request?: string | null,
): Promise<Written> {
  const answer = await transport.send(asked, { signal, request });
  if (isSuccess(answer)) return done(answer, asked, context);
  if (answerFault(answer, asked, context).fault.code !== "not-found") {
    throw refusal(answer, asked, context);
  }
  return written(answer, context);
}

/** The last segment of an object's address. Throws for an id that would make it another address. */
export function segment(id: string): string {
  if (id === "" || /^\.{1,2}$/.test(id)) throw rejected(`"${id}" is no id of Microsoft Graph.`);
  return encodeURIComponent(id);
}

/** The fault of a write that may be sent twice. */
export function refusal(answer: Answer, asked: Asked, context: FaultContext): FaultError {
  const fault = answerFault(answer, asked, context);
  return answer.inDoubt ? doubted(fault) : fault;
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status <= 299;
}

/** 204 without a body, or 200 with the object. */
export function done(answer: Answer, asked: Asked, context: FaultContext): Written {
  return checked(answer, asked, context, () => {
    if (answer.status !== 204 && answer.status !== 200) {
      throw new NotAsExpected("does not say that it was done");
    }
    if (answer.text !== "") readJson(answer);
    return written(answer, context);
  });
}

function written({ headers, text }: Answer, { redactor }: FaultContext): Written {
  return { requestId: requestIdOf(headers, readGraphError(text), redactor) };
}

/** What is read of an answer; one that does not hold it is `malformed`. */
export function checked<T>(answer: Answer, asked: Asked, context: FaultContext, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof NotAsExpected)) throw thrown;
    throw malformedAnswer(thrown.message, answer, asked, context);
  }
}
