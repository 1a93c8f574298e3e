/**
 * The page of the service: how every tenant stands, made on the server and whole without a script
 * (reading/), what an operator can do about it (acting/), who somebody is (signing-in/), and what keeps an
 * open page current (live/).
 */
import { createHash } from "node:crypto";
import cookies from "@fastify/cookie";
import forms from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type FaultCode, toFault } from "../../model/fault.ts";
import { isOver } from "../caller.ts";
import type { Guard } from "../guard.ts";
import type { WebLog } from "../log.ts";
import { refuse, statusOf } from "../refusal.ts";
import { LONGEST_REASON } from "./acting/act-forms.ts";
import { addActs } from "./acting/act-routes.ts";
import { openGoOn, shownTo } from "./acting/go-on.ts";
import { sendPage, textOf, turnAway } from "./answers.ts";
import { type Events, type Listener, openEvents } from "./live/events.ts";
import { liveScript } from "./live/live-script.ts";
import { AUDITED, type PageOptions } from "./options.ts";
import { doneIn, EVENTS, SCRIPT, STYLE } from "./paths.ts";
import { auditPage } from "./reading/audit.ts";
import { type Filter, overviewPage } from "./reading/overview.ts";
import { runPage } from "./reading/run.ts";
import { tenantPage } from "./reading/tenant.ts";
import {
  internalPage,
  storePage,
  unavailablePage,
  unknownRunPage,
  unknownTenantPage,
} from "./refusals.ts";
import { type Known, openReaders, type Reader, type Readers } from "./signing-in/readers.ts";
import { addSignIn } from "./signing-in/sign-in-routes.ts";
import { style } from "./style.ts";

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

/** Bytes of a form. */
const LARGEST_FORM = 16_384;

/**
 * Adds every path of paths.ts, and HEAD beside GET but for the events. Whoever is not known is sent to
 * the sign-in. Each answers 421 to whom `callers` refuses, 404 with a page that says what there is, 503
 * where the store cannot be read, and 500 for anything unexpected, which the logger is told.
 */
export function registerPage(app: FastifyInstance, options: PageOptions, guard: Guard): void {
  const { callers, log } = guard;
  app.register((scope, _options, done) => {
    const events = openEvents(options.onRun);
    const readers = openReaders(guard, options.now);
    const goOn = openGoOn(options, log);
    scope.addHook("preClose", async () => events.close());
    scope.addHook("onRequest", async ({ headers }, reply) => {
      reply.headers(HEADERS);
      const refusal = callers.refuse(headers);
      if (refusal !== null) return turnAway(refusal, "/", reply);
    });
    scope.register(cookies);
    scope.register(forms, { bodyLimit: LARGEST_FORM });
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply, log));
    addFiles(scope);
    addPages(scope, options, readers);
    addEvents(scope, events, { readers, now: options.now });
    addActs(scope, options, { readers, log, goOn });
    addSignIn(scope, { readers, isOpen: callers.isOpen, goOn });
    done();
  });
}

function answerError(error: unknown, reply: FastifyReply, log: WebLog): FastifyReply {
  const unfit = statusOf(error);
  if (unfit !== null) {
    const message = unfit === 413 ? TOO_LONG : UNFIT;
    return turnAway({ status: unfit, error: "bad-request", message }, "/", reply);
  }
  const { code, message } = toFault(error);
  log.warn("A request for the page failed.", error);
  const page = expected[code]?.(message);
  return page === undefined
    ? sendPage(reply.code(500), internalPage())
    : sendPage(reply.code(503), page);
}

const TOO_LONG = `A form of the page is never as long. A reason has at most ${LONGEST_REASON} characters.`;
const UNFIT = "The page takes its own forms alone, as browsers send them. Programs use the API.";

const expected: Partial<Readonly<Record<FaultCode, (message: string) => string>>> = {
  store: () => storePage(),
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
  add("/tenants/:tenant", async ({ params: { tenant }, query }, reader) => {
    const past = await options.tenant(tenant);
    if (past === null) return unknown(tenant, reader);
    const done = doneIn((field) => textOf(query, field));
    return { page: tenantPage(past, shownTo(reader, options), { done }) };
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

interface Listening {
  readonly readers: Readers;
  readonly now: () => Date;
}

function addEvents(scope: FastifyInstance, events: Events, { readers, now }: Listening): void {
  // A HEAD of a stream would never end.
  scope.get(EVENTS, { exposeHeadRoute: false }, async (request, reply) => {
    const reader = await readers.readerOf(request);
    if ("error" in reader) return refuse(reply, reader);
    if (events.listen(reply.raw, HEADERS, listenerOf(reader, now))) return reply.hijack();
    const message = "Enough pages listen already; this one is not kept current.";
    return refuse(reply, { status: 503, error: "too-many", message });
  });
}

/** Whoever is on this machine is one, however many windows they have. */
function listenerOf({ by, caller }: Known, now: () => Date): Listener {
  const { name, ended } = caller;
  return { who: by === "place" ? null : name, isOver: () => isOver(caller, now()), ended };
}
