/**
 * The page of the service: how every tenant stands, made on the server and whole without a script, and
 * what an operator can do about it.
 */
import { createHash } from "node:crypto";
import cookies from "@fastify/cookie";
import forms from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type FaultCode, toFault } from "../../model/fault.ts";
import type { Callers } from "../callers.ts";
import { openLimit } from "../limit.ts";
import { refuse, statusOf } from "../refusal.ts";
import { addActs } from "./act-routes.ts";
import { sendPage, textOf, turnAway } from "./answers.ts";
import { auditPage } from "./audit.ts";
import { type Events, openEvents } from "./events.ts";
import { liveScript } from "./live-script.ts";
import { AUDITED, type PageOptions } from "./options.ts";
import { type Filter, overviewPage } from "./overview.ts";
import { EVENTS, SCRIPT, STYLE } from "./paths.ts";
import { openReaders, type Reader, type Readers } from "./readers.ts";
import {
  internalPage,
  storePage,
  unavailablePage,
  unknownRunPage,
  unknownTenantPage,
} from "./refusals.ts";
import { runPage } from "./run.ts";
import { addSignIn } from "./sign-in-routes.ts";
import { style } from "./style.ts";
import { tenantPage } from "./tenant.ts";

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

type Logger = (message: string) => void;

/** Bytes of a form. */
const LARGEST_FORM = 16_384;

/**
 * Adds every path of paths.ts, and HEAD beside GET but for the events. Whoever is not known is sent to
 * the sign-in. Each answers 421 to whom `callers` refuses, 404 with a page that says what there is, 503
 * where the store cannot be read, and 500 for anything unexpected, which the logger is told.
 */
export function registerPage(
  app: FastifyInstance,
  options: PageOptions,
  callers: Callers,
  logger?: Logger,
): void {
  app.register((scope, _options, done) => {
    const events = openEvents(options.onRun);
    const readers = openReaders(callers, openLimit(scope, logger), options.now);
    scope.addHook("preClose", async () => events.close());
    scope.addHook("onRequest", async ({ headers }, reply) => {
      reply.headers(HEADERS);
      const refusal = callers.refuse(headers);
      if (refusal !== null) return refuse(reply, refusal);
    });
    scope.register(cookies);
    scope.register(forms, { bodyLimit: LARGEST_FORM });
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply, logger));
    addFiles(scope);
    addPages(scope, options, readers);
    addEvents(scope, events, readers);
    addActs(scope, options, readers);
    addSignIn(scope, readers, callers.isOpen);
    done();
  });
}

function answerError(error: unknown, reply: FastifyReply, logger?: Logger): FastifyReply {
  const unfit = statusOf(error);
  if (unfit !== null) {
    const message = "The request cannot be read: the page takes small forms alone.";
    return refuse(reply, { status: unfit, error: "bad-request", message });
  }
  const { code, message } = toFault(error);
  logger?.(`A request for the page failed. ${message}`);
  const page = expected[code]?.(message);
  return page === undefined
    ? sendPage(reply.code(500), internalPage())
    : sendPage(reply.code(503), page);
}

const expected: Partial<Readonly<Record<FaultCode, (message: string) => string>>> = {
  store: storePage,
  unavailable: unavailablePage,
};

interface Of {
  readonly Params: { readonly tenant: string; readonly id: string };
}

interface Made {
  readonly page: string;
  /** 200 where it is left out. */
  readonly status?: number;
}

type Make = (request: FastifyRequest<Of>, reader: Reader) => Promise<Made>;

function addPages(scope: FastifyInstance, options: PageOptions, readers: Readers): void {
  const add = (path: string, make: Make) =>
    scope.get<Of>(path, async (request, reply) => {
      const reader = await readers.readerOf(request);
      if ("error" in reader) return turnAway(reader, request.url, reply);
      const { page, status = 200 } = await make(request, reader);
      return sendPage(reply.code(status), page);
    });
  const { names, now } = options;
  const unknown = (asked: string, reader: Reader) => {
    return { status: 404, page: unknownTenantPage(asked, names, reader) };
  };
  add("/", async ({ query }, reader) => {
    const shown = { reader, now: now() };
    return { page: overviewPage(await options.tenants(), filterOf(query), shown) };
  });
  add("/tenants/:tenant", async ({ params: { tenant } }, reader) => {
    const past = await options.tenant(tenant);
    if (past === null) return unknown(tenant, reader);
    return { page: tenantPage(past, { reader, now: now(), sourceLink: options.sourceLink }) };
  });
  add("/tenants/:tenant/audit", async ({ params: { tenant } }, reader) => {
    const audited = await options.audit(tenant, AUDITED);
    return audited === null
      ? unknown(tenant, reader)
      : { page: auditPage(tenant, audited, reader) };
  });
  add("/tenants/:tenant/runs/:id", async ({ params: { tenant, id } }, reader) => {
    const found = await options.run(tenant, id);
    if (found === null) return unknown(tenant, reader);
    const { run, timezone } = found;
    if (run === null) return { status: 404, page: unknownRunPage(tenant, id, reader) };
    return { page: runPage(run, timezone, reader) };
  });
}

function filterOf(query: unknown): Filter {
  return { name: textOf(query, "name"), state: textOf(query, "state") };
}

function addFiles(scope: FastifyInstance): void {
  const files = [
    { path: STYLE, type: "text/css; charset=utf-8", content: style },
    { path: SCRIPT, type: "text/javascript; charset=utf-8", content: liveScript },
  ];
  for (const { path, type, content } of files) {
    const tag = `"${createHash("sha256").update(content).digest("base64url")}"`;
    scope.get(path, async (request, reply) => {
      reply.headers({ etag: tag, "cache-control": "no-cache" });
      if (request.headers["if-none-match"] === tag) return reply.code(304).send();
      return reply.type(type).send(content);
    });
  }
}

function addEvents(scope: FastifyInstance, events: Events, { readerOf }: Readers): void {
  // A HEAD of a stream would never end.
  scope.get(EVENTS, { exposeHeadRoute: false }, async (request, reply) => {
    const reader = await readerOf(request);
    if ("error" in reader) return refuse(reply, reader);
    if (events.listen(reply.raw, HEADERS)) return reply.hijack();
    const message = "Enough pages listen already; this one is not kept current.";
    return refuse(reply, { status: 503, error: "too-many", message });
  });
}
