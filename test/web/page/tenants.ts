/** Tenants with a past, in every state that the page knows. */
import type { Run } from "../../../src/model/generated/run.ts";
import {
  cleanPlan,
  mixedPlan,
  partialRun,
  planOf,
  runOf,
  updated,
  usesPlan,
} from "../../report/samples.ts";
import { identityOf, type World } from "./world.ts";

/** When the last of their runs has just ended. */
export const now = new Date("2026-08-22T10:16:00.000Z");

const MINUTE = 60_000;

/** So many minutes before `now`; takes as many seconds. */
export function runAt(minutes: number, parts: Partial<Run>, seconds = 2): Run {
  const started = now.getTime() - minutes * MINUTE;
  const startedAt = new Date(started).toISOString();
  return runOf({
    ...parts,
    startedAt,
    finishedAt: new Date(started + seconds * 1_000).toISOString(),
    id: startedAt.replaceAll(/[^0-9TZ]/g, ""),
  });
}

export const names = ["production", "staging", "partners", "testing"] as const;

/** Runs of four tenants: one that drifts, one that is partial, one that is clean, one not yet run. */
export async function fillWorld(world: World): Promise<void> {
  const { record, store } = world;
  for (let index = 60; index > 0; index -= 1) {
    const isFailed = index === 31 || index === 30;
    const plan = index < 14 ? { ...usesPlan, tenant: "production" } : cleanPlan;
    const result = isFailed
      ? "unreadable"
      : index < 14
        ? "drift"
        : index === 45
          ? "converged"
          : "clean";
    const parts = { tenant: "production", plan: isFailed ? null : plan, result } as const;
    await record(runAt(index * 15, { ...parts, trigger: "schedule" }, 1 + (index % 7)));
  }
  await record(runAt(3, { tenant: "production", plan: mixedPlan, result: "refused" }, 4));
  await record({
    ...partialRun,
    ...runAt(9, {}),
    tenant: "partners",
    plan: partialRun.plan,
    result: "partial",
    outcomes: partialRun.outcomes,
    faults: partialRun.faults,
  });
  await record(
    runAt(5, {
      tenant: "staging",
      plan: planOf({ tenant: "staging", unchanged: cleanPlan.unchanged }),
    }),
  );
  await store.settle(identityOf("staging"), null, "done", [
    {
      op: "suspend",
      suspension: {
        ...{ kind: null, name: null, since: "2026-08-22T08:00:00.000Z" },
        ...{ until: "2026-08-22T18:00:00.000Z", by: "ada", reason: "the web hook moves" },
      },
    },
  ]);
}

/** A run that finds one difference, and one that finds none. */
export const drifting: Partial<Run> = { plan: planOf({ changes: [updated] }), result: "drift" };
export const clean: Partial<Run> = {
  plan: planOf({ unchanged: [...cleanPlan.unchanged, updated] }),
  result: "clean",
};
