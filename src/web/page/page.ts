/**
 * The page of the service: how every tenant stands, read only, made on the server. It has no sign-in,
 * so whoever registers it must see to it that only this machine can reach it.
 */
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { toFault } from "../../model/fault.ts";
import { auditPage } from "./audit.ts";
import { type Events, openEvents } from "./events.ts";
import { isOwnHost } from "./host.ts";
import { liveScript } from "./live-script.ts";
import { AUDITED, type PageOptions } from "./options.ts";
import { type Filter, overviewPage } from "./overview.ts";
import { internalPage, storePage, unknownRunPage, unknownTenantPage } from "./refusals.ts";
import { runPage } from "./run.ts";
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

/**
 * Adds GET and HEAD of `/`, `/tenants/NAME`, `/tenants/NAME/audit`, `/tenants/NAME/runs/ID`,
 * `/page/style.css`, `/page/live.js`, and GET of `/page/events`. Each answers 421 to a Host that is neither
 * localhost nor an IP address, 404 with a page that says what there is, 503 where the store cannot be
 * read, and 500 for anything unexpected, which the logger is told.
 */
export function registerPage(app: FastifyInstance, options: PageOptions, logger?: Logger): void {
  app.register((scope, _options, done) => {
    const events = openEvents(options.onRun);
    scope.addHook("preClose", async () => events.close());
    scope.addHook("onRequest", refuseOtherHosts);
    scope.setErrorHandler((error, _request, reply) => answerError(error, reply, logger));
    addPages(scope, options);
    addFiles(scope);
    addEvents(scope, events);
    done();
  });
}

async function refuseOtherHosts(request: FastifyRequest, reply: FastifyReply) {
  reply.headers(HEADERS);
  if (isOwnHost(request.headers.host)) return;
  const message = "Open the page by localhost or by an IP address: it answers to no other name.";
  return reply.code(421).send({ error: "misdirected", message });
}

function answerError(error: unknown, reply: FastifyReply, logger?: Logger): FastifyReply {
  const { code, message } = toFault(error);
  logger?.(`A request for the page failed. ${message}`);
  return code === "store"
    ? sendPage(reply.code(503), storePage(message))
    : sendPage(reply.code(500), internalPage());
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.type("text/html; charset=utf-8").send(page);
}

interface Of {
  readonly Params: { readonly tenant: string; readonly id: string };
}

function addPages(scope: FastifyInstance, options: PageOptions): void {
  scope.get("/", async (request, reply) =>
    sendPage(reply, overviewPage(await options.tenants(), filterOf(request.query), options.now())),
  );
  scope.get<Of>("/tenants/:tenant", async ({ params }, reply) => {
    const past = await options.tenant(params.tenant);
    if (past === null) return unknownTenant(params.tenant, options, reply);
    return sendPage(reply, tenantPage(past, options.now()));
  });
  scope.get<Of>("/tenants/:tenant/audit", async ({ params: { tenant } }, reply) => {
    const audited = await options.audit(tenant, AUDITED);
    if (audited === null) return unknownTenant(tenant, options, reply);
    return sendPage(reply, auditPage(tenant, audited.timezone, audited.entries));
  });
  scope.get<Of>("/tenants/:tenant/runs/:id", async ({ params: { tenant, id } }, reply) => {
    const found = await options.run(tenant, id);
    if (found === null) return unknownTenant(tenant, options, reply);
    if (found.run === null) return sendPage(reply.code(404), unknownRunPage(tenant, id));
    return sendPage(reply, runPage(found.run, found.timezone));
  });
}

/** A parameter that is given twice is none. */
function filterOf(query: unknown): Filter {
  const { name, state } = query as Readonly<Record<string, unknown>>;
  return {
    name: typeof name === "string" ? name : "",
    state: typeof state === "string" ? state : "",
  };
}

async function unknownTenant(asked: string, { tenants }: PageOptions, reply: FastifyReply) {
  const known = (await tenants()).map(({ name }) => name);
  return sendPage(reply.code(404), unknownTenantPage(asked, known));
}

function addFiles(scope: FastifyInstance): void {
  const files = [
    { path: "/page/style.css", type: "text/css; charset=utf-8", content: style },
    { path: "/page/live.js", type: "text/javascript; charset=utf-8", content: liveScript },
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

function addEvents(scope: FastifyInstance, events: Events): void {
  // A HEAD of a stream would never end.
  scope.get("/page/events", { exposeHeadRoute: false }, async (_request, reply) => {
    if (events.listen(reply.raw, HEADERS)) return reply.hijack();
    const message = "Enough pages listen already; this one is not kept current.";
    return reply.code(503).send({ error: "too-many", message });
  });
}
