import { expect, test } from "vitest";
import { redacted } from "../../src/plan/redacted.ts";
import { desired, live, ours, planOf } from "./builders.ts";

const canary = "canary";
const hide = (text: string) => text.replaceAll(canary, "[redacted]");
const a = desired("a");
const b = desired("b", { displayName: canary });

/** A tenant that shows the canary wherever it can. */
const made = planOf({
  desired: [a, b, desired("c", { displayName: `c ${canary}` })],
  live: [
    live("x1", a, {
      displayName: canary,
      targetUrl: `https://a.contoso.com/${canary}`,
      query: [{ key: canary, value: "v1$x" }],
      authentication: { type: "basic", username: canary },
    }),
    live("x2", b),
    live("x3", b),
    live("x4", desired("c", { displayName: `c ${canary}` })),
    live("x5", null, { displayName: `theirs ${canary}`, targetUrl: `https://${canary}.example/` }),
    live("x6", desired("gone"), { displayName: `gone ${canary}` }),
  ],
  ledger: [
    ours("x1", a),
    ours("x4", desired("c", { displayName: `c ${canary}` })),
    ours("x6", desired("gone")),
  ],
});

test("no text of the tenant is left in a plan, and all else is as it was", () => {
  expect(JSON.stringify(made).split(canary).length).toBeGreaterThan(10);
  const plan = redacted(made, hide);
  expect(JSON.stringify(plan)).not.toContain(canary);
  expect(plan).toEqual(JSON.parse(hide(JSON.stringify(made))));
  expect(plan.digest).toBe(made.digest);
});

test("what a plan is carried out by is not redacted, whatever the secrets are", () => {
  const plan = redacted(made, (text) => "#".repeat(text.length));
  const essence = ({ op, kind, name, id, sends, at }: (typeof made.changes)[number]) => ({
    ...{ op, kind, name, id, sends, at },
  });
  expect(plan.changes.map(essence)).toEqual(made.changes.map(essence));
  const known = made.changes[0]?.fields.map(({ path }) => path.split(".").slice(0, 2));
  expect(plan.changes[0]?.fields.map(({ path }) => path.split(".").slice(0, 2))).toEqual(known);
});

test("a redacted plan is frozen", () => {
  const plan = redacted(made, hide);
  expect(Object.isFrozen(plan)).toBe(true);
  expect(Object.isFrozen(plan.changes[0]?.fields[0])).toBe(true);
});
