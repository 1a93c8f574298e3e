import { Document, stringify } from "yaml";
import { CERTIFICATE_PATH, PASSWORD_PATH } from "../model/definition.ts";
import type { LiveAuthentication, LiveUserFlow, Observed } from "../model/live.ts";

/** A secret that has to be filled in before the definition can be used. */
export interface ToFillIn {
  /** Environment variable that the definition names. */
  readonly env: string;
  /** Path in the definition. */
  readonly path: string;
}

export interface DefinitionText {
  readonly text: string;
  readonly secrets: readonly ToFillIn[];
}

/**
 * The definition that a live connector matches, once its secrets are filled in: the inverse of
 * loading. null for what no definition can say, such as an unknown kind of authentication, or may not
 * say: a user name, password or fragment in the URL.
 */
export function definitionText(
  live: Observed,
  name: string,
  /** Path of the schema from where the definition will stand, for editors; null: none is near. */
  schema: string | null,
  /** Gives the wanted environment variable another name where it is taken or may not be used. */
  freeEnv: (wanted: string) => string = (wanted) => wanted,
): DefinitionText | null {
  const { displayName, targetUrl } = live;
  if (displayName === null || targetUrl === null) return null;
  // A definition may not hold them, and a file in git must not.
  if (holdsWhatIsRefused(targetUrl)) return null;
  const prefix = name.toUpperCase().replaceAll("-", "_");
  const authentication = written(live.authentication, (suffix) => freeEnv(`${prefix}_${suffix}`));
  if (authentication === null) return null;
  const keys = live.query.map(({ key }) => ({
    key,
    env: freeEnv(`${prefix}_${key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_")}`),
    path: `spec.query.${key}`,
  }));
  const query = Object.fromEntries(keys.map(({ key, env }) => [key, { env }]));
  const spec = { displayName, targetUrl, query, authentication: authentication.content };
  return {
    text: yamlOf({ name, spec, schema }),
    secrets: [...keys.map(({ env, path }) => ({ env, path })), ...authentication.secrets],
  };
}

/** What a definition says, with texts that are meant as they are. */
export interface Spec {
  readonly displayName: string;
  readonly targetUrl: string;
  /** References, by key. */
  readonly query: Readonly<Record<string, object>>;
  readonly authentication: object;
}

export interface Yaml {
  readonly name: string;
  readonly spec: Spec;
  /** Left out where it is empty. */
  readonly policy?: object;
  /** Path of the schema, for editors; null: none is near. */
  readonly schema: string | null;
}

/** One definition as a file. */
export function yamlOf({ name, spec, policy = {}, schema }: Yaml): string {
  const { displayName, targetUrl, query, authentication } = spec;
  const document = new Document({
    apiVersion: "plumbline/v1",
    kind: "ApiConnector",
    metadata: { name },
    spec: {
      displayName: literal(displayName),
      targetUrl: literal(targetUrl),
      ...(Object.keys(query).length > 0 && { query }),
      authentication,
    },
    ...(Object.keys(policy).length > 0 && { policy }),
  });
  return textOf(document, schema);
}

/** As the schema has it. The id becomes the name of a file too. */
const FLOW_ID = /^B2[XC]_1_[A-Za-z0-9_-]{1,121}$/;

/**
 * The definition that a live user flow matches. `nameOf` answers the name of a connector's definition
 * by its id; null: it has none. null for a flow that takes no connectors, or has an id of no known form.
 */
export function userFlowText(
  { id, steps }: LiveUserFlow,
  nameOf: (id: string) => string | null,
  schema: string | null,
): DefinitionText | null {
  if (steps === null || !FLOW_ID.test(id)) return null;
  const called = steps.map(({ step, connector }) => [
    step,
    connector && (nameOf(connector.id) ?? { id: literal(connector.id) }),
  ]);
  return {
    text: userFlowYaml({ name: id, steps: Object.fromEntries(called), schema }),
    secrets: [],
  };
}

/** The definition of a user flow as a file. */
export function userFlowYaml({
  name,
  steps,
  schema,
}: {
  readonly name: string;
  /** By step: the name of a connector, `{ id }`, or null. */
  readonly steps: Readonly<Record<string, string | object | null>>;
  readonly schema: string | null;
}): string {
  const document = new Document({
    apiVersion: "plumbline/v1",
    kind: "UserFlow",
    metadata: { name },
    spec: { apiConnectors: steps },
  });
  return textOf(document, schema);
}

function textOf(document: Document, schema: string | null): string {
  if (schema !== null) document.commentBefore = ` yaml-language-server: $schema=${schema}`;
  return stringify(document, { lineWidth: 0 });
}

interface WrittenAuthentication {
  readonly content: object;
  readonly secrets: readonly ToFillIn[];
}

/** `env` answers a free name that ends so. */
function written(
  authentication: LiveAuthentication,
  env: (suffix: string) => string,
): WrittenAuthentication | null {
  switch (authentication.type) {
    case "basic": {
      const password = env("PASSWORD");
      const username = literal(authentication.username ?? "");
      return {
        content: { basic: { username, password: { env: password } } },
        secrets: [{ env: password, path: PASSWORD_PATH }],
      };
    }
    case "certificate": {
      const [pfx, passphrase] = [env("PFX"), env("PFX_PASSPHRASE")];
      return {
        content: { certificate: { pfx: { env: pfx }, passphrase: { env: passphrase } } },
        secrets: [
          { env: pfx, path: `${CERTIFICATE_PATH}.pfx` },
          { env: passphrase, path: `${CERTIFICATE_PATH}.passphrase` },
        ],
      };
    }
    case "other":
      return null;
  }
}

function holdsWhatIsRefused(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "" || url.includes("#");
}

/** Live text is no template: ${ must come back as it is. */
export function literal(text: string): string {
  // A function, because $$ stands for one $ in a replacement text.
  return text.replaceAll("${", () => "$${");
}
