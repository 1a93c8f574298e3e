/** The practice tenant as people write it: the YAML (or JSON) of a seed, a state file, the control. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  stringify,
} from "yaml";
import { FaultError, failure } from "../model/fault.ts";
import { DOCUMENT_SCHEMA } from "./document-schema.ts";
import type { App, StoredAuthentication, StoredConnector, TenantState } from "./tenant-state.ts";
import { BUILT_IN_APP } from "./token.ts";
import {
  type Misfit,
  readUserFlow,
  type UserFlowEntry,
  writtenUserFlow,
} from "./user-flow-entry.ts";

export interface CertificateEntry {
  /** SHA-1, hex. */
  readonly thumbprint?: string | null;
  /** RFC 3339 instant, or seconds since 1970. */
  readonly notBefore: string | number;
  /** RFC 3339 instant, or seconds since 1970. */
  readonly notAfter: string | number;
}

export interface ConnectorEntry {
  /** Made by the sandbox when left out. */
  readonly id?: string;
  readonly displayName?: string | null;
  readonly targetUrl?: string | null;
  readonly authentication?:
    | { readonly basic: { readonly username?: string | null; readonly password?: string | null } }
    | { readonly certificates: readonly CertificateEntry[] }
    | null;
}

/** The format of sandbox.yaml, explained at the top of that file. */
export interface SandboxDocument {
  readonly apiVersion: "plumbline/v1";
  readonly kind: "Sandbox";
  /** In the order of creation. */
  readonly connectors?: readonly ConnectorEntry[];
  /** In the order of creation. */
  readonly userFlows?: readonly UserFlowEntry[];
  readonly apps?: readonly App[];
}

/**
 * `file` is what the position of a fault names. Must throw a FaultError with code `configuration`;
 * its message holds no password.
 */
export function readDocument(text: string, file: string, newId: () => string): TenantState {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const refuse = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new FaultError(failure("configuration", message, { file, line, column: col }));
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    return refuse(problem.pos[0], `This is not readable YAML: ${problem.message}`);
  const value = toPlain(document, refuse);
  const validate = compiled();
  if (!validate(value)) {
    const error = validate.errors?.[0];
    if (error !== undefined) refuse(offsetOf(error, document), describe(error));
  }
  const state = toState(value as SandboxDocument, newId, ({ path, message }) =>
    refuse(offsetAt(path, document), `${placeOf(path)}: ${message}`),
  );
  const ids = [
    ...state.connectors.map(({ id }) => id),
    ...state.userFlows.map(({ id }) => id),
    ...state.apps.map((app) => app.clientId),
  ];
  const again = ids.find((id, index) => ids.indexOf(id) < index);
  if (again !== undefined) refuse(0, `The id ${again} comes twice. Give each its own.`);
  if (ids.includes(BUILT_IN_APP.clientId)) {
    refuse(
      0,
      `${BUILT_IN_APP.clientId} is the app that the sandbox brings. Choose another clientId.`,
    );
  }
  return state;
}

export function toDocument(state: TenantState): SandboxDocument {
  return {
    apiVersion: "plumbline/v1",
    kind: "Sandbox",
    connectors: state.connectors.map(({ authentication, ...rest }) => ({
      ...rest,
      authentication: writtenAuthentication(authentication),
    })),
    ...(state.userFlows.length > 0 && { userFlows: state.userFlows.map(writtenUserFlow) }),
    ...(state.apps.length > 0 && { apps: state.apps }),
  };
}

export function writeDocument(state: TenantState): string {
  return stringify(toDocument(state), { lineWidth: 0, aliasDuplicateObjects: false });
}

let validator: ValidateFunction | null = null;

function compiled(): ValidateFunction {
  validator ??= new Ajv2020({ strict: true, allowUnionTypes: true }).compile(DOCUMENT_SCHEMA);
  return validator;
}

function toPlain(document: Document.Parsed, refuse: (offset: number, message: string) => never) {
  try {
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return value;
  } catch {
    return refuse(0, "Aliases (*name) are not accepted. Write the value out.");
  }
}

function toState(
  document: SandboxDocument,
  newId: () => string,
  refuse: (misfit: Misfit) => never,
): TenantState {
  const connectors = (document.connectors ?? []).map(
    ({ id, displayName, targetUrl, authentication }): StoredConnector => ({
      id: id ?? newId(),
      displayName: displayName ?? null,
      targetUrl: targetUrl ?? null,
      authentication: storedAuthentication(authentication ?? null),
    }),
  );
  const userFlows = (document.userFlows ?? []).map((entry, index) => {
    const flow = readUserFlow(entry, connectors);
    if ("id" in flow) return flow;
    return refuse({ ...flow, path: ["userFlows", String(index), ...flow.path] });
  });
  return { connectors, userFlows, apps: document.apps ?? [] };
}

function storedAuthentication(
  written: Exclude<ConnectorEntry["authentication"], undefined>,
): StoredAuthentication | null {
  if (written === null) return null;
  if ("basic" in written) {
    const { username, password } = written.basic;
    return { type: "basic", username: username ?? null, password: password ?? null };
  }
  const certificates = written.certificates.map(({ thumbprint, notBefore, notAfter }) => ({
    thumbprint: thumbprint ?? null,
    notBefore: seconds(notBefore),
    notAfter: seconds(notAfter),
  }));
  return { type: "certificates", certificates };
}

function writtenAuthentication(
  stored: StoredAuthentication | null,
): Exclude<ConnectorEntry["authentication"], undefined> {
  if (stored === null) return null;
  if (stored.type === "certificates") return { certificates: stored.certificates };
  return { basic: { username: stored.username, password: stored.password } };
}

function seconds(instant: string | number): number {
  return typeof instant === "number" ? instant : Math.floor(Date.parse(instant) / 1000);
}

function offsetAt(path: readonly string[], document: Document): number {
  const node = document.getIn(path, true);
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Such as `connectors[0].displayName`. */
function placeOf(path: readonly string[]): string {
  return path
    .join("/")
    .replaceAll(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".");
}

/** Where the value stands that an error of the schema speaks of; an unknown key stands for itself. */
function offsetOf(error: ErrorObject, document: Document): number {
  const path = error.instancePath.split("/").slice(1);
  const node = document.getIn(path, true) ?? document.contents;
  const unknown: unknown = error.params["additionalProperty"];
  if (typeof unknown === "string" && isMap(node)) {
    const key = node.items.find(({ key }) => isScalar(key) && key.value === unknown)?.key;
    if (isNode(key)) return key.range?.[0] ?? 0;
  }
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Never shows a value: it may be a password. */
function describe(error: ErrorObject): string {
  const place = placeOf(error.instancePath.split("/").slice(1));
  const subject = place === "" ? "The document" : place;
  switch (error.keyword) {
    case "additionalProperties":
      return `${subject} has no key "${error.params["additionalProperty"]}". See the comment at the top of sandbox.yaml for those it has.`;
    case "required":
      return `${subject} needs the key "${error.params["missingProperty"]}".`;
    case "minProperties":
    case "maxProperties":
      return `${subject} takes either basic or certificates.`;
    case "type": {
      const wanted = [error.params["type"]].flat();
      const hint = wanted.includes("string") ? " (a number or a word like yes needs quotes)" : "";
      return `${subject} must be ${wanted.join(" or ")}${hint}.`;
    }
    case "const":
      return `${subject} must be ${error.params["allowedValue"]}.`;
    case "enum":
      return `${subject} must be one of ${[error.params["allowedValues"]].flat().join(", ")}.`;
    case "pattern":
      return `${subject} must be an instant such as 2027-01-31T00:00:00Z, or seconds since 1970.`;
    default:
      return `${subject} ${error.message ?? "is not right"}.`;
  }
}
