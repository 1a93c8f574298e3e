import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { explain, isBusy } from "../../src/store/faults.ts";

const path = "/var/lib/plumbline/state.db";

function sqliteError(errcode: number): Error {
  return Object.assign(new Error("from SQLite"), { code: "ERR_SQLITE_ERROR", errcode });
}

function messageOf(thrown: unknown): string {
  expect(thrown).toBeInstanceOf(FaultError);
  const { fault } = thrown as FaultError;
  expect(fault.code).toBe("store");
  return fault.message;
}

const sqliteErrors = [
  { name: "SQLITE_BUSY", errcode: 5, want: "is locked by another process" },
  { name: "SQLITE_BUSY_RECOVERY", errcode: 261, want: "is locked by another process" },
  { name: "SQLITE_READONLY_DBMOVED", errcode: 1032, want: "is read-only for this user" },
  { name: "SQLITE_IOERR_WRITE", errcode: 778, want: "the disk reports an error" },
  { name: "SQLITE_CORRUPT", errcode: 11, want: "is damaged" },
  { name: "SQLITE_FULL", errcode: 13, want: "the disk is full" },
  { name: "SQLITE_CANTOPEN", errcode: 14, want: "cannot be opened" },
  { name: "SQLITE_NOTADB", errcode: 26, want: "is not a store" },
  { name: "SQLITE_NOMEM", errcode: 7, want: "SQLite error 7: from SQLite" },
];

test.for(sqliteErrors)("$name becomes a sentence about the store", ({ errcode, want }) => {
  const message = messageOf(explain(sqliteError(errcode), path));
  expect(message).toMatch(/^The store \/var\/lib\/plumbline\/state\.db .*\.$/);
  expect(message).toContain(want);
});

test.for([
  { code: "EACCES", want: "permission denied" },
  { code: "EROFS", want: "file system is read-only" },
  { code: "ENOSPC", want: "the disk is full" },
  { code: "ENAMETOOLONG", want: "(ENAMETOOLONG)" },
])("$code of the file system becomes a sentence about the store", ({ code, want }) => {
  const thrown = Object.assign(new Error("from the system"), { code, syscall: "mkdir" });
  expect(messageOf(explain(thrown, path))).toContain(want);
});

test("a real error of the file system is told from a bug", () => {
  let thrown: unknown = null;
  try {
    readFileSync("/nowhere/at/all");
  } catch (error) {
    thrown = error;
  }
  expect(explain(thrown, path)).toBeInstanceOf(FaultError);
  const bug = new TypeError("not a function");
  expect(explain(bug, path)).toBe(bug);
});

test("a fault of the store stays what it is when it is explained again", () => {
  const fault = explain(sqliteError(13), path);
  expect(explain(fault, "/elsewhere")).toBe(fault);
});

test("only a lock that another holds is worth waiting for", () => {
  expect(isBusy(sqliteError(5))).toBe(true);
  expect(isBusy(sqliteError(517))).toBe(true);
  expect(isBusy(sqliteError(13))).toBe(false);
  expect(isBusy(new Error("busy"))).toBe(false);
});
