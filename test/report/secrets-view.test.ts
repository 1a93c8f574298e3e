import { expect, test } from "vitest";
import type { Outcome, SecretState } from "../../src/model/generated/run.ts";
import { type Format, type RenderOptions, render } from "../../src/report/report.ts";
import { calmSecrets, secretOf, secrets, updateOf } from "./certificates.ts";
import { created, outcomeOf, planOf, runOf } from "./samples.ts";

const broad = { colour: false, width: 1_000 };
const PASSWORD = "spec.authentication.basic.password";
const forPeople = ["text", "markdown", "html"] as const;

function told(
  known: readonly SecretState[],
  format: Format = "text",
  options: Partial<RenderOptions> = {},
): string {
  const plans = [planOf({ secrets: [...known] })];
  return render({ type: "plans", plans }, format, { ...broad, ...options });
}

function toldOfRun(result: Outcome["result"], known: SecretState): string {
  const change = updateOf(known.name, { sends: [PASSWORD] });
  const plan = planOf({ changes: [change], secrets: [known] });
  const outcomes = [outcomeOf(change, result)];
  return render({ type: "runs", runs: [runOf({ plan, outcomes })] }, "text", broad);
}

test("a calm report counts its secrets in one line and says what cannot be known", () => {
  expect(told(calmSecrets).split("\n").slice(2, 4)).toEqual([
    "Secrets: 1 sent by Plumbline (2026-08-20 08:01:00 UTC by run 20260820T080100000Z), 1 compared with the tenant, 1 trusted (phone-check), 1 not asserted (invite-check)",
    "  Microsoft Graph never shows a password: whether one was changed outside cannot be known.",
  ]);
});

test.each(forPeople)("no report in %s says that a password was checked or is right", (format) => {
  const got = told(
    secrets.filter(({ path }) => path === PASSWORD),
    format,
  );
  expect(got).not.toMatch(/compared|verified|matches Microsoft|unchanged outside|in sync/i);
  expect(got).toContain("Microsoft Graph never shows a password");
});

test.each(forPeople)("secrets that Graph shows need no such sentence in %s", (format) => {
  const got = told(
    secrets.filter(({ state }) => state === "compared"),
    format,
  );
  expect(got).toContain("2 ");
  expect(got).not.toContain("never shows a password");
});

test("a change that sent a password is verified except for it", () => {
  const got = toldOfRun("done", secretOf("a", { state: "changed-at-source" }));
  expect(got).toContain("Verified by reading back, except the password: it is never shown.");
});

test.each(["done", "unverified"] as const)("a run that is %s has sent its password", (result) => {
  const got = toldOfRun(result, secretOf("a", { state: "changed-at-source" }));
  expect(got).toContain("Secrets: 1 sent by Plumbline (by this run)\n");
});

test.each(["failed", "skipped"] as const)("a run that %s has sent no password", (result) => {
  const got = toldOfRun(result, secretOf("a", { state: "changed-at-source" }));
  expect(got).toContain("Secrets: 1 changed at source (a)\n");
});

test("a table says when and by which run a password was sent, and when it is due", () => {
  const got = told([secretOf("a", { due: "2026-09-19T08:01:00.400Z" })], "markdown");
  expect(got).toContain(
    "<td>sent by Plumbline</td><td><code>2026-08-20 08:01:00 UTC</code>, run <code>20260820T080100000Z</code>, due <code>2026-09-19 08:01:00 UTC</code></td>",
  );
});

test.each(["markdown", "html"] as const)("each secret is a row with its source in %s", (format) => {
  const got = told(secrets, format).replaceAll("<wbr>", "");
  for (const { source } of secrets) expect(got).toContain(source);
});

test("what was never sent is followed by the commands, as the reader calls them", () => {
  const plan = planOf({ changes: [created], secrets: calmSecrets });
  const program = "npm run -s plumbline --";
  for (const format of forPeople) {
    const got = render({ type: "plans", plans: [plan] }, format, { ...broad, program });
    expect(got).toContain(`${program} assert NAME`);
    expect(got).toContain(`${program} trust NAME`);
  }
});

test("a connector with two such secrets is named once, and many are counted", () => {
  const two = [
    secretOf("a", { state: "unreadable" }),
    secretOf("a", { state: "unreadable", path: "spec.query.code" }),
  ];
  expect(told(two)).toContain("Secrets: 2 unreadable (a)\n");
  const many = Array.from({ length: 25 }, (_, index) =>
    secretOf(`check-${index}`, { state: "not-asserted" }),
  );
  expect(told(many)).toContain("check-19 and 5 more)");
});

test("a report of a tenant without secrets says nothing of them", () => {
  for (const format of forPeople) expect(told([], format)).not.toMatch(/password|\bsecrets: /i);
});
