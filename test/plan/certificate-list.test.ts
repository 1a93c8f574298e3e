import { expect, test } from "vitest";
import type { ConnectorCertificates } from "../../src/model/generated/run.ts";
import type { LiveCertificate } from "../../src/model/live.ts";
import {
  certificatePath,
  desired,
  listed,
  live,
  named,
  ours,
  planOf,
  recorded,
  type Situation,
} from "./builders.ts";

// The plan is made on 2026-08-20 at 08:00.
const current = named("NEW", "2026-08-01", "2027-08-01");
const future = named("NEXT", "2026-09-10", "2027-09-10");
const old = listed("OLD", "2025-09-01", "2026-09-01", "active");

function withCertificates(
  wish: Parameters<typeof desired>[1],
  certificates: readonly LiveCertificate[],
  more: Situation = {},
): readonly ConnectorCertificates[] {
  const a = desired("a", wish);
  const authentication = { type: "certificate", certificates } as const;
  return planOf({
    desired: [a],
    live: [live("x1", a, { authentication })],
    ledger: [ours("x1", a)],
    ...more,
  }).certificates;
}

/** Such as `NEW git, becomes active`. */
function lines(all: readonly ConnectorCertificates[]): readonly string[] {
  return all.flatMap(({ list }) =>
    list.map(({ thumbprint, live, active, desired, becomes, at }) => {
      const sides = [live && "live", active && "active", desired && "git"].filter(Boolean);
      return `${thumbprint} ${sides.join(" ")}, ${becomes}${at === null ? "" : ` ${at.slice(0, 10)}`}`;
    }),
  );
}

test.for([
  {
    name: "a rotation with overlap",
    git: { certificate: current },
    list: [old],
    want: ["OLD live active, standby", "NEW git, active"],
  },
  {
    name: "a certificate that is added ahead of time",
    git: { certificate: future },
    list: [old],
    want: ["OLD live active, active", "NEXT git, pending 2026-09-10"],
  },
  {
    name: "nothing to do",
    git: { certificate: current },
    list: [listed("NEW", "2026-08-01", "2027-08-01", "active")],
    want: ["NEW live active git, active"],
  },
  {
    name: "a password in the place of all",
    git: {},
    list: [old],
    want: ["OLD live active, retired"],
  },
  {
    name: "an expired one beside the active one",
    git: { certificate: current },
    list: [
      listed("OVER", "2025-01-01", "2026-01-01"),
      listed("NEW", "2026-08-01", "2027-08-01", "active"),
    ],
    want: ["OVER live, expired", "NEW live active git, active"],
  },
  {
    name: "a certificate that is held",
    git: { certificate: named("SHORT", "2026-08-01", "2026-08-25") },
    list: [old],
    want: ["OLD live active, active", "SHORT git, null"],
  },
])("a plan says what becomes of each certificate: $name", ({ git, list, want }) => {
  expect(lines(withCertificates(git, list))).toEqual(want);
});

test("an older certificate is told when it will be taken away, and then that it is", () => {
  const git = { certificate: current, retireAfter: 30 * 86_400_000 };
  const list = [{ ...old, isActive: false }, listed("NEW", "2026-08-01", "2027-08-01", "active")];
  const since = (day: string) => ({
    ledger: [
      ours("x1", desired("a", git), {
        secrets: { [certificatePath]: recorded("x509$NEW", `${day}T00:00:00.000Z`) },
      }),
    ],
  });
  expect(lines(withCertificates(git, list, since("2026-08-02")))).toEqual([
    "OLD live, standby 2026-09-01",
    "NEW live active git, active",
  ]);
  const early = { ...git, certificate: { ...current, notBefore: 0 } };
  expect(lines(withCertificates(early, list, since("2026-07-02")))).toEqual([
    "OLD live, retired",
    "NEW live active git, active",
  ]);
});

test("an upload says already when the older one will be taken away", () => {
  const git = { certificate: current, retireAfter: 7 * 86_400_000 };
  expect(lines(withCertificates(git, [old]))).toEqual([
    "OLD live active, standby 2026-08-27",
    "NEW git, active",
  ]);
});

test.for([
  { until: "2026-12-01", want: null },
  { until: "2026-10-10", want: "60d" },
  { until: "2026-09-15", want: "30d" },
  { until: "2026-09-01", want: "14d" },
  { until: "2026-08-25", want: "7d" },
  { until: "2026-08-20", want: "expired" },
])("a certificate that ends on $until is warned of within $want", ({ until, want }) => {
  const certificate = named("NEW", "2026-08-01", until);
  const [one] = withCertificates({ certificate }, [
    { ...certificate, isActive: want !== "expired" },
  ]);
  expect(one?.warning).toBe(want);
});

test("the end of the certificate in git is warned of as well as that of the live one", () => {
  const short = named("SHORT", "2026-08-01", "2026-08-25");
  const long = listed("LONG", "2026-08-01", "2027-08-01", "active");
  const [held] = withCertificates({ certificate: short }, [long]);
  expect(held).toMatchObject({ warning: "7d", validUntil: "2027-08-01T00:00:00.000Z" });
});

test("a rotation ends the warning of the live certificate", () => {
  const [rotated] = withCertificates({ certificate: current }, [old]);
  expect(rotated).toMatchObject({ warning: "14d", warningAfter: null });
});

test("a successor that follows without a gap is enough, one after a gap is not", () => {
  const git = { certificate: future };
  const ahead = listed("NEXT", "2026-09-10", "2027-09-10");
  const [gap] = withCertificates(git, [old, ahead]);
  expect(gap).toMatchObject({ warning: "14d", validUntil: "2026-09-01T00:00:00.000Z" });
  const longer = listed("OLD", "2025-09-01", "2026-09-20", "active");
  const [none] = withCertificates(git, [longer, ahead]);
  expect(none).toMatchObject({ warning: null, validUntil: "2027-09-10T00:00:00.000Z" });
});

test("connectors that no definition names are warned of too, after all others", () => {
  const a = desired("a", { certificate: current });
  const authentication = { type: "certificate", certificates: [old] } as const;
  const { certificates } = planOf({
    desired: [a],
    live: [live("x9", null, { displayName: "Partner", authentication }), live("x1", a)],
    ledger: [ours("x1", a)],
  });
  expect(
    certificates.map(({ name, displayName, warning }) => [name, displayName, warning]),
  ).toEqual([
    ["a", "A connector", null],
    [null, "Partner", "14d"],
  ]);
});
