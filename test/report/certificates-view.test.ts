import { expect, test } from "vitest";
import type { Plan } from "../../src/model/generated/run.ts";
import { type Format, render, renderLine } from "../../src/report/report.ts";
import { certificateWords } from "../../src/report/wording.ts";
import {
  certificates,
  certificatesOf,
  expired,
  heldCertificate,
  rotated,
  rotation,
  unmanagedEnding,
} from "./certificates.ts";
import { certificatesPlan, cleanPlan, outcomeOf, planOf, runOf } from "./samples.ts";

function told(plan: Plan, format: Format = "text", timezone?: string): string {
  const options = { colour: false, width: 1_000, ...(timezone === undefined ? {} : { timezone }) };
  return render({ type: "plans", plans: [plan] }, format, options);
}

const forPeople = ["text", "markdown", "html"] as const;
const base = {
  thumbprint: null,
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2027-01-01T00:00:00.000Z",
  live: true,
  active: false,
  desired: false,
  becomes: null,
  at: null,
};
const when = "2026-11-01 00:00:00 UTC";

test.each([
  ["active", true, true, null, "active now"],
  ["active", false, false, null, "becomes active at once"],
  ["active", true, false, null, "becomes active at once"],
  ["pending", false, false, when, `becomes active on ${when}`],
  ["pending", true, false, null, "becomes active when it becomes valid"],
  ["standby", true, false, null, "stays, not used while a newer one is valid"],
  ["standby", true, true, null, "active now, then kept beside the new one"],
  ["standby", true, false, when, `will be taken away on ${when} (policy.retire)`],
  ["retired", true, false, null, "is taken away"],
  ["retired", true, true, null, "active now, is taken away"],
  ["expired", true, false, null, "expired"],
  [null, true, true, null, "active now"],
  [null, true, false, null, "not active"],
  [null, false, false, null, "in git alone"],
] as const)("what becomes %s (live %s, active %s, at %s) is told as: %s", (...row) => {
  const [becomes, live, active, at, want] = row;
  expect(certificateWords({ ...base, becomes, live, active }, "planned", at)).toBe(want);
});

test.each([
  ["active", false, "done", "active now"],
  ["active", false, "undone", "was to become active"],
  ["pending", false, "done", `becomes active on ${when}`],
  ["pending", false, "undone", `was to be added and become active on ${when}`],
  ["retired", true, "done", "was taken away"],
  ["retired", true, "undone", "active now, was to be taken away"],
] as const)("what was to become %s (active %s) and is %s reads: %s", (...row) => {
  const [becomes, active, stage, want] = row;
  expect(certificateWords({ ...base, becomes, live: active, active }, stage, when)).toBe(want);
});

test("certificates stand under the connector that is changed or held, and an unchanged one has none", () => {
  const got = told(planOf({ changes: [rotated], held: [heldCertificate], certificates }));
  const lines = got.split("\n").filter((line) => /^ {6}[0-9A-F]{8}… /.test(line));
  expect(lines).toEqual([
    "      9C6E41D2… 2025-09-05 to 2026-09-05: active now, then kept beside the new one",
    "      3F22A1C4… 2026-08-20 to 2027-08-20: becomes active at once",
    "      9C6E41D2… 2025-09-05 to 2026-10-10: active now",
    "      B51D07E2… 2025-09-05 to 2026-08-01: expired",
  ]);
});

test("a delete that is held shows the certificates of its connector, which is not unmanaged", () => {
  const held = { ...heldCertificate, op: "delete", name: "gone", id: unmanagedEnding.id } as const;
  const got = told(planOf({ held: [held], certificates: [unmanagedEnding] }));
  expect(got).toContain("      (no thumbprint) 2025-09-05 to 2026-08-27: active now");
  expect(got).toContain("  ! Made by hand: (no thumbprint) valid until 2026-08-27 12:00:00 UTC");
});

test.each(["markdown", "html", "json"] as const)("%s has whole thumbprints", (format) => {
  const got = told(certificatesPlan, format).replaceAll("<wbr>", "");
  for (const { list } of certificates.slice(0, 3)) {
    for (const { thumbprint } of list) expect(got).toContain(thumbprint);
  }
});

test.each(forPeople)("a tenant that matches git is warned of what ends, too, in %s", (format) => {
  const plan = planOf({ unchanged: cleanPlan.unchanged, certificates: [expired] });
  const got = told(plan, format);
  expect(got).toContain("expired on 2026-08-19 00:00:00 UTC");
  expect(told(cleanPlan, format)).not.toMatch(/expire/);
});

test("an upload that failed is not said to have added anything", () => {
  const plan = planOf({ changes: [rotated], certificates: [rotation] });
  const runs = [runOf({ plan, outcomes: [outcomeOf(rotated, "failed")], result: "partial" })];
  const got = render({ type: "runs", runs }, "text", { colour: false, width: 1_000 });
  expect(got).toContain("Was to be added by uploadClientCertificate");
  expect(got).not.toContain("    Added by");
  expect(got).toContain("was to become active");
});

test("days and moments are told in the zone that was asked for", () => {
  const got = told(planOf({ changes: [rotated], certificates: [rotation] }), "text", "Asia/Tokyo");
  expect(got).toContain("3F22A1C4… 2026-08-20 to 2027-08-20");
  expect(got).toContain("valid until 2026-09-05 09:00:00 GMT+9, within 14d");
});

const ending = (name: string, warning: string) =>
  certificatesOf(name, [{ active: true, becomes: "active" }], { warning });

test.each([
  [[ending("a", "14d")], "1 certificate expires within 14d"],
  [[ending("a", "14d"), ending("b", "14d")], "2 certificates expire within 14d"],
  [[ending("a", "60d"), ending("b", "36h")], "2 certificates expire, the first within 36h"],
  [[ending("a", "expired")], "1 certificate has expired"],
  [
    [ending("a", "expired"), ending("b", "expired"), ending("c", "7d")],
    "2 certificates have expired, 1 certificate expires within 7d",
  ],
])("one line tells which certificates end, case %#", (all, want) => {
  const run = runOf({ plan: planOf({ certificates: all }), commit: null });
  expect(renderLine(run)).toBe(`production: clean: ${want} (1.2 s)`);
});
