// Chance that comes out the same each time: all of a file follows from its number.

export interface Random {
  /** 0 to `below` - 1. */
  below(below: number): number;
  /** True in this share of cases, from 0 to 1. */
  chance(share: number): boolean;
  /** One of these, which may not be none. */
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: 32 bits of state are enough for files that differ, and nothing here is secret. */
export function randomOf(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (share) => next() < share,
    pick(from) {
      const chosen = from[below(from.length)];
      if (chosen === undefined && from.length === 0) throw new Error("There is nothing to pick.");
      return chosen as (typeof from)[number];
    },
  };
}
