import { expect, test } from "vitest";
import { expiringOf, stepSeconds } from "../../src/report/expiry.ts";
import { certificatesOf, expired, rotated, rotation, unmanagedEnding } from "./certificates.ts";
import { outcomeOf, planOf } from "./samples.ts";

const until = (notAfter: string) => ({ notAfter: `${notAfter}T00:00:00.000Z` });
const live = { active: true, becomes: "active" } as const;
const inGit = { live: false, desired: true } as const;

const cases = [
  {
    name: "the live one ends first",
    of: certificatesOf("a", [{ ...live, ...until("2026-09-01") }], {
      validUntil: "2026-09-01T00:00:00.000Z",
      warning: "14d",
    }),
    want: "2026-09-01",
  },
  {
    name: "one that is over long since is beside the one that ends",
    of: certificatesOf(
      "a",
      [
        { ...until("2024-01-01"), becomes: "expired" },
        { ...live, ...until("2026-09-01") },
      ],
      { validUntil: "2026-09-01T00:00:00.000Z", warning: "14d" },
    ),
    want: "2026-09-01",
  },
  {
    name: "the one that git names ends before the live one",
    of: certificatesOf(
      "a",
      [
        { ...live, ...until("2027-09-01") },
        { ...inGit, ...until("2026-08-30") },
      ],
      { validUntil: "2027-09-01T00:00:00.000Z", warning: "14d" },
    ),
    want: "2026-08-30",
  },
  {
    name: "all are over and the last to end is missed",
    of: certificatesOf(
      "a",
      [
        { ...until("2024-01-01"), becomes: "expired" },
        { ...until("2026-08-19"), becomes: "expired" },
        { ...until("2028-01-01"), becomes: "pending" },
      ],
      { validUntil: null, warning: "expired" },
    ),
    want: "2026-08-19",
  },
  {
    name: "the tenant has none yet",
    of: certificatesOf("a", [{ ...inGit, ...until("2026-08-30"), becomes: "active" }], {
      validUntil: null,
      warning: "14d",
    }),
    want: "2026-08-30",
  },
] as const;

test.each(cases)("the end that is warned of is the nearest when $name", ({ of, want }) => {
  const [got] = expiringOf(planOf({ certificates: [of] }), []);
  expect(got?.certificate?.notAfter.slice(0, 10)).toBe(want);
});

test("a connector without a certificate in its list is warned of still", () => {
  const of = certificatesOf("a", [], { warning: "7d" });
  expect(expiringOf(planOf({ certificates: [of] }), [])).toMatchObject([{ certificate: null }]);
});

test("a plan says that it renews, a run that has renewed says nothing, one that failed warns", () => {
  const plan = planOf({ changes: [rotated], certificates: [rotation] });
  expect(expiringOf(plan, [])).toMatchObject([{ isRenewed: true }]);
  expect(expiringOf(plan, [outcomeOf(rotated, "done")])).toEqual([]);
  expect(expiringOf(plan, [outcomeOf(rotated, "failed")])).toMatchObject([{ isRenewed: false }]);
  expect(expiringOf(plan, [outcomeOf(rotated, "unverified")])).toHaveLength(1);
});

test("a plan that leaves another warning renews nothing, and its run goes on warning of that", () => {
  const certificates = [{ ...rotation, warningAfter: "30d" }];
  const plan = planOf({ changes: [rotated], certificates });
  expect(expiringOf(plan, [])).toMatchObject([{ isRenewed: false, warning: "14d" }]);
  expect(expiringOf(plan, [outcomeOf(rotated, "done")])).toMatchObject([{ warning: "30d" }]);
});

test.each([
  ["expired", "bad"],
  ["36h", "bad"],
  ["7d", "bad"],
  ["14d", "update"],
  ["60d", "update"],
  ["soon", "update"],
])("the warning %s is told in the tone %s", (warning, tone) => {
  const plan = planOf({ certificates: [{ ...unmanagedEnding, warning }] });
  expect(expiringOf(plan, [])).toMatchObject([{ tone }]);
});

test("steps have their length, and what is none is longer than any", () => {
  const sorted = ["x", "60d", "90m", "expired", "36h", "45s", "1d"].toSorted(
    (one, other) => stepSeconds(one) - stepSeconds(other),
  );
  expect(sorted).toEqual(["expired", "45s", "90m", "1d", "36h", "60d", "x"]);
});

test("a connector that is far from any end is not among them", () => {
  const plan = planOf({ certificates: [{ ...expired, warning: null }] });
  expect(expiringOf(plan, [])).toEqual([]);
});
