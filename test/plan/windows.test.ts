import fc from "fast-check";
import { expect, test } from "vitest";
import { toInstant } from "../../src/plan/instant.ts";
import { type ChangeWindow, cronProblem, windowState } from "../../src/plan/windows.ts";
import { allowing, desired, live, ours, planOf, told } from "./builders.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function allow(cron: string, duration: number, timezone = "UTC"): ChangeWindow {
  return { cron, timezone, duration, effect: "allow" };
}

function deny(...of: Parameters<typeof allow>): ChangeWindow {
  return { ...allow(...of), effect: "deny" };
}

/** To the minute, such as `open until 08-20 22:00, next 08-21 22:00 to 08-22 02:00`. */
function stateOf(windows: readonly ChangeWindow[], now: string): string {
  const { isOpen, isDenied, until, next } = windowState(windows, Date.parse(now));
  const short = (at: number | null) =>
    at === null ? "?" : toInstant(at).slice(5, 16).replace("T", " ");
  const is = isOpen ? "open" : isDenied ? "denied" : "outside";
  return `${is} until ${short(until)}, next ${next === null ? "?" : `${short(next.from)} to ${short(next.to)}`}`;
}

const nights = allow("0 22 * * 1-5", 4 * hour);
const freeze = deny("0 0 24 12 *", 10 * day);

test.for<{
  readonly name: string;
  readonly windows: readonly ChangeWindow[];
  readonly now: string;
  readonly want: string;
}>([
  {
    name: "a tenant without windows is always open",
    windows: [],
    now: "2026-08-20T08:00:00Z",
    want: "open until ?, next ?",
  },
  {
    name: "a tenant with a window that allows is closed before it",
    windows: [nights],
    now: "2026-08-20T21:59:59.999Z",
    want: "outside until 08-20 22:00, next 08-20 22:00 to 08-21 02:00",
  },
  {
    name: "a window begins at its very tick",
    windows: [nights],
    now: "2026-08-20T22:00:00Z",
    want: "open until 08-21 02:00, next 08-21 22:00 to 08-22 02:00",
  },
  {
    name: "a window lasts to the very end of its duration",
    windows: [nights],
    now: "2026-08-21T01:59:59.999Z",
    want: "open until 08-21 02:00, next 08-21 22:00 to 08-22 02:00",
  },
  {
    name: "a window is over at its end, and the weekend is waited for",
    windows: [nights],
    now: "2026-08-22T02:00:00Z",
    want: "outside until 08-24 22:00, next 08-24 22:00 to 08-25 02:00",
  },
  {
    name: "windows that overlap are one",
    windows: [nights, allow("0 1 * * *", 3 * hour)],
    now: "2026-08-20T23:00:00Z",
    want: "open until 08-21 04:00, next 08-21 22:00 to 08-22 04:00",
  },
  {
    name: "a tick inside its own window makes it longer",
    windows: [allow("0,30 22 * * *", hour)],
    now: "2026-08-20T22:10:00Z",
    want: "open until 08-20 23:30, next 08-21 22:00 to 08-21 23:30",
  },
  {
    name: "a tenant with nothing but windows that deny is open outside them",
    windows: [freeze],
    now: "2026-12-20T00:00:00Z",
    want: "open until 12-24 00:00, next 01-03 00:00 to 12-24 00:00",
  },
  {
    name: "a window that denies closes a tenant",
    windows: [freeze],
    now: "2026-12-25T00:00:00Z",
    want: "denied until 01-03 00:00, next 01-03 00:00 to 12-24 00:00",
  },
  {
    name: "a window that denies wins over one that allows",
    windows: [nights, freeze],
    now: "2026-12-24T23:00:00Z",
    want: "denied until 01-04 22:00, next 01-04 22:00 to 01-05 02:00",
  },
  {
    name: "a window that denies ends one that allows before its time",
    windows: [nights, deny("0 1 * * *", hour)],
    now: "2026-08-20T23:00:00Z",
    want: "open until 08-21 01:00, next 08-21 22:00 to 08-22 01:00",
  },
  {
    name: "a tenant that is always denied knows no next window",
    windows: [deny("* * * * *", hour)],
    now: "2026-08-20T23:00:00Z",
    want: "denied until ?, next ?",
  },
  {
    name: "a window of 29 February is years away",
    windows: [allow("0 0 29 2 *", hour)],
    now: "2096-03-01T00:00:00Z",
    want: "outside until 02-29 00:00, next 02-29 00:00 to 02-29 01:00",
  },
  {
    name: "a day matches by its date and its weekday, as in a schedule",
    windows: [allow("0 22 1-7 * 6", hour)],
    now: "2026-08-20T08:00:00Z",
    want: "outside until 09-05 22:00, next 09-05 22:00 to 09-05 23:00",
  },
])("$name", ({ windows, now, want }) => {
  expect(stateOf(windows, now)).toBe(want);
});

test.for<{
  readonly name: string;
  readonly window: ChangeWindow;
  readonly now: string;
  readonly want: string;
}>([
  {
    name: "a window in the hour that is skipped in spring begins when clocks are put forward",
    window: allow("30 2 * * *", hour, "Europe/Berlin"),
    now: "2026-03-29T00:00:00Z",
    want: "outside until 03-29 01:00, next 03-29 01:00 to 03-29 02:00",
  },
  {
    name: "a window of several times is not missing the one in the hour that is skipped",
    window: deny("0,30 2,14 * * *", hour, "Europe/Berlin"),
    now: "2026-03-29T00:30:00Z",
    want: "open until 03-29 01:00, next 03-29 02:00 to 03-29 12:00",
  },
  {
    name: "a window in the hour that comes twice in autumn begins once",
    window: allow("30 2 * * *", hour, "Europe/Berlin"),
    now: "2026-10-25T00:00:00Z",
    want: "outside until 10-25 00:30, next 10-25 00:30 to 10-25 01:30",
  },
  {
    name: "its second half past two is no beginning",
    window: allow("30 2 * * *", hour, "Europe/Berlin"),
    now: "2026-10-25T01:30:00Z",
    want: "outside until 10-26 01:30, next 10-26 01:30 to 10-26 02:30",
  },
  {
    name: "a window over the night of spring lasts as long as every other and ends an hour later",
    window: allow("0 22 * * *", 6 * hour, "Europe/Berlin"),
    now: "2026-03-28T22:00:00Z",
    want: "open until 03-29 03:00, next 03-29 20:00 to 03-30 02:00",
  },
  {
    name: "clocks that are put forward by half an hour begin it at that moment",
    window: allow("15 2 * * *", hour, "Australia/Lord_Howe"),
    now: "2026-10-03T12:00:00Z",
    want: "outside until 10-03 15:30, next 10-03 15:30 to 10-03 16:30",
  },
  {
    name: "clocks that are put back by half an hour begin it once",
    window: allow("45 1 * * *", 20 * minute, "Australia/Lord_Howe"),
    now: "2026-04-04T15:10:00Z",
    want: "outside until 04-05 15:15, next 04-05 15:15 to 04-05 15:35",
  },
  {
    name: "a day that a zone skipped has no window",
    window: allow("0 12 * * *", hour, "Pacific/Apia"),
    now: "2011-12-29T23:00:00Z",
    want: "outside until 12-30 22:00, next 12-30 22:00 to 12-30 23:00",
  },
  {
    name: "where midnight is skipped it begins at the first moment of the day",
    window: allow("0 0 * * *", hour, "America/Havana"),
    now: "2026-03-08T00:00:00Z",
    want: "outside until 03-08 05:00, next 03-08 05:00 to 03-08 06:00",
  },
  {
    name: "a day of 25 hours has one that a window of 24 does not reach",
    window: allow("0 0 * * *", day, "Europe/Berlin"),
    now: "2026-10-24T12:00:00Z",
    want: "open until 10-25 22:00, next 10-25 23:00 to ?",
  },
])("$name", ({ window, now, want }) => {
  expect(stateOf([window], now)).toBe(want);
});

const anyNumber = (max: number) => fc.integer({ min: 0, max });
const zones = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"];
/** Once a day, on some days of the week, as wall clocks in August have it. */
const anyWindow = fc
  .record({
    at: fc.tuple(anyNumber(59), anyNumber(23)),
    weekdays: fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }),
    timezone: fc.constantFrom(...zones),
    duration: fc.integer({ min: 1, max: 3 * 24 * 60 }).map((minutes) => minutes * minute),
    effect: fc.constantFrom("allow" as const, "deny" as const),
  })
  .map(({ at, weekdays, ...rest }) => ({ ...rest, at, weekdays, cron: cronOf(at, weekdays) }));

function cronOf([minutes, hours]: readonly number[], weekdays: readonly number[]): string {
  return `${minutes} ${hours} * * ${weekdays.join(",")}`;
}

type Naive = ChangeWindow & {
  readonly at: readonly number[];
  readonly weekdays: readonly number[];
};

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const walls = new Map(
  zones.map((timeZone) => {
    const style = { weekday: "short", hour: "2-digit", minute: "2-digit" } as const;
    return [timeZone, new Intl.DateTimeFormat("en-US", { ...style, timeZone, hourCycle: "h23" })];
  }),
);

/** What a person would say who looked at the clock on the wall at each minute. */
function isTick({ timezone, at, weekdays }: Naive, when: number): boolean {
  const parts = new Map(
    walls
      .get(timezone)!
      .formatToParts(when)
      .map(({ type, value }) => [type, value]),
  );
  const [minutes, hours] = at;
  return (
    Number(parts.get("minute")) === minutes &&
    Number(parts.get("hour")) === hours &&
    weekdays.includes(days.indexOf(parts.get("weekday")!))
  );
}

/** Whether the tenant is open in each minute of these, from a little before on. */
function naive(windows: readonly Naive[], from: number, minutes: number): readonly boolean[] {
  const before = 3 * 24 * 60;
  const ends = windows.map(() => 0);
  const open: boolean[] = [];
  for (let index = -before; index < minutes; index++) {
    const now = from + index * minute;
    windows.forEach((window, which) => {
      if (isTick(window, now)) ends[which] = now + window.duration;
    });
    if (index < 0) continue;
    const isWithin = (effect: string) =>
      windows.some((window, which) => window.effect === effect && now < ends[which]!);
    const isFree = windows.every(({ effect }) => effect === "deny");
    open.push((isFree || isWithin("allow")) && !isWithin("deny"));
  }
  return open;
}

test("a tenant is open when a person who looks at the clock each minute says so", () => {
  const first = Date.parse("2026-08-10T00:00:00Z");
  fc.assert(
    fc.property(
      fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 7 * 24 * 60 }),
      (windows, since) => {
        const from = first + since * minute;
        const open = naive(windows, from, 1_000);
        const { isOpen, until, turn } = windowState(windows, from);
        expect(isOpen).toBe(open[0]);
        const change = open.findIndex((one) => one !== isOpen);
        if (change >= 0) expect(until).toBe(from + change * minute);
        else expect(until ?? Infinity).toBeGreaterThanOrEqual(from + open.length * minute);
        expect(turn).toBeGreaterThan(from);
        for (const [index, want] of open.entries()) {
          if (index % 97 === 0)
            expect(windowState(windows, from + index * minute).isOpen).toBe(want);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test("what is said of windows stays the same until its turn", () => {
  const anyCron = fc.constantFrom("*/15 * * * *", "0 0 * * *", "0 22 * * 1-5", "30 2 * * 0");
  const anyDaylight = fc
    .record({
      cron: anyCron,
      timezone: fc.constantFrom("Europe/Berlin", "Australia/Lord_Howe"),
      duration: fc.constantFrom(15 * minute, hour, day),
      effect: fc.constantFrom("allow" as const, "deny" as const),
    })
    .map((window): ChangeWindow => window);
  const first = Date.parse("2026-10-01T00:00:00Z");
  fc.assert(
    fc.property(
      fc.array(anyDaylight, { minLength: 1, maxLength: 2 }),
      fc.integer({ min: 0, max: 30 * day }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (windows, since, share) => {
        const now = first + since;
        const state = windowState(windows, now);
        const later = Math.floor(now + share * (Math.min(state.turn, now + day) - 1 - now));
        expect(windowState([...windows], later)).toEqual(state);
      },
    ),
    { numRuns: 100 },
  );
});

test("a cron expression of windows has five fields and comes at some time", () => {
  const rows = ["0 22 * * 1-5", "*/15 0-6 * JAN MON", "0 0 29 2 *", "0 0 L * *"];
  expect(rows.map(cronProblem)).toEqual(rows.map(() => null));
  const bad = [
    "",
    "every night",
    "0, 22 * * *",
    "0 22,99 * * *",
    "60 * * * *",
    "* * * *",
    "0 0 22 * * 1-5",
    "0 22 * * 8",
  ];
  expect(bad.map(cronProblem)).toEqual(bad.map(() => "no cron expression"));
  expect(cronProblem("0 0 31 2 *")).toBe("never");
});

const a = desired("a");
const b = desired("b");
const c = desired("c");
const due = { announcedAt: "2026-08-19T00:00:00.000Z" };
const differing = {
  desired: [a, b],
  live: [live("x2", b), live("x3", c)],
  ledger: [ours("x3", c, due)],
};

/** At 08:00 on 20 August 2026, and with every limit out of the way. */
function planned(windows: readonly ChangeWindow[], over = {}, situation: object = differing) {
  const policy = allowing(["adopt", "create", "update", "delete"], {
    windows,
    limits: { deletes: 9, deletePercent: 100, changes: null },
    ...over,
  });
  return planOf({ ...situation, input: { policy } });
}

test("inside its windows a tenant is planned as one without windows", () => {
  const { window, ...open } = planned([allow("0 8 * * *", hour)]);
  expect({ ...open, window: null }).toEqual(planned([]));
  expect(window).toEqual({
    isOpen: true,
    until: "2026-08-20T09:00:00.000Z",
    next: { from: "2026-08-21T08:00:00.000Z", to: "2026-08-21T09:00:00.000Z" },
  });
});

test("outside its windows everything is held until the next one opens", () => {
  const made = planned([nights]);
  expect(told(made)).toEqual({
    held: [
      "window: create a: displayName, targetUrl, username, password; sends password",
      "window: adopt b x2",
      "window: delete c x3",
    ],
  });
  expect(made.held[0]?.reason).toEqual({
    code: "window",
    message: "It is outside the change windows of this tenant.",
    lift: "Wait for the next window, or set other windows for this tenant in plumbline.yaml.",
    until: "2026-08-20T22:00:00.000Z",
  });
  expect(made.summary).toMatchObject({ create: 0, adopt: 0, delete: 0, held: 3 });
});

test("inside a window that denies everything is held, and it is said which kind it is", () => {
  const [held] = planned([deny("* * * * *", hour)]).held;
  expect(held?.reason).toEqual({
    code: "window",
    message: "A window of this tenant that denies changes is open.",
    lift: "Set other windows for this tenant in plumbline.yaml.",
    until: null,
  });
});

test("what is held anyway keeps its reason outside the windows", () => {
  const codes = (over: object) =>
    planned([nights], over).held.map(({ name, reason: { code } }) => [name, code]);
  expect(codes({ allow: ["create", "delete"] })).toEqual([
    ["a", "window"],
    ["b", "verb"],
    ["c", "window"],
  ]);
  const limits = { deletes: 0, deletePercent: 100, changes: null };
  expect(codes({ limits })).toContainEqual(["c", "limit"]);
  expect(codes({ deleteAfter: 7 * day })).toContainEqual(["c", "announced"]);
});

test("nothing but the windows of a tenant that matches is told", () => {
  const matching = { desired: [a], live: [live("x1", a)], ledger: [ours("x1", a)] };
  const made = planned([nights], {}, matching);
  expect(told(made)).toEqual({ unchanged: ["a x1"] });
  expect(made.window).toMatchObject({ isOpen: false, until: "2026-08-20T22:00:00.000Z" });
  expect(planned([], {}, matching).window).toBeNull();
});
