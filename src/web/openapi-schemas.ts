/** The published schemas as components of an OpenAPI 3.1 document, which takes them as they are. */

/** A published schema by its name, such as `plan`. */
export type ReadSchema = (name: string) => object;

export interface Components {
  /** Makes the schema that is meant a component, with all that it refers to. Answers its new $ref. */
  refer(reference: string): { readonly $ref: string };
  /** Those that were referred to, by name. */
  readonly schemas: Readonly<Record<string, object>>;
}

type Node = Readonly<Record<string, unknown>>;

/** Names are the titles of the schemas. Throws when two of them have the same one. */
export function openComponents(read: ReadSchema): Components {
  const names = new Map<string, string>();
  const schemas: Record<string, object> = {};
  const refer = (reference: string) => {
    const name = names.get(reference) ?? add(reference);
    return { $ref: `#/components/schemas/${name}` };
  };
  const add = (reference: string): string => {
    const [file = "", pointer = ""] = reference.split("#");
    const node = nodeAt(read(file.replace(/\.schema\.json$/, "")) as Node, pointer);
    const name = nameOf(node, pointer);
    if (name in schemas) throw new Error(`Two schemas are called ${name}`);
    names.set(reference, name);
    // Known before its parts, which may refer to it.
    schemas[name] = {};
    schemas[name] = rewritten(node, (inner) => refer(inner.startsWith("#") ? file + inner : inner));
    return name;
  };
  return { refer, schemas };
}

/** The whole file, or one of its $defs. */
function nodeAt(file: Node, pointer: string): Node {
  const { $schema, $id, $defs, ...root } = file;
  if (pointer === "") return root;
  const node = ($defs as Readonly<Record<string, Node>>)[pointer.replace("/$defs/", "")];
  if (node === undefined) throw new Error(`There is no ${pointer}`);
  return node;
}

function nameOf({ title }: Node, pointer: string): string {
  if (typeof title === "string") return title;
  const key = pointer.replace("/$defs/", "");
  return key.charAt(0).toUpperCase() + key.slice(1);
}

function rewritten(node: Node, refer: (reference: string) => object): object {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    if (typeof value === "object" && value !== null) return rewritten(value as Node, refer);
    return value;
  };
  const { $ref, ...rest } = node;
  const entries = Object.entries(rest).map(([key, value]) => [key, inner(value)]);
  const made = Object.fromEntries(entries) as object;
  return typeof $ref === "string" ? { ...refer($ref), ...made } : made;
}
