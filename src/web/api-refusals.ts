/** What an error inside a request of the API comes to. Detail of a bug goes to the log alone. */
import { type FaultCode, FaultError, type TenantFaultCode } from "../model/fault.ts";
import type { WebLog } from "./log.ts";
import { type Refusal, STORE, statusOf } from "./refusal.ts";

type Known = Pick<Refusal, "status" | "error">;

const unavailable: Known = { status: 503, error: "unavailable" };

const ofFaults: Partial<Readonly<Record<FaultCode, Known>>> = {
  locked: { status: 409, error: "in-progress" },
  store: unavailable,
  stopped: unavailable,
  unavailable,
};

/** Nothing is wrong with what is asked for; the tenant cannot be asked for it. */
const ofTenants: ReadonlySet<FaultCode> = new Set<TenantFaultCode>([
  ...(["unauthorised", "forbidden", "not-found", "conflict", "rejected"] as const),
  ...(["throttled", "unavailable", "timeout", "network", "malformed"] as const),
]);

/** Faults of definitions as well: nothing can be done with them. */
const refused: Known = { status: 409, error: "refused" };

function knownOf(code: FaultCode): Known {
  return ofFaults[code] ?? (ofTenants.has(code) ? unavailable : refused);
}

/** What is wrong with a request itself. */
const ofRequests: Readonly<Record<number, Omit<Refusal, "status">>> = {
  413: { error: "too-large", message: "The body is too large." },
  415: { error: "unsupported-type", message: "Send content-type: application/json." },
};

export function refusalOf(error: unknown, log: WebLog): Refusal {
  if (error instanceof FaultError) {
    const { code, message } = error.fault;
    const known = knownOf(code);
    if (known === unavailable) log.warn("A request for the API was not answered.", error);
    if (code !== "internal") return { ...known, message: code === "store" ? STORE : message };
  } else {
    const status = statusOf(error);
    if (status !== null) return { status, ...(ofRequests[status] ?? badRequest(error)) };
  }
  log.warn("A request for the API failed.", error);
  const message = "Plumbline could not answer. The log has the reason.";
  return { status: 500, error: "internal", message };
}

/** What fastify says of a request that it cannot take. */
interface Unfit {
  readonly validation?: readonly { readonly instancePath: string; readonly message?: string }[];
  readonly validationContext?: string;
}

/** The schema's own words: what was sent is not repeated. */
function badRequest(error: unknown): Omit<Refusal, "status"> {
  const { validation: [first] = [], validationContext } = error as Unfit;
  if (first === undefined) {
    return { error: "bad-request", message: "The body cannot be read as JSON." };
  }
  const where = validationContext === "body" ? "The body" : "The query";
  const at = first.instancePath.replace("/", "");
  const message = `${where} is not accepted: ${at === "" ? "it" : at} ${first.message ?? "is wrong"}.`;
  return { error: "bad-request", message };
}
