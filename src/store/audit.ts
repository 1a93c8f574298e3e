/** The chain of the audit: how a link is made, whether all hold, and how the oldest are let go. */
import { hash } from "node:crypto";
import { untold } from "../model/audit.ts";
import type {
  AuditEntry,
  AuditHead,
  AuditVerdict,
  ChainedEntry,
} from "../model/generated/audit.ts";
import { append, deleteThrough, selectHead, selectLinks, selectOutdated } from "./audit-queries.ts";
import type { Database } from "./database.ts";

/** Before the first entry. */
const START = "0".repeat(64);

/** Problems that are told: the first ones say what happened. */
const MOST_PROBLEMS = 10;

/** Entries that are read at once, as one state. */
const PAGE = 20_000;

/** Hash of an entry, in hex: of what is kept, byte for byte. */
export function link(sequence: number, previous: string, entry: string): string {
  return hash("sha256", `${sequence}\n${previous}\n${entry}`, "hex");
}

export interface Link {
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
  readonly entry: string;
}

export type Head = Pick<Link, "sequence" | "hash">;

/** A whole entry, when its text is one. */
export function toChained({ entry, ...place }: Link): ChainedEntry | null {
  try {
    const value: unknown = JSON.parse(entry);
    const isEntry = typeof value === "object" && value !== null && "action" in value;
    return isEntry ? { ...place, entry: value as AuditEntry } : null;
  } catch {
    return null;
  }
}

/**
 * Looks at every link. What was taken away at the beginning must be owned up to by a later entry that
 * says through which one; what was cut off at the end leaves the head without its entry.
 */
export async function verifyChain(database: Database, kept?: AuditHead): Promise<AuditVerdict> {
  const problems: string[] = [];
  const checker = openChecker((problem) => problems.push(problem), kept);
  let head: Head | undefined;
  for (;;) {
    const answers = await database.read([selectLinks(checker.last.sequence, PAGE), selectHead()]);
    const [links] = answers;
    head = answers[1][0];
    for (const one of links) checker.check(one);
    if (links.length < PAGE) break;
  }
  checker.end(head);
  return {
    entries: checker.entries,
    head: checker.last.sequence === 0 ? null : checker.last,
    problems: bounded(problems),
  };
}

function bounded(problems: readonly string[]): string[] {
  const more = problems.length - MOST_PROBLEMS;
  const told = problems.slice(0, MOST_PROBLEMS);
  return more > 0 ? [...told, `And ${more} more like these.`] : told;
}

function missingText(from: number, to: number): string {
  return from === to ? `Entry ${from} is missing` : `Entries ${from} to ${to} are missing`;
}

interface Checker {
  readonly entries: number;
  /** The last link that was checked. */
  readonly last: Head;
  check(link: Link): void;
  end(head: Head | undefined): void;
}

function openChecker(complain: (problem: string) => void, kept?: AuditHead): Checker {
  let entries = 0;
  let last: Head = { sequence: 0, hash: START };
  /** What is missing at the beginning, until an entry says that it was let go. */
  let missing: Head | null = null;
  const checkPlace = ({ sequence, previous }: Link) => {
    if (sequence === last.sequence + 1) {
      if (previous !== last.hash) complain(`Entry ${sequence} does not follow the one before it.`);
    } else if (entries === 0) missing = { sequence: sequence - 1, hash: previous };
    else complain(`${missingText(last.sequence + 1, sequence - 1)}.`);
  };
  return {
    get entries() {
      return entries;
    },
    get last() {
      return last;
    },
    check(one) {
      checkPlace(one);
      if (entries === 0 && kept !== undefined) compareRemoved(one, kept, complain);
      const { sequence, previous, entry } = one;
      if (link(sequence, previous, entry) !== one.hash) complain(`Entry ${sequence} was edited.`);
      const chained = toChained(one);
      if (chained === null) complain(`Entry ${sequence} cannot be read.`);
      else if (missing !== null && ownsUpTo(chained.entry, missing)) missing = null;
      if (sequence === kept?.sequence && one.hash !== kept.hash) {
        complain(`Entry ${sequence} is another than the one that was kept elsewhere.`);
      }
      entries += 1;
      last = { sequence, hash: one.hash };
    },
    end(head) {
      if (kept !== undefined && kept.sequence > last.sequence) {
        complain(`Entry ${kept.sequence}, which was kept elsewhere, is missing.`);
      }
      if (missing !== null) complain(`${missingText(1, missing.sequence)}.`);
      if (head === undefined) complain("The note of which entry is the newest is missing.");
      else if (head.sequence > last.sequence) {
        complain(`${missingText(last.sequence + 1, head.sequence)} at the end.`);
      } else if (head.sequence !== last.sequence || head.hash !== last.hash) {
        complain("The newest entry is not the one that was written last.");
      }
    },
  };
}

/** What was kept elsewhere may be older than all that is left: then only the last one removed tells. */
function compareRemoved(
  { sequence, previous }: Link,
  kept: AuditHead,
  complain: (problem: string) => void,
): void {
  if (kept.sequence >= sequence) return;
  const isLast = kept.sequence === sequence - 1;
  if (isLast && kept.hash === previous) return;
  complain(
    isLast
      ? `Entry ${kept.sequence} is another than the one that was kept elsewhere.`
      : `Entry ${kept.sequence}, which was kept elsewhere, was removed: nothing tells whether it was the same. Compare a later one.`,
  );
}

function ownsUpTo({ action, message }: AuditEntry, { sequence, hash }: Head): boolean {
  return action === "retain" && message === retained({ sequence, hash });
}

function retained({ sequence, hash }: Head): string {
  return `Entries up to ${sequence} were removed, as audit.keep says. The last of them had the hash ${hash}.`;
}

/** Removes what is older than an RFC 3339 instant, and says so in the chain, in one transaction. */
export async function retainSince(database: Database, before: string, at: string): Promise<void> {
  const [[outdated]] = await database.read([selectOutdated(before)]);
  if (outdated === undefined) return;
  const entry: AuditEntry = {
    at,
    tenant: null,
    ...untold,
    action: "retain",
    result: "done",
    by: "plumbline",
    message: retained(outdated),
  };
  await database.write("durable", [
    { query: deleteThrough(outdated.sequence) },
    ...append([entry]),
  ]);
}
