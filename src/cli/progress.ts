/** One line on a person's terminal for work that takes longer than a second; nothing anywhere else. */
import { systemClock } from "../model/system-clock.ts";
import type { Terminal } from "./terminal.ts";
import type { Wired } from "./wiring.ts";

/** Milliseconds. */
const patience = 1_000;
const clearLine = "\r\u001b[2K";

/** Works on every tenant and shows how many are done, until all are. */
export async function withProgress<One extends Wired, T>(
  terminal: Terminal,
  doing: string,
  tenants: readonly One[],
  work: (wired: One, say: (what: string) => void) => Promise<T>,
): Promise<T[]> {
  let done = 0;
  let last = doing;
  const line = () => `${last} (${done} of ${tenants.length} tenants done)`;
  return withLine(terminal, line, (show) =>
    Promise.all(
      tenants.map(async (wired) => {
        const say = (what: string) => {
          last = `${doing} ${wired.settings.name}: ${what}`;
          show();
        };
        const result = await work(wired, say);
        done++;
        return result;
      }),
    ),
  );
}

/**
 * Shows a line until the work is done; `line` is asked for anew each time. Work that keeps the process
 * from anything else has no patience: its line must stand there before.
 */
export async function withLine<T>(
  { stderr }: Pick<Terminal, "stderr">,
  line: () => string,
  work: (show: () => void) => Promise<T>,
  { isPatient = true } = {},
): Promise<T> {
  if (stderr.isTTY !== true) return await work(() => undefined);
  const begun = systemClock.now().getTime();
  const show = () => {
    if (isPatient && systemClock.now().getTime() - begun < patience) return;
    stderr.write(`${clearLine}${line()}`);
  };
  const timer = setInterval(show, 250);
  try {
    return await work(show);
  } finally {
    clearInterval(timer);
    stderr.write(clearLine);
  }
}
