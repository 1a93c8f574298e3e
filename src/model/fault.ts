/**
 * What can be wrong, as data. A `Fault` is returned and printed; a `FaultError` carries one through
 * code that cannot go on. Anything else that is thrown is a bug.
 */

/** A place in a file; line and column count from 1; `file` is relative to plumbline.yaml, with `/`. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Rules that a file can break. */
export type DefinitionFaultCode =
  | "yaml"
  | "encoding"
  | "too-large"
  | "schema"
  | "not-yet-supported"
  | "literal-secret"
  | "empty-file"
  | "folder"
  | "file"
  | "link"
  | "duplicate"
  | "variable"
  | "reference"
  | "url"
  | "target"
  | "secret-scope"
  | "secret-source"
  | "not-live"
  | "configuration";

/** Ways in which Microsoft Graph, the sign-in service or the network can fail. */
export type TenantFaultCode =
  | "unauthorised"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "rejected"
  | "throttled"
  | "unavailable"
  | "timeout"
  | "network"
  | "malformed";

export type FaultCode =
  | DefinitionFaultCode
  | TenantFaultCode
  | "store"
  | "locked"
  | "refused"
  | "stopped"
  | "unverified"
  | "released"
  | "contested"
  | "internal";

/** Something that is wrong: what happened, where, and what to do. Holds no secret. */
export interface Fault {
  /** An error stops the tenant's run; a warning is only told. */
  readonly severity: "error" | "warning";
  readonly code: FaultCode;
  /** One or more sentences for people. */
  readonly message: string;
  readonly at: Position | null;
  /** `request-id` of Microsoft Graph, where it gave one. */
  readonly requestId?: string;
}

/** The only error that is thrown on purpose. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly fault: Fault;
  /** Milliseconds that the service asked to wait before the next try; null when it asked nothing. */
  readonly retryAfter: number | null;

  constructor(fault: Fault, options: { cause?: unknown; retryAfter?: number | null } = {}) {
    super(fault.message, { cause: options.cause });
    this.fault = fault;
    this.retryAfter = options.retryAfter ?? null;
  }
}

/** With these Microsoft Graph said no: a write had no effect. After any other nobody knows. */
export const withoutEffect: ReadonlySet<string> = new Set<TenantFaultCode>([
  "rejected",
  "conflict",
  "unauthorised",
  "forbidden",
  "not-found",
  "throttled",
]);

/** Shorthand for a fault that stops. */
export function failure(code: FaultCode, message: string, at: Position | null = null): Fault {
  return { severity: "error", code, message, at };
}

/** The fault that an unknown throwable stands for. The detail of a bug goes to the log, not here. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof FaultError) return thrown.fault;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return failure("internal", `Plumbline met an unexpected ${name}. This is a bug; the log has it.`);
}
