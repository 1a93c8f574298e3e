// What is put into files: signs that steer YAML, and values that programs stumble over.
import { literal } from "./canaries.ts";
import type { Random } from "./random.ts";

/** Signs that mean something to YAML, and characters that look like them or hide. */
export const indicators: readonly string[] = [
  ...["\n", "\r\n", "\r", "\t", " ", "  ", "\n\n", "\n  ", "\n\t", "\u0085", "\u2028", "\u00a0"],
  ...[": ", ":", "- ", "-", "? ", "?", ", ", "{", "}", "[", "]", "{}", "[]", "[[[[", "{{"],
  ...["&a ", "*a", "*a ", "&", "*", "!", "!!str ", "!!binary ", "!<x> ", "<<: ", "<<: *a\n"],
  ...["---\n", "\n--- ", "...\n", "%YAML 1.1\n---\n", "%TAG ! x\n---\n", "%", "\ufeff"],
  ...["|", ">", "|-\n", ">+2\n", "|9", "'", '"', "''", '"\\', "\\x", "\\u12", "#", " #", "@", "`"],
  ...["~", "null", "true", "0x1F", ".inf", ".nan", "1e999", "0o17", "2001-01-01", "=", "yes"],
  ...["${", "${x}", "$${", "}", "${apiHost}", "__proto__: ", "constructor: ", "toString: x\n"],
  ...["😀", "\u202e", "\u200b", "é", "\u0000", "\u001b[31m", "\ud83d", "<script>", "</td>", "`x`"],
];

const numbers: readonly number[] = [
  ...[0, -0, 1, -1, 0.1, 65_535, 65_536, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 1e21, 1e308],
  ...[Number.POSITIVE_INFINITY, Number.NaN, -1e-300],
];

const texts: readonly string[] = [
  ...[
    "",
    " ",
    "text",
    "0s",
    "7d",
    "999999999999999999d",
    "plumbline/v1",
    "ApiConnector",
    "UserFlow",
    "B2X_1_signup",
    "postAttributeCollection",
    "Service",
  ],
  ...["global", "apply", "never", "* * * * *", "*/0 * * * *", "99 99 * * *", "Europe/Berlin"],
  ...["https://fraud.api.contoso.com/entra", "https://[::1]/", "https://a.b:99999/", "http://x/"],
  ...["https://xn--/", `https://user:${literal.value}@api.contoso.com/`, "https://%/", "//", "?"],
  ...[
    `https://api.contoso.com/x?code=${literal.value}`,
    `https://api.contoso.com/?${literal.value}`,
  ],
  ...["${apiHost}", "${}", "${ x }", "$${apiHost}", "__proto__", "constructor", "a.b[0]", "a/b~c"],
  ...["connectors", "FRAUD_*", "*.contoso.com", "*".repeat(40), "127.0.0.1:8080", "[::]:0", "."],
  ...["\u0000", "\u001b]0;x\u0007", "\u202ereversed", "<b>&amp;", "| a | b |", "[x](y)", "\n\n# x"],
];

/** A value where another was expected: of any type, small, large or empty. */
export function oddValue(random: Random): unknown {
  switch (random.below(9)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick(numbers);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return [random.pick(texts), random.pick(numbers)];
    case 6:
      return { [random.pick(texts)]: random.pick(texts) };
    case 7:
      return random.pick(["x", "é", "😀", "${a}", "*", "9"]).repeat(random.pick([41, 300, 3_000]));
    default:
      return random.pick(texts);
  }
}

/** A key where another was expected. */
export function oddKey(random: Random): string {
  return random.pick(texts);
}
