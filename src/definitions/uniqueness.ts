import type { Definition } from "../model/definition.ts";
import { type Fault, failure, type Position } from "../model/fault.ts";

/** Something that only one definition may have, and where it was written. */
export interface Claim {
  readonly value: string;
  /** As people wrote it, where `value` is what it is compared by. */
  readonly written?: string;
  readonly at: Position;
}

/** A fault at each place that claims what another one claims too. `what` begins the sentence. */
export function duplicates(what: string, claims: readonly Claim[]): readonly Fault[] {
  const byValue = Map.groupBy(claims, ({ value }) => value);
  return [...byValue].flatMap(([value, group]) =>
    group.length < 2
      ? []
      : group.map((claim) => {
          const said = shortened(claim.written ?? value);
          const message = `${what} "${said}" is also used at ${otherPlaces(claim, group)}. Each definition needs its own.`;
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

/** Places that a message names; beyond them it counts. */
const SHOWN = 3;

/** Looks at a few of the group alone: in a large folder every file may claim the same. */
function otherPlaces(claim: Claim, group: readonly Claim[]): string {
  const others = group.slice(0, SHOWN + 1).filter((other) => other !== claim);
  const shown = others.slice(0, SHOWN).map(({ at }) => placeInWords(at));
  const more = group.length - 1 - shown.length;
  if (more === 0) return shown.join(", ");
  return `${shown.join(", ")} and ${more} more ${more === 1 ? "place" : "places"}`;
}

function placeInWords({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

function shortened(value: string): string {
  return value.length > 60 ? `${value.slice(0, 59)}…` : value;
}
