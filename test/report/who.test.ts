import { expect, test } from "vitest";
import { driftText, resolvedText } from "../../src/notify/words.ts";
import { differencesSection } from "../../src/web/page/reading/differences.ts";
import { driftOf } from "../notify/samples.ts";
import { byPerson, byProgram } from "./samples.ts";

const jane =
  "Jane Doe at 2026-08-22 09:12:07 UTC (Update Api connector, request da159bfb-54fa-4092-8a38-6e1fa7870e30)";

test("an alert says who changed the tenant", () => {
  const text = driftText(driftOf({ who: byPerson }), "drift-opened");
  expect(text).toContain(`in git. Changed by ${jane}.`);
  expect(driftText(driftOf(), "drift-opened")).not.toContain("Changed by");
});

test("an alert says who ended a difference", () => {
  const ended = driftOf({ state: "resolved", resolvedBy: "someone", resolvedWho: byProgram });
  expect(resolvedText(ended)).toContain(
    "The tenant was changed. It was the app Deployments at 2026-08-22 09:12:07 UTC (Update Api connector).",
  );
});

test.each([
  "<script>alert(1)</script>",
  "\u202Eevil\u0007",
  "x".repeat(10_000),
  "[a](https://evil.example?code=1)",
])("a hostile name of whoever did it does no harm in alerts and on the page: %#", (name) => {
  const who = { ...byPerson, actor: { type: "user", name, id: null } } as const;
  const text = driftText(driftOf({ who }), "drift-opened");
  expect(text.length).toBeLessThan(1_100);
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}]|code=1/u);
  const past = {
    name: "t",
    timezone: "UTC",
    nextRun: null,
    isRunning: false,
    mode: "report" as const,
    suspensions: [],
    resolved: [],
    last: null,
    runs: [],
    outlines: [],
  };
  const reader = { name: "wall", isOperator: false, by: "session" } as const;
  const shown = { reader, now: new Date(), sourceLink: () => null };
  const page = differencesSection(
    { ...past, drifts: [{ drift: driftOf({ who }), acceptance: null }] },
    shown,
  ).html;
  expect(page).toContain("changed by");
  expect(page).not.toContain("<script>");
  expect(page).not.toMatch(/[^\P{C}\n]/u);
  expect(page.length).toBeLessThan(4_000);
});
