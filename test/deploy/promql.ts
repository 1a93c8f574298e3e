/** What a PromQL expression asks for, by the grammar that Prometheus publishes. */
import { parser } from "@prometheus-io/lezer-promql";

export interface Selector {
  readonly metric: string;
  /** By label name: what it is matched with, without quotes. */
  readonly matchers: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly selectors: readonly Selector[];
  /** In `by`, `without`, `on` and `ignoring`. */
  readonly grouping: readonly string[];
}

/** Throws where the expression is not PromQL. */
export function readPromQl(expression: string): Asked {
  const selectors: { metric: string; matchers: Record<string, string> }[] = [];
  const grouping: string[] = [];
  let label = "";
  parser.parse(expression).iterate({
    enter({ type, name, from, to, node }) {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`No PromQL at ${from}: ${expression}`);
      if (name === "VectorSelector") selectors.push({ metric: "", matchers: {} });
      const current = selectors.at(-1);
      if (name === "Identifier" && current) current.metric = text;
      if (name === "LabelName" && node.parent?.name === "GroupingLabels") grouping.push(text);
      else if (name === "LabelName") label = text;
      if (name === "StringLiteral" && current) current.matchers[label] = text.slice(1, -1);
    },
  });
  return { selectors, grouping };
}
