/** Runs and differences to tell of. */
import type { Told } from "../../src/model/alert.ts";
import type { Alert } from "../../src/model/generated/alert.ts";
import type { Drift } from "../../src/model/generated/drift.ts";
import type {
  Certificate,
  ConnectorCertificates,
  Fault,
  HeldChange,
  Plan,
  Run,
} from "../../src/model/generated/run.ts";
import type { Rules, Seen } from "../../src/notify/seen.ts";
import { transitions } from "../../src/notify/transitions.ts";
import { planned, run } from "../contracts/store-samples.ts";

const start = Date.parse("2026-09-01T12:00:00.000Z");

/** So many minutes after the first run. */
export function minute(minutes: number): string {
  return new Date(start + minutes * 60_000).toISOString();
}

export function driftOf(more: Partial<Drift> = {}): Drift {
  return {
    kind: "ApiConnector",
    name: "fraud-check",
    path: "spec.targetUrl",
    id: "id-1",
    op: "update",
    before: "https://old.contoso.com/",
    after: "https://new.contoso.com/",
    at: null,
    state: "new",
    counts: true,
    firstSeen: minute(0),
    lastSeen: minute(0),
    runs: 1,
    openings: [],
    attempted: false,
    resolvedAt: null,
    resolvedBy: null,
    commit: "9f2c",
    definition: "sha256:0",
    ...more,
  };
}

export function fault(code: string, message = `It is ${code}.`): Fault {
  return { severity: "error", code, message, at: null };
}

export interface Shown {
  readonly tenant?: string;
  readonly graph?: string;
  readonly commit?: string | null;
  readonly drifts?: readonly Drift[];
  readonly plan?: Partial<Plan> | null;
  readonly run?: Partial<Run>;
}

/** A run that ends at this minute. */
export function seenAt(minutes: number, shown: Shown = {}): Seen {
  const { tenant = "production", commit = "9f2c", plan = {}, drifts = [] } = shown;
  const { graph = "https://graph.microsoft.com" } = shown;
  const whole = run(minute(minutes), {
    tenant,
    commit,
    finishedAt: minute(minutes),
    plan: plan && { ...planned(), tenant, commit, ...plan },
    ...shown.run,
  });
  return { graph, run: whole, drifts };
}

export function failed(code: string, more: Shown = {}): Shown {
  return { ...more, plan: null, run: { result: "unreadable", faults: [fault(code)] } };
}

export function heldOf(code: HeldChange["reason"]["code"], name = "fraud-check"): HeldChange {
  return {
    op: "delete",
    kind: "ApiConnector",
    name,
    id: "id-1",
    displayName: name,
    at: null,
    reason: { code, message: "The limit is 1.", lift: "limits.deletes", until: null },
    fields: [],
    sends: [],
  };
}

export function ending(
  warning: string | null,
  more: Partial<ConnectorCertificates> = {},
): ConnectorCertificates {
  const certificate: Certificate = {
    thumbprint: "A".repeat(40),
    notBefore: "2025-09-15T00:00:00.000Z",
    notAfter: "2026-09-15T00:00:00.000Z",
    ...{ live: true, active: true, desired: true, becomes: "active" as const, at: null },
  };
  return {
    kind: "ApiConnector",
    name: "fraud-check",
    id: "id-1",
    displayName: "Fraud check",
    at: null,
    list: [certificate],
    validUntil: certificate.notAfter,
    warning,
    warningAfter: warning,
    ...more,
  };
}

export const rules: Rules = { after: 3, remindEvery: 24 * 3_600_000, sinks: ["ops"], on: null };

/** What each run in turn has told, in short lines; the memory goes through JSON, as a store has it. */
export function tellAll(runs: readonly Seen[], over: Partial<Rules> = {}) {
  let told: Told | null = null;
  return runs.map((seen) => {
    const next = transitions(told, seen, { ...rules, ...over });
    told = JSON.parse(JSON.stringify(next.told));
    return next.alerts.map(
      ({ alert: { kind, cause, reminder } }) => `${reminder ? "again " : ""}${kind} ${cause}`,
    );
  });
}

/** What a tenant of which nothing was told is told of. */
export function newsOf(seen: Seen, over: Partial<Rules> = {}): readonly Alert[] {
  return transitions(null, seen, { ...rules, ...over }).alerts.map(({ alert }) => alert);
}
