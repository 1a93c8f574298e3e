/** What a person in the portal may do to the user flows of the practice tenant. */
import { FaultError, failure } from "../model/fault.ts";
import { readDocument, type SandboxDocument, toDocument } from "./document.ts";
import { isObject } from "./json-body.ts";
import type { Memory } from "./state-file.ts";
import type { TenantState } from "./tenant-state.ts";
import type { UserFlowEntry } from "./user-flow-entry.ts";

/** Flows go by their id. Must throw a FaultError with code `configuration` or `not-found`. */
export interface UserFlowControl {
  /** With what is bound, which Graph shows by a call of its own alone. */
  userFlows(): readonly UserFlowEntry[];
  addUserFlow(entry: UserFlowEntry): UserFlowEntry;
  /** A step that is left out keeps its connector, one that is null loses it. */
  changeUserFlow(id: string, change: Omit<UserFlowEntry, "id">): UserFlowEntry;
  deleteUserFlow(id: string): void;
}

export function createUserFlowControl(memory: Memory): UserFlowControl {
  const userFlows = () => toDocument(memory.current()).userFlows ?? [];
  const keep = (flows: readonly UserFlowEntry[]) => commit(flows, memory);
  return {
    userFlows,
    addUserFlow(entry) {
      keep([...userFlows(), entry]);
      return named(entry.id, userFlows());
    },
    changeUserFlow(id, change) {
      const before = named(id, userFlows());
      const after = changed(before, change);
      keep(userFlows().map((each) => (each.id === before.id ? after : each)));
      return named(after.id, userFlows());
    },
    deleteUserFlow(id) {
      const gone = named(id, userFlows());
      keep(userFlows().filter((each) => each.id !== gone.id));
    },
  };
}

function changed(entry: UserFlowEntry, change: Omit<UserFlowEntry, "id">): UserFlowEntry {
  if (!isObject(change)) throw wrong("The body must be an object.");
  return {
    ...entry,
    ...change,
    apiConnectors: { ...entry.apiConnectors, ...change.apiConnectors },
  };
}

/** By way of the document, so that a flow made by hand is held to what a seed is held to. */
function commit(userFlows: readonly UserFlowEntry[], memory: Memory): void {
  const document: SandboxDocument = { ...toDocument(memory.current()), userFlows };
  memory.commit(read(document));
}

function read(document: SandboxDocument): TenantState {
  try {
    return readDocument(JSON.stringify(document), "state", noNewId);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    // Without the place: it is one of this document, which nobody wrote.
    throw new FaultError(failure("configuration", error.fault.message), { cause: error });
  }
}

function noNewId(): string {
  throw new Error("Every connector of a tenant has its id.");
}

function named(id: string, flows: readonly UserFlowEntry[]): UserFlowEntry {
  const found = flows.find((flow) => flow.id === id);
  if (found !== undefined) return found;
  const ids = flows.map((flow) => flow.id).join(", ");
  throw new FaultError(
    failure("not-found", `No user flow has the id "${id}". There are: ${ids || "none"}.`),
  );
}

function wrong(message: string): FaultError {
  return new FaultError(failure("configuration", message));
}
