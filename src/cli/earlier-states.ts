/** The earlier states that a person asks for, as definitions in the place of git's. */
import type { Instead } from "../definitions/instead.ts";
import { restoredFlowText, restoredText } from "../definitions/restored-text.ts";
import { type Definition, isConnector } from "../model/definition.ts";
import { FaultError, failure } from "../model/fault.ts";
import type { LedgerEntry } from "../model/store.ts";
import type { Earlier } from "../plan/input.ts";
import { changesIn, type Undoable, undoableOf } from "../reconcile/restore.ts";
import type { Subject } from "../reconcile/subject.ts";

/** Entries of the audit that are looked through for one run or one connector. */
const LOOKED_THROUGH = 20_000;

export interface EarlierStates {
  readonly instead: Instead;
  /** By the name that each has today. */
  readonly restored: Readonly<Record<string, Earlier>>;
}

/** Such as 20260820T080100000Z: no name of a definition looks like it. */
const RUN = /^\d{8}T\d{9}Z$/;

/**
 * Those before the changes of a run, or before the last change of a name. Throws a FaultError
 * `refused` that says what is not known, or is no longer there.
 */
export async function earlierStates(of: string, subject: Subject): Promise<EarlierStates> {
  const { ledger } = await subject.store.recall(subject.tenant);
  const { definitions } = subject.load().loaded;
  const undone = RUN.test(of)
    ? undoableOf(await subject.store.audit({ ...chosen(subject), run: of }))
    : (await changesOf(of, ledger, subject)).slice(-1);
  const blocked = new Set<string>();
  if (undone.length === 0) throw refused(unknown(of, subject));
  const nameOf = namesIn(definitions, ledger, undone);
  const problems: string[] = [];
  const instead: Record<string, string | null> = {};
  const restored: Record<string, Earlier> = {};
  for (const told of undone) {
    const one = told.id === null ? await withId(told, subject) : told;
    const name = nameToday(one, ledger);
    if (Object.hasOwn(restored, name)) {
      problems.push(`${name} stands for more than one connector that was changed then.`);
      continue;
    }
    const definition =
      definitions.find((each) => each.name === name) ??
      definitions.find((each) => isRenamed(each, name)) ??
      null;
    const earlier = earlierState(one, { name, definition, ledger, nameOf });
    if (earlier === null) continue;
    if ("problem" in earlier) problems.push(earlier.problem);
    else {
      const changes = await changesOf(name, ledger, subject);
      const later = changes.filter(({ sequence }) => sequence > one.sequence).length;
      restored[name] = { state: one.before, id: one.id, later };
      instead[name] = earlier.text;
      // Otherwise what git calls it from the next commit on would claim it as well.
      for (const each of definitions) if (isRenamed(each, name)) blocked.add(each.name);
    }
  }
  for (const name of blocked) {
    if (Object.hasOwn(restored, name))
      problems.push(`${name} is renamed in git to what is restored.`);
    else instead[name] = null;
  }
  if (problems.length > 0) throw refused(`${problems.join(" ")} ${INSTEAD}`);
  if (Object.keys(restored).length === 0) throw refused(`Nothing of ${of} is left to undo.`);
  return { instead, restored };
}

/** A connector that is made anew has another id than the steps which called it then. */
function namesIn(
  definitions: readonly Definition[],
  ledger: readonly LedgerEntry[],
  undone: readonly Undoable[],
): (id: string) => string | null {
  const restored = undone.filter(({ id, before }) => id !== null && before !== null);
  return (id) => {
    const again = restored.find((one) => one.id === id);
    if (again) return nameToday(again, ledger);
    const name = ledger.find((entry) => entry.kind === "ApiConnector" && entry.id === id)?.name;
    return definitions.some((one) => one.name === name) ? (name ?? null) : null;
  };
}

const INSTEAD = "It cannot be brought back from here: change the definition in git.";

function chosen({ tenant }: Subject) {
  return { tenants: [tenant.name], limit: LOOKED_THROUGH };
}

/** Of a connector, under whatever names it was managed. */
async function changesOf(
  name: string,
  ledger: readonly LedgerEntry[],
  subject: Subject,
): Promise<readonly Undoable[]> {
  const id = ledger.find((entry) => entry.name === name)?.id;
  const about = id === undefined ? { name } : { name, id };
  const changes = changesIn(await subject.store.audit({ ...chosen(subject), ...about }));
  // Another one may have had the name before, or have it since.
  return id === undefined ? changes : changes.filter((one) => one.id === null || one.id === id);
}

/** What a later run found out is no entry of the run that began it. */
async function withId(one: Undoable, subject: Subject): Promise<Undoable> {
  const entries = await subject.store.audit({ ...chosen(subject), name: one.name });
  return changesIn(entries).find(({ sequence }) => sequence === one.sequence) ?? one;
}

function isRenamed(definition: Definition, before: string): boolean {
  return isConnector(definition) && definition.previously === before;
}

function nameToday({ id, name }: Undoable, ledger: readonly LedgerEntry[]): string {
  return ledger.find((entry) => entry.id === id)?.name ?? name;
}

interface Today {
  readonly name: string;
  readonly definition: Definition | null;
  readonly ledger: readonly LedgerEntry[];
  /** What a connector is called in git, or by what is restored beside it. */
  readonly nameOf: (id: string) => string | null;
}

type EarlierText = { readonly text: string | null } | { readonly problem: string };

/** null: there is nothing to do. */
function earlierState(
  { before, after, id }: Undoable,
  { name, definition, ledger, nameOf }: Today,
): EarlierText | null {
  const managed = ledger.find((entry) => entry.name === name);
  const isOther = managed !== undefined && id !== null && managed.id !== id;
  // What was deleted then is gone, and what was made in its place may be brought to the same state.
  if (isOther && after !== null) {
    return {
      problem: `${name} is another connector by now (${managed.id}): the one of then (${id}) is no longer managed.`,
    };
  }
  if (before !== null && "apiConnectors" in before) return restoredFlowText(name, before, nameOf);
  if (before !== null) {
    const later = after !== null && "query" in after ? after : null;
    return restoredText({ name, state: before, later, policy: policyOf(definition) });
  }
  if (id === null) return { problem: `${name}: which connector was made then is not known.` };
  return managed === undefined ? null : { text: null };
}

/** How git has it treated, which is no part of a state. */
function policyOf(definition: Definition | null): object {
  if (definition === null || !isConnector(definition)) return {};
  const { protect, reassertEvery, reassertOnOutsideChange, retireAfter } = definition.policy;
  return {
    ...(protect && { protect }),
    ...(reassertEvery !== null && { reassertEvery: duration(reassertEvery) }),
    ...(reassertOnOutsideChange !== null && { reassertOnOutsideChange }),
    ...(retireAfter !== null && { retire: "afterRotation", retireAfter: duration(retireAfter) }),
  };
}

function duration(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)}s`;
}

function unknown(of: string, { tenant }: Subject): string {
  const what = RUN.test(of) ? `a change that run ${of} made` : `a change of ${of}`;
  return `The audit of ${tenant.name} knows nothing of ${what}. plumbline history lists what it knows.`;
}

function refused(message: string): FaultError {
  return new FaultError(failure("refused", message));
}
