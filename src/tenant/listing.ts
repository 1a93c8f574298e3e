/** Reads a collection to its end: a listing is whole or it failed. */
import type { FaultError } from "../model/fault.ts";
import { LONGEST_URL, NotAsExpected } from "./api-connector.ts";
import type { Answer, Asked } from "./exchange.ts";
import { answerFault, type FaultContext, malformedAnswer } from "./faults.ts";
import type { Transport } from "./transport.ts";

/** A tenant has some 20 API connectors, and 200 user flows, at most; this many pages are a loop. */
const MOST_PAGES = 1_000;
/** Characters of all pages together. */
const MOST_TEXT = 64 * 2 ** 20;

/** A listing that came on one page: most often the next one is the same text. */
export interface KnownListing<T> {
  last: { readonly text: string; readonly objects: readonly T[] } | null;
}

export interface ListingOptions<T> {
  readonly transport: Transport;
  readonly context: FaultContext;
  /** Throws NotAsExpected. */
  readonly toObject: (json: unknown) => T;
  readonly known?: KnownListing<T>;
  /** Told of a refusal of the first page, before it is thrown. */
  readonly ifRefused?: (fault: FaultError) => void;
}

/** In the order of Graph. Throws a FaultError for any page that is missing, torn or refused. */
export async function listAll<T extends { readonly id: string }>(
  asked: Asked,
  { transport, context, toObject, known, ifRefused }: ListingOptions<T>,
  signal?: AbortSignal,
): Promise<readonly T[]> {
  const listed = new Map<string, T>();
  const links = new Set<string>();
  let nextLink: string | null = null;
  let length = 0;
  for (;;) {
    const answer = await transport.send(asked, { nextLink, signal });
    length += answer.text.length;
    if (answer.status < 200 || answer.status > 299) {
      const fault = answerFault(answer, asked, context);
      if (nextLink === null) ifRefused?.(fault);
      throw fault;
    }
    try {
      expectPage(answer);
      if (length > MOST_TEXT) throw new NotAsExpected("goes on after 64 MiB");
      if (nextLink === null && known?.last?.text === answer.text) return known.last.objects;
      const page = readPage(parseJson(answer.text), context.tenant.graph);
      for (const json of page.objects) add(listed, toObject(json));
      if (page.nextLink === null) {
        const objects = [...listed.values()];
        if (nextLink === null && known) known.last = { text: answer.text, objects };
        return objects;
      }
      nextLink = page.nextLink;
      follow(links, nextLink);
    } catch (thrown) {
      if (!(thrown instanceof NotAsExpected)) throw thrown;
      throw malformedAnswer(thrown.message, answer, asked, context);
    }
  }
}

interface Page {
  readonly objects: readonly unknown[];
  /** Absolute, and of the same origin. */
  readonly nextLink: string | null;
}

export function expectPage(answer: Answer): void {
  if (answer.status !== 200) throw new NotAsExpected("is not the whole page that was asked for");
  expectJson(answer);
}

/** Throws NotAsExpected. */
export function readPage(json: unknown, graph: string): Page {
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
    objects: json.value,
    nextLink: nextLink === null || nextLink === undefined ? null : ofOrigin(nextLink, graph),
  };
}

/** The token must not go anywhere else. */
function ofOrigin(nextLink: unknown, graph: string): string {
  if (typeof nextLink !== "string" || nextLink.length > LONGEST_URL || !URL.canParse(nextLink)) {
    throw new NotAsExpected("has a link to the next page that is no address");
  }
  const { origin, host, username, password } = new URL(nextLink);
  if (origin !== new URL(graph).origin || username !== "" || password !== "") {
    throw new NotAsExpected(`has a link to the next page that leads elsewhere, to ${host}`);
  }
  return nextLink;
}

/** An object that comes again says that pages overlap, and so that others may be missing. */
function add<T extends { readonly id: string }>(listed: Map<string, T>, observed: T): void {
  if (listed.has(observed.id)) throw new NotAsExpected(`holds the object ${observed.id} twice`);
  listed.set(observed.id, observed);
}

function follow(links: Set<string>, nextLink: string): void {
  if (links.has(nextLink)) throw new NotAsExpected("leads back to a page that was read before");
  links.add(nextLink);
  if (links.size >= MOST_PAGES) throw new NotAsExpected(`goes on after ${MOST_PAGES} pages`);
}

/** The body as JSON. Throws NotAsExpected when it is none or says that it is something else. */
export function readJson(answer: Answer): unknown {
  expectJson(answer);
  return parseJson(answer.text);
}

function expectJson({ headers }: Answer): void {
  const type = headers.get("content-type");
  if (type === null || /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) return;
  const named = /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0] ?? "something else";
  throw new NotAsExpected(`is ${named}, not JSON`);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotAsExpected("is no JSON, or JSON that is cut off");
  }
}
