// What a measured process tells its parent.
export interface Figures {
  readonly milliseconds: number;
  /** Peak resident memory, MiB. */
  readonly memory: number;
}

/** Milliseconds of one call. */
export async function timed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

export function report({ milliseconds }: Pick<Figures, "milliseconds">): void {
  const memory = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ milliseconds, memory } satisfies Figures));
}
