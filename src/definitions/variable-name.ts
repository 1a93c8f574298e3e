/** `$NAME`, `${NAME}`, `$env:NAME` and `%NAME%`: how shells write the value of a variable. */
const VALUE_OF = /^(?:(\$)\{(.*)\}|(\$env):(.*)|(\$)(.*)|(%)(.*)%)$/s;

/** As people name secrets. Anything else may be the secret itself, and is not repeated. */
const CONVENTIONAL = /^[A-Z_][A-Z0-9_]{0,63}$/;

/**
 * The sentence for a name of an environment variable that cannot be one; null when nobody can tell
 * what was meant.
 */
export function mendedName(written: string): string | null {
  const groups = VALUE_OF.exec(written)
    ?.slice(1)
    .filter((group) => group !== undefined);
  if (groups !== undefined) {
    const [sign, name = ""] = groups;
    return `An environment variable is written without ${sign}${repeated(name)}.`;
  }
  const underscored = written.replaceAll("-", "_");
  if (!CONVENTIONAL.test(underscored)) return null;
  return `The name of an environment variable has _ in place of -${repeated(underscored)}.`;
}

function repeated(name: string): string {
  return CONVENTIONAL.test(name) ? `: ${name}` : "";
}
