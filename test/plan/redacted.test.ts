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
  const plan = redacted(made, hide);
  const [change] = plan.changes;
  expect(change?.fields.map(({ before }) => before).join()).not.toContain(canary);
  expect(change?.fields.map(({ path }) => path).join()).not.toContain(canary);
  expect(change?.reason).not.toContain(canary);
  expect(JSON.stringify(plan.unmanaged)).not.toContain(canary);
  const deletes = plan.held.filter(({ op }) => op === "delete");
  expect(deletes.map(({ displayName }) => displayName)).toEqual(["gone [redacted]"]);
  expect(JSON.parse(hide(JSON.stringify(plan)))).toEqual(JSON.parse(hide(JSON.stringify(made))));
  expect(plan.digest).toBe(made.digest);
});

test("what comes from git is shown as it is, so that no word of a definition hides another", () => {
  const url = "https://evil.example/";
  const wanted = desired("a", { displayName: "evil.example", targetUrl: url });
  const plan = redacted(
    planOf({ desired: [wanted], live: [live("x1", a)], ledger: [ours("x1", a)] }),
    (text) => text.replaceAll("evil.example", "[redacted]"),
  );
  expect(plan.changes[0]).toMatchObject({ displayName: "evil.example" });
  expect(plan.changes[0]?.fields).toContainEqual({
    path: "spec.targetUrl",
    before: expect.any(String),
    after: url,
  });
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
