import { nearMiss } from "./near-miss.ts";

/** The text after replacement, and what is wrong with it; `text` is null when something is. */
export interface Replaced {
  readonly text: string | null;
  readonly problems: readonly string[];
}

/** `$${`, `${name}`, and anything else that begins like a variable. */
const PLACEHOLDER = /\$\$\{|\$\{([^{}$\s]*)\}|\$\{/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Puts the tenant's variables into a text, once: what a variable brings is not looked at again.
 * `$${` stands for `${`.
 */
export function replaceVariables(
  text: string,
  variables: Readonly<Record<string, string>>,
): Replaced {
  if (!text.includes("${")) return { text, problems: [] };
  const problems: string[] = [];
  const replaced = text.replace(PLACEHOLDER, (found: string, name: string | undefined) => {
    if (found === "$${") return "${";
    if (name === undefined || !NAME.test(name)) {
      problems.push(
        "A variable is written ${name}, with a name of letters, digits and _; for the characters ${ themselves write $${.",
      );
      return found;
    }
    if (Object.hasOwn(variables, name)) return variables[name] ?? "";
    problems.push(undefinedVariable(name, Object.keys(variables)));
    return found;
  });
  return problems.length === 0 ? { text: replaced, problems } : { text: null, problems };
}

function undefinedVariable(name: string, known: readonly string[]): string {
  const near = nearMiss(name, known);
  const meant = near === null ? "" : ` Did you mean \${${near}}?`;
  const defined =
    known.length === 0
      ? "It has no variables."
      : `Its variables are ${[...known].sort().join(", ")}.`;
  return `The variable \${${name}} is not defined for this tenant.${meant} ${defined} Define it under \`variables\` in plumbline.yaml.`;
}
