/**
 * User flows and which connector their steps call. A flow's own read never shows it, only its
 * configuration with `$expand` does
 * (https://learn.microsoft.com/graph/api/b2xidentityuserflow-get-apiconnectorconfiguration).
 */
import pLimit from "p-limit";
import { TOKEN_STEP } from "../model/definition.ts";
import type { FaultError } from "../model/fault.ts";
import type { LiveStep, LiveUserFlow } from "../model/live.ts";
import { asObject, asText, LONGEST_ID, LONGEST_NAME, NotAsExpected } from "./api-connector.ts";
import { type Collection, pathOf } from "./clouds.ts";
import type { Answer, Asked, Method } from "./exchange.ts";
import { answerFault, type FaultContext, rejected } from "./faults.ts";
import { listAll, readJson } from "./listing.ts";
import type { Transport } from "./transport.ts";
import { checked, segment } from "./writing.ts";

/** What Graph calls the step before the token: its metadata says the one, scripts of Microsoft the other. */
const tokenStepNames = [TOKEN_STEP, "preSendingClaims"] as const;
type TokenStepName = (typeof tokenStepNames)[number];

/** Whichever name a tenant has answered to last; null: none yet. */
export interface KnownNames {
  tokenStep: TokenStepName | null;
}

export interface FlowAccess {
  readonly transport: Transport;
  readonly context: FaultContext;
  readonly names: KnownNames;
}

/** Configurations that are read at the same time; the budget of the tenant holds for all of them. */
const AT_ONCE = 4;

const collections = ["b2xUserFlows", "b2cUserFlows"] as const satisfies readonly Collection[];
type Family = (typeof collections)[number];

const guestSteps = ["postFederationSignup", "postAttributeCollection"] as const;

/** Types of flows that call no connector. */
const withoutSteps: ReadonlySet<string> = new Set([
  "passwordreset",
  "profileupdate",
  "resourceowner",
]);

/** Refusals that say of a family that this tenant has none of it, when the other one is answered. */
const absent: ReadonlySet<string> = new Set(["rejected", "forbidden", "not-found"]);

/** A flow as the listing tells of it. */
type Listed = Omit<LiveUserFlow, "steps">;

/**
 * Every flow, in the order of Graph. `named` are ids of flows that must be among what is read, if
 * they exist at all. Throws a FaultError when nobody can tell all of them.
 */
export async function readUserFlows(
  access: FlowAccess,
  named: readonly string[],
  signal?: AbortSignal,
): Promise<readonly LiveUserFlow[]> {
  const listed: Listed[] = [];
  const refusals: FaultError[] = [];
  const asked = collections.filter((family) => pathOf(access.context.tenant.graph, family));
  for (const family of asked) {
    const answer = await listFlows(family, access, signal);
    if ("fault" in answer) {
      if (named.some((id) => familyOf(id) === family)) throw answer.fault;
      refusals.push(answer.fault);
    } else listed.push(...answer.flows);
  }
  const [first] = refusals;
  if (first !== undefined && refusals.length === asked.length) throw first;
  const flows = await readAll(listed, (flow, until) => withSteps(flow, access, until), signal);
  return flows.filter((flow) => flow !== null);
}

/** So many at a time. The first failure ends them all, and none goes on when it is thrown. */
async function readAll<T, R>(
  all: readonly T[],
  read: (one: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): Promise<readonly R[]> {
  const failed = new AbortController();
  const until = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const limit = pLimit(AT_ONCE);
  const reading = all.map((one) =>
    limit(async () => {
      until.throwIfAborted();
      return read(one, until).catch((thrown: unknown) => {
        failed.abort(thrown);
        throw thrown;
      });
    }),
  );
  await Promise.allSettled(reading);
  until.throwIfAborted();
  return Promise.all(reading);
}

/** The flow with what its steps call now; null when it is gone. */
export async function withSteps(
  flow: Listed,
  access: FlowAccess,
  signal?: AbortSignal,
): Promise<LiveUserFlow | null> {
  const { kind, id, type, version } = flow;
  const told = { kind, id, type, version };
  if (withoutSteps.has(type?.toLowerCase() ?? "")) return { ...told, steps: null };
  const read = await readSteps(flow, access, signal);
  if ("steps" in read) return { ...told, steps: read.steps };
  const { code } = read.refused.fault;
  if (code === "not-found" && !(await isThere(id, access, signal))) return null;
  if ((code === "not-found" || code === "rejected") && mayTakeNone(flow)) {
    return { ...told, steps: null };
  }
  throw read.refused;
}

type Reading = { readonly steps: readonly LiveStep[] } | { readonly refused: FaultError };

/**
 * The step before the token is asked for under each name, and left out only where Graph knows
 * neither: a step that is not seen would look as if it called nothing.
 */
async function readSteps(flow: Listed, access: FlowAccess, signal?: AbortSignal): Promise<Reading> {
  const readAs = (name: TokenStepName | null) => readConfiguration(flow.id, name, access, signal);
  // One refusal is enough of a flow that may take none, in place of one for each name.
  const guestsOnly = mayTakeNone(flow) ? await readAs(null) : null;
  if (guestsOnly !== null && "refused" in guestsOnly) return guestsOnly;
  for (const name of namesToTry(flow.id, access.names)) {
    const read = await readAs(name);
    if ("steps" in read) {
      access.names.tokenStep = name;
      return read;
    }
    if (read.refused.fault.code !== "rejected") return read;
  }
  return guestsOnly ?? readAs(null);
}

/** The likeliest first; none for a flow that has no such step. */
function namesToTry(id: string, { tokenStep }: KnownNames): readonly TokenStepName[] {
  if (familyOf(id) !== "b2cUserFlows") return [];
  if (tokenStep === null) return tokenStepNames;
  return [tokenStep, ...tokenStepNames.filter((name) => name !== tokenStep)];
}

async function readConfiguration(
  id: string,
  tokenStep: TokenStepName | null,
  access: FlowAccess,
  signal?: AbortSignal,
): Promise<Reading> {
  const { transport, context } = access;
  const asked = configuration("GET", id, access);
  const names = tokenStep === null ? guestSteps : [...guestSteps, tokenStep];
  const nextLink = `${context.tenant.graph}${asked.path}?$expand=${names.join(",")}`;
  const answer = await transport.send(asked, { nextLink, signal });
  if (answer.status !== 200) return { refused: answerFault(answer, asked, context) };
  return checked(answer, asked, context, () => ({ steps: toSteps(readJson(answer), tokenStep) }));
}

async function listFlows(
  family: Family,
  { transport, context }: FlowAccess,
  signal?: AbortSignal,
): Promise<{ readonly flows: readonly Listed[] } | { readonly fault: FaultError }> {
  const path = pathOf(context.tenant.graph, family) ?? "";
  const asked: Asked = { method: "GET", kind: "UserFlow", id: null, path };
  let refused: FaultError | null = null;
  const options = {
    transport,
    context,
    toObject: (json: unknown) => toListed(json, family),
    ifRefused: (fault: FaultError) => {
      if (absent.has(fault.fault.code)) refused = fault;
    },
  };
  try {
    return { flows: await listAll(asked, options, signal) };
  } catch (thrown) {
    if (thrown === refused && refused !== null) return { fault: refused };
    throw thrown;
  }
}

/** Flows of Azure AD B2C that are older than the Recommended version, and those that sign nobody up. */
function mayTakeNone({ id, type, version }: Listed): boolean {
  if (familyOf(id) !== "b2cUserFlows") return false;
  const signsUp = type === null || /^signup(?:orsignin)?$/i.test(type);
  return (version !== null && version < 3) || !signsUp;
}

async function isThere(
  id: string,
  { transport, context }: FlowAccess,
  signal?: AbortSignal,
): Promise<boolean> {
  const asked: Asked = { method: "GET", kind: "UserFlow", id, path: flowPath(id, context) };
  const answer: Answer = await transport.send(asked, { signal });
  if (answer.status === 200) return true;
  const refused = answerFault(answer, asked, context);
  if (refused.fault.code === "not-found") return false;
  throw refused;
}

/** Where a flow has what its steps call. */
export function configuration(method: Method, id: string, { context }: FlowAccess): Asked {
  const path = `${flowPath(id, context)}/apiConnectorConfiguration`;
  return { method, kind: "UserFlow", id, path };
}

function flowPath(id: string, { tenant }: FaultContext): string {
  const family = familyOf(id);
  const path = family && pathOf(tenant.graph, family);
  if (!path) throw rejected(`The cloud of tenant ${tenant.name} has no user flow ${id}.`);
  return `${path}/${segment(id)}`;
}

/** Graph puts the family at the front of an id. */
function familyOf(id: string): Family | null {
  if (/^B2X_/i.test(id)) return "b2xUserFlows";
  return /^B2C_/i.test(id) ? "b2cUserFlows" : null;
}

function toListed(json: unknown, family: Family): Listed {
  const object = asObject(json, "a user flow");
  const id = asText(object["id"], "id", LONGEST_ID) ?? "";
  if (familyOf(id) !== family) throw new NotAsExpected("has a user flow without an id of its kind");
  const version = object["userFlowTypeVersion"];
  return {
    kind: "UserFlow",
    id,
    type: asText(object["userFlowType"], "userFlowType", LONGEST_ID),
    version: typeof version === "number" ? version : null,
  };
}

function toSteps(json: unknown, tokenStep: TokenStepName | null): readonly LiveStep[] {
  const object = asObject(json, "a configuration");
  const named = tokenStep === null ? [] : [[TOKEN_STEP, tokenStep] as const];
  return [...guestSteps.map((step) => [step, step] as const), ...named].map(([step, name]) => ({
    step,
    connector: toConnector(object[name], name),
  }));
}

/** How an unbound step looks is documented nowhere: null, or left out. */
function toConnector(json: unknown, step: string): LiveStep["connector"] {
  if (json === null || json === undefined) return null;
  const object = asObject(json, step);
  const id = asText(object["id"], "id", LONGEST_ID) ?? "";
  if (id === "") throw new NotAsExpected(`has no id in ${step}`);
  return { id, displayName: asText(object["displayName"], "displayName", LONGEST_NAME) };
}
