import { makePool } from "./certificates.ts";
import { added, countLines } from "./counts.ts";
import { runSeed } from "./seed.ts";

const [from = 0, n = 1, verbose] = process.argv.slice(2).map(Number);
const pool = await makePool();
let sum = {};
let bad = 0;
const t = performance.now();
for (let s = from; s < from + n; s++) {
  const r = await runSeed(s, { pool });
  sum = added(sum, r.counts);
  if (r.problem !== null || verbose) {
    if (++bad > 8 && !verbose) continue;
    console.log(`--- seed ${s}\n${r.course.join("\n")}\n${r.problem}`);
  }
}
console.log(countLines(sum).join("\n"));
console.log("bad", bad, ((performance.now() - t) / n).toFixed(1), "ms per seed");
