import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generateTypes } from "../../scripts/types-from-schemas.ts";

const folder = fileURLToPath(new URL("../../src/model/generated/", import.meta.url));

test("the types in src/model/generated are those that the schemas give (npm run generate)", async () => {
  const fresh = await generateTypes();
  const found = readdirSync(folder).map((name): [string, string] => [
    name,
    readFileSync(folder + name, "utf8"),
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(fresh));
});
