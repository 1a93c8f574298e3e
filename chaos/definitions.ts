/** Definitions as git has them in a seed, and the YAML that says so. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Drawn {
  /** Begins the names of its variables, and stays when the definition is renamed. */
  readonly key: string;
  readonly name: string;
  readonly previously: string | null;
  /** `metadata.id`. */
  readonly pin: string | null;
  readonly displayName: string;
  readonly targetUrl: string;
  /** A key in the URL. */
  readonly hasQuery: boolean;
  readonly authentication: "basic" | "certificate";
  readonly username: string;
  readonly protect: boolean;
  /** Older certificates go a day after they were replaced. */
  readonly retires: boolean;
}

/** Milliseconds after which a definition that `retires` does so. */
export const RETIRE_AFTER = 86_400_000;

/** Names of the variables that a definition may name. */
export const variablesOf = ({ key }: Pick<Drawn, "key">) => ({
  password: `${key}_PASSWORD`,
  code: `${key}_CODE`,
  pfx: `${key}_PFX`,
  passphrase: `${key}_PASSPHRASE`,
});

/** Variables that it does name. */
export function namedBy(drawn: Drawn): readonly string[] {
  const { password, code, pfx, passphrase } = variablesOf(drawn);
  return [
    ...(drawn.authentication === "basic" ? [password] : [pfx, passphrase]),
    ...(drawn.hasQuery ? [code] : []),
  ];
}

/** Replaces all that the folder holds. `isBroken`: with a file in it that is no definition. */
export function writeDefinitions(
  folder: string,
  definitions: readonly Drawn[],
  flows: ReadonlyMap<string, string>,
  isBroken: boolean,
): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const definition of definitions) {
    writeFileSync(join(folder, `${definition.name}.yaml`), toYaml(definition));
  }
  for (const [name, text] of flows) writeFileSync(join(folder, `${name}.yaml`), text);
  if (isBroken) writeFileSync(join(folder, "broken.yaml"), "kind: ApiConnector\nmetadata: {");
}

function toYaml(drawn: Drawn): string {
  const { code } = variablesOf(drawn);
  const metadata = [
    `name: ${drawn.name}`,
    ...(drawn.previously === null ? [] : [`previously: ${drawn.previously}`]),
    ...(drawn.pin === null ? [] : [`id: ${drawn.pin}`]),
  ];
  const retirement = drawn.retires && drawn.authentication === "certificate";
  return `apiVersion: plumbline/v1
kind: ApiConnector
metadata: { ${metadata.join(", ")} }
spec:
  displayName: ${drawn.displayName}
  targetUrl: ${drawn.targetUrl}
${drawn.hasQuery ? `  query: { code: { env: ${code} } }\n` : ""}  authentication: ${authentication(drawn)}
policy:
  protect: ${drawn.protect}
${retirement ? `  retire: afterRotation\n  retireAfter: ${RETIRE_AFTER / 1_000}s\n` : ""}`;
}

function authentication(drawn: Drawn): string {
  const { password, pfx, passphrase } = variablesOf(drawn);
  return drawn.authentication === "basic"
    ? `{ basic: { username: ${drawn.username}, password: { env: ${password} } } }`
    : `{ certificate: { pfx: { env: ${pfx} }, passphrase: { env: ${passphrase} } } }`;
}
