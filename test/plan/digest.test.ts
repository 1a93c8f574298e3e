import { expect, test } from "vitest";
import { failure } from "../../src/model/fault.ts";
import {
  allowing,
  begun,
  desired,
  live,
  ours,
  passwordPath,
  planOf,
  recorded,
  type Situation,
  tenant,
} from "./builders.ts";

const a = desired("a", { query: { code: "v1$key" } });
const b = desired("b");

/** An update whose keys travel, a create, a held delete and an adoption. */
const base: Situation = {
  desired: [a, b, desired("d")],
  live: [
    live("x1", a, { targetUrl: "https://old.example/" }),
    live("x3", desired("c")),
    live("x4", desired("d")),
  ],
  ledger: [ours("x1", a), ours("x3", desired("c"))],
};
const digestOf = (over: Situation = {}) => planOf({ ...base, ...over }).digest;

test.for<{ readonly name: string; readonly over: Situation }>([
  { name: "the order of definitions", over: { desired: base.desired!.toReversed() } },
  { name: "the order of a listing", over: { live: base.live!.toReversed() } },
  { name: "the commit", over: { input: { commit: "9f2c" } } },
  {
    name: "the place of a definition",
    over: { desired: [desired("a", { query: { code: "v1$key" }, line: 9 }), b, desired("d")] },
  },
  { name: "an unmanaged connector", over: { live: [...base.live!, live("x9", null)] } },
  {
    name: "a definition that matches",
    over: {
      desired: [...base.desired!, desired("e")],
      live: [...base.live!, live("x5", desired("e"))],
      ledger: [...base.ledger!, ours("x5", desired("e"))],
    },
  },
  {
    name: "a secret that would not be sent",
    over: { desired: [a, b, desired("d", { password: "v1$new" })] },
  },
  {
    name: "a warning",
    over: { input: { faults: [{ ...failure("url", "Hm."), severity: "warning" }] } },
  },
  {
    name: "a change window that is closed",
    over: {
      input: {
        policy: allowing(["adopt", "create", "update"], {
          windows: [{ cron: "0 22 * * *", timezone: "UTC", duration: 3_600_000, effect: "allow" }],
        }),
      },
    },
  },
  { name: "what the tenant is called", over: { input: { tenant: { ...tenant, name: "other" } } } },
  {
    name: "a limit that no change reaches",
    over: {
      input: {
        policy: allowing(["adopt", "create", "update"], {
          limits: { deletes: 9, deletePercent: 90, changes: 20 },
        }),
      },
    },
  },
])("$name leaves the digest as it is", ({ over }) => {
  expect(digestOf(over)).toBe(digestOf());
});

test.for<{ readonly name: string; readonly over: Situation }>([
  {
    name: "a live value that is overwritten",
    over: {
      live: [live("x1", a, { targetUrl: "https://other.example/" }), ...base.live!.slice(1)],
    },
  },
  {
    name: "a live key that is overwritten instead of missing",
    over: {
      live: [
        live("x1", a, {
          targetUrl: "https://old.example/",
          query: [{ key: "code", value: "v1$other" }],
        }),
        ...base.live!.slice(1),
      ],
    },
  },
  {
    name: "a live object that is another one now",
    over: { live: [...base.live!.slice(0, 2), live("x5", desired("d"))] },
  },
  {
    name: "a desired value",
    over: {
      desired: [desired("a", { query: { code: "v1$key" }, username: "other" }), b, desired("d")],
    },
  },
  {
    name: "a key that would be sent",
    over: { desired: [desired("a", { query: { code: "v1$new" } }), b, desired("d")] },
  },
  {
    name: "the password of a create",
    over: { desired: [a, desired("b", { password: "v1$new" }), desired("d")] },
  },
  {
    name: "the ledger, where it makes a password travel",
    over: {
      ledger: [ours("x1", a, { secrets: { [passwordPath]: recorded("v1$old", null) } })],
    },
  },
  {
    name: "an unanswered write, where it makes a password travel",
    over: { journal: [begun(a, { op: "update", id: "x1" })] },
  },
  { name: "a definition that left git", over: { desired: [b, desired("d")] } },
  {
    name: "a verb that is not allowed any more",
    over: { input: { policy: allowing(["adopt", "update"]) } },
  },
  {
    name: "a secret that became unreadable",
    over: {
      desired: [a, desired("b", { password: failure("secret-source", "no") }), desired("d")],
    },
  },
  { name: "another version of the program", over: { input: { version: "1.0.1" } } },
  { name: "another tenant", over: { input: { tenant: { ...tenant, tenantId: "t-2" } } } },
  {
    name: "another cloud",
    over: { input: { tenant: { ...tenant, graph: "https://graph.microsoft.us" } } },
  },
  {
    name: "a tenant that could not be read",
    over: {
      input: { observations: [{ kind: "ApiConnector", fault: failure("timeout", "Late.") }] },
    },
  },
])("$name changes the digest", ({ over }) => {
  expect(digestOf(over)).not.toBe(digestOf());
});

test("a digest is written as its algorithm and 64 hex digits", () => {
  expect(digestOf()).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test("a live key changes the digest where it would be overwritten, and its place in the URL does not", () => {
  const withKeys = (...query: readonly (readonly [string, string])[]) =>
    digestOf({
      live: [
        live("x1", a, { query: query.map(([key, value]) => ({ key, value })) }),
        ...base.live!.slice(1),
      ],
    });
  const one = withKeys(["code", "v1$one"], ["mode", "v1$mode"]);
  expect(withKeys(["mode", "v1$mode"], ["code", "v1$one"])).toBe(one);
  expect(withKeys(["code", "v1$two"], ["mode", "v1$mode"])).not.toBe(one);
});

test("the candidates of an ambiguity are in the digest", () => {
  const named = (...ids: readonly string[]) =>
    digestOf({ live: [...base.live!, ...ids.map((id) => live(id, b))] });
  expect(named("y1", "y2")).not.toBe(named("y1", "y3"));
  expect(named("y1", "y2")).toBe(named("y2", "y1"));
});

test("why a tenant could not be read is in the digest", () => {
  const unreadable = (code: "timeout" | "forbidden") =>
    digestOf({ input: { observations: [{ kind: "ApiConnector", fault: failure(code, "No.") }] } });
  expect(unreadable("timeout")).not.toBe(unreadable("forbidden"));
});
