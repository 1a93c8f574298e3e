/**
 * The one place where an answer of Microsoft Graph, or its absence, becomes a fault: a code, and
 * sentences that say what happened, where, and what to do. The status decides; Graph's own codes
 * and messages are for people, because this API answers `AADB2C` to nearly everything.
 */
import {
  type Fault,
  FaultError,
  failure,
  type TenantFaultCode,
  withoutEffect,
} from "../model/fault.ts";
import { networkReason } from "../model/network.ts";
import type { Redactor } from "../model/secret.ts";
import type { TenantIdentity } from "../model/tenant.ts";
import type { Answer, Asked } from "./exchange.ts";
import { presentable, readGraphError, requestIdOf } from "./graph-error.ts";
import { kindWords, type Permission } from "./kinds.ts";

/** What faults are told about: whose tenant, and what must not be seen. */
export interface FaultContext {
  readonly tenant: TenantIdentity;
  readonly redactor: Redactor;
}

/** The fault that an answer with an unwelcome status stands for. */
export function answerFault(answer: Answer, asked: Asked, context: FaultContext): FaultError {
  const error = readGraphError(answer.text);
  const code = codeOf(answer);
  const said = [error.code, error.message].filter((part) => part !== null).join(": ");
  const quoted = said === "" ? page(answer) : `: ${presentable(said, context.redactor)}`;
  const message = [
    `Microsoft Graph did not ${attempt(asked)} in tenant ${context.tenant.name} (HTTP ${answer.status}${quoted}).`,
    advice(code, answer, asked, context),
  ].join(" ");
  const requestId = requestIdOf(answer.headers, error, context.redactor);
  return tenantFault(code, message, requestId, answer.retryAfter);
}

/** What says that a write had no effect cannot say so of an earlier try whose answer was lost. */
export function doubted(refusal: FaultError): FaultError {
  const { fault, retryAfter, cause } = refusal;
  if (!withoutEffect.has(fault.code)) return refusal;
  const message = `${fault.message} An earlier try of the same request was lost, so whether it was carried out is not known.`;
  return new FaultError({ ...fault, code: "unavailable", message }, { retryAfter, cause });
}

/** An answer with a good status that does not hold what it must. `what` completes "The answer …". */
export function malformedAnswer(
  what: string,
  answer: Answer,
  asked: Asked,
  context: FaultContext,
): FaultError {
  const effect = asked.method === "GET" ? "" : " Whether it was carried out is not known.";
  const message = [
    `Asked to ${attempt(asked)} in tenant ${context.tenant.name}, ${host(context)} gave an answer`,
    `that cannot be used (HTTP ${answer.status}): it ${what}.${effect}`,
    "Check that nothing between here and Microsoft Graph changes answers.",
  ].join(" ");
  return tenantFault(
    "malformed",
    message,
    requestIdOf(answer.headers, readGraphError(answer.text), context.redactor),
    null,
  );
}

/** Nothing was sent, because Graph asked to wait for so many more milliseconds. */
export function pausedFault(paused: number, asked: Asked, { tenant }: FaultContext): FaultError {
  const message = `Plumbline did not ${attempt(asked)} in tenant ${tenant.name}: Microsoft Graph asked it to wait, and ${Math.ceil(paused / 1000)} s of that are left. Lower budget, or run less often.`;
  return tenantFault("throttled", message, null, paused);
}

/** No answer within the time allowed, in milliseconds. */
export function timeoutFault(asked: Asked, timeout: number, context: FaultContext): FaultError {
  const message = `${host(context)} did not answer within ${timeout / 1000} s when asked to ${attempt(asked)} in tenant ${context.tenant.name}. Check the network; Plumbline tries again in its next run.`;
  return tenantFault("timeout", message, null, null);
}

/** The connection could not be made, or broke. */
export function networkFault(thrown: unknown, asked: Asked, context: FaultContext): FaultError {
  const message = `${host(context)} could not be reached to ${attempt(asked)} in tenant ${context.tenant.name}: ${networkReason(thrown)}.`;
  return new FaultError(failure("network", message), { cause: thrown });
}

/** A sign-in that worked, with a token that cannot be used. */
export function unusableToken({ tenant }: FaultContext): FaultError {
  const message = `Signing in to tenant ${tenant.name} gave a token that no request can carry. Check the authority of this tenant, and that nothing between here and it changes answers.`;
  return tenantFault("unauthorised", message, null, null);
}

/** Refused here, before anything was sent. */
export function rejected(message: string): FaultError {
  return new FaultError(failure("rejected", message));
}

function tenantFault(
  code: TenantFaultCode,
  message: string,
  requestId: string | null,
  retryAfter: number | null,
): FaultError {
  const fault: Fault = failure(code, message);
  return new FaultError(requestId === null ? fault : { ...fault, requestId }, { retryAfter });
}

function codeOf({ status, headers }: Answer): TenantFaultCode {
  if (status === 429) return "throttled";
  if (status >= 500) return "unavailable";
  if (status === 408) return "timeout";
  if (status < 400) return "malformed";
  // A page for people comes from a proxy or a firewall: what it says of permissions is not Graph's.
  if (isPage(headers)) return "malformed";
  return refusals[status] ?? "rejected";
}

const refusals: Readonly<Record<number, TenantFaultCode>> = {
  401: "unauthorised",
  403: "forbidden",
  404: "not-found",
  407: "network",
  409: "conflict",
  410: "not-found",
  412: "conflict",
};

function advice(
  code: TenantFaultCode,
  answer: Answer,
  asked: Asked,
  { tenant }: FaultContext,
): string {
  const kind = kindWords[asked.kind];
  switch (code) {
    case "unauthorised":
      return `The access token was refused: check that the credential belongs to directory ${tenant.tenantId} and to this cloud (${tenant.graph}).`;
    case "forbidden":
      return `The app needs the application permission ${permissions(asked.method === "GET" ? kind.read : kind.write)} of Microsoft Graph: add it to the app registration and grant admin consent.`;
    case "not-found":
      return asked.id === null
        ? `This tenant or cloud has no ${kind.many} under ${asked.path}: check tenantId and cloud.`
        : asked.kind === "UserFlow"
          ? "It, or the connector that it is to call, was deleted meanwhile; the next run sees that."
          : "It was deleted meanwhile; the next run sees that.";
    case "conflict":
      return "Something else changed it at the same moment; the next run plans afresh.";
    case "rejected":
      if (asked.method === "GET") return "Check tenantId and cloud, and ask Microsoft if it stays.";
      return limitReached(answer.text)
        ? `The tenant has as many ${kind.many} as it may have: delete one that is not used, or ask Microsoft for more.`
        : "Correct the definition as Graph says.";
    case "throttled":
      return `Too many requests reach this tenant${again(answer.retryAfter)}. Lower budget, or run less often.`;
    case "unavailable":
      return `Microsoft Graph has a fault of its own${again(answer.retryAfter)}; it usually passes.`;
    case "timeout":
      return "It usually passes; Plumbline tries again in its next run.";
    case "network":
      return "A proxy wants a sign-in: check the proxy settings of this machine.";
    case "malformed":
      return answer.status < 400
        ? "A redirect or an unknown success is never followed: check the graph address of this tenant."
        : "A page for people came where Graph's answer should be: a proxy or a firewall may stand between.";
  }
}

function attempt({ method, kind, id }: Asked): string {
  const { one, many } = kindWords[kind];
  switch (method) {
    case "GET":
      return id === null ? `list the ${many}` : `read ${one} ${id}`;
    case "POST":
      return id === null ? `create an ${one}` : `add a certificate to ${one} ${id}`;
    case "PUT":
      return `change which API connector a step of ${one} ${id} calls`;
    case "PATCH":
      return `update ${one} ${id}`;
    case "DELETE":
      return `delete ${one} ${id}`;
  }
}

function permissions(any: readonly Permission[]): string {
  return any.map(({ name, id }) => `${name} (${id})`).join(" or ");
}

function again(retryAfter: number | null): string {
  return retryAfter === null ? "" : `; it asks to wait ${Math.ceil(retryAfter / 1000)} s`;
}

/** Graph's wording of the limit is not published; both known words must be there. */
function limitReached(body: string): boolean {
  return /\b(?:limit|maximum|quota)\b/i.test(body) && /\b(?:reach|exceed|number)/i.test(body);
}

function isPage(headers: Headers): boolean {
  return /^text\/html|^application\/xhtml/i.test(headers.get("content-type") ?? "");
}

function page({ headers }: Answer): string {
  return isPage(headers) ? ", an HTML page" : "";
}

function host({ tenant }: FaultContext): string {
  return URL.canParse(tenant.graph) ? new URL(tenant.graph).host : tenant.graph;
}
