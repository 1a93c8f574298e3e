// A process that plays the seeds that it is given.
import { makePool } from "./certificates.ts";
import { runSeed } from "./seed.ts";

const pool = await makePool();
process.on("message", async (seed: number) => {
  process.send?.(await runSeed(seed, { pool }));
});
// Ctrl-C goes to every process of a terminal; the seed in hand is played to its end.
process.on("SIGINT", () => undefined);
process.send?.("ready");
