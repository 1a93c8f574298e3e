import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import fastify from "fastify";
import { expect, test } from "vitest";
import { readSchema } from "../../src/definitions/schemas.ts";
import { registerApi } from "../../src/web/api.ts";
import { routes } from "../../src/web/api-routes.ts";
import { openCallers } from "../../src/web/callers.ts";
import { openGuard } from "../../src/web/guard.ts";
import { allowLimits, OF_CALLER, OF_STRANGERS } from "../../src/web/limit.ts";
import { silent } from "../../src/web/log.ts";
import { openComponents } from "../../src/web/openapi-schemas.ts";
import { openApiWorld } from "./api-world.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly schema: object }[];
  readonly responses: Readonly<Record<string, object>>;
}

async function published(): Promise<Document> {
  await using world = await openApiWorld();
  return (await (await world.get("/api/v1/openapi.json")).json()) as Document;
}

test("the document is OpenAPI 3.1 by its public schema, and every reference in it leads somewhere", async () => {
  const document = await published();
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone({ ...document }));
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  expect(document.openapi).toBe("3.1.0");
  expect(() => validator.resolveRefs()).not.toThrow();
  const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g);
  const known = Object.keys(document.components.schemas);
  const missing = [...references]
    .map(([, reference = ""]) => reference.replace("#/components/schemas/", ""))
    .filter((name) => !known.includes(name));
  expect(missing).toEqual([]);
});

test("every route of the API is in the document, and the document has no other", async () => {
  const app = fastify();
  const served: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    served.push(...[method].flat().map((one) => `${one} ${url.replaceAll(/:(\w+)/g, "{$1}")}`));
  });
  const nothing = async () => [];
  const nobody = () => Promise.reject(new Error("nobody asks"));
  const source = {
    ...{
      has: () => false,
      tenants: nothing,
      tenant: nobody,
      lastRun: async () => null,
      drifts: nothing,
    },
    ...{ runs: nothing, run: async () => null, audit: nothing },
    ...{ reconcile: nobody, accept: nobody, revoke: nobody },
  };
  allowLimits(app);
  app.register((scope, _options, done) => {
    const guard = openGuard(scope, openCallers(null), silent);
    registerApi(scope, { source, schema: readSchema, version: "0.0.0" }, guard);
    done();
  });
  await app.ready();
  const { paths } = await published();
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.toSorted()).toEqual(
    served.filter((route) => !route.startsWith("HEAD ")).toSorted(),
  );
  expect(documented).toHaveLength(11);
  await app.close();
});

test("the document tells the bounds of parameters, and each refusal", async () => {
  const { paths } = await published();
  const audit = paths["/api/v1/tenants/{name}/audit"]?.["get"];
  expect(audit?.parameters.map(({ name }) => name)).toEqual([
    ...["name", "limit", "name", "run", "before"],
  ]);
  expect(audit?.parameters[1]?.schema).toMatchObject({ minimum: 1, maximum: 100, default: 20 });
  const read = ["200", "400", "403", "404", "421", "429", "500", "503"];
  expect(Object.keys(audit?.responses ?? {})).toEqual(read);
  const reconcile = paths["/api/v1/tenants/{name}/reconcile"]?.["post"];
  expect(Object.keys(reconcile?.responses ?? {})).toEqual(
    expect.arrayContaining(["409", "413", "415"]),
  );
  const accept = paths["/api/v1/tenants/{name}/accept"]?.["post"] as unknown as {
    requestBody: { content: { "application/json": { schema: { $ref: string } } } };
  };
  expect(accept.requestBody.content["application/json"].schema.$ref).toBe(
    "#/components/schemas/AcceptRequest",
  );
});

test("the schemas of the document say what the published ones say", async () => {
  const { components } = await published();
  const { TenantState, PlanOutput, Fault } = components.schemas as Record<string, object>;
  expect(TenantState).toMatchObject({
    additionalProperties: false,
    properties: { last: { anyOf: [{ $ref: "#/components/schemas/RunSummary" }, {}] } },
  });
  expect(PlanOutput).not.toHaveProperty("$defs");
  expect(PlanOutput).not.toHaveProperty("$id");
  const { $defs } = readSchema("plan") as { readonly $defs: { readonly fault: { required: [] } } };
  expect(Fault).toMatchObject({ required: $defs.fault.required });
});

test("two schemas of one name are a mistake that is told", () => {
  const components = openComponents(() => ({ title: "Same" }));
  components.refer("one.schema.json");
  expect(() => components.refer("two.schema.json")).toThrow("Same");
});

test("docs/api.md tells of every request and every refusal", async () => {
  const page = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  for (const { method, path } of routes) {
    const written = path.replace("{name}", "NAME").replace("{id}", "ID");
    expect(page).toMatch(new RegExp(`\\| \`${method} /api/v1${written}[?\`]`));
  }
  const { $defs } = readSchema("api") as {
    readonly $defs: { readonly problem: { properties: { error: { enum: readonly string[] } } } };
  };
  for (const error of $defs.problem.properties.error.enum) expect(page).toContain(`\`${error}\``);
  for (const most of [OF_CALLER, OF_STRANGERS]) {
    expect(page).toContain(`${most.toLocaleString("en")} requests`);
  }
});
