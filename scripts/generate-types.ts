// Writes src/model/generated/*.ts from schemas/*.schema.json. A test fails when they are not fresh.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateTypes } from "./types-from-schemas.ts";

const folder = fileURLToPath(new URL("../src/model/generated/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of await generateTypes()) writeFileSync(folder + name, text);
