/** One generator for everything that a seed draws: the same seed, the same course. */
export interface Random {
  /** From 0 up to `count`, without it. */
  below(count: number): number;
  /** From `least` to `most`, both included. */
  between(least: number, most: number): number;
  chance(share: number): boolean;
  /** Throws for an empty list. */
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): readonly T[];
}

/** mulberry32: 32 bits of state are enough for some hundred draws. */
export function createRandom(seed: number): Random {
  // Seeds that follow each other must not begin alike.
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (share) => next() < share,
    pick(list) {
      const index = below(list.length);
      if (index >= list.length) throw new RangeError("Nothing to pick from.");
      return list[index] as (typeof list)[number];
    },
    shuffled(list) {
      const left = [...list];
      return list.flatMap(() => left.splice(below(left.length), 1));
    },
  };
}
