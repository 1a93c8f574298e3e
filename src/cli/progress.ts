/** One line on a person's terminal for work that takes longer than a second; nothing anywhere else. */
import { systemClock } from "../model/system-clock.ts";
import type { Terminal } from "./terminal.ts";
import type { Wired } from "./wiring.ts";

const patience = 1_000;
const clearLine = "\r\u001b[2K";

/** Works on every tenant and shows how many are done, until all are. */
export async function withProgress<One extends Wired, T>(
  { stderr }: Terminal,
  doing: string,
  tenants: readonly One[],
  work: (wired: One, say: (what: string) => void) => Promise<T>,
): Promise<T[]> {
  const isShown = stderr.isTTY === true;
  const begun = systemClock.now().getTime();
  let done = 0;
  let last = doing;
  const show = () => {
    if (!isShown || systemClock.now().getTime() - begun < patience) return;
    stderr.write(`${clearLine}${last} (${done} of ${tenants.length} tenants done)`);
  };
  const timer = isShown ? setInterval(show, 250) : undefined;
  try {
    return await Promise.all(
      tenants.map(async (wired) => {
        const say = (what: string) => {
          last = `${doing} ${wired.settings.name}: ${what}`;
          show();
        };
        const result = await work(wired, say);
        done++;
        return result;
      }),
    );
  } finally {
    clearInterval(timer);
    if (isShown) stderr.write(clearLine);
  }
}
