/**
 * User flows and which connector their steps call. A flow's own read never shows it, only its
 * configuration with `$expand` does; a step is bound and unbound by PUT
 * (https://learn.microsoft.com/graph/api/b2xidentityuserflow-get-apiconnectorconfiguration,
 * https://learn.microsoft.com/graph/api/b2xidentityuserflow-put-apiconnectorconfiguration).
 */
import pLimit from "p-limit";
import { type Step, TOKEN_STEP } from "../model/definition.ts";
import type { FaultError } from "../model/fault.ts";
import type { LiveStep, LiveUserFlow } from "../model/live.ts";
import type { Written } from "../model/tenant.ts";
import { asObject, asText, LONGEST_ID, LONGEST_NAME, NotAsExpected } from "./api-connector.ts";
import { type Collection, connectorAddress, pathOf } from "./clouds.ts";
import type { Answer, Asked, Method } from "./exchange.ts";
import { answerFault, type FaultContext, rejected } from "./faults.ts";
import { listAll, readJson } from "./listing.ts";
import type { Transport } from "./transport.ts";
import { checked, done, isSuccess, refusal, segment } from "./writing.ts";

/** What Graph calls the step before the token: its metadata says the one, scripts of Microsoft the other. */
type TokenStepName = typeof TOKEN_STEP | "preSendingClaims";

/** Whichever name a tenant has answered to. */
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
  const limit = pLimit(AT_ONCE);
  const reading = listed.map((flow) => limit(() => withSteps(flow, access, signal)));
  const flows = await Promise.all(reading).finally(() => limit.clearQueue());
  return flows.filter((flow) => flow !== null);
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
  let refused: FaultError | null = null;
  for (const tokenStep of tokenStepNames(id, access.names)) {
    const asked = configuration("GET", id, access);
    const names = tokenStep === null ? guestSteps : [...guestSteps, tokenStep];
    const nextLink = `${access.context.tenant.graph}${asked.path}?$expand=${names.join(",")}`;
    const answer = await access.transport.send(asked, { nextLink, signal });
    if (answer.status === 200) {
      access.names.tokenStep ??= tokenStep;
      const steps = checked(answer, asked, access.context, () =>
        toSteps(readJson(answer), tokenStep),
      );
      return { ...told, steps };
    }
    refused = answerFault(answer, asked, access.context);
    if (refused.fault.code !== "rejected") break;
  }
  if (refused?.fault.code === "not-found" && !(await isThere(id, access, signal))) return null;
  if (refused?.fault.code === "rejected" && mayTakeNone(flow)) return { ...told, steps: null };
  throw refused;
}

/** In one request; one that finds it done already is a success. */
export async function bindStep(
  flow: LiveUserFlow,
  { step, connectorId }: { readonly step: Step; readonly connectorId: string | null },
  access: FlowAccess,
  signal?: AbortSignal,
): Promise<Written> {
  const { context, names, transport } = access;
  const name = step === TOKEN_STEP ? (names.tokenStep ?? TOKEN_STEP) : step;
  const { path, ...whole } = configuration("PUT", flow.id, access);
  const asked = { ...whole, path: `${path}/${name}/$ref` };
  const body =
    connectorId === null
      ? {}
      : { "@odata.id": connectorAddress(context.tenant.graph, path, segment(connectorId)) };
  const answer = await transport.send(asked, { body, signal });
  if (isSuccess(answer)) return done(answer, asked, context);
  const fault = refusal(answer, asked, context);
  // It may say so of what is bound already; anything else that is so is for a read to tell.
  if (fault.fault.code === "conflict") {
    const now = await withSteps(flow, access, signal);
    const bound = now?.steps?.find((one) => one.step === step);
    if (bound && (bound.connector?.id ?? null) === connectorId) return { requestId: null };
  }
  throw fault;
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
    toObject: toListed,
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

/** Those that are to be tried, the likeliest first; null: this flow has no such step. */
function tokenStepNames(id: string, { tokenStep }: KnownNames): readonly (TokenStepName | null)[] {
  if (familyOf(id) !== "b2cUserFlows") return [null];
  return tokenStep === null ? [TOKEN_STEP, "preSendingClaims", null] : [tokenStep];
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

function configuration(method: Method, id: string, { context }: FlowAccess): Asked {
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

function toListed(json: unknown): Listed {
  const object = asObject(json, "a user flow");
  const id = asText(object["id"], "id", LONGEST_ID) ?? "";
  if (familyOf(id) === null) throw new NotAsExpected("has a user flow without an id of its kind");
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
