import { expect, test } from "vitest";
import type { AuditEntry } from "../../../src/model/generated/audit.ts";
import { auditPage } from "../../../src/web/page/reading/audit.ts";
import type { Reader } from "../../../src/web/page/signing-in/readers.ts";
import { happened } from "../../contracts/audit.contract.ts";

const reader: Reader = { name: "local", isOperator: true, by: "place" };

function shown(...entries: readonly Partial<AuditEntry>[]): string {
  const chain = entries.map((over, index) => ({
    ...{ sequence: index + 1, previous: "0", hash: "1" },
    entry: happened(over),
  }));
  return auditPage("production", { timezone: "UTC", entries: chain }, reader);
}

const begun = {
  action: "create",
  result: "begun",
  message: "The tenant does not have it.",
} as const;
const done = { action: "create", result: "done" } as const;

test("a write that was answered is not told as unanswered, also by a later run", () => {
  const page = shown(begun, { ...done, run: "20260902T120000000Z" });
  expect(page).toContain("create begun");
  expect(page).toContain("created");
  expect(page).not.toContain("unanswered");
});

test("a write without an end is told as unanswered, whatever became of others", () => {
  const others = [
    { ...done, name: "b" },
    { ...done, kind: "UserFlow" } as const,
    { ...done, action: "update" } as const,
  ];
  for (const other of others) expect(shown(begun, other)).toContain("create unanswered");
  expect(shown(done, begun)).toContain("create unanswered");
});
