/**
 * The tenant's own audit log, as far as it tells who changed API connectors and user flows
 * (https://learn.microsoft.com/graph/api/directoryaudit-list). What entries of the service B2C hold is
 * documented by one example of another activity alone
 * (https://learn.microsoft.com/azure/active-directory-b2c/view-audit-logs), so whatever is missing or
 * strange in one is taken as not told.
 */
import type { DirectoryAudit, DirectoryAudits } from "../model/attribution.ts";
import type { FaultError } from "../model/fault.ts";
import type { Redactor } from "../model/secret.ts";
import { asObject, LONGEST_ID, NotAsExpected } from "./api-connector.ts";
import type { Asked } from "./exchange.ts";
import { answerFault, type FaultContext, malformedAnswer } from "./faults.ts";
import { presentable } from "./graph-error.ts";
import { expectPage, parseJson, readPage } from "./listing.ts";
import type { Transport } from "./transport.ts";

/** Which of the questions this tenant answers. */
export interface KnownQuestion {
  /**
   * `changes` names the activities, the oldest first; `service` is the filter of Microsoft's own
   * example, for a Graph that refuses the other: it brings every sign-in of Azure AD B2C as well.
   */
  form: "changes" | "service";
}

export interface AuditAccess {
  readonly transport: Transport;
  readonly context: FaultContext;
  readonly question: KnownQuestion;
}

/** Of up to 1,000 entries. What does not fit is left for the next run. */
const MOST_PAGES = 5;

const PATH = "/v1.0/auditLogs/directoryAudits";

/** By their names in https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities. */
const activities = {
  "Create Api connector": { kind: "ApiConnector", op: "create" },
  "Update Api connector": { kind: "ApiConnector", op: "update" },
  "Delete Api connector": { kind: "ApiConnector", op: "delete" },
  "Update user flow": { kind: "UserFlow", op: "update" },
} as const satisfies Readonly<Record<string, Pick<DirectoryAudit, "kind" | "op">>>;

type Activity = keyof typeof activities;

/** From this instant on, the oldest first. Throws a FaultError, of the first page that has one. */
export async function readAudits(
  access: AuditAccess,
  since: string,
  signal?: AbortSignal,
): Promise<Found> {
  const { question } = access;
  const first = await readPages(access, since, signal);
  if ("entries" in first) return first;
  if (first.refused.fault.code !== "rejected" || question.form === "service") throw first.refused;
  question.form = "service";
  const second = await readPages(access, since, signal);
  if ("entries" in second) return second;
  question.form = "changes";
  throw second.refused;
}

type Found = Omit<DirectoryAudits, "caller">;

async function readPages(
  { transport, context, question: { form } }: AuditAccess,
  since: string,
  signal?: AbortSignal,
): Promise<Found | { readonly refused: FaultError }> {
  const asked: Asked = { method: "GET", kind: "DirectoryAudit", id: null, path: PATH };
  let nextLink: string | null = `${context.tenant.graph}${PATH}?${queryOf(form, since)}`;
  const entries = new Map<string, DirectoryAudit>();
  let latest: string | null = null;
  for (let pages = 0; nextLink !== null && pages < MOST_PAGES; pages += 1) {
    const answer = await transport.send(asked, { nextLink, signal });
    if (answer.status < 200 || answer.status > 299) {
      const refused = answerFault(answer, asked, context);
      if (pages > 0) throw refused;
      return { refused };
    }
    try {
      expectPage(answer);
      const page = readPage(parseJson(answer.text), context.tenant.graph);
      for (const json of page.objects) {
        const { at, audit } = toAudit(json, context.redactor);
        if (audit !== null) entries.set(audit.id, audit);
        if (latest === null || at > latest) latest = at;
      }
      nextLink = page.nextLink;
    } catch (thrown) {
      if (!(thrown instanceof NotAsExpected)) throw thrown;
      throw malformedAnswer(thrown.message, answer, asked, context);
    }
  }
  const isOldestFirst = form === "changes" && latest !== null;
  const left = nextLink === null ? null : isOldestFirst ? { after: latest ?? since } : "older";
  return { entries: [...entries.values()].sort(byInstant), left };
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

/** `audit`: null for what is no change of a connector or a flow. Throws NotAsExpected. */
function toAudit(json: unknown, redactor: Redactor) {
  const entry = asObject(json, "an entry");
  const at = instantOf(entry["activityDateTime"]);
  const activity = activityOf(entry["activityDisplayName"]);
  const hasFailed = textOf(entry["result"])?.toLowerCase() === "failure";
  if (activity === null || hasFailed) return { at, audit: null };
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

function instantOf(value: unknown): string {
  const at = typeof value === "string" ? new Date(value) : null;
  if (at === null || Number.isNaN(at.getTime())) {
    throw new NotAsExpected("has an entry whose activityDateTime is no instant");
  }
  return at.toISOString();
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
    aliases: [],
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
