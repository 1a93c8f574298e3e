// A process that plays the seeds that it is given.
import { makePool } from "./certificates.ts";
import { runSeed } from "./seed.ts";

const pool = await makePool();
process.on("message", async (seed: number) => {
  process.send?.(await runSeed(seed, { pool }));
});
process.send?.("ready");
