/** Which live connector a step of a user flow means, as git writes it. */
import { type ConnectorReference, isSameId } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { Live } from "../model/live.ts";
import type { LedgerEntry } from "../model/store.ts";
import type { Match } from "./match.ts";

/** A connector that a step is to call. */
export interface Target {
  /** As git says it. */
  readonly text: string;
  /** `metadata.name`; null for one that no definition names. */
  readonly name: string | null;
  readonly displayName: string | null;
  /** Graph id; null: none yet. */
  readonly id: string | null;
  /** Why no step can be bound to it, as a sentence; null when it can. */
  readonly problem: string | null;
  /** Git must say it otherwise, whatever the step calls now. */
  readonly isMisnamed?: true;
}

/** How connectors stand once their definitions met what is live. */
export interface Connectors {
  readonly matches: readonly Match[];
  /** Why the create or the adoption of a connector is held, by the name of its definition. */
  readonly held: ReadonlyMap<string, string>;
  readonly live: readonly Live[];
  /** Why they could not be listed; null when they could. */
  readonly unread: Fault | null;
}

/** What a managed connector is called in git, or was before its definition went, by its Graph id. */
export function namesOf({ matches }: Connectors): (id: string) => string | null {
  const names = new Map(
    matches.flatMap((found) => {
      if (found.type === "paired") {
        return [[found.live.id.toLowerCase(), found.desired.definition.name] as const];
      }
      return found.type === "orphan" ? [[found.live.id.toLowerCase(), found.recorded.name]] : [];
    }),
  );
  return (id) => names.get(id.toLowerCase()) ?? null;
}

/** What each reference in git means now. */
export function targetsOf(
  connectors: Connectors,
  ledger: readonly LedgerEntry[],
): (reference: ConnectorReference) => Target {
  const named = new Map(
    connectors.matches.flatMap((found) =>
      "desired" in found ? [[found.desired.definition.name, found] as const] : [],
    ),
  );
  const nameOf = namesOf(connectors);
  const unread =
    connectors.unread && "The API connectors of the tenant could not be read, so it is not known.";
  return (reference) => {
    switch (reference.type) {
      case "definition": {
        const { name } = reference;
        const known = ledger.find((entry) => entry.kind === "ApiConnector" && entry.name === name);
        const base = { text: name, name, displayName: known?.displayName ?? null };
        if (unread) return { ...base, id: known?.id ?? null, problem: `${name}: ${unread}` };
        return definitionTarget(name, named.get(name), connectors.held.get(name));
      }
      case "id": {
        const { id } = reference;
        const found = connectors.live.find((one) => isSameId(one.id, id));
        const problem = found ? null : `No live connector has the id ${id}.`;
        const displayName = found?.displayName ?? null;
        const problems = { problem: unread ?? problem };
        // As Graph writes it: whatever compares ids finds the same one.
        return { text: id, name: nameOf(id), displayName, id: found?.id ?? id, ...problems };
      }
      case "displayName":
        return displayNameTarget(reference.displayName, connectors, nameOf, unread);
      default:
        return reference satisfies never;
    }
  };
}

function definitionTarget(
  name: string,
  found: Extract<Match, { readonly desired: unknown }> | undefined,
  held: string | undefined,
): Target {
  const base = { text: name, name, displayName: found?.desired.definition.displayName ?? null };
  switch (found?.type) {
    case "paired": {
      const problem = held === undefined ? null : `${name} is not taken over yet: ${held}`;
      return { ...base, id: found.live.id, problem };
    }
    case "absent": {
      const problem = held === undefined ? null : `${name} does not exist yet: ${held}`;
      return { ...base, id: null, problem };
    }
    case "unseen": {
      const problem = `${name} was created, and no read has shown it since.`;
      return { ...base, id: found.recorded.id, problem };
    }
    case "ambiguous":
      return { ...base, id: null, problem: `Which live connector ${name} is, is not known.` };
    case undefined:
      return { ...base, id: null, problem: `${name} is not among the definitions.` };
    default:
      return found satisfies never;
  }
}

function displayNameTarget(
  displayName: string,
  { live, matches }: Connectors,
  nameOf: (id: string) => string | null,
  unread: string | null,
): Target {
  const base = { text: displayName, displayName };
  const found = live.filter((one) => one.displayName === displayName);
  const [only] = found;
  const quoted = JSON.stringify(displayName);
  if (only && found.length === 1) {
    // Git may give it another displayName in this very run.
    const owner = matches.find((one) => one.type === "paired" && one.live === only);
    const name = nameOf(only.id);
    const target = { ...base, name, id: only.id };
    if (unread || !owner) return { ...target, problem: unread };
    const problem = `${quoted} is the connector of ${name}: write ${name} instead.`;
    return { ...target, problem, isMisnamed: true };
  }
  const ids = found.map(({ id }) => id).sort();
  const problem = only
    ? `${found.length} live connectors are called ${quoted}: ${ids.join(", ")}. Write { id: ID } of the one that is meant.`
    : `No live connector is called ${quoted}.`;
  return { ...base, name: null, id: null, problem: unread ?? problem };
}
