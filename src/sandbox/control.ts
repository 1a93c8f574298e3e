/** What a test, or a person at the keyboard, may do to the practice tenant behind Graph's back. */
import { FaultError, failure } from "../model/fault.ts";
import { replaced, shownConnector, withUpload } from "./api-connector.ts";
import { readBody } from "./api-connector-body.ts";
import type { AuditLog } from "./audit-log.ts";
import { withoutConnector } from "./binding.ts";
import { readDocument, type SandboxDocument, toDocument } from "./document.ts";
import type { FaultQueue, InjectedFault, QueuedFault } from "./injected-fault.ts";
import type { Read } from "./json-body.ts";
import type { JsonObject } from "./reply.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";
import { checkedSettings, type Settings } from "./settings.ts";
import type { StaleReads } from "./stale-reads.ts";
import type { Memory } from "./state-file.ts";
import type { StoredConnector } from "./tenant-state.ts";
import { createUserFlowControl, type UserFlowControl } from "./user-flow-control.ts";

/** The parameters of Graph's uploadClientCertificate. */
export interface CertificateUpload {
  /** Base64 of the PFX. */
  readonly pkcs12Value: string;
  /** Empty when the PFX has none. */
  readonly password: string;
}

/** Every method that may fail must throw a FaultError with code `configuration` or `not-found`. */
export interface SandboxControl extends UserFlowControl {
  /** With practice passwords. */
  state(): SandboxDocument;
  /** The whole tenant anew: YAML, JSON, or the value that they would hold. */
  setState(state: string | Omit<SandboxDocument, "apiVersion" | "kind">): void;
  /** Oldest first. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  /**
   * Resolves when the next Graph request with this method and a matching path has arrived and is
   * answered or, with a delay, held.
   */
  arrival(method: string, path: RegExp): Promise<LoggedRequest>;
  injectFault(fault: InjectedFault): void;
  faults(): readonly QueuedFault[];
  /** Also ends delays and stale reads that are under way. */
  clearFaults(): void;
  settings(): Settings;
  configure(settings: Partial<Settings>): void;
  /**
   * As a person in the portal would: properties of Graph in, the connector as Graph shows it out.
   * The connector is named by displayName or id.
   */
  changeConnector(name: string, properties: JsonObject): JsonObject;
  /**
   * As a person in the portal would, to a connector that has certificates: the PFX in base64 and its
   * password in, the connector as Graph shows it out. The newest upload that is valid is the active one.
   */
  uploadCertificate(name: string, upload: CertificateUpload): JsonObject;
  /** The steps of user flows that called it call none. */
  deleteConnector(name: string): void;
  /** Any entry of the audit log, in the shape of microsoft.graph.directoryAudit. It is there at once. */
  addAudit(entry: JsonObject): void;
  /** The password that the connector with this id really has; null when it has none. */
  password(id: string): string | null;
}

export interface ControlParts {
  readonly memory: Memory;
  readonly log: RequestLog;
  readonly faults: FaultQueue;
  readonly stale: StaleReads;
  readonly audit: AuditLog;
  readonly settings: SettingsBox;
  now(): Date;
  newId(): string;
  endDelays(): void;
}

/** The settings as they are now. */
export interface SettingsBox {
  current: Settings;
}

export function createControl(bare: ControlParts): SandboxControl {
  const parts = { ...bare, memory: audited(bare) };
  const { memory, log, faults, stale, settings } = parts;
  return {
    state: () => toDocument(memory.current()),
    setState(given) {
      const text =
        typeof given === "string"
          ? given
          : JSON.stringify({ apiVersion: "plumbline/v1", kind: "Sandbox", ...given });
      // Another tenant, which nobody changed into this one.
      bare.memory.commit(readDocument(text, "state", parts.newId));
      stale.clear();
    },
    requests: log.list,
    clearRequests: log.clear,
    arrival: log.arrival,
    injectFault: faults.add,
    faults: faults.list,
    clearFaults() {
      faults.clear();
      stale.clear();
      parts.endDelays();
    },
    settings: () => settings.current,
    configure(change) {
      settings.current = checkedSettings({ ...settings.current, ...change });
    },
    changeConnector: (name, properties) =>
      change(name, parts, (connector) => {
        const body = readBody("application/json", JSON.stringify(properties), "patch");
        return body.ok ? { ok: true, value: { ...connector, ...body.value } } : body;
      }),
    uploadCertificate: (name, upload) =>
      change(name, parts, (connector) =>
        withUpload(connector, "application/json", JSON.stringify(upload)),
      ),
    deleteConnector(name) {
      const state = memory.current();
      memory.commit(withoutConnector(named(name, state.connectors), state));
    },
    ...createUserFlowControl(memory),
    addAudit: parts.audit.add,
    password(id) {
      const found = memory.current().connectors.find((connector) => connector.id === id);
      return found?.authentication?.type === "basic" ? found.authentication.password : null;
    },
  };
}

/** What is done by the control is done by a person. */
function audited({ memory, audit }: ControlParts): Memory {
  return {
    ...memory,
    commit(next) {
      const before = memory.current();
      memory.commit(next);
      audit.note(before, next, { type: "person" });
    },
  };
}

function change(
  name: string,
  { memory, now }: ControlParts,
  changed: (connector: StoredConnector) => Read<StoredConnector>,
): JsonObject {
  const state = memory.current();
  const before = named(name, state.connectors);
  const after = changed(before);
  if (!after.ok) throw wrong(after.message);
  memory.commit(replaced(before, after.value, state));
  return shownConnector(after.value, now());
}

function named(name: string, connectors: readonly StoredConnector[]): StoredConnector {
  const found = connectors.filter(({ id, displayName }) => id === name || displayName === name);
  const [only, another] = found;
  if (another !== undefined) {
    const ids = found.map(({ id }) => id).join(", ");
    throw wrong(`Several connectors have the displayName "${name}". Name one by its id: ${ids}.`);
  }
  if (only !== undefined) return only;
  const names = connectors.map(({ id, displayName }) => `"${displayName ?? id}"`).join(", ");
  throw new FaultError(
    failure("not-found", `No connector has the displayName or id "${name}". There are: ${names}.`),
  );
}

function wrong(message: string): FaultError {
  return new FaultError(failure("configuration", message));
}
