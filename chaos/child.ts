// One run of Plumbline in a process of its own, told by its standard input what to run on. It may be
// told to kill itself on the way, so that nothing but the step decides when.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { logEvent } from "../src/cli/run-log.ts";
import { openStore } from "../src/store/store.ts";
import { handClock, type Parts, wiring } from "../test/reconcile/practice-tenant.ts";
import { createCounts } from "./counts.ts";
import { live } from "./engine.ts";
import { createTap, type Trap } from "./tap.ts";
import type { World } from "./world.ts";

export interface Errand extends Pick<Parts, "folder" | "sandbox" | "env"> {
  /** RFC 3339 instant at which its clock begins. */
  readonly now: string;
  readonly policy: World["policy"];
  readonly settle: number;
  /** `kill` here is a signal. */
  readonly traps: readonly Trap[];
}

const { folder, sandbox, env, now, policy, settle, traps } = JSON.parse(
  readFileSync(0, "utf8"),
) as Errand;
// Ctrl-C is for the campaign, which plays its seeds in hand to their end.
process.on("SIGINT", () => undefined);
const clock = handClock(now);
const log = pino({ level: "debug" }, process.stderr);
await using store = await openStore({ sqlite: join(folder, "state.db") }, clock);
const subject = wiring({ folder, clock, sandbox, store, env, options: {} })();
const tap = createTap({
  traps,
  clock,
  counts: createCounts(),
  turns: null,
  kill: () => process.kill(process.pid, "SIGKILL"),
});
const { run, events } = await live({ ...subject, policy, settle }, tap);
for (const event of events) logEvent(log, event);
process.stdout.write(JSON.stringify(run));
