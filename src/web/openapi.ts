/** The OpenAPI 3.1 document of the API, from the table of routes and the published schemas. */
import { type ApiRoute, PREFIX, routes } from "./api-routes.ts";
import { type Components, openComponents, type ReadSchema } from "./openapi-schemas.ts";

export interface DocumentOptions {
  readonly schema: ReadSchema;
  /** Version of the program. */
  readonly version: string;
  /** Nobody has to say who they are. */
  readonly isOpen: boolean;
}

/** Every route with what it takes and answers, refusals among it. HEAD answers as GET does. */
export function openApiDocument({ schema, version, isOpen }: DocumentOptions): object {
  const components = openComponents(schema);
  const { $defs } = schema("api") as { readonly $defs: Readonly<Record<string, Parameters>> };
  const paths: Record<string, object> = {};
  for (const route of routes) {
    const operation = operationOf(route, $defs[route.query] ?? {}, { components, isOpen });
    const path = PREFIX + route.path;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Plumbline",
      version,
      description:
        "Reads how tenants stand, asks for runs and accepts differences. A viewer may read, an operator may act as well.",
    },
    servers: [{ url: "/" }],
    security: isOpen ? [] : [{ bearer: [] }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: "A token of http.access, or an access token of Microsoft Entra ID.",
        },
      },
    },
  };
}

interface Parameters {
  readonly properties?: Readonly<Record<string, Readonly<{ description?: string }>>>;
}

interface Describing {
  readonly components: Components;
  readonly isOpen: boolean;
}

function operationOf(route: ApiRoute, query: Parameters, describing: Describing): object {
  const { components } = describing;
  const { id, summary, role, body } = route;
  return {
    operationId: id,
    summary,
    description: `For a caller with the role ${role}${role === "viewer" ? " or operator" : ""}.`,
    parameters: [...pathParameters(route), ...queryParameters(query)],
    ...(body !== null && {
      requestBody: { required: true, content: json(components.refer(reference(body))) },
    }),
    responses: responsesOf(route, describing),
  };
}

const described: Readonly<Record<string, string>> = {
  name: "Name of a tenant, as in plumbline.yaml.",
  id: "Id of a run.",
};

function pathParameters({ path }: ApiRoute): readonly object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    ...{ name, in: "path", required: true, schema: { type: "string" } },
    description: described[name],
  }));
}

function queryParameters({ properties = {} }: Parameters): readonly object[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: "query", description, schema },
  }));
}

const refusals: Readonly<Record<string, string>> = {
  400: "The request cannot be read, or has a parameter that is not accepted.",
  401: "Nobody that is known: a bearer token is missing or not valid.",
  403: "The caller has no role that allows it, or a page of another site asked.",
  404: "There is no such tenant, run or plan.",
  409: "A run of the tenant is in hand already, or what is asked for is refused as things are.",
  413: "The body is too large.",
  415: "The body is no JSON.",
  421: "Without http.access, the API answers to the names of this machine alone.",
  429: "Too many requests; Retry-After says when to come back.",
  500: "A bug; the log of the service has the reason.",
  503: "The store, the tenant or Microsoft Entra ID cannot be read, or the service is stopping.",
};

/** Those that only an act can have. */
const ofActing = ["409", "413", "415"];

function responsesOf(route: ApiRoute, { components, isOpen }: Describing): object {
  const { answer } = route;
  const problem = json(components.refer("api.schema.json#/$defs/problem"));
  const never = [
    ...(route.method === "POST" ? [] : ofActing),
    ...(route.path.includes("{") ? [] : ["404"]),
    isOpen ? "401" : "421",
  ];
  const possible = Object.entries(refusals).filter(([status]) => !never.includes(status));
  const success = answer === null ? { type: "object" } : components.refer(answer);
  return {
    200: { description: "The answer.", content: json(success) },
    ...Object.fromEntries(
      possible.map(([status, description]) => [
        status,
        { description, ...headersOf(status), content: problem },
      ]),
    ),
  };
}

function headersOf(status: string): object {
  const text = { schema: { type: "string" } };
  if (status === "401") return { headers: { "WWW-Authenticate": text } };
  return status === "429" ? { headers: { "Retry-After": text } } : {};
}

function json(schema: object): object {
  return { "application/json": { schema } };
}

function reference(definition: string): string {
  return `api.schema.json#/$defs/${definition}`;
}
