/** A practice tenant over HTTP whose user flows call connectors, and access to it. */
import { FaultError } from "../../src/model/fault.ts";
import type { LiveStep, LiveUserFlow } from "../../src/model/live.ts";
import { Secret } from "../../src/model/secret.ts";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import { type Access, openReader, openWriter } from "../../src/tenant/tenant.ts";
import { access } from "./scripted-graph.ts";

const basic = { basic: { username: "entra", password: "open sesame" } };

/** Flows of both families; three steps call connectors. */
export async function practised(...faults: readonly InjectedFault[]): Promise<Sandbox> {
  const sandbox = await startSandbox({ port: 0, requestLimit: null });
  sandbox.control.setState({
    connectors: ["fraud", "crm"].map((id) => ({
      id,
      displayName: `The ${id}`,
      authentication: basic,
    })),
    userFlows: [
      { id: "B2X_1_signup", apiConnectors: { postAttributeCollection: "fraud" } },
      { id: "B2X_1_partners" },
      {
        id: "B2C_1_customer",
        apiConnectors: { preTokenIssuance: "crm", postFederationSignup: "fraud" },
      },
      { id: "B2C_1_reset", userFlowType: "passwordReset" },
      { id: "B2C_1_old", userFlowTypeVersion: 1 },
    ],
  });
  for (const fault of faults) sandbox.control.injectFault(fault);
  return sandbox;
}

export function accessTo({ url, token }: Sandbox): Access {
  return access(url, { credential: { type: "token", token: new Secret(token) } }).access;
}

export function readerOf(sandbox: Sandbox) {
  return openReader(accessTo(sandbox));
}

export function writerOf(sandbox: Sandbox) {
  return openWriter(accessTo(sandbox));
}

/** A flow as a read before gave it, without what its steps called then. */
export function flow(id: string): LiveUserFlow {
  return { kind: "UserFlow", id, type: "signUpOrSignIn", version: null, steps: [] };
}

/** Which connector each step calls, by its id. */
export function called(steps: readonly LiveStep[] | null | undefined) {
  return steps && Object.fromEntries(steps.map((one) => [one.step, one.connector?.id ?? null]));
}

export function calledBy(flows: readonly LiveUserFlow[]) {
  return Object.fromEntries(flows.map(({ id, steps }) => [id, called(steps)]));
}

export const GUESTS = {
  B2X_1_signup: { postFederationSignup: null, postAttributeCollection: "fraud" },
  B2X_1_partners: { postFederationSignup: null, postAttributeCollection: null },
};

export const CUSTOMERS = {
  B2C_1_customer: {
    postFederationSignup: "fraud",
    postAttributeCollection: null,
    preTokenIssuance: "crm",
  },
  B2C_1_reset: null,
  B2C_1_old: null,
};

/** Methods and paths that the practice tenant was sent. */
export function asked({ control }: Sandbox, about = /./): readonly string[] {
  return control
    .requests()
    .map(({ method, path }) => `${method} ${path}`)
    .filter((line) => about.test(line));
}

/** What was thrown; a FaultError as its fault. */
export async function faultOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return null;
  } catch (thrown) {
    return thrown instanceof FaultError ? thrown.fault : thrown;
  }
}
