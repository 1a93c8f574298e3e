import { expect, test } from "vitest";
import type { TenantSettings } from "../../../src/cli/configuration/configuration.ts";
import { jitterOf } from "../../../src/cli/serving/jitter.ts";

const every = (schedule: string | null) => ({ schedule, timezone: "UTC" }) as TenantSettings;

const rows = [
  { name: "one tenant alone is punctual", schedules: ["*/15 * * * *"], want: 0 },
  { name: "ten seconds are the most", schedules: ["0 * * * *", "*/15 * * * *"], want: 10_000 },
  {
    name: "the shortest time between runs decides",
    schedules: ["0 * * * *", "* * * * *"],
    want: 6_000,
  },
  {
    name: "tenants without a schedule do not count",
    schedules: [null, "*/20 * * * * *"],
    want: 2_000,
  },
];

test.each(rows)("$name", ({ schedules, want }) => {
  expect(jitterOf(schedules.map(every))).toBe(want);
});
