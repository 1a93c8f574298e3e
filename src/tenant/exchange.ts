/** One request to Microsoft Graph and its answer, as they pass through the chain of the transport. */
import type { Kind } from "../model/definition.ts";

/** What is asked for: objects of a kind, or entries of the tenant's audit log. */
export type AskedKind = Kind | "DirectoryAudit";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** What came back, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Milliseconds that Graph asked to wait; null when it asked nothing. */
  readonly retryAfter: number | null;
  /** An earlier try of the same write may have been carried out, whatever this answer says. */
  readonly inDoubt?: boolean;
}

/** What is asked for. */
export interface Asked {
  readonly method: Method;
  readonly kind: AskedKind;
  /** With its version, without a query: `/v1.0/identity/apiConnectors`. */
  readonly path: string;
  /** The object that is meant; null: all of them, or one that is to be made. */
  readonly id: string | null;
}

/** A class, because the Graph client hands options through its middleware by their constructor. */
export class Exchange {
  readonly asked: Asked;
  /** The address; a nextLink is used untouched, where the Graph client would take it apart. */
  url: string | null;
  readonly signal: AbortSignal | undefined;
  /** client-request-id; null: one of its own. */
  readonly request: string | null;
  headers: Record<string, string> = {};
  body: string | undefined;
  answer: Answer | undefined;
  failure: unknown;
  /** How often it was sent. */
  tries = 0;
  /** A try of this write had no answer, or one that leaves its effect open. */
  inDoubt = false;
  /** Milliseconds spent waiting because Graph or the budget asked for it. */
  throttled = 0;

  constructor(
    asked: Asked,
    nextLink: string | null,
    signal: AbortSignal | undefined,
    request: string | null = null,
  ) {
    this.asked = asked;
    this.url = nextLink;
    this.signal = signal;
    this.request = request;
  }
}

/** One link of the chain: sends, or hands on. Must throw a FaultError or the signal's reason. */
export type Step = (exchange: Exchange) => Promise<Answer>;
