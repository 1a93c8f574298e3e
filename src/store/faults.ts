/** Turns what SQLite and the file system say into a sentence for the operator. */
import { type Fault, FaultError, failure } from "../model/fault.ts";

const ELSEWHERE = "or name another file with store.sqlite or PLUMBLINE_STORE";
const START_AFRESH =
  "Restore it from a backup, or move it away: Plumbline then starts a new one and adopts the connectors again by name";

/** Primary result codes of SQLite, https://www.sqlite.org/rescode.html. */
const BUSY = 5;
const SQLITE_SENTENCES: Readonly<Record<number, string>> = {
  3: `may not be opened by this user. Give it read and write access to the file and its folder, ${ELSEWHERE}.`,
  [BUSY]:
    "is locked by another process that does not let go. End that process, or try again when it is done.",
  8: `is read-only for this user. Give it write access to the file and its folder, ${ELSEWHERE}.`,
  10: "cannot be read or written: the disk reports an error. Check the disk and its free space, then try again.",
  11: `is damaged. ${START_AFRESH}.`,
  13: "cannot grow: the disk is full. Free some space, then try again.",
  14: `cannot be opened. Check that it is a file and that this user may read and write it and its folder, ${ELSEWHERE}.`,
  26: `is not a store: the file is no SQLite database, or is damaged. ${START_AFRESH}.`,
};

const FILE_SENTENCES: Readonly<Record<string, string>> = {
  EACCES: `cannot be created: permission denied. Give this user write access to its folder, ${ELSEWHERE}.`,
  EPERM: `cannot be created: permission denied. Give this user write access to its folder, ${ELSEWHERE}.`,
  EROFS: `cannot be created: the file system is read-only. Mount a writable volume there, ${ELSEWHERE}.`,
  ENOSPC: "cannot be created: the disk is full. Free some space, then try again.",
  EDQUOT: "cannot be created: the disk quota is used up. Free some space, then try again.",
  ENOTDIR: `cannot be created: part of its path is a file, not a folder. Correct the path, ${ELSEWHERE}.`,
  EEXIST: `cannot be created: part of its path is a file, not a folder. Correct the path, ${ELSEWHERE}.`,
};

/** A fault about the store at this path; the sentence goes on after the path. */
export function storeFault(path: string, sentence: string, cause?: unknown): FaultError {
  return new FaultError(failure("store", `The store ${path} ${sentence}`), { cause });
}

/** A fault about content that cannot be used. */
export function damaged(path: string, detail: string, cause?: unknown): FaultError {
  return storeFault(path, `is damaged (${detail}). ${START_AFRESH}.`, cause);
}

/** A warning about one row that cannot be used, where the others can. */
export function storeWarning(message: string): Fault {
  return { severity: "warning", code: "store", message, at: null };
}

/** Whether another connection holds a lock that is needed. */
export function isBusy(thrown: unknown): boolean {
  return primaryCode(thrown) === BUSY;
}

/**
 * What the operator reads about an error of `node:sqlite` or `node:fs`. Anything that neither of
 * them throws is a bug and comes back as it is.
 */
export function explain(thrown: unknown, path: string): unknown {
  const code = primaryCode(thrown);
  if (code !== null) {
    const detail = thrown instanceof Error ? thrown.message : "no detail";
    const unknown = `failed unexpectedly (SQLite error ${code}: ${detail}). ${START_AFRESH}.`;
    return storeFault(path, SQLITE_SENTENCES[code] ?? unknown, thrown);
  }
  if (thrown instanceof Error && "syscall" in thrown && "code" in thrown) {
    const unknown = `cannot be created (${String(thrown.code)}). Check its path, ${ELSEWHERE}.`;
    return storeFault(path, FILE_SENTENCES[String(thrown.code)] ?? unknown, thrown);
  }
  return thrown;
}

function primaryCode(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !("errcode" in thrown)) return null;
  // The low byte of an extended result code is the primary one.
  return typeof thrown.errcode === "number" ? thrown.errcode & 0xff : null;
}
