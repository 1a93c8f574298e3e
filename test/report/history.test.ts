import { expect, test } from "vitest";
import type { ChainedEntry, Snapshot } from "../../src/model/generated/audit.ts";
import { historyOf } from "../../src/report/history.ts";
import { type Past, renderPast } from "../../src/report/report.ts";
import { happened } from "../contracts/audit.contract.ts";
import { hostileTexts } from "./hostile.ts";

const text = (past: Past) => renderPast(past, "text", { colour: false, width: 80 });

function state(over: Partial<Snapshot> = {}): Snapshot {
  return {
    displayName: "Fraud check",
    targetUrl: "https://fraud.contoso.com/entra",
    query: [{ key: "code", fingerprint: "v1$one", source: { env: "CODE" } }],
    authentication: {
      type: "basic",
      username: "entra",
      fingerprint: "v1$password",
      sources: {},
      certificates: [],
    },
    ...over,
  };
}

function chained(...entries: readonly Parameters<typeof happened>[0][]): readonly ChainedEntry[] {
  return entries.map((over, index) => ({
    sequence: index + 1,
    previous: "0",
    hash: "1",
    entry: happened(over),
  }));
}

const begun = { result: "begun", before: state(), after: state({ displayName: "Fraud" }) };

test("a write and its end are one event, told with what it changed", () => {
  const entries = chained(
    { ...begun, message: "Differs in displayName." },
    { result: "done", requestId: "r-1" },
  );
  expect(historyOf(entries)).toMatchObject([
    {
      run: "20260901T120000000Z",
      events: [
        {
          result: "done",
          requestId: "r-1",
          message: "Differs in displayName.",
          fields: [{ path: "spec.displayName", before: "Fraud check", after: "Fraud" }],
        },
      ],
    },
  ]);
});

test("a write without an end, and one that failed, are told as such", () => {
  const entries = chained(begun, { ...begun, name: "b" }, { name: "b", result: "rejected" });
  expect(historyOf(entries)[0]?.events.map(({ name, result }) => [name, result])).toEqual([
    ["a", "begun"],
    ["b", "rejected"],
  ]);
  expect(text({ type: "history", runs: historyOf(entries) })).toMatch(
    /! update unanswered {2}a[\s\S]*! update: rejected {2}b/,
  );
});

test("values of secrets are only said to differ", () => {
  const after = state({ query: [{ key: "code", fingerprint: "v1$two", source: null }] });
  const [run] = historyOf(chained({ ...begun, after }));
  expect(run?.events[0]?.fields).toEqual([
    { path: "spec.query.code", before: "(redacted)", after: "(redacted)", secret: true },
  ]);
});

test("runs of two tenants at the same instant stay apart, and the newest run comes first", () => {
  const staging = { name: "staging", graph: "g", tenantId: "t" };
  const runs = historyOf(
    chained(
      {},
      { tenant: staging },
      { run: "20260902T120000000Z", at: "2026-09-02T12:00:00.000Z" },
    ),
  );
  expect(runs.map(({ tenant, run }) => [tenant, run])).toEqual([
    ["production", "20260902T120000000Z"],
    ["staging", "20260901T120000000Z"],
    ["production", "20260901T120000000Z"],
  ]);
});

test("what happened is told to a person in lines that fit", () => {
  const suspended = {
    action: "suspend",
    ...{ run: null, trigger: null, until: "2026-09-02T12:00:00.000Z" },
    message: "the web hook moves",
  } as const;
  const refused = {
    action: "refuse",
    result: "limit",
    message: "2 of 3 would be deleted.",
  } as const;
  const entries = chained(
    { ...begun, commit: "9f2c1a7d0b3e4f5061728394a5b6c7d8e9f01234" },
    {},
    refused,
    suspended,
  );
  expect(text({ type: "history", runs: historyOf(entries) })).toMatchInlineSnapshot(`
    "production: 2026-09-01 12:00:00 UTC, by somebody
      ! suspended  a  id-a
        the web hook moves
        Until 2026-09-02 12:00:00 UTC.

    production: run 20260901T120000000Z, 2026-09-01 12:00:00 UTC, by command of
      somebody, commit 9f2c1a7d0b
      ~ updated  a  id-a
        spec.displayName: "Fraud check" → "Fraud"
      ! refused (limit)  a  id-a
        2 of 3 would be deleted.
    "
  `);
  expect(text({ type: "audit", entries })).toMatchInlineSnapshot(`
    "1 2026-09-01 12:00:00 UTC production: update begun a (run 20260901T120000000Z,
      by somebody)
    2 2026-09-01 12:00:00 UTC production: update done a (run 20260901T120000000Z, by
      somebody)
    3 2026-09-01 12:00:00 UTC production: refuse limit a (run 20260901T120000000Z,
      by somebody): 2 of 3 would be deleted.
    4 2026-09-01 12:00:00 UTC production: suspend done a (by somebody): the web hook
      moves
    4 entries.
    "
  `);
});

test.for(hostileTexts)("$name in the audit steers no terminal", ({ text: hostile }) => {
  const entries = chained({
    ...begun,
    after: state({ displayName: hostile, targetUrl: hostile }),
    ...{ name: hostile, by: hostile, message: hostile, id: hostile, requestId: hostile },
  });
  for (const past of [
    { type: "history", runs: historyOf(entries) },
    { type: "audit", entries },
  ] as const) {
    expect(text(past).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }
});
