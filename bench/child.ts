// What a measured process tells its parent.
export interface Figures {
  /** Wall-clock time. */
  readonly milliseconds: number;
  /** Processor time of all threads, those of the garbage collector and the compiler among them. */
  readonly processor: number;
  /** Peak resident memory of the whole process, from its start, MiB. */
  readonly memory: number;
}

/**
 * Does the work twice and measures the second time: code is compiled, connections are open and caches
 * are filled, for the floor as for Plumbline.
 */
export async function reportSecond(first: () => unknown, second: () => unknown): Promise<void> {
  await first();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await second();
  const milliseconds = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const figures: Figures = {
    milliseconds,
    processor: (user + system) / 1_000,
    memory: process.resourceUsage().maxRSS / 1_024,
  };
  process.stdout.write(JSON.stringify(figures));
}
