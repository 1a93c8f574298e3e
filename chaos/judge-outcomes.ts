/** Whether what a run says of itself is true. */
import { inspect } from "node:util";
import type { Outcome } from "../src/model/generated/run.ts";
import type { Ended } from "./engine.ts";
import { judgeFlowDone } from "./judge-flows.ts";
import { violate } from "./violation.ts";
import type { Moment, World } from "./world.ts";

export function judgeWords(world: World, after: Moment, { run, events }: Ended): void {
  // Whatever goes wrong outside, it is no bug of ours.
  const bug = events.find((event) => event.type === "fault" && event.fault.code === "internal");
  if (bug !== undefined) violate("No fault is a bug", "none", inspect(bug, { depth: 6 }));
  if (run?.result === "failed") violate("No run is a bug", "none", run.faults);
  const ids = after.memory.ledger.map(({ id }) => id);
  if (new Set(ids).size < ids.length) violate("One entry for each object", "", after.memory.ledger);
  for (const outcome of run?.outcomes ?? []) {
    if (outcome.result !== "done") continue;
    if (outcome.kind === "UserFlow") judgeFlowDone(world, after, outcome);
    else judgeDone(world, after, outcome);
  }
}

/** What is done shows in the tenant and is in the ledger. */
function judgeDone(
  { definitions, given }: World,
  { live, memory }: Moment,
  outcome: Outcome,
): void {
  const { op, name, id } = outcome;
  const connector = live.get(id ?? "");
  const recorded = memory.ledger.find((entry) => entry.name === name)?.id ?? null;
  if (op === "delete") {
    if (connector !== undefined || recorded === id) violate("Deleted is gone", outcome, connector);
    return;
  }
  const expected = definitions.find((one) => one.name === name)?.displayName;
  const accepted = given.filter((one) => one.id === id && one.path === "spec.displayName");
  const shown = [expected, ...accepted.map(({ value }) => value)];
  if (!shown.includes(connector?.displayName ?? "") || recorded !== id) {
    violate("What is done is live and managed", outcome, { connector, recorded });
  }
}
