import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFromFile } from "json-schema-to-typescript";

const folder = fileURLToPath(new URL("../schemas/", import.meta.url));

/** run.schema.json refers to the plan's and so brings the types of every output. */
const names = [
  "api-connector.schema.json",
  "user-flow.schema.json",
  "service.schema.json",
  "run.schema.json",
  "audit.schema.json",
  "history.schema.json",
  "drift.schema.json",
  "alert.schema.json",
  "api.schema.json",
];

/** File name in src/model/generated to its text. */
export async function generateTypes(): Promise<ReadonlyMap<string, string>> {
  const cwd = mkdtempSync(join(tmpdir(), "plumbline-schemas-"));
  try {
    for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
      const schema: unknown = JSON.parse(readFileSync(folder + name, "utf8"));
      writeFileSync(join(cwd, name), JSON.stringify(withoutInnerTitles(schema)));
    }
    const entries = await Promise.all(
      names.map(async (name) => {
        const bannerComment = `// Made from schemas/${name} by \`npm run generate\`; do not edit.`;
        const options = { cwd, bannerComment, additionalProperties: false, format: false };
        const text = await compileFromFile(join(cwd, name), options);
        return [name.replace(".schema.json", ".ts"), text] as const;
      }),
    );
    return new Map(entries);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** Keywords that say nothing a type can say; the generator would make a choice of types of them. */
const unheard: ReadonlySet<string> = new Set(["examples", "oneOf", "dependentRequired"]);

/**
 * Titles are for editors; the generator would make a named type of each. Those of a whole schema and
 * of its $defs are the names of our nouns and stay.
 */
function withoutInnerTitles(node: unknown, isNoun = true): unknown {
  if (Array.isArray(node)) return node.map((item) => withoutInnerTitles(item, false));
  if (typeof node !== "object" || node === null) return node;
  // What stands beside a $ref describes its use; the type is that of the target.
  if ("$ref" in node) return { $ref: node.$ref };
  const entries = Object.entries(node).filter(
    ([key, value]) => !unheard.has(key) && (isNoun || key !== "title" || typeof value !== "string"),
  );
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (key === "$defs") return [key, mapValues(value, (item) => withoutInnerTitles(item))];
      if (key === "properties") {
        return [key, mapValues(value, (item) => withoutInnerTitles(item, false))];
      }
      return [key, withoutInnerTitles(value, false)];
    }),
  );
}

function mapValues(node: unknown, map: (value: unknown) => unknown): unknown {
  return Object.fromEntries(Object.entries(node ?? {}).map(([key, value]) => [key, map(value)]));
}
