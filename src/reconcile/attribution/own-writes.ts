/** Which entries of the tenant's audit log are of our own making: pure. */
import type { Caller, DirectoryAudit } from "../../model/attribution.ts";
import { isSameId } from "../../model/definition.ts";
import type { OwnWrite } from "../../model/store.ts";
import { isAbout, SKEW } from "../../plan/outside.ts";

/** Milliseconds that a write of which nobody knows when it ended may have been under way. */
const LONGEST_WRITE = 3_600_000;

/**
 * The entries that are not ours. Of each, the first line that fits:
 *
 * | the entry                                                             | ours |
 * |-----------------------------------------------------------------------|------|
 * | has the client-request-id of a write of ours as its correlationId     | yes  |
 * | came while no write of ours of this verb was under way                | no   |
 * | came meanwhile, by this app or user                                   | yes  |
 * | came meanwhile, by another user whom it names so that we would know   | no   |
 * | came meanwhile, by another app, and some entry names us               | no   |
 * | came meanwhile, about another object                                  | no   |
 * | came meanwhile, about the object of that write                        | yes  |
 *
 * That Microsoft hands the client-request-id on, and by which id it calls whoever writes through
 * Graph, is documented nowhere, so neither is taken for granted: were our own writes taken for
 * somebody's, a password could be sent again at each run. Another program that signs in as the same
 * app is taken for us while we write.
 */
export function notOurs(
  entries: readonly DirectoryAudit[],
  writes: readonly OwnWrite[],
  caller: Caller,
): readonly DirectoryAudit[] {
  const spans = writes.map(spanOf);
  const requests = new Set(writes.map(({ request }) => request?.toLowerCase()));
  const hasRequest = ({ request }: DirectoryAudit) =>
    request !== null && requests.has(request.toLowerCase());
  const isNamed = entries.some((entry) => hasRequest(entry) || isBy(entry, caller));
  return entries.filter((entry) => {
    if (hasRequest(entry)) return false;
    const instant = Date.parse(entry.at);
    const meanwhile = spans
      .filter((span) => span.from <= instant && instant <= span.to && isVerb(entry, span.write))
      .map(({ write }) => write);
    if (meanwhile.length === 0) return true;
    if (isBy(entry, caller)) return false;
    const { actor } = entry;
    const isKnowable = actor !== null && (actor.id !== null || actor.aliases.length > 0);
    if (actor?.type === "user" && isKnowable && caller.length > 0) return true;
    if (actor?.type === "app" && isNamed) return true;
    return !meanwhile.some((write) => isItsObject(entry, write));
  });
}

function isBy({ actor }: DirectoryAudit, caller: Caller): boolean {
  if (actor === null) return false;
  const ids = actor.id === null ? actor.aliases : [actor.id, ...actor.aliases];
  return ids.some((one) => caller.some((own) => isSameId(one, own)));
}

/** A write, and from when to when an entry may have come of it, in milliseconds since 1970. */
interface Span {
  readonly write: OwnWrite;
  readonly from: number;
  readonly to: number;
}

function spanOf(write: OwnWrite): Span {
  const begun = Date.parse(write.startedAt);
  const longest = begun + LONGEST_WRITE;
  const ended = write.endedAt === null ? longest : Math.min(Date.parse(write.endedAt), longest);
  return { write, from: begun - SKEW, to: ended + SKEW };
}

function isVerb({ kind, op }: DirectoryAudit, write: OwnWrite): boolean {
  const verb = write.op === "adopt" ? "update" : write.op;
  // A create whose answer was lost is followed by an update of what it made.
  return kind === write.kind && (verb === op || (verb === "create" && op === "update"));
}

function isItsObject({ about, kind }: DirectoryAudit, { id, displayName }: OwnWrite): boolean {
  const ids = id === null ? [] : [id];
  return about.length === 0 || isAbout(about, { kind, ids, names: [displayName] });
}
