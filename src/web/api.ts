/**
 * The API of the service, below /api/v1: how tenants stand, and runs on request. Who may do what is
 * asked before a body is read. Where the answers come from, and what makes runs, is the caller's.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { jsonText } from "../report/json.ts";
import { answersOf } from "./api-answers.ts";
import { refusalOf } from "./api-refusals.ts";
import { type ApiRoute, PREFIX, routes } from "./api-routes.ts";
import type { ApiSource } from "./api-source.ts";
import type { Caller } from "./caller.ts";
import { refuseViewer, withoutRole } from "./callers.ts";
import type { Guard } from "./guard.ts";
import { openApiDocument } from "./openapi.ts";
import type { ReadSchema } from "./openapi-schemas.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { refuseCrossOrigin, refuseOtherTypes } from "./same-origin.ts";

export interface ApiOptions {
  readonly source: ApiSource;
  readonly schema: ReadSchema;
  /** Version of the program. */
  readonly version: string;
}

/** Bytes of a body. */
const LARGEST_BODY = 16_384;

/** Adds every route of api-routes.ts, and HEAD beside GET. */
export function registerApi(app: FastifyInstance, options: ApiOptions, guard: Guard): void {
  const { schema, version } = options;
  const document = openApiDocument({ schema, version, isOpen: guard.callers.isOpen });
  const answers = answersOf(options.source, document);
  const { $defs: definitions } = schema("api") as { readonly $defs: Adding["definitions"] };
  app.register((scope, _options, done) => {
    scope.removeContentTypeParser("text/plain");
    scope.setValidatorCompiler(({ schema: wanted }) => compiler().compile(wanted as object));
    scope.setErrorHandler((error, _request, reply) => refuse(reply, refusalOf(error, guard.log)));
    const adding = { answers, definitions, guard };
    for (const route of routes) addRoute(scope, route, adding);
    done();
  });
}

interface Adding {
  readonly answers: ReturnType<typeof answersOf>;
  readonly definitions: Readonly<Record<string, object>>;
  readonly guard: Guard;
}

function addRoute(scope: FastifyInstance, route: ApiRoute, adding: Adding): void {
  const { method, path, id, query, body } = route;
  const { answers, definitions } = adding;
  const admittedBy = new WeakMap<FastifyRequest, Caller>();
  scope.route({
    ...{ method, url: PREFIX + path.replaceAll(/\{(\w+)\}/g, ":$1"), bodyLimit: LARGEST_BODY },
    schema: { querystring: definitions[query], ...(body !== null && { body: definitions[body] }) },
    onRequest: async (request, reply) => {
      const admitted = await admit(request, route, adding);
      if ("error" in admitted) return refuse(reply, admitted);
      admittedBy.set(request, admitted);
    },
    preValidation: async (request) => {
      request.query = withNumbers(request.query, definitions[query]);
    },
    handler: async (request, reply) => {
      // A run may take longer than a connection may be silent.
      if (method === "POST") request.raw.socket.setTimeout(0);
      const { params, query, body } = request as Asked;
      const caller = admittedBy.get(request);
      if (caller === undefined) throw new Error("A request was not admitted by anybody");
      return send(reply, await answers[id]({ ...params, query, body, by: caller.name }));
    },
  });
}

interface Asked {
  readonly params: { readonly name?: string; readonly id?: string };
  readonly query: object;
  readonly body: unknown;
}

/** Who asks, when they may ask this. */
async function admit(
  request: FastifyRequest,
  { method, role }: ApiRoute,
  { guard: { callers, limits, log } }: Adding,
): Promise<Caller | Refusal> {
  const { headers } = request;
  const caller = await limits.count(request, await callers.callerOf(headers));
  if ("error" in caller) return caller;
  if (caller.role === null) return withoutRole(caller);
  if (role === "operator" && caller.role !== "operator") {
    return refuseViewer(caller.name, request, log);
  }
  const unfit =
    method === "POST" ? (refuseCrossOrigin(request) ?? refuseOtherTypes(headers)) : null;
  return unfit ?? caller;
}

let ajv: Ajv2020 | undefined;

function compiler(): Ajv2020 {
  ajv ??= new Ajv2020({ useDefaults: true });
  return ajv;
}

/**
 * Parameters come as text. What the schema calls an integer is one where it is written as people write
 * it; anything else stays text, which the schema refuses.
 */
function withNumbers(query: unknown, schema: Parameters = {}): unknown {
  const { properties = {} } = schema;
  const numbered = Object.entries(query as Readonly<Record<string, unknown>>).map(
    ([name, value]) => {
      const isNumber = Object.hasOwn(properties, name) && properties[name]?.type === "integer";
      return [name, isNumber && isDecimal(value) ? Number(value) : value];
    },
  );
  return Object.fromEntries(numbered);
}

interface Parameters {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}

function isDecimal(value: unknown): boolean {
  return typeof value === "string" && /^(0|[1-9]\d{0,14})$/.test(value);
}

function send(reply: FastifyReply, answer: object): FastifyReply {
  if ("error" in answer) return refuse(reply, answer as Refusal);
  return reply.type("application/json; charset=utf-8").send(jsonText(answer));
}
