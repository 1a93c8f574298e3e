import { fileURLToPath } from "node:url";
import { compileFromFile } from "json-schema-to-typescript";

const schemas = fileURLToPath(new URL("../schemas/", import.meta.url));

/** run.schema.json refers to the plan's and so brings the types of every output. */
const names = ["api-connector.schema.json", "service.schema.json", "run.schema.json"];

/** File name in src/model/generated to its text. */
export async function generateTypes(): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(
    names.map((name) =>
      compileFromFile(schemas + name, {
        cwd: schemas,
        bannerComment: `// Made from schemas/${name} by \`npm run generate\`; do not edit.`,
        additionalProperties: false,
        format: false,
      }),
    ),
  );
  return new Map(
    names.map((name, index) => [name.replace(".schema.json", ".ts"), texts[index] ?? ""]),
  );
}
