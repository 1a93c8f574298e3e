/** How often each thing was drawn, and how often it really came about. */
export interface Counts {
  drawn(what: string): void;
  met(what: string): void;
  all(): Readonly<Record<string, Count>>;
}

export interface Count {
  readonly drawn: number;
  readonly met: number;
}

export function createCounts(): Counts {
  const counts = new Map<string, { drawn: number; met: number }>();
  const of = (what: string) => {
    const count = counts.get(what) ?? { drawn: 0, met: 0 };
    counts.set(what, count);
    return count;
  };
  return {
    drawn(what) {
      of(what).drawn += 1;
    },
    met(what) {
      of(what).met += 1;
    },
    all: () => Object.fromEntries(counts),
  };
}

/** The sum over many seeds. */
export function added(
  sum: Readonly<Record<string, Count>>,
  more: Readonly<Record<string, Count>>,
): Readonly<Record<string, Count>> {
  const total: Record<string, Count> = { ...sum };
  for (const [what, { drawn, met }] of Object.entries(more)) {
    const before = total[what] ?? { drawn: 0, met: 0 };
    total[what] = { drawn: before.drawn + drawn, met: before.met + met };
  }
  return total;
}

/** One line for each, sorted. */
export function countLines(counts: Readonly<Record<string, Count>>): readonly string[] {
  return Object.entries(counts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, { drawn, met }]) => `${what.padEnd(48)} ${pad(drawn)} drawn ${pad(met)} met`);
}

function pad(count: number): string {
  return String(count).padStart(8);
}
