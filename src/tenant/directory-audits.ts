/**
 * The tenant's own audit log, as far as it tells who changed API connectors and user flows
 * (https://learn.microsoft.com/graph/api/directoryaudit-list). What entries of the service B2C hold is
 * documented by one example of another activity alone
 * (https://learn.microsoft.com/azure/active-directory-b2c/view-audit-logs), so whatever is missing or
 * strange in one is taken as not told.
 */
import type { DirectoryAudit, DirectoryAudits } from "../model/attribution.ts";
import type { Clock } from "../model/clock.ts";
import { type Fault, FaultError } from "../model/fault.ts";
import type { Redactor } from "../model/secret.ts";
import { asObject, LONGEST_ID, NotAsExpected } from "./api-connector.ts";
import type { Answer, Asked } from "./exchange.ts";
import { answerFault, type FaultContext, malformedAnswer, pausedFault } from "./faults.ts";
import { presentable } from "./graph-error.ts";
import { expectPage, parseJson, readPage } from "./listing.ts";
import type { Transport } from "./transport.ts";

/** Which of the questions this tenant answers, and when it asked to be left alone. */
export interface KnownQuestion {
  /**
   * `changes` names the activities, the oldest first; `service` is the filter of Microsoft's own
   * example, for a Graph that refuses the other: it brings every sign-in of Azure AD B2C as well.
   */
  form: "changes" | "service";
  /** From when on and for how long it is not asked, in milliseconds; null: it may be. */
  rest: { readonly from: number; readonly length: number } | null;
}

export interface AuditAccess {
  readonly transport: Transport;
  readonly context: FaultContext;
  readonly question: KnownQuestion;
  readonly clock: Clock;
}

/** Of up to 1,000 entries. What does not fit is left for the next run. */
const MOST_PAGES = 5;

/** Milliseconds after which no further page is asked for: a run waits for it. */
const LONGEST_READING = 30_000;

const PATH = "/v1.0/auditLogs/directoryAudits";

/** By their names in https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities. */
const activities = {
  "Create Api connector": { kind: "ApiConnector", op: "create" },
  "Update Api connector": { kind: "ApiConnector", op: "update" },
  "Delete Api connector": { kind: "ApiConnector", op: "delete" },
  "Update user flow": { kind: "UserFlow", op: "update" },
} as const satisfies Readonly<Record<string, Pick<DirectoryAudit, "kind" | "op">>>;

type Activity = keyof typeof activities;

/**
 * From this instant on, the oldest first. Throws the FaultError of the first page; where a later one
 * fails, what came before it is answered, or a log that always breaks off there would never be read.
 */
export async function readAudits(
  access: AuditAccess,
  since: string,
  signal?: AbortSignal,
): Promise<Found> {
  const { question } = access;
  try {
    return await readPages(access, since, signal);
  } catch (thrown) {
    const isRefused = thrown instanceof FaultError && thrown.fault.code === "rejected";
    if (!isRefused || question.form === "service") throw thrown;
  }
  try {
    question.form = "service";
    return await readPages(access, since, signal);
  } catch (thrown) {
    question.form = "changes";
    throw thrown;
  }
}

type Found = Omit<DirectoryAudits, "caller">;

/** What the pages so far held. */
interface Pages {
  readonly entries: Map<string, DirectoryAudit>;
  /** Of all entries, changes or not. */
  latest: string | null;
  /** As was asked; a Graph that does not mind gives the newest first. */
  isOldestFirst: boolean;
}

async function readPages(access: AuditAccess, since: string, signal?: AbortSignal): Promise<Found> {
  const { context, question, clock } = access;
  const isOldestFirst = question.form === "changes";
  const read: Pages = { entries: new Map(), latest: null, isOldestFirst };
  const deadline = clock.now().getTime() + LONGEST_READING;
  let nextLink: string | null = `${context.tenant.graph}${PATH}?${queryOf(question.form, since)}`;
  let brokenOff: Fault | null = null;
  for (let pages = 0; nextLink !== null && pages < MOST_PAGES; pages += 1) {
    if (clock.now().getTime() > deadline) break;
    try {
      nextLink = await readOn(access, nextLink, read, signal);
    } catch (thrown) {
      if (!(thrown instanceof FaultError) || pages === 0) throw thrown;
      brokenOff = thrown.fault;
      break;
    }
  }
  const { latest } = read;
  const entries = [...read.entries.values()].sort(byInstant);
  const after = read.isOldestFirst && latest !== null ? { after: latest } : "older";
  return { entries, left: nextLink === null ? null : after, brokenOff };
}

const asked: Asked = { method: "GET", kind: "DirectoryAudit", id: null, path: PATH };

/** One more page; answers where the next one is. Throws a FaultError. */
async function readOn(
  access: AuditAccess,
  nextLink: string,
  read: Pages,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { context } = access;
  const answer = await rested(access, nextLink, signal);
  if (answer.status < 200 || answer.status > 299) throw answerFault(answer, asked, context);
  try {
    expectPage(answer);
    const page = readPage(parseJson(answer.text), context.tenant.graph);
    for (const json of page.objects) add(read, toAudit(json, context.redactor));
    return page.nextLink;
  } catch (thrown) {
    if (!(thrown instanceof NotAsExpected)) throw thrown;
    throw malformedAnswer(thrown.message, answer, asked, context);
  }
}

function add(read: Pages, { at, audit }: Read): void {
  if (audit !== null) read.entries.set(audit.id, audit);
  if (at === null) return;
  if (read.latest === null || at >= read.latest) read.latest = at;
  else read.isOldestFirst = false;
}

/** Whoever asked too often keeps the others from asking as well, when it does not stop. */
async function rested(
  { transport, question, clock, context }: AuditAccess,
  nextLink: string,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { from, length } = question.rest ?? { from: 0, length: 0 };
  const passed = clock.now().getTime() - from;
  // A clock that was set back must not keep the question from being asked.
  if (passed >= 0 && passed < length) throw pausedFault(length - passed, asked, context);
  const answer = await transport.send(asked, { nextLink, signal });
  const { status, retryAfter } = answer;
  const isThrottled = (status === 429 || status === 503) && retryAfter !== null;
  question.rest = isThrottled ? { from: clock.now().getTime(), length: retryAfter } : null;
  return answer;
}

function byInstant(one: DirectoryAudit, other: DirectoryAudit): number {
  if (one.at === other.at) return one.id < other.id ? -1 : 1;
  return one.at < other.at ? -1 : 1;
}

/** Microsoft writes some of the names in either way. */
function spellings(activity: string): readonly string[] {
  return [...new Set([activity, activity.replace("Api", "API")])];
}

function queryOf(form: KnownQuestion["form"], since: string): string {
  // The fraction of a second is left out: it only makes the bound an earlier one.
  const from = `loggedByService eq 'B2C' and activityDateTime ge ${since.replace(/\.\d+Z$/, "Z")}`;
  if (form === "service") return `$filter=${encodeURIComponent(from)}`;
  const named = Object.keys(activities).flatMap(spellings);
  const any = named.map((name) => `activityDisplayName eq '${name}'`).join(" or ");
  return `$filter=${encodeURIComponent(`${from} and (${any})`)}&$orderby=activityDateTime%20asc`;
}

/** `audit`: null for what is no change of a connector or a flow, whose instant may be missing. */
type Read =
  | { readonly at: string; readonly audit: DirectoryAudit }
  | { readonly at: string | null; readonly audit: null };

/** Throws NotAsExpected for a change of which nobody can tell which one or when. */
function toAudit(json: unknown, redactor: Redactor): Read {
  const entry = asObject(json, "an entry");
  const at = instantOf(entry["activityDateTime"]);
  const activity = activityOf(entry["activityDisplayName"]);
  const hasFailed = textOf(entry["result"])?.toLowerCase() === "failure";
  if (activity === null || hasFailed) return { at, audit: null };
  if (at === null) {
    throw new NotAsExpected("has an entry whose activityDateTime is no instant");
  }
  const id = textOf(entry["id"]);
  if (id === null || id.length > LONGEST_ID) throw new NotAsExpected("has an entry without id");
  const request = textOf(entry["correlationId"]);
  const audit: DirectoryAudit = {
    id: redactor.redact(id),
    at,
    activity,
    ...activities[activity],
    request: isId(request) && redactor.redact(request) === request ? request.toLowerCase() : null,
    about: aboutOf(entry["targetResources"], redactor),
    actor: actorOf(entry["initiatedBy"], redactor),
  };
  return { at, audit };
}

/** null: it is none. */
function instantOf(value: unknown): string | null {
  const at = typeof value === "string" ? new Date(value) : null;
  return at === null || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function activityOf(value: unknown): Activity | null {
  const name = textOf(value)?.toLowerCase();
  const known = Object.keys(activities) as Activity[];
  return known.find((activity) => activity.toLowerCase() === name) ?? null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A GUID of zeros stands for none. */
function isId(text: string | null): text is string {
  return text !== null && /^[\w-]{1,100}$/.test(text) && !/^[0-]+$/.test(text);
}

/** Enough for any entry; the rest of a longer one is left out. */
const MOST_TARGETS = 20;

function aboutOf(value: unknown, redactor: Redactor): readonly string[] {
  const targets = Array.isArray(value) ? value.slice(0, MOST_TARGETS) : [];
  const texts = targets.flatMap((target: unknown) => {
    const { id, displayName } = fieldsOf(target);
    return [textOf(id), textOf(displayName)].filter((text) => text !== null);
  });
  const named = texts.filter((text) => text.length <= LONGEST_ID && !/^[0-]+$/.test(text));
  return [...new Set(named.map((text) => redactor.redact(text)))];
}

function actorOf(value: unknown, redactor: Redactor): DirectoryAudit["actor"] {
  const { user, app } = fieldsOf(value);
  const shown = (...texts: unknown[]) => {
    const text = texts.map(textOf).find((one) => one !== null && !/^[0-]+$/.test(one));
    return text ? presentable(text, redactor) : null;
  };
  const person = fieldsOf(user);
  const program = fieldsOf(app);
  const one: DirectoryAudit["actor"] = {
    type: "user",
    name: shown(person["userPrincipalName"], person["displayName"]),
    id: shown(person["id"]),
    aliases: [person["userPrincipalName"]].map(textOf).filter((text) => text !== null),
  };
  if (one.name !== null || one.id !== null) return one;
  const { appId, displayName, servicePrincipalId, servicePrincipalName } = program;
  const name = shown(displayName, servicePrincipalName);
  // The example of Microsoft has the app's id in the place of its name.
  const id = shown(appId, servicePrincipalId, servicePrincipalName);
  if (name === null && id === null) return null;
  const aliases = [appId, servicePrincipalId, servicePrincipalName].map(textOf).filter(isId);
  return { type: "app", name: name === id ? null : name, id, aliases };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
