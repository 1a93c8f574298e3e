// Reading 20,000 definitions: all of it, or yaml alone parsing the same text.
import { readdirSync, readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { openDefinitions } from "../src/definitions/definitions.ts";
import { reportSecond } from "./child.ts";

const [what = "", folder = ""] = process.argv.slice(2);

function yamlAlone(): void {
  for (const name of readdirSync(folder)) {
    parseDocument(readFileSync(`${folder}/${name}`, "utf8"));
  }
}

function parsedAndValidated(): void {
  const { definitions, faults } = openDefinitions().load({
    root: folder,
    folders: ["."],
    exclude: [],
    variables: {},
    secrets: {
      env: null,
      ownEnv: [],
      reservedEnv: [],
      files: [],
      keyVaults: [],
      ownVaultSecrets: [],
      others: { env: [], files: [] },
    },
    targets: { hosts: null, private: false },
  });
  if (faults.length > 0 || definitions.length === 0) throw new Error(JSON.stringify(faults[0]));
}

const work = what === "yaml" ? yamlAlone : parsedAndValidated;
await reportSecond(work, work);
