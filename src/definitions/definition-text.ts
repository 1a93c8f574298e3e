import { Document, stringify } from "yaml";
import { CERTIFICATE_PATH, PASSWORD_PATH } from "../model/definition.ts";
import type { LiveAuthentication, Observed } from "../model/live.ts";

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
  const { displayName, targetUrl, query } = live;
  if (displayName === null || targetUrl === null) return null;
  // A definition may not hold them, and a file in git must not.
  if (holdsWhatIsRefused(targetUrl)) return null;
  const prefix = name.toUpperCase().replaceAll("-", "_");
  const authentication = written(live.authentication, (suffix) => freeEnv(`${prefix}_${suffix}`));
  if (authentication === null) return null;
  const keys = query.map(({ key }) => ({
    key,
    env: freeEnv(`${prefix}_${key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_")}`),
    path: `spec.query.${key}`,
  }));
  const references = keys.map(({ key, env }) => [key, { env }]);
  const content = {
    apiVersion: "plumbline/v1",
    kind: live.kind,
    metadata: { name },
    spec: {
      displayName: literal(displayName),
      targetUrl: literal(targetUrl),
      ...(keys.length > 0 && { query: Object.fromEntries(references) }),
      authentication: authentication.content,
    },
  };
  const document = new Document(content);
  if (schema !== null) document.commentBefore = ` yaml-language-server: $schema=${schema}`;
  const text = stringify(document, { lineWidth: 0 });
  return {
    text,
    secrets: [...keys.map(({ env, path }) => ({ env, path })), ...authentication.secrets],
  };
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
function literal(text: string): string {
  // A function, because $$ stands for one $ in a replacement text.
  return text.replaceAll("${", () => "$${");
}
