import { expect, test } from "vitest";
import { nothingTold } from "../../src/model/alert.ts";
import { heartbeatAlerts } from "../../src/notify/heartbeat.ts";
import { messageOf } from "../../src/notify/message.ts";
import { transitions } from "../../src/notify/transitions.ts";
import { driftOf, ending, heldOf, minute, rules, seenAt } from "./samples.ts";

const run = { result: "clean", finishedAt: minute(0), nextRun: minute(15) };

test("a heartbeat is one message that says how each tenant is", () => {
  const alerts = heartbeatAlerts(
    [
      { tenant: "production", ...run, told: nothingTold },
      { tenant: "staging", ...run, result: "refused", nextRun: null, told: null },
      { tenant: "new", result: null, finishedAt: null, nextRun: null, told: null },
    ],
    minute(1),
  );
  expect(new Set(alerts.map(({ cause }) => cause)).size).toBe(1);
  const { title, lines, severity } = messageOf({ id: "1", alerts });
  expect(title).toBe("Plumbline is alive: 3 tenants (production, staging, new)");
  expect(severity).toBe("info");
  expect(lines).toEqual([
    {
      tenants: "production",
      text: `The last run was clean, at ${minute(0)}. The next one is at ${minute(15)}.`,
    },
    { tenants: "staging", text: `The last run was refused, at ${minute(0)}.` },
    { tenants: "new", text: "No run has ended since Plumbline was started." },
  ]);
});

test("a heartbeat counts what was told and is still so", () => {
  const drifts = [
    driftOf(),
    driftOf({ name: "other" }),
    driftOf({ name: "kept", state: "accepted" }),
  ];
  const plan = { held: [heldOf("limit")], certificates: [ending("14d")] };
  const { told } = transitions(null, seenAt(0, { drifts, plan }), rules);
  const [alert] = heartbeatAlerts([{ tenant: "production", ...run, told }], minute(1));
  expect(alert?.text).toContain(
    "Open: 2 differences, 1 held change, 1 certificate near or past its end.",
  );
});
