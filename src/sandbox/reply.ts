/** What a resource of the practice tenant says to one call, before it becomes HTTP. */
import type { Settings } from "./settings.ts";
import type { TenantState } from "./tenant-state.ts";

/** One authorised call to a resource of Microsoft Graph. */
export interface Call {
  readonly method: string;
  /** Path segments after the collection's name, decoded, in the case in which they were sent. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly contentType: string | null;
  readonly body: string;
  /** Graph root with version, such as `http://127.0.0.1:8090/v1.0`. */
  readonly root: string;
  readonly now: Date;
  readonly settings: Settings;
  /** What the audit log of the tenant holds by now, in no order. */
  readonly audits: readonly JsonObject[];
  newId(): string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Refusal {
  readonly ok: false;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Success {
  readonly ok: true;
  readonly status: number;
  readonly body: JsonObject | null;
  /** The tenant after the call; the very same value when nothing changed. */
  readonly state: TenantState;
}

export type Reply = Success | Refusal;

/** Code of the backend that serves API connectors: it uses one for most of its refusals. */
export const AADB2C = "AADB2C";

export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { ok: false, status, code, message, headers };
}

export function succeed(status: number, body: JsonObject | null, state: TenantState): Success {
  return { ok: true, status, body, state };
}

/** A kind of object. */
export interface Resource {
  /** Where its collection is, in lower case; left out: `identity`. */
  readonly root?: string;
  /** Name of the collection, in lower case. */
  readonly collection: string;
  /** Versions of Graph that have it. */
  readonly versions: readonly ("v1.0" | "beta")[];
  /** Application permissions for a call with this method and these segments: any one is enough. */
  roles(method: string, segments: readonly string[]): readonly string[];
  /** What is said without them, where it is not the service behind API connectors that says it. */
  forbidden?(roles: readonly string[]): Refusal;
  reply(call: Call, state: TenantState): Reply;
}

/** The words of the refusal for a path that Graph does not know. */
export function unknownSegment(segment: string): Refusal {
  return refuse(404, "BadRequest", `Resource not found for the segment '${segment}'.`);
}

export function methodNotAllowed(method: string, allowed: readonly string[]): Refusal {
  return refuse(405, "MethodNotAllowed", `The method ${method} is not allowed for this resource.`, {
    allow: allowed.join(", "),
  });
}
