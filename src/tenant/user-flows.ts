/**
 * Which user flows call which connector. A flow's own read never shows it, only its configuration
 * with `$expand` does
 * (https://learn.microsoft.com/graph/api/b2xidentityuserflow-get-apiconnectorconfiguration).
 */
import { FaultError, failure } from "../model/fault.ts";
import type { Use } from "../model/tenant.ts";
import { NotAsExpected } from "./api-connector.ts";
import { userFlowPaths } from "./clouds.ts";
import type { Answer, Asked } from "./exchange.ts";
import { answerFault, type FaultContext } from "./faults.ts";
import { readJson, readPage } from "./listing.ts";
import type { Transport } from "./transport.ts";
import { checked, segment } from "./writing.ts";

/** A flow as the listing tells of it. */
interface Flow {
  readonly id: string;
  /** Such as `signUpOrSignIn`. */
  readonly type: string;
  readonly version: number;
}

const guestSteps = ["postFederationSignup", "postAttributeCollection"] as const;

/** Types of flows that call no connector. */
const withoutSteps: ReadonlySet<string> = new Set([
  "passwordreset",
  "profileupdate",
  "resourceowner",
]);

interface Reading {
  readonly transport: Transport;
  readonly context: FaultContext;
}

/** A tenant has some 200 flows at most; this many pages are a loop. */
const MOST_PAGES = 1_000;

/** Refusals that say of a collection that this tenant has none, when the other one is answered. */
const absent: ReadonlySet<string> = new Set(["rejected", "forbidden", "not-found"]);

/** Throws a FaultError when nobody can tell all of them. */
export async function readUses(reading: Reading, signal?: AbortSignal): Promise<readonly Use[]> {
  const refusals: FaultError[] = [];
  const uses: Use[] = [];
  const paths = userFlowPaths(reading.context.tenant.graph);
  for (const path of paths) {
    const listed = await listFlows(path, reading, signal);
    if (listed instanceof FaultError) refusals.push(listed);
    else for (const flow of listed) uses.push(...(await usesOf(flow, path, reading, signal)));
  }
  const [first] = refusals;
  if (first !== undefined && refusals.length === paths.length) throw first;
  return uses;
}

/** A refusal is answered; anything else is thrown. */
async function listFlows(
  path: string,
  { transport, context }: Reading,
  signal?: AbortSignal,
): Promise<readonly Flow[] | FaultError> {
  const asked: Asked = { method: "GET", kind: "UserFlow", id: null, path };
  const flows: Flow[] = [];
  let nextLink: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: Answer = await transport.send(asked, { nextLink, signal });
    if (answer.status !== 200) {
      const fault = answerFault(answer, asked, context);
      if (nextLink === null && absent.has(fault.fault.code)) return fault;
      throw fault;
    }
    const read = checked(answer, asked, context, () => {
      const { objects, ...rest } = readPage(readJson(answer), context.tenant.graph);
      return { ...rest, flows: objects.map(toFlow) };
    });
    flows.push(...read.flows);
    if (read.nextLink === null) return flows;
    nextLink = read.nextLink;
  }
  const message = `The user flows of tenant ${context.tenant.name} go on after ${MOST_PAGES} pages.`;
  throw new FaultError(failure("malformed", message));
}

async function usesOf(
  flow: Flow,
  collection: string,
  { transport, context }: Reading,
  signal?: AbortSignal,
): Promise<readonly Use[]> {
  if (withoutSteps.has(flow.type.toLowerCase())) return [];
  const isB2c = collection.includes("/b2cUserFlows");
  const known = isB2c ? [...guestSteps, "preTokenIssuance"] : guestSteps;
  const path = `${collection}/${segment(flow.id)}/apiConnectorConfiguration`;
  const asked: Asked = { method: "GET", kind: "UserFlow", id: flow.id, path };
  const nextLink = `${context.tenant.graph}${path}?$expand=${known.join(",")}`;
  const answer = await transport.send(asked, { nextLink, signal });
  if (answer.status !== 200) {
    const fault = answerFault(answer, asked, context);
    // Flows of Azure AD B2C that take none refuse the question: older ones, and those that sign in alone.
    const maySay = flow.version < 3 || flow.type.toLowerCase() === "signin";
    if (fault.fault.code === "rejected" && isB2c && maySay) return [];
    throw fault;
  }
  return checked(answer, asked, context, () => toUses(readJson(answer), flow.id, known));
}

function toFlow(json: unknown): Flow {
  const { id, userFlowType, userFlowTypeVersion } = asObject(json);
  if (typeof id !== "string" || id === "") throw new NotAsExpected("has a user flow without id");
  // A type that Graph does not tell may be one that signs up.
  const type = typeof userFlowType === "string" ? userFlowType : "signUp";
  return { id, type, version: typeof userFlowTypeVersion === "number" ? userFlowTypeVersion : 3 };
}

function toUses(json: unknown, flow: string, steps: readonly string[]): readonly Use[] {
  const configuration = asObject(json);
  return steps.flatMap((step) => {
    const bound = configuration[step];
    if (bound === null || bound === undefined) return [];
    const { id } = asObject(bound);
    if (typeof id !== "string" || id === "") throw new NotAsExpected(`has no id in ${step}`);
    return [{ flow, step, connectorId: id }];
  });
}

function asObject(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return json as Readonly<Record<string, unknown>>;
  }
  throw new NotAsExpected("is no object");
}
