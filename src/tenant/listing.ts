/** Reads a collection to its end: a listing is whole or it failed. */
import type { Kind } from "../model/definition.ts";
import type { Observed } from "../model/live.ts";
import { NotAsExpected } from "./api-connector.ts";
import type { Answer, Asked } from "./exchange.ts";
import { answerFault, type FaultContext, malformedAnswer } from "./faults.ts";
import { kinds } from "./kinds.ts";
import type { Transport } from "./transport.ts";

/** A tenant has 20 API connectors at most; this many pages are a loop. */
const MOST_PAGES = 1_000;

/** In the order of Graph. Throws a FaultError for any page that is missing, torn or refused. */
export async function listAll(
  transport: Transport,
  asked: Asked,
  context: FaultContext,
  signal?: AbortSignal,
): Promise<readonly Observed[]> {
  const listed = new Map<string, Observed>();
  const links = new Set<string>();
  let nextLink: string | null = null;
  for (;;) {
    const answer = await transport.send(asked, { nextLink, signal });
    if (answer.status < 200 || answer.status > 299) throw answerFault(answer, asked, context);
    try {
      const page = readPage(answer, asked.kind, context.tenant.graph);
      for (const observed of page.objects) add(listed, observed);
      nextLink = page.nextLink;
      if (nextLink === null) return [...listed.values()];
      follow(links, nextLink);
    } catch (thrown) {
      if (!(thrown instanceof NotAsExpected)) throw thrown;
      throw malformedAnswer(thrown.message, answer, asked, context);
    }
  }
}

interface Page {
  readonly objects: readonly Observed[];
  /** Absolute, and of the same origin. */
  readonly nextLink: string | null;
}

function readPage(answer: Answer, kind: Kind, graph: string): Page {
  if (answer.status !== 200) throw new NotAsExpected("is not the whole page that was asked for");
  const json = readJson(answer);
  if (
    typeof json !== "object" ||
    json === null ||
    !("value" in json) ||
    !Array.isArray(json.value)
  ) {
    throw new NotAsExpected("has no list of objects");
  }
  const nextLink = "@odata.nextLink" in json ? json["@odata.nextLink"] : null;
  return {
    objects: json.value.map(kinds[kind].toObserved),
    nextLink: nextLink === null || nextLink === undefined ? null : ofOrigin(nextLink, graph),
  };
}

/** The token must not go anywhere else. */
function ofOrigin(nextLink: unknown, graph: string): string {
  if (typeof nextLink !== "string" || !URL.canParse(nextLink)) {
    throw new NotAsExpected("has a link to the next page that is no address");
  }
  const { origin, host, username, password } = new URL(nextLink);
  if (origin !== new URL(graph).origin || username !== "" || password !== "") {
    throw new NotAsExpected(`has a link to the next page that leads elsewhere, to ${host}`);
  }
  return nextLink;
}

/** An object that comes again says that pages overlap, and so that others may be missing. */
function add(listed: Map<string, Observed>, observed: Observed): void {
  if (listed.has(observed.id)) throw new NotAsExpected(`holds the object ${observed.id} twice`);
  listed.set(observed.id, observed);
}

function follow(links: Set<string>, nextLink: string): void {
  if (links.has(nextLink)) throw new NotAsExpected("leads back to a page that was read before");
  links.add(nextLink);
  if (links.size >= MOST_PAGES) throw new NotAsExpected(`goes on after ${MOST_PAGES} pages`);
}

/** The body as JSON. Throws NotAsExpected when it is none or says that it is something else. */
export function readJson({ headers, text }: Answer): unknown {
  const type = headers.get("content-type");
  if (type !== null && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    const named = /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0] ?? "something else";
    throw new NotAsExpected(`is ${named}, not JSON`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new NotAsExpected("is no JSON, or JSON that is cut off");
  }
}
