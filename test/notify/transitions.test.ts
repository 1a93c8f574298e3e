import fc from "fast-check";
import { expect, test } from "vitest";
import type { Told } from "../../src/model/alert.ts";
import type { Drift } from "../../src/model/generated/drift.ts";
import type { Certificate } from "../../src/model/generated/run.ts";
import type { Rules, Seen } from "../../src/notify/seen.ts";
import { endlessTransitions, transitions } from "../../src/notify/transitions.ts";
import { anyText, hostileTexts } from "../report/hostile.ts";
import {
  driftOf,
  ending,
  failed,
  fault,
  heldOf,
  minute,
  newsOf,
  rules,
  type Shown,
  seenAt,
  tellAll,
} from "./samples.ts";

const opened = "drift-opened drift-opened/first";
const openedLater = "drift-opened drift-opened/tenant/production";
const day = 24 * 60;

function drifting(minutes: number, drift: Partial<Drift>, more: Shown = {}) {
  const { commit = "9f2c" } = more;
  return seenAt(minutes, { drifts: [driftOf({ commit, ...drift })], ...more });
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
  const told = ["drift-resolved drift-resolved/us/tenant/production"];
  expect(tellAll([seenAt(0), drifting(15, mended)])[1]).toEqual(told);
  expect(tellAll([seenAt(0), drifting(15, mended, { commit: "new" })])[1]).toEqual([]);
  const withoutGit = { commit: null };
  expect(tellAll([seenAt(0, withoutGit), drifting(15, mended, withoutGit)])[1]).toEqual([]);
});

const mended = { state: "resolved", resolvedAt: minute(15), resolvedBy: "us" } as const;

test("what was put right in a run that nobody heard of is told after the next one, and once", () => {
  const runs = [seenAt(0), drifting(30, mended), drifting(45, mended), drifting(-60, mended)];
  expect(tellAll(runs)).toEqual([
    [],
    ["drift-resolved drift-resolved/us/tenant/production"],
    [],
    // A clock that was set back in front of it.
    [],
  ]);
});

test("each time that somebody did it again, and it was put right again, is told", () => {
  const again = { ...mended, resolvedAt: minute(30), firstSeen: minute(30) };
  const told = tellAll([seenAt(0), drifting(15, mended), drifting(30, again), drifting(45, again)]);
  expect(told.map(({ length }) => length)).toEqual([0, 1, 1, 0]);
});

test("a difference that ended and came back while nobody heard of it is told as one that opened", () => {
  const back = { firstSeen: minute(30), state: "new" } as const;
  const runs = [drifting(0, {}), drifting(30, back), drifting(45, { ...back, state: "ongoing" })];
  expect(tellAll(runs)).toEqual([[opened], [openedLater], []]);
});

test("a difference that came and went, and then stays, ends like any other", () => {
  const runs = [
    drifting(0, { state: "flapping" }),
    drifting(2 * day, { state: "ongoing" }),
    drifting(2 * day + 15, { state: "resolved", resolvedAt: minute(2 * day + 15) }),
  ];
  const [, , end] = tellAll(runs, { remindEvery: 0 });
  expect(end).toEqual(["drift-resolved drift-resolved/unknown/tenant/production"]);
});

test("what a commit brings to several tenants has one cause", () => {
  const told = ["production", "staging"].map(
    (tenant) =>
      tellAll([
        seenAt(0, { tenant }),
        drifting(15, { firstSeen: minute(15) }, { tenant, commit: "abcd" }),
      ])[1]?.[0],
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
  const again = "again drift-opened reminder/drift-opened";
  expect(tellAll(runs)).toEqual([[opened], [], [again], []]);
  expect(tellAll(runs, { remindEvery: 0 })).toEqual([[opened], [], [], []]);
});

test("a clock that was set back reminds nobody, and of what it put off after the interval", () => {
  const runs = [
    drifting(900 * day, {}),
    ...[0, day - 1, day].map((at) => drifting(at, { state: "ongoing" })),
  ];
  const again = "again drift-opened reminder/drift-opened";
  expect(tellAll(runs)).toEqual([[opened], [], [], [again]]);
});

/** What each sink is told by each run in turn; `rules` of each run. */
function tellEach(runs: readonly (readonly [Seen, Partial<Rules>])[]) {
  let told: Told | null = null;
  return runs.map(([seen, over]) => {
    const next = transitions(told, seen, { ...rules, ...over });
    told = JSON.parse(JSON.stringify(next.told));
    return next.alerts.map(({ alert, sinks }) => `${alert.cause} to ${sinks}`);
  });
}

test("a sink that is added hears once of what is open, of all tenants together, and of the rest as the others", () => {
  const plan = { held: [heldOf("limit")], certificates: [ending("14d")] };
  const end = { state: "resolved", resolvedAt: minute(30), resolvedBy: "someone" } as const;
  const failing = failed("network");
  const over = { after: 1 };
  const both = { ...over, sinks: ["ops", "new"] };
  const told = tellEach([
    [drifting(0, {}, { plan }), over],
    [drifting(15, {}, { plan }), both],
    [drifting(30, end, { plan }), both],
    [seenAt(45, failing), both],
    [seenAt(60, failing), { ...over, sinks: ["ops", "new", "third"] }],
  ]);
  const ofThree = ["late/certificate to new", "late/held to new", "late/drift-opened to new"];
  expect(told[0]).toHaveLength(3);
  expect(told.slice(1)).toEqual([
    ofThree,
    ["drift-resolved/someone/tenant/production to ops,new"],
    [`${outage} to ops,new`],
    ["late/run-failing to third"],
  ]);
});

test.each([
  { while: "it is away", over: { sinks: ["ops"] } },
  { while: "its kind is not asked for", over: { on: new Set(["held"] as const) } },
])("a sink hears of a nearer step that came while $while, and of no other", ({ over }) => {
  const both = { sinks: ["ops", "mail"] };
  const at = (minutes: number, step: string) =>
    seenAt(minutes, { plan: { certificates: [ending(step)] } });
  const told = tellEach([
    [at(0, "60d"), both],
    [at(15, "14d"), over],
    [at(30, "14d"), both],
    [at(45, "14d"), both],
  ]);
  const first = "certificate/first to ops,mail";
  const nearer = "on" in over ? [] : [`certificate/${"A".repeat(40)}/14d to ops`];
  const late = "on" in over ? "late/certificate to ops,mail" : "late/certificate to mail";
  expect(told).toEqual([[first], nearer, [late], []]);
});

test("the end of what a sink never heard of is not told to it", () => {
  const end = { state: "resolved", resolvedAt: minute(15), resolvedBy: "someone" } as const;
  const told = tellEach([
    [drifting(0, {}), {}],
    [drifting(15, end), { sinks: ["ops", "new"] }],
  ]);
  expect(told[1]).toEqual(["drift-resolved/someone/tenant/production to ops"]);
});

test("what was so before the first look is told together of all tenants, also when it counts only later", () => {
  const plan = { held: [heldOf("limit")], certificates: [ending("14d")] };
  const first = ["certificate/first", "held/limit/first", "drift-opened/first"];
  for (const tenant of ["a", "b"]) {
    const late = { name: "late", firstSeen: minute(1) };
    const told = tellAll([
      // Nobody could look.
      seenAt(0, failed("network", { tenant })),
      seenAt(1, { tenant, plan, drifts: [driftOf(), driftOf({ ...late, counts: false })] }),
      seenAt(2, { tenant, plan, drifts: [driftOf(), driftOf(late)] }),
      seenAt(3, {
        tenant,
        plan,
        drifts: [driftOf(), driftOf(late), driftOf({ name: "new", firstSeen: minute(3) })],
      }),
    ]);
    expect(told).toEqual([
      [],
      first.map((cause) => `${cause.split("/")[0]} ${cause}`),
      ["drift-opened drift-opened/first"],
      [`drift-opened drift-opened/tenant/${tenant}`],
    ]);
  }
});

test("a reminder has one cause for all tenants, whatever brought it up", () => {
  const reminders = ["a", "b"].map((tenant) => {
    const drift = { commit: tenant, firstSeen: minute(15) };
    const runs = [0, 15, day + 15].map((at) =>
      at === 0 ? seenAt(0, { tenant }) : drifting(at, drift, { tenant, commit: tenant }),
    );
    return tellAll(runs)[2];
  });
  const again = ["again drift-opened reminder/drift-opened"];
  expect(reminders).toEqual([again, again]);
});

test("what a run makes out of date is what began, came further or ended, and no reminder", () => {
  const plan = (step: string) => ({ certificates: [ending(step)] });
  const end = { state: "resolved", resolvedAt: minute(30), resolvedBy: "us" } as const;
  const runs = [
    drifting(0, {}, { plan: plan("60d") }),
    drifting(15, {}, { plan: plan("14d") }),
    drifting(day + 15, {}, { plan: plan("14d") }),
    drifting(day + 30, end, { plan: plan("14d") }),
  ];
  let told: Told | null = null;
  const overtaken = runs.map((seen) => {
    const next = transitions(told, seen, rules);
    told = next.told;
    return { of: next.overtaken, by: next.alerts.map(({ alert }) => alert) };
  });
  const matters = (index: number) => overtaken[index]!.by.map(({ matter }) => matter);
  expect(overtaken.map(({ of }) => of.length)).toEqual([2, 1, 0, 1]);
  expect(overtaken[1]!.of).toEqual(matters(1));
  expect(matters(2)).toHaveLength(1);
  // Of a matter, beginning, reminder and end have one name.
  expect(overtaken[3]!.of).toEqual(matters(3));
  expect(matters(3)).toEqual(matters(2));
  expect(new Set(matters(0))).toContain(matters(2)[0]);
});

test("what came and went is over once it has stayed away for a day, and at once when its end is more than a day ahead of the clock", () => {
  const away = (at: number) =>
    ({ state: "resolved", resolvedAt: minute(at), resolvedBy: "us" }) as const;
  const runs = (at: number, looks: readonly number[]) =>
    tellAll([
      drifting(0, { state: "flapping" }),
      ...looks.map((minutes) => drifting(minutes, away(at))),
    ]).map(({ length }) => length);
  expect(runs(15, [15 + day - 1, 15 + day])).toEqual([1, 0, 1]);
  // The end lies half a day ahead of the clock, then two days.
  expect(runs(day / 2 + 15, [15])).toEqual([1, 0]);
  expect(runs(2 * day + 15, [15])).toEqual([1, 1]);
});

test("a sink that was away for a while is not told again of what it had", () => {
  const told = tellEach([
    [drifting(0, {}), { sinks: ["ops", "constructor"] }],
    [drifting(15, {}), {}],
    [drifting(30, {}), { sinks: ["ops", "constructor"] }],
    [drifting(45, {}), { sinks: ["ops", "mail"] }],
  ]);
  expect(told.map(({ length }) => length)).toEqual([1, 0, 0, 1]);
});

test("kinds that are asked for later are told of what is open, and ends alone may be asked for", () => {
  const end = { state: "resolved", resolvedAt: minute(30), resolvedBy: "someone" } as const;
  const ends = { on: new Set(["drift-resolved"] as const) };
  const resolved = "drift-resolved/someone/tenant/production to ops";
  expect(
    tellEach([
      [drifting(0, {}), ends],
      [drifting(30, end), ends],
    ]),
  ).toEqual([[], [resolved]]);
  expect(
    tellEach([
      [drifting(0, {}), ends],
      [drifting(15, {}), {}],
      [drifting(30, end), {}],
    ]),
  ).toEqual([[], ["late/drift-opened to ops"], [resolved]]);
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
  expect(told.flat()).toEqual([opened]);
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

const lockedRun: Shown = {
  plan: null,
  run: { result: "refused", faults: [failure("locked")] },
};

test("a tenant that is kept out at each run is told as one that fails, and its end too", () => {
  const runs = [
    ...[0, 1, 2, 3].map((at) => seenAt(at, lockedRun)),
    seenAt(4, { plan: null, run: { result: "partial", faults: [failure("stopped")] } }),
    seenAt(5),
  ];
  const cause = "tenant/production/locked";
  expect(tellAll(runs)).toEqual([
    ...[[], [], [`run-failing run-failing/${cause}`], [], []],
    [`run-recovered run-recovered/${cause}`],
  ]);
});

test("a run that was stopped does not begin the count of those that are kept out anew", () => {
  const stopped: Shown = { plan: null, run: { result: "partial", faults: [failure("stopped")] } };
  const runs = [lockedRun, lockedRun, stopped, lockedRun].map((shown, at) => seenAt(at, shown));
  expect(tellAll(runs).map(({ length }) => length)).toEqual([0, 0, 0, 1]);
});

test.each([
  { of: "began again", first: [0, 1, 2].map((at) => seenAt(at, lockedRun)) },
  { of: "ended again", first: [] },
])("a run that $of and failed is no recovery", ({ first }) => {
  const endless = { tenant: "production", since: minute(0), now: minute(60) };
  let told: Told | null = null;
  if (first.length === 0) told = endlessTransitions(null, endless, rules).told;
  for (const seen of first) told = transitions(told, seen, rules).told;
  const failing = transitions(told, seenAt(61, failed("network")), rules);
  expect(failing.alerts).toEqual([]);
  const [end, ...others] = transitions(failing.told, seenAt(62), rules).alerts;
  expect(others).toEqual([]);
  expect(end?.alert).toMatchObject({
    kind: "run-recovered",
    text: expect.stringMatching(/^A run got through again, after (others|one) that/),
  });
});

test("a run that does not end is told once, whatever others say meanwhile, until one ends", () => {
  const endless = { tenant: "production", since: minute(0), now: minute(60) };
  const first = endlessTransitions(null, endless, rules);
  expect(first.alerts.map(({ alert }) => alert.cause)).toEqual([
    "run-failing/tenant/production/endless",
  ]);
  const second = endlessTransitions(first.told, { ...endless, now: minute(61) }, rules);
  expect(second).toEqual({ alerts: [], told: first.told, overtaken: [] });
  // By another process on the same store.
  const third = transitions(second.told, seenAt(62, lockedRun), rules);
  expect(third.alerts).toEqual([]);
  const { alerts } = transitions(third.told, seenAt(63), rules);
  expect(alerts.map(({ alert }) => alert.cause)).toEqual([
    "run-recovered/tenant/production/endless",
  ]);
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
    ["again certificate reminder/certificate"],
  ]);
});

test("another certificate that ends as soon is told, an older one beside it is not", () => {
  const [one] = ending("14d").list;
  const other = { ...one!, thumbprint: "B".repeat(40), notAfter: "2026-09-14T00:00:00.000Z" };
  const left = { desired: false, notAfter: "2026-08-01T00:00:00.000Z" };
  const older = { ...one!, ...left, thumbprint: "C".repeat(40) };
  const shown = (list: readonly Certificate[], validUntil: string) =>
    ending("14d", { list: [...list], validUntil });
  const runs = [
    shown([one!, older], one!.notAfter),
    shown([other, older], other.notAfter),
    shown([other, older], other.notAfter),
  ];
  expect(tellAll(runs.map((of, at) => seenAt(at, { plan: { certificates: [of] } })))).toEqual([
    ["certificate certificate/first"],
    [`certificate certificate/${other.thumbprint}/14d`],
    [],
  ]);
});

test("a certificate is told once when the run that tells it has made its connector", () => {
  const made = {
    op: "create",
    kind: "ApiConnector",
    name: "fraud-check",
    id: "id-1",
    result: "done",
  } as const;
  const runs = [
    seenAt(0, {
      plan: { certificates: [ending("14d", { id: null })] },
      run: { outcomes: [made] },
    }),
    seenAt(15, { plan: { certificates: [ending("14d")] } }),
  ];
  expect(tellAll(runs)).toEqual([["certificate certificate/first"], []]);
});

test("a certificate is told once although its connector is adopted meanwhile", () => {
  const unmanaged = ending("14d", { name: null });
  const runs = [unmanaged, ending("14d")].map((of, index) =>
    seenAt(index, { plan: { certificates: [of] } }),
  );
  expect(tellAll(runs)).toEqual([["certificate certificate/first"], []]);
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
  expect(tellAll(runs)).toEqual([["held held/limit/first"], []]);
});

test("what is known of the kinds that were read is told while another kind cannot be read", () => {
  const unread = { kind: "UserFlow" as const, fault: fault("forbidden") };
  const partly = { complete: false, unreadable: [unread] };
  const held = [heldOf("limit")];
  const run = { result: "unreadable" } as const;
  const runs = [
    seenAt(0, { run, plan: { ...partly, held, certificates: [ending("14d")] } }),
    seenAt(15, { run, plan: partly }),
    seenAt(30, { run, plan: { ...partly, held } }),
    // What it says of kinds that were not read is not over.
    seenAt(45, {
      run,
      plan: { complete: false, unreadable: [{ ...unread, kind: "ApiConnector" }] },
    }),
    seenAt(60, { plan: { held } }),
  ];
  expect(tellAll(runs, { after: 9 })).toEqual([
    ["certificate certificate/first", "held held/limit/first"],
    ...[[], ["held held/limit/tenant/production"], [], []],
  ]);
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
  const seen = seenAt(0, {
    drifts: [driftOf({ name: text, path: text, before: text, after: text })],
    plan: { certificates: [ending("7d", { name: null, displayName: text })], held: [held] },
    run: { result: "failed", faults: [{ ...failure("internal"), message: text }] },
  });
  return newsOf(seen, { after: 1 }).flatMap(({ about, text: said }) => [about, said]);
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
  const alerts = newsOf(drifting(0, { before: url, after: url }));
  expect(alerts).toHaveLength(1);
  expect(JSON.stringify(alerts)).not.toContain("sesame");
});
