/**
 * Binds and unbinds a step of a user flow by PUT
 * (https://learn.microsoft.com/graph/api/b2xidentityuserflow-put-apiconnectorconfiguration).
 */
import { isSameId, type Step, TOKEN_STEP } from "../model/definition.ts";
import { FaultError } from "../model/fault.ts";
import type { LiveUserFlow } from "../model/live.ts";
import type { Written } from "../model/tenant.ts";
import { connectorAddress } from "./clouds.ts";
import { answerFault, type FaultContext } from "./faults.ts";
import { configuration, type FlowAccess, withSteps } from "./user-flows.ts";
import { done, isSuccess, refusal, segment } from "./writing.ts";

/** What a step of a flow is to call; null: nothing. */
interface Binding {
  readonly step: Step;
  readonly connectorId: string | null;
}

/** In one request; one that finds it done already is a success. */
export async function bindStep(
  flow: LiveUserFlow,
  binding: Binding,
  access: FlowAccess,
  signal?: AbortSignal,
  request?: string | null,
): Promise<Written> {
  const { context, transport } = access;
  const { path, ...whole } = configuration("PUT", flow.id, access);
  const name = await nameInGraph(binding.step, flow, access, signal);
  const asked = { ...whole, path: `${path}/${name}/$ref` };
  const body = toReference(binding, path, context);
  const answer = await transport.send(asked, { body, signal, request });
  if (isSuccess(answer)) return done(answer, asked, context);
  const fault = refusal(answer, asked, context);
  // Graph may say so of what is bound already, even by a try of this request whose answer was lost.
  const { code } = answerFault(answer, asked, context).fault;
  if (code === "conflict" && (await isBound(flow, binding, access, signal))) {
    return { requestId: fault.fault.requestId ?? null };
  }
  throw fault;
}

/** Unbinding is documented as an empty object; DELETE is known to generated clients alone. */
function toReference({ connectorId }: Binding, path: string, { tenant }: FaultContext) {
  if (connectorId === null) return {};
  return { "@odata.id": connectorAddress(tenant.graph, path, segment(connectorId)) };
}

async function nameInGraph(
  step: Step,
  flow: LiveUserFlow,
  access: FlowAccess,
  signal?: AbortSignal,
): Promise<string> {
  if (step !== TOKEN_STEP) return step;
  if (access.names.tokenStep === null) await withSteps(flow, access, signal);
  return access.names.tokenStep ?? step;
}

/** A read that fails says nothing of the write, and must not stand in for what Graph said of it. */
async function isBound(
  flow: LiveUserFlow,
  { step, connectorId }: Binding,
  access: FlowAccess,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const now = await withSteps(flow, access, signal);
    const found = now?.steps?.find((one) => one.step === step);
    return found !== undefined && isSameId(found.connector?.id ?? "", connectorId ?? "");
  } catch (thrown) {
    if (thrown instanceof FaultError) return false;
    throw thrown;
  }
}
