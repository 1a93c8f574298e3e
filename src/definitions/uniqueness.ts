import type { Definition } from "../model/definition.ts";
import { type Fault, failure, type Position } from "../model/fault.ts";

/** Something that only one definition may have, and where it was written. */
export interface Claim {
  readonly value: string;
  readonly at: Position;
}

/** A fault at each place that claims what another one claims too. `what` begins the sentence. */
export function duplicates(what: string, claims: readonly Claim[]): readonly Fault[] {
  const byValue = Map.groupBy(claims, ({ value }) => value);
  return [...byValue].flatMap(([value, group]) =>
    group.length < 2
      ? []
      : group.map((claim) => {
          const others = group.filter((other) => other !== claim);
          const message = `${what} "${shortened(value)}" is also used at ${places(others)}. Each definition needs its own.`;
          return failure("duplicate", message, claim.at);
        }),
  );
}

/** A rename that cannot be: what was renamed still exists, or became two. */
export function impossibleRenames(
  names: readonly Claim[],
  renames: readonly Claim[],
): readonly Fault[] {
  const existing = new Map(names.map(({ value, at }) => [value, at]));
  const stillThere = renames.flatMap(({ value, at }) => {
    const other = existing.get(value);
    if (other === undefined) return [];
    const message = `metadata.previously names "${value}", which still exists at ${placeInWords(other)}. Remove one of the two.`;
    return [failure("duplicate", message, at)];
  });
  return [...stillThere, ...duplicates("metadata.previously", renames)];
}

/** The first of each name. Sorted by kind and name. */
export function sortedUnique(definitions: readonly Definition[]): readonly Definition[] {
  const byName = new Map<string, Definition>();
  for (const definition of definitions) {
    const key = `${definition.kind} ${definition.name}`;
    if (!byName.has(key)) byName.set(key, definition);
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, definition]) => definition);
}

function places(claims: readonly Claim[]): string {
  const shown = claims.slice(0, 3).map(({ at }) => placeInWords(at));
  const more = claims.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more places` : "");
}

function placeInWords({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

function shortened(value: string): string {
  return value.length > 60 ? `${value.slice(0, 59)}…` : value;
}
