import { expect, test } from "vitest";
import { check, readSchema } from "../../src/definitions/schemas.ts";

interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** Every property of a schema, by its path. */
function properties(schema: Schema, at: string): readonly (readonly [string, Schema])[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [`${at}.${name}`, property] as const,
    ...properties(property, `${at}.${name}`),
  ]);
  const parts = [
    ...Object.values(schema.$defs ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  return [...inner, ...parts.flatMap((part) => properties(part, at))];
}

test.each(["api-connector", "user-flow", "service", "secret-reference"])(
  "every property that may be written has a title, a description and an example: %s",
  (name) => {
    const schema = readSchema(name) as Schema;
    const found = [[name, schema] as const, ...properties(schema, name)];
    expect(found.length).toBeGreaterThan(5);
    for (const [at, { title, description, examples }] of found) {
      expect({ at, title: typeof title, description: typeof description }).toEqual({
        at,
        title: "string",
        description: "string",
      });
      expect({ at, examples: examples?.length ?? 0 }).not.toEqual({ at, examples: 0 });
    }
  },
);

test("the examples in a schema are valid themselves", () => {
  for (const name of ["api-connector", "user-flow", "service"] as const) {
    const { examples = [] } = readSchema(name) as Schema;
    expect(examples).not.toEqual([]);
    for (const example of examples) expect(check(name, example)).toEqual({ document: example });
  }
});
