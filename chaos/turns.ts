/** Two processes at once, whose steps come in an order that the generator draws. */
import type { Random } from "./random.ts";

export interface Turns {
  /** Waits for its turn; others wait until the next one enters, or until it leaves. */
  enter(): Promise<void>;
  /** A process has ended. */
  leave(): void;
}

/** Nothing goes on before all `processes` have entered. */
export function createTurns(processes: number, random: Random): Turns {
  let running = processes;
  const waiting: (() => void)[] = [];
  const proceed = () => {
    running -= 1;
    if (running > 0 || waiting.length === 0) return;
    const [chosen] = waiting.splice(random.below(waiting.length), 1);
    running += 1;
    chosen?.();
  };
  return {
    enter() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        proceed();
      });
    },
    leave: proceed,
  };
}
