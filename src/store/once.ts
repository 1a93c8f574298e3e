import type { CompiledQuery } from "kysely";

/**
 * A query that is built once and answered with other values each time: building takes longer than
 * running. Every property of the input may stand in the query as it is, and nothing made from it.
 */
export function once<Input extends object, Row>(make: (input: Input) => CompiledQuery<Row>) {
  let made: { readonly query: CompiledQuery<Row>; readonly values: readonly Value[] } | null = null;
  return (input: Input): CompiledQuery<Row> => {
    made ??= template(make);
    const { query, values } = made;
    return { ...query, parameters: values.map((value) => value(input)) };
  };
}

type Value = (input: object) => unknown;

function template<Input extends object, Row>(make: (input: Input) => CompiledQuery<Row>) {
  // The builder looks at no value, but puts each into the list of parameters: a symbol serves as well.
  const names = new Proxy({}, { get: (_, name) => Symbol(String(name)) });
  const query = make(names as Input);
  const values = query.parameters.map((one): Value => {
    if (typeof one !== "symbol") return () => one;
    const name = one.description ?? "";
    return (input) => Reflect.get(input, name);
  });
  return { query, values };
}
