// The second, no-change run of many tenants in one process: the service's daily work.
import { readSettings } from "../src/cli/configuration/configuration.ts";
import { wireToApply } from "../src/cli/wiring.ts";
import { nothingAsked } from "../src/plan/input.ts";
import { reconcile } from "../src/reconcile/reconcile.ts";
import { createRedactors } from "../src/secrets/secrets.ts";
import { reportSecond } from "./child.ts";

const [file = "", parallel = ""] = process.argv.slice(2);
const { settings, faults } = readSettings(file, {});
if (settings === null) throw new Error(JSON.stringify(faults));
await using wiring = await wireToApply(settings, settings.tenants, {
  env: process.env,
  redactors: createRedactors(),
  prompt: () => undefined,
  onRequest: () => undefined,
  onPracticeTenant: () => undefined,
});
const subjects = wiring.tenants.map(({ subject }) => subject);
const { signal } = new AbortController();

async function runAll(wanted: string): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let subject = subjects[next++]; subject; subject = subjects[next++]) {
      const run = await reconcile(subject, {
        trigger: "schedule",
        isApply: false,
        approved: null,
        asked: nothingAsked,
        by: "bench",
        notify: () => undefined,
        stopping: signal,
        aborting: signal,
      });
      if (run.result !== wanted) throw new Error(`Wanted ${wanted}: ${JSON.stringify(run)}`);
    }
  };
  await Promise.all(Array.from({ length: Number(parallel) }, worker));
}

await reportSecond(
  () => runAll("converged"),
  () => runAll("clean"),
);
