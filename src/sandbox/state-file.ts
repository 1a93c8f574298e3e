/** The practice tenant's memory: in the process, and in a YAML file where one is given. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { FaultError, failure } from "../model/fault.ts";
import { readDocument, writeDocument } from "./document.ts";
import { EMPTY_STATE, type TenantState } from "./tenant-state.ts";

export interface Memory {
  /** Where the state at the start came from. */
  readonly origin: "state" | "seed" | "empty";
  current(): TenantState;
  /** On disk when it returns; when it throws, nothing has changed. */
  commit(next: TenantState): void;
}

export interface MemoryFiles {
  /** Absolute. */
  readonly seed: string | null;
  /** Absolute. */
  readonly state: string | null;
}

/** Must throw a FaultError with code `configuration` for a file that cannot be read or used. */
export function openMemory(files: MemoryFiles, newId: () => string): Memory {
  const { state, origin } = readStart(files, newId);
  let current = state;
  if (files.state !== null && origin !== "state") replaceFile(files.state, writeDocument(current));
  return {
    origin,
    current: () => current,
    commit(next) {
      if (files.state !== null) replaceFile(files.state, writeDocument(next));
      current = next;
    },
  };
}

function readStart({ seed, state }: MemoryFiles, newId: () => string) {
  if (state !== null && existsSync(state)) {
    return { state: readDocument(readText(state), state, newId), origin: "state" as const };
  }
  if (seed === null) return { state: EMPTY_STATE, origin: "empty" as const };
  return { state: readDocument(readText(seed), seed, newId), origin: "seed" as const };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unusable("read", file, error);
  }
}

/** Whole or not at all: whoever is killed here leaves the old file, or the new one. */
function replaceFile(file: string, text: string): void {
  const fresh = `${file}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    rmSync(fresh, { force: true });
    // It holds practice passwords: for the owner's eyes only.
    writeFileSync(fresh, text, { mode: 0o600, flag: "wx", flush: true });
    renameSync(fresh, file);
  } catch (error) {
    throw unusable("write", file, error);
  }
}

function unusable(verb: "read" | "write", file: string, cause: unknown): FaultError {
  const code = cause instanceof Error && "code" in cause ? cause.code : "unknown error";
  const message = `The sandbox cannot ${verb} ${file} (${code}). Check that it exists and who may ${verb} it.`;
  return new FaultError(failure("configuration", message), { cause });
}
