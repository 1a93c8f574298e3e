import fc from "fast-check";
import { expect, test } from "vitest";
import type { Drift } from "../../src/model/generated/drift.ts";
import { transitions } from "../../src/notify/transitions.ts";
import { anyText, hostileTexts } from "../report/hostile.ts";
import {
  driftOf,
  ending,
  failed,
  heldOf,
  minute,
  rules,
  type Shown,
  seenAt,
  tellAll,
} from "./samples.ts";

const opened = "drift-opened drift-opened/tenant/production";
const day = 24 * 60;

function drifting(minutes: number, drift: Partial<Drift>, more: Shown = {}) {
  return seenAt(minutes, { drifts: [driftOf(drift)], ...more });
}

test("a difference is told when it counts, and then not again", () => {
  const runs = [
    drifting(0, { counts: false }),
    drifting(15, { state: "ongoing" }),
    drifting(30, { state: "ongoing" }),
  ];
  expect(tellAll(runs)).toEqual([[], [opened], []]);
});

test("the end of a difference that was told is told, with whoever ended it", () => {
  const end = { state: "resolved", resolvedAt: minute(15), resolvedBy: "someone" } as const;
  const runs = [drifting(0, {}), drifting(15, end), drifting(30, end)];
  const resolved = "drift-resolved drift-resolved/someone/tenant/production";
  expect(tellAll(runs)).toEqual([[opened], [resolved], []]);
});

test("the end of a difference that was never told is not told", () => {
  const end = { state: "resolved", resolvedAt: minute(15), resolvedBy: "someone" } as const;
  expect(tellAll([drifting(0, { counts: false }), drifting(15, end)])).toEqual([[], []]);
});

test("a difference that the store has forgotten meanwhile is told as resolved", () => {
  const [, second] = tellAll([drifting(0, {}), seenAt(15)]);
  expect(second).toEqual(["drift-resolved drift-resolved/unknown/tenant/production"]);
});

test("a difference that is accepted is silent until that ends", () => {
  const runs = [
    drifting(0, {}),
    drifting(15, { state: "accepted" }),
    drifting(3 * day, { state: "accepted" }),
    drifting(3 * day + 15, { state: "ongoing" }),
  ];
  const again = "drift-reopened drift-reopened/tenant/production";
  expect(tellAll(runs)).toEqual([[opened], [], [], [again]]);
});

test("a difference that was accepted before it was ever told is told when that ends", () => {
  const runs = [drifting(0, { state: "accepted" }), drifting(15, { state: "ongoing" })];
  expect(tellAll(runs)[1]).toEqual(["drift-reopened drift-reopened/tenant/production"]);
});

test("what comes and goes is told once, and as resolved only when it stays away for a day", () => {
  const away = (minutes: number) =>
    ({ state: "resolved", resolvedAt: minute(minutes), resolvedBy: "us" }) as const;
  const runs = [
    drifting(0, { state: "flapping" }),
    drifting(15, away(15)),
    drifting(30, { state: "flapping" }),
    drifting(45, away(45)),
    drifting(45 + day, away(45)),
  ];
  const resolved = "drift-resolved drift-resolved/us/tenant/production";
  expect(tellAll(runs)).toEqual([[opened], [], [], [], [resolved]]);
});

test("what somebody did to the tenant and the same run put right is told, what a commit asked for is not", () => {
  const mended = { state: "resolved", resolvedAt: minute(15), resolvedBy: "us" } as const;
  const told = ["drift-resolved drift-resolved/us/tenant/production"];
  expect(tellAll([seenAt(0), drifting(15, mended)])[1]).toEqual(told);
  expect(tellAll([seenAt(0), drifting(15, mended, { commit: "new" })])[1]).toEqual([]);
  const withoutGit = { commit: null };
  expect(tellAll([seenAt(0, withoutGit), drifting(15, mended, withoutGit)])[1]).toEqual([]);
});

test("what a commit brings to several tenants has one cause", () => {
  const told = ["production", "staging"].map(
    (tenant) =>
      tellAll([seenAt(0, { tenant }), drifting(15, {}, { tenant, commit: "abcd" })])[1]?.[0],
  );
  expect(new Set(told)).toEqual(new Set(["drift-opened drift-opened/commit/abcd"]));
});

test("what is still so is told again after the interval, and never with an interval of 0", () => {
  const runs = [
    drifting(0, { state: "ongoing" }),
    drifting(day - 1, { state: "ongoing" }),
    drifting(day, { state: "ongoing" }),
    drifting(day + 15, { state: "ongoing" }),
  ];
  const again = "again drift-opened reminder/drift-opened/tenant/production";
  expect(tellAll(runs)).toEqual([[opened], [], [again], []]);
  expect(tellAll(runs, { remindEvery: 0 })).toEqual([[opened], [], [], []]);
});

test("a clock that was set back reminds nobody", () => {
  const runs = [drifting(2 * day, {}), drifting(0, { state: "ongoing" })];
  expect(tellAll(runs)).toEqual([[opened], []]);
});

const outage = "run-failing/graph/https://graph.microsoft.com/unreachable";

test("failing runs are told after so many in a row, and once the first gets through", () => {
  const runs = [
    seenAt(0, failed("network")),
    seenAt(15, failed("timeout")),
    seenAt(30, failed("network")),
    seenAt(45, failed("network")),
    seenAt(60),
    seenAt(75),
  ];
  const recovered = "run-recovered run-recovered/graph/https://graph.microsoft.com/unreachable";
  expect(tellAll(runs)).toEqual([[], [], [`run-failing ${outage}`], [], [recovered], []]);
});

test("one outage has one cause for all tenants of one Graph, and another for another Graph", () => {
  const causes = [
    { tenant: "a", code: "network" },
    { tenant: "b", code: "timeout" },
    { tenant: "c", code: "unavailable" },
    { tenant: "d", code: "network", graph: "https://graph.microsoft.us" },
  ].map(({ code, ...more }) => tellAll([seenAt(0, failed(code, more))], { after: 1 })[0]?.[0]);
  expect(new Set(causes.slice(0, 3))).toEqual(new Set([`run-failing ${outage}`]));
  expect(causes[3]).toBe("run-failing run-failing/graph/https://graph.microsoft.us/unreachable");
});

test("a failure of another code is told once it has lasted as long", () => {
  const codes = ["network", "network", "forbidden", "network", "forbidden", "forbidden"];
  const told = tellAll(
    codes.map((code, index) => seenAt(index, failed(code))),
    { after: 2 },
  );
  const other = "run-failing run-failing/tenant/production/forbidden";
  expect(told).toEqual([[], [`run-failing ${outage}`], [], [], [], [other]]);
});

test("an outage that shows itself in other ways for long is told once", () => {
  const codes = ["network", "timeout", "unavailable"].flatMap((code) => [code, code, code]);
  const told = tellAll(codes.map((code, index) => seenAt(index, failed(code))));
  expect(told.flat()).toEqual([`run-failing ${outage}`]);
});

test("a difference that comes and goes is told although it never stays for long enough", () => {
  const flapping = driftOf({ state: "flapping", counts: false });
  const told = tellAll([0, 1].map((at) => seenAt(at, { drifts: [flapping] })));
  expect(told.flat()).toEqual(["drift-opened drift-opened/tenant/production"]);
});

test("a run that was stopped, or that another one kept out, neither fails nor recovers", () => {
  const runs = [
    seenAt(0, failed("network")),
    seenAt(1, { plan: null, run: { result: "partial", faults: [failure("stopped")] } }),
    seenAt(2, { plan: null, run: { result: "refused", faults: [failure("locked")] } }),
    seenAt(3, failed("network")),
  ];
  expect(tellAll(runs, { after: 2 })).toEqual([[], [], [], [`run-failing ${outage}`]]);
});

function failure(code: string) {
  return { severity: "error", code, message: code, at: null } as const;
}

test("definitions that one commit broke for every tenant have one cause", () => {
  const broken = (tenant: string) =>
    seenAt(0, { tenant, run: { result: "invalid", faults: [failure("schema")] } });
  const [first] = tellAll([broken("a")], { after: 1 });
  expect(first).toEqual(["run-failing run-failing/commit/9f2c/schema"]);
  expect(tellAll([broken("b")], { after: 1 })).toEqual([first]);
});

test("a certificate is told at each nearer step, and expired again as a reminder", () => {
  const steps = [null, "60d", "60d", "14d", "30d", "14d", "expired"];
  const runs = steps.map((step, index) =>
    seenAt(index, { plan: { certificates: [ending(step)] } }),
  );
  const late = seenAt(6 + day, { plan: { certificates: [ending("expired")] } });
  const told = (step: string) => [`certificate certificate/${"A".repeat(40)}/${step}`];
  expect(tellAll([...runs, late])).toEqual([
    [],
    told("60d"),
    [],
    told("14d"),
    [],
    told("14d"),
    told("expired"),
    [`again certificate reminder/certificate/${"A".repeat(40)}/expired`],
  ]);
});

test("a certificate that the run renewed is not told", () => {
  const of = ending("14d", { warningAfter: null });
  const outcome = {
    op: "update",
    kind: of.kind,
    name: "fraud-check",
    id: of.id,
    result: "done",
  } as const;
  const renewed = seenAt(0, { plan: { certificates: [of] }, run: { outcomes: [outcome] } });
  expect(tellAll([renewed])).toEqual([[]]);
});

test("a change that is held is told once, but not what somebody asked to wait", () => {
  const held = [
    heldOf("limit"),
    heldOf("window", "a"),
    heldOf("suspended", "b"),
    heldOf("scope", "c"),
  ];
  const runs = [seenAt(0, { plan: { held } }), seenAt(15, { plan: { held } })];
  expect(tellAll(runs)).toEqual([["held held/limit/tenant/production"], []]);
});

test("what a run could not see is neither over nor news", () => {
  const plan = { certificates: [ending("14d")], held: [heldOf("limit")] };
  const blind = { plan: { complete: false }, run: { result: "unreadable" } } as const;
  const runs = [
    seenAt(0, { plan }),
    seenAt(15, blind),
    seenAt(30, failed("network")),
    seenAt(45, { plan }),
  ];
  const told = tellAll(runs);
  expect(told[0]).toHaveLength(2);
  expect(told.slice(1)).toEqual([[], [], []]);
});

test("the same run twice tells nothing the second time, whatever it holds", () => {
  const states = fc.constantFrom("new", "ongoing", "accepted", "flapping", "resolved" as const);
  const drifts = fc.array(
    fc.record({ name: fc.constantFrom("a", "b"), state: states, counts: fc.boolean() }),
  );
  fc.assert(
    fc.property(
      drifts,
      fc.constantFrom(null, "60d", "expired"),
      fc.boolean(),
      (some, step, isHeld) => {
        const seen = seenAt(0, {
          drifts: some.map((one) => driftOf(one as Partial<Drift>)),
          plan: { certificates: [ending(step)], held: isHeld ? [heldOf("limit")] : [] },
        });
        const first = transitions(null, seen, rules);
        const second = transitions(JSON.parse(JSON.stringify(first.told)), seen, rules);
        expect(second.alerts).toEqual([]);
        expect(second.told).toEqual(first.told);
      },
    ),
  );
});

const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

function textsOf(text: string): readonly string[] {
  const held = { ...heldOf("limit", text), displayName: text };
  held.reason = { ...held.reason, message: text, lift: text };
  const { alerts } = transitions(
    null,
    seenAt(0, {
      drifts: [driftOf({ name: text, path: text, before: text, after: text })],
      plan: { certificates: [ending("7d", { name: null, displayName: text })], held: [held] },
      run: { result: "failed", faults: [{ ...failure("internal"), message: text }] },
    }),
    { ...rules, after: 1 },
  );
  return alerts.flatMap(({ about, text: said }) => [about, said]);
}

test.each(hostileTexts)(
  "$name in a name reaches no alert but as printable text on one line",
  ({ text }) => {
    for (const said of textsOf(text)) {
      expect(said).not.toMatch(unprintable);
      expect(said.length).toBeLessThan(1_100);
    }
  },
);

test("no text whatever makes an alert that is not printable", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const said of textsOf(text)) expect(said).not.toMatch(unprintable);
    }),
  );
});

test("keys in the URL of a value are in no alert", () => {
  const url = "https://fraud.contoso.com/?code=sesame";
  const { alerts } = transitions(null, drifting(0, { before: url, after: url }), rules);
  expect(JSON.stringify(alerts)).not.toContain("sesame");
});
