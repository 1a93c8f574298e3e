/** Faults that a test asks the practice tenant to have, and the queue in which they wait. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { FaultError, failure } from "../model/fault.ts";

/** Which Graph requests a fault meets: all, or those of a method, or of a path. */
interface Match {
  /** Such as `PATCH`. */
  readonly method?: string;
  /** Regular expression, without regard to case, on path and query. */
  readonly path?: string;
  /** Matching requests that pass before the fault begins; 0 when left out. */
  readonly skip?: number;
  /** Requests that it meets; 1 when left out. */
  readonly count?: number;
}

export type InjectedFault = Match &
  (
    | {
        /** This status instead of the operation. */
        readonly kind: "status";
        readonly status: number;
        readonly headers?: Readonly<Record<string, string>>;
        /** Text as it is, anything else as JSON; Graph's error body when left out. */
        readonly body?: unknown;
        /** Seconds. */
        readonly retryAfter?: number;
      }
    | {
        /** Waits, until `clearFaults` at the latest. */
        readonly kind: "delay";
        readonly milliseconds: number;
        /** Before the effect when left out. */
        readonly when?: "before-effect" | "after-effect";
      }
    /** The connection breaks; nothing was done. */
    | { readonly kind: "drop-before-effect" }
    /** The connection breaks; it was done. */
    | { readonly kind: "drop-after-effect" }
    /** The answer is whole for HTTP, but half the JSON. */
    | { readonly kind: "torn-body" }
    /** The connection breaks in the middle of the answer. */
    | { readonly kind: "cut-body" }
    /** A proxy's error page instead of the operation; status 200 when left out. */
    | { readonly kind: "html-body"; readonly status?: number }
    /** After a write that it meets, so many reads show the tenant as it was before that write. */
    | { readonly kind: "stale-reads"; readonly reads: number }
    /** A page of a listing whose next page is the same page. */
    | { readonly kind: "duplicate-page" }
    /** A page of a listing without items, whose next page is the one that was asked for. */
    | { readonly kind: "empty-page" }
    /** Answered as a success, but nothing is done. */
    | { readonly kind: "no-effect" }
  );

/** A fault that waits, and how often it still will pass and meet requests. */
export interface QueuedFault {
  readonly fault: InjectedFault;
  readonly skip: number;
  readonly count: number;
}

export interface FaultQueue {
  /** Must throw a FaultError with code `configuration` when it is no fault. */
  add(fault: unknown): void;
  list(): readonly QueuedFault[];
  clear(): void;
  /** The first waiting fault, of those the caller can use, that meets this request. */
  take(method: string, url: string, use: (fault: InjectedFault) => boolean): InjectedFault | null;
}

export function createFaultQueue(): FaultQueue {
  let queue: { readonly fault: InjectedFault; skip: number; count: number }[] = [];
  return {
    add(given) {
      const fault = readFault(given);
      queue.push({ fault, skip: fault.skip ?? 0, count: fault.count ?? 1 });
    },
    list: () => queue.map((each) => ({ ...each })),
    clear() {
      queue = [];
    },
    take(method, url, use) {
      for (const waiting of queue) {
        if (!use(waiting.fault) || !matches(waiting.fault, method, url)) continue;
        if (waiting.skip > 0) {
          waiting.skip -= 1;
          continue;
        }
        waiting.count -= 1;
        if (waiting.count <= 0) queue = queue.filter((each) => each !== waiting);
        return waiting.fault;
      }
      return null;
    },
  };
}

function matches({ method, path }: Match, wanted: string, url: string): boolean {
  if (method !== undefined && method.toUpperCase() !== wanted) return false;
  return path === undefined || new RegExp(path, "i").test(url);
}

const SHARED = {
  method: { type: "string" },
  path: { type: "string", format: "regex" },
  skip: { type: "integer", minimum: 0 },
  count: { type: "integer", minimum: 1 },
};

const STATUS = { type: "integer", minimum: 200, maximum: 599 };

const OWN: Readonly<Record<InjectedFault["kind"], { properties: object; required?: string[] }>> = {
  status: {
    properties: {
      status: STATUS,
      headers: {
        type: "object",
        propertyNames: { pattern: "^[A-Za-z0-9-]+$" },
        additionalProperties: { type: "string", pattern: "^[ -~]*$" },
      },
      body: {},
      retryAfter: { type: "number", minimum: 0 },
    },
    required: ["status"],
  },
  delay: {
    properties: {
      milliseconds: { type: "number", minimum: 0, maximum: 86_400_000 },
      when: { enum: ["before-effect", "after-effect"] },
    },
    required: ["milliseconds"],
  },
  "drop-before-effect": { properties: {} },
  "drop-after-effect": { properties: {} },
  "torn-body": { properties: {} },
  "cut-body": { properties: {} },
  "html-body": { properties: { status: STATUS } },
  "stale-reads": {
    properties: { reads: { type: "integer", minimum: 1 } },
    required: ["reads"],
  },
  "duplicate-page": { properties: {} },
  "empty-page": { properties: {} },
  "no-effect": { properties: {} },
};

let validator: ValidateFunction | null = null;

function compiled(): ValidateFunction {
  validator ??= new Ajv2020({
    strict: true,
    strictRequired: false,
    discriminator: true,
    formats: { regex: isPattern },
  }).compile({
    type: "object",
    required: ["kind"],
    discriminator: { propertyName: "kind" },
    oneOf: Object.entries(OWN).map(([kind, { properties, required }]) => ({
      type: "object",
      additionalProperties: false,
      properties: { kind: { const: kind }, ...SHARED, ...properties },
      required: ["kind", ...(required ?? [])],
    })),
  });
  return validator;
}

function readFault(given: unknown): InjectedFault {
  const validate = compiled();
  if (validate(given)) return given as InjectedFault;
  const { instancePath = "", message = "is not right", params } = validate.errors?.[0] ?? {};
  const key: unknown = params?.["additionalProperty"];
  const detail = typeof key === "string" ? `"${key}" is no key of this kind` : message;
  const place = instancePath === "" ? "" : `${instancePath.slice(1)} `;
  throw new FaultError(
    failure(
      "configuration",
      `This is no fault that the sandbox knows: ${place}${detail}. Its kinds are ${Object.keys(OWN).join(", ")}.`,
    ),
  );
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "i") instanceof RegExp;
  } catch {
    return false;
  }
}
