/**
 * The API of the service, below /api/v1: how tenants stand, and runs on request. Who may do what is
 * asked before a body is read. Where the answers come from, and what makes runs, is the caller's.
 */
import rateLimit from "@fastify/rate-limit";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { TenantState } from "../model/generated/api.ts";
import type { ChainedEntry } from "../model/generated/audit.ts";
import type { Drift } from "../model/generated/drift.ts";
import type { Run } from "../model/generated/run.ts";
import type { RunOutline } from "../model/store.ts";
import { jsonText } from "../report/json.ts";
import { type AccessOptions, type Caller, openAccess } from "./access.ts";
import { answersOf } from "./api-answers.ts";
import { refusalOf } from "./api-refusals.ts";
import { type ApiRoute, PREFIX, routes } from "./api-routes.ts";
import { openApiDocument } from "./openapi.ts";
import type { ReadSchema } from "./openapi-schemas.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { refuseCrossOrigin, refuseForeignHost, refuseOtherTypes } from "./same-origin.ts";

/** What of the audit of a tenant is asked for. */
export interface AuditFilter {
  readonly limit: number;
  readonly name?: string;
  readonly run?: string;
}

/**
 * What the API asks of the service. All but `tenants` is asked only about names that `has` knows. Each
 * may reject with a FaultError: codes `store`, `unavailable` and `stopped` are answered 503, `locked`
 * 409.
 */
export interface ApiSource {
  readonly has: (tenant: string) => boolean;
  /** In the order of plumbline.yaml. */
  readonly tenants: () => Promise<readonly TenantState[]>;
  /** null before the first one has ended. */
  readonly lastRun: (tenant: string) => Promise<Run | null>;
  /** Open ones first, then by kind, name and path. */
  readonly drifts: (tenant: string) => Promise<readonly Drift[]>;
  /** Newest first. */
  readonly runs: (tenant: string, limit: number) => Promise<readonly RunOutline[]>;
  /** null when there is none of this id, or none any more. */
  readonly run: (tenant: string, id: string) => Promise<Run | null>;
  /** The newest entries, the oldest of them first. */
  readonly audit: (tenant: string, filter: AuditFilter) => Promise<readonly ChainedEntry[]>;
  /** Runs the tenant now; `by` is for the audit. */
  readonly reconcile: (tenant: string, by: string) => Promise<Run>;
}

export interface ApiOptions {
  readonly source: ApiSource;
  /** null: everybody who reaches the port is an operator; for a loopback address alone. */
  readonly access: AccessOptions | null;
  readonly schema: ReadSchema;
  /** Version of the program. */
  readonly version: string;
}

type Logger = (message: string) => void;

/** Requests of one client in a minute. */
export const PER_MINUTE = 240;

/** Bytes of a body. */
const LARGEST_BODY = 1_024;

/** Who asks on a loopback address where nobody has to say so. */
const LOCAL: Caller = { name: "local", role: "operator" };

/**
 * Adds every route of api-routes.ts, and HEAD beside GET. Throws a FaultError with code
 * `configuration` for a token that cannot be used.
 */
export function registerApi(app: FastifyInstance, options: ApiOptions, logger?: Logger): void {
  const { schema, version, access } = options;
  const recognise = recogniser(access);
  const document = openApiDocument({ schema, version, isOpen: access === null });
  const answers = answersOf(options.source, document);
  const { $defs: definitions } = schema("api") as { readonly $defs: Adding["definitions"] };
  app.register((scope, _options, done) => {
    scope.removeContentTypeParser("text/plain");
    scope.setValidatorCompiler(({ schema: wanted }) => compiler().compile(wanted as object));
    scope.setErrorHandler((error, _request, reply) => refuse(reply, refusalOf(error, logger)));
    scope.register(rateLimit, { global: false, max: PER_MINUTE, timeWindow: 60_000 });
    scope.after(() => {
      limitRequests(scope);
      for (const route of routes) addRoute(scope, route, { answers, definitions, recognise });
    });
    done();
  });
}

interface Adding {
  readonly answers: ReturnType<typeof answersOf>;
  readonly definitions: Readonly<Record<string, object>>;
  readonly recognise: Recognise;
}

function addRoute(scope: FastifyInstance, route: ApiRoute, adding: Adding): void {
  const { method, path, id, query, body } = route;
  const { answers, definitions, recognise } = adding;
  const callers = new WeakMap<FastifyRequest, Caller>();
  scope.route({
    ...{ method, url: PREFIX + path.replaceAll(/\{(\w+)\}/g, ":$1"), bodyLimit: LARGEST_BODY },
    schema: { querystring: definitions[query], ...(body !== null && { body: definitions[body] }) },
    onRequest: async (request, reply) => {
      const admitted = await admit(request, route, recognise);
      if ("error" in admitted) return refuse(reply, admitted);
      callers.set(request, admitted);
    },
    handler: async (request, reply) => {
      // A run may take longer than a connection may be silent.
      if (method === "POST") request.raw.socket.setTimeout(0);
      const { params, query } = request as Asked;
      const by = callers.get(request)?.name ?? "";
      return send(reply, await answers[id]({ ...params, query, by }));
    },
  });
}

interface Asked {
  readonly params: { readonly name?: string; readonly id?: string };
  readonly query: AuditFilter;
}

type Recognise = (request: FastifyRequest) => Promise<Caller | Refusal>;

function recogniser(access: AccessOptions | null): Recognise {
  if (access === null) return async ({ headers }) => refuseForeignHost(headers) ?? LOCAL;
  const authenticate = openAccess(access);
  return async ({ headers: { authorization } }) =>
    (await authenticate(authorization)) ?? unknown(authorization !== undefined);
}

function unknown(isSaid: boolean): Refusal {
  const message = isSaid
    ? "This token is not valid here, or no longer."
    : "Say who you are: send a token of http.access, or of Microsoft Entra ID, as Authorization: Bearer.";
  const challenge = isSaid ? 'Bearer error="invalid_token"' : "Bearer";
  return {
    ...{ status: 401, error: "unauthorised", message },
    headers: { "www-authenticate": challenge },
  };
}

/** Who asks, when they may ask this. */
async function admit(
  request: FastifyRequest,
  { method, role }: ApiRoute,
  recognise: Recognise,
): Promise<Caller | Refusal> {
  const caller = await recognise(request);
  if ("error" in caller) return caller;
  if (caller.role === null) {
    return forbidden(`${caller.name} has no role here: neither viewer nor operator.`);
  }
  if (role === "operator" && caller.role !== "operator") {
    return forbidden(`${caller.name} is a viewer, and only an operator may ask for a run.`);
  }
  const { headers } = request;
  const unfit =
    method === "POST" ? (refuseCrossOrigin(headers) ?? refuseOtherTypes(headers)) : null;
  return unfit ?? caller;
}

function forbidden(message: string): Refusal {
  return { status: 403, error: "forbidden", message };
}

/** Before anything else, so that guessing tokens is slow as well. */
function limitRequests(scope: FastifyInstance): void {
  const look = scope.createRateLimit();
  scope.addHook("onRequest", async (request, reply) => {
    const looked = await look(request);
    if (looked.isAllowed || !looked.isExceeded) return;
    const message = `More than ${PER_MINUTE} requests came from here within a minute. Come back later.`;
    const headers = { "retry-after": String(Math.max(1, looked.ttlInSeconds)) };
    return refuse(reply, { status: 429, error: "too-many", message, headers });
  });
}

let ajv: Ajv2020 | undefined;

/** Parameters come as text and are made what the schema says. */
function compiler(): Ajv2020 {
  ajv ??= new Ajv2020({ coerceTypes: true, useDefaults: true });
  return ajv;
}

function send(reply: FastifyReply, answer: object): FastifyReply {
  if ("error" in answer) return refuse(reply, answer as Refusal);
  return reply.type("application/json; charset=utf-8").send(jsonText(answer));
}
