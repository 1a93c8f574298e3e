/** Plans, runs and faults to render: the representative set behind the golden files. */
import type { Fault } from "../../src/model/fault.ts";
import type {
  Attribution,
  Change,
  HeldChange,
  Outcome,
  Plan,
  Run,
  Suspension,
  Unchanged,
  Unmanaged,
} from "../../src/model/generated/run.ts";
import type { Report } from "../../src/report/report.ts";
import {
  calmSecrets,
  certificateChanges,
  certificates,
  certificatesUnchanged,
  certificatesUnmanaged,
  heldCertificate,
  secretOf,
  secrets,
  unmanagedEnding,
} from "./certificates.ts";
import {
  calmUses,
  heldFlow,
  heldGeoCheck,
  rebound,
  takenFlow,
  unchangedFlow,
  unmanagedWithFlows,
  uses,
} from "./uses.ts";

const commit = "9f2c1a7d0b3e4f5061728394a5b6c7d8e9f01234";
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

export const created: Change = {
  op: "create",
  kind: "ApiConnector",
  name: "fraud-check",
  id: null,
  displayName: "Fraud check",
  at: { file: "connectors/fraud-check.yaml", line: 4, column: 3 },
  reason: "No live connector has this displayName.",
  fields: [
    { path: "spec.displayName", before: null, after: "Fraud check" },
    {
      path: "spec.targetUrl",
      before: null,
      after: "https://fraud.api.contoso.example/entra/sign-up",
    },
    { path: "spec.query.code", before: null, after: "(redacted)", secret: true },
    { path: "spec.authentication.basic.username", before: null, after: "entra" },
    {
      path: "spec.authentication.basic.password",
      before: null,
      after: "(redacted)",
      secret: true,
    },
  ],
  sends: ["spec.query.code", "spec.authentication.basic.password"],
};

export const updated: Change = {
  op: "update",
  kind: "ApiConnector",
  name: "age-check",
  id: "5f0c7f9a-2d1e-4b3c-8a6f-0e9d8c7b6a51",
  displayName: "Age check",
  at: { file: "connectors/age-check.yaml", line: 4, column: 3 },
  reason: "The live connector differs from its definition.",
  fields: [
    {
      path: "spec.targetUrl",
      before: "https://age-check.legacy-hosting.contoso.example/api/v1/entra/collect",
      after: "https://age.api.contoso.example/entra/attribute-collection/submit",
    },
    { path: "spec.authentication.basic.username", before: "entra-old", after: "entra" },
    {
      path: "spec.authentication.basic.password",
      before: "(unknown)",
      after: "(redacted)",
      secret: true,
    },
  ],
  sends: ["spec.authentication.basic.password"],
};

export const adopted: Change = {
  op: "adopt",
  kind: "ApiConnector",
  name: "invite-check",
  id: "c1b2a3d4-1111-4222-8333-444455556666",
  displayName: "Invite check",
  at: { file: "connectors/invite-check.yaml", line: 4, column: 3 },
  reason: "One live connector has this displayName and nothing else claims it.",
  fields: [],
  sends: [],
};

export const heldDelete: HeldChange = {
  op: "delete",
  kind: "ApiConnector",
  name: "old-check",
  id: "d4c3b2a1-9999-4888-8777-666655554444",
  displayName: "Old check",
  at: null,
  reason: {
    code: "limit",
    message: "Its definition is gone from git, and this version holds every delete.",
    lift: null,
    until: null,
  },
  fields: [],
  sends: [],
};

export const heldAmbiguous: HeldChange = {
  op: "adopt",
  kind: "ApiConnector",
  name: "terms-check",
  id: null,
  displayName: "Terms check",
  at: { file: "connectors/terms-check.yaml", line: 4, column: 3 },
  reason: {
    code: "ambiguous",
    message: "Two live connectors have this displayName, and nothing says which of them is meant.",
    lift: "Set metadata.id to one of the candidates.",
    until: "2026-08-22T11:15:00.000Z",
  },
  fields: [],
  sends: [],
  candidates: ["e5a1b2c3-0000-4000-8000-000000000001", "e5a1b2c3-0000-4000-8000-000000000002"],
};

const unchanged: Unchanged[] = ["email-check", "geo-check", "loyalty-check"].map((name, index) => ({
  kind: "ApiConnector",
  name,
  id: `aaaaaaaa-0000-4000-8000-00000000000${index}`,
  displayName: name,
  at: { file: `connectors/${name}.yaml`, line: 4, column: 3 },
}));

const unmanaged: Unmanaged[] = [
  {
    kind: "ApiConnector",
    id: "77777777-0000-4000-8000-000000000007",
    displayName: "Made by hand",
    targetUrl: "https://hooks.fabrikam.example/b2c?code=(redacted)",
  },
];

export const warning: Fault = {
  severity: "warning",
  code: "secret-source",
  message: "env FRAUD_FUNCTION_KEY is not set. Set it where Plumbline runs.",
  at: { file: "connectors/fraud-check.yaml", line: 9, column: 13 },
};

export const forbidden: Fault = {
  severity: "error",
  code: "forbidden",
  message:
    "Microsoft Graph refused the request. The app registration lacks the application permission APIConnectors.ReadWrite.All (1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171): grant it and give admin consent.",
  at: null,
  requestId: "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
};

/** A plan whose summary counts its lists. */
export function planOf(parts: Partial<Plan>): Plan {
  const lists = {
    changes: [],
    unchanged: [],
    held: [],
    unmanaged: [],
    unreadable: [],
    secrets: [],
    certificates: [],
    accepted: [],
    uses: [],
    usesUnknown: null,
    suspended: [],
    window: null,
    faults: [],
    ...parts,
  };
  const count = (op: Change["op"]) => lists.changes.filter((change) => change.op === op).length;
  return {
    tenant: "production",
    commit,
    digest,
    complete: lists.unreadable.length === 0,
    summary: {
      create: count("create"),
      update: count("update"),
      delete: count("delete"),
      adopt: count("adopt"),
      unchanged: lists.unchanged.length,
      held: lists.held.length,
      unmanaged: lists.unmanaged.length,
      unreadable: lists.unreadable.length,
    },
    ...lists,
  };
}

export function runOf(parts: Partial<Run>): Run {
  return {
    id: "20260822T101500250Z",
    tenant: "production",
    trigger: "schedule",
    mode: "apply",
    startedAt: "2026-08-22T10:15:00.250Z",
    finishedAt: "2026-08-22T10:15:01.450Z",
    commit,
    plan: null,
    outcomes: [],
    faults: [],
    result: "clean",
    ...parts,
  };
}

export function outcomeOf(change: Change, result: Outcome["result"], error?: Fault): Outcome {
  const { op, kind, name, id } = change;
  return { op, kind, name, id, result, ...(error === undefined ? {} : { error }) };
}

export const mixedPlan = planOf({
  changes: [created, updated, adopted],
  unchanged,
  held: [heldDelete, heldAmbiguous],
  unmanaged,
  faults: [warning],
});

export const certificatesPlan = planOf({
  changes: certificateChanges,
  unchanged: certificatesUnchanged,
  held: [heldCertificate],
  unmanaged: certificatesUnmanaged,
  secrets,
  certificates,
});

export const usesPlan = planOf({
  changes: [updated, created, rebound, takenFlow],
  unchanged: [...unchanged.filter(({ name }) => name !== "geo-check"), unchangedFlow],
  held: [heldDelete, heldGeoCheck, heldFlow],
  unmanaged: unmanagedWithFlows,
  uses,
});

/** One step of a flow could not be bound. */
export const usesRun = runOf({
  plan: usesPlan,
  outcomes: [
    outcomeOf(updated, "done"),
    outcomeOf(created, "done"),
    outcomeOf(rebound, "failed", forbidden),
    outcomeOf(takenFlow, "done"),
  ],
  result: "partial",
});

const noFlowPermission: Fault = {
  severity: "error",
  code: "forbidden",
  message:
    "Microsoft Graph refused the request. The app registration lacks the application permission IdentityUserFlow.Read.All: grant it and give admin consent.",
  at: null,
};

/** A tenant of which no definition names a user flow, so that nothing is missing. */
export const usesUnknownPlan = planOf({ unchanged, uses: null, usesUnknown: noFlowPermission });

/** The same where a definition names one. */
export const usesUnreadablePlan = planOf({
  tenant: "staging",
  unreadable: [{ kind: "UserFlow", fault: noFlowPermission }],
  uses: null,
  usesUnknown: noFlowPermission,
});

export const cleanPlan = planOf({ unchanged });

export const unreadablePlan = planOf({
  tenant: "staging",
  unreadable: [{ kind: "ApiConnector", fault: forbidden }],
});

export const convergedRun = runOf({
  trigger: "start",
  plan: planOf({ changes: [created, updated], unchanged, unmanaged }),
  outcomes: [outcomeOf(created, "done"), outcomeOf(updated, "done")],
  result: "converged",
});

/** One rotation is done, another was refused, and the rest was not attempted. */
export const certificatesRun = runOf({
  plan: certificatesPlan,
  outcomes: certificateChanges.map((change) => {
    if (change.name === "age-check") return outcomeOf(change, "failed", forbidden);
    return outcomeOf(change, change.name === "voucher-check" ? "skipped" : "done");
  }),
  result: "partial",
});

export const partialRun = runOf({
  plan: planOf({ changes: [created, updated, adopted], unchanged, held: [heldDelete] }),
  outcomes: [
    outcomeOf(created, "unverified"),
    outcomeOf(updated, "failed", forbidden),
    outcomeOf(adopted, "skipped"),
  ],
  result: "partial",
});

export const unreadableRun = runOf({
  tenant: "staging",
  trigger: "command",
  mode: "report",
  faults: [forbidden],
  result: "unreadable",
});

export const faults: readonly Fault[] = [
  {
    severity: "error",
    code: "schema",
    message: "`spec.targetURL` is not known here. Did you mean `targetUrl`?",
    at: { file: "connectors/age-check.yaml", line: 7, column: 3 },
  },
  {
    severity: "error",
    code: "literal-secret",
    message:
      "`spec.authentication.basic.password` holds a value. Name where it comes from instead, such as { env: AGE_CHECK_PASSWORD }.",
    at: { file: "connectors/age-check.yaml", line: 11, column: 17 },
  },
  warning,
  {
    severity: "error",
    code: "folder",
    message: "The folder connectors/production does not exist.",
    at: null,
  },
];

const closed = {
  isOpen: false,
  until: "2026-08-22T22:00:00.000Z",
  next: { from: "2026-08-22T22:00:00.000Z", to: "2026-08-23T02:00:00.000Z" },
};

const waiting: HeldChange = {
  ...updated,
  reason: {
    code: "window",
    message: "It is outside the change windows of this tenant.",
    lift: "Wait for the next window, or set other windows for this tenant in plumbline.yaml.",
    until: closed.until,
  },
};

export const outsidePlan = planOf({ held: [waiting], unchanged, window: closed });

export const insidePlan = planOf({
  tenant: "test",
  unchanged,
  window: {
    isOpen: true,
    until: "2026-08-22T12:00:00.000Z",
    next: { from: "2026-08-29T08:00:00.000Z", to: null },
  },
});

/** Its window closed between two writes. */
export const closedRun = runOf({
  plan: planOf({
    changes: [created, updated],
    unchanged,
    window: { ...closed, isOpen: true, until: "2026-08-22T10:15:01.000Z" },
  }),
  outcomes: [
    outcomeOf(created, "done"),
    outcomeOf(updated, "skipped", {
      severity: "error",
      code: "refused",
      message:
        "The change window closed before this was attempted. The next one opens on 2026-08-22 22:00:00 UTC.",
      at: null,
    }),
  ],
  result: "refused",
});

const suspension: Suspension = {
  kind: "ApiConnector",
  name: "age-check",
  since: "2026-08-22T08:00:00.000Z",
  until: "2026-08-23T08:00:00.000Z",
  by: "alex",
  reason: "the web hook moves to another host",
};

const heldSuspended: HeldChange = {
  ...updated,
  reason: {
    code: "suspended",
    message: "It is suspended by alex: the web hook moves to another host",
    lift: "Run plumbline resume age-check --tenant production.",
    until: "2026-08-23T08:00:00.000Z",
  },
};

/** Of one connector that differs; the whole tenant is suspended as well. */
export const suspendedPlan = planOf({
  held: [heldSuspended],
  unchanged,
  suspended: [{ ...suspension, kind: null, name: null, reason: "change freeze" }, suspension],
});

/** What was brought back, and is left alone now. */
export const restoredRun = runOf({
  trigger: "command",
  restore: {
    of: "age-check",
    names: ["age-check"],
    until: "2026-08-23T10:15:00.250Z",
    reason: "sign-ups fail",
  },
  plan: planOf({ changes: [updated], unchanged }),
  outcomes: [outcomeOf(updated, "done")],
  result: "converged",
});

/** A run that has nothing to do but to say what it leaves alone. */
export const calmSuspendedRun = runOf({ plan: planOf({ unchanged, suspended: [suspension] }) });

export const calmClosedRun = runOf({ plan: planOf({ unchanged, window: closed }) });

const nextRuns = new Map([["production", "2026-08-22T10:30:00.000Z"]]);

/** What the tenant's audit log tells of a connector. */
export const byPerson: Attribution = {
  id: "B2C_DQO3J_4984536",
  at: "2026-08-22T09:12:07.061Z",
  activity: "Update Api connector",
  request: "da159bfb-54fa-4092-8a38-6e1fa7870e30",
  actor: {
    type: "user",
    name: "Jane Doe",
    id: "728309ae-1a37-4937-9afe-e35d964db09b",
  },
};

export const byProgram: Attribution = {
  ...byPerson,
  request: null,
  actor: { type: "app", name: "Deployments", id: "11111111-2222-4333-8444-555555555555" },
};

export const attributedPlan = planOf({
  changes: [{ ...updated, who: byPerson }],
  held: [{ ...heldAmbiguous, who: { ...byPerson, actor: null } }],
  unchanged,
  secrets: [
    ...calmSecrets,
    secretOf("sms-check", { state: "possibly-changed-outside", outside: byProgram }),
  ],
});

/** By the name of the golden file. */
export const samples: Readonly<Record<string, Report>> = {
  "mixed-plan": { type: "plans", plans: [mixedPlan] },
  "clean-plan": { type: "plans", plans: [cleanPlan] },
  "several-plans": {
    type: "plans",
    plans: [planOf({ changes: [updated] }), unreadablePlan, planOf({ tenant: "test", unchanged })],
  },
  "converged-run": { type: "runs", runs: [convergedRun], nextRuns },
  "clean-run": {
    type: "runs",
    runs: [runOf({ plan: cleanPlan })],
    nextRuns,
  },
  "certificates-plan": { type: "plans", plans: [certificatesPlan] },
  "certificates-run": { type: "runs", runs: [certificatesRun], nextRuns },
  "calm-secrets-plan": {
    type: "plans",
    plans: [planOf({ unchanged, secrets: calmSecrets })],
  },
  "expiring-run": {
    type: "runs",
    runs: [
      runOf({
        plan: planOf({
          unchanged,
          unmanaged: certificatesUnmanaged,
          certificates: [unmanagedEnding],
        }),
      }),
    ],
    nextRuns,
  },
  "uses-plan": { type: "plans", plans: [usesPlan] },
  "uses-run": { type: "runs", runs: [usesRun], nextRuns },
  "calm-uses-plan": { type: "plans", plans: [planOf({ unchanged, uses: calmUses })] },
  "unknown-uses-plans": { type: "plans", plans: [usesUnknownPlan, usesUnreadablePlan] },
  "several-runs": { type: "runs", runs: [partialRun, unreadableRun], nextRuns },
  "accepted-plan": {
    type: "plans",
    plans: [
      planOf({
        unchanged,
        accepted: [
          {
            kind: "ApiConnector",
            name: "fraud-check",
            id: "x1",
            path: "spec.targetUrl",
            before: "https://elsewhere.contoso.example/",
            after: "https://fraud.api.contoso.example/entra/sign-up",
            since: "2026-08-20T08:00:00.000Z",
            until: "2026-08-27T08:00:00.000Z",
            by: "alex",
            reason: "the web hook moves first, and git follows",
          },
        ],
      }),
    ],
  },
  "attributed-plan": { type: "plans", plans: [attributedPlan] },
  "calm-attributed-run": {
    type: "runs",
    runs: [runOf({ plan: planOf({ unchanged, secrets: attributedPlan.secrets }) })],
  },
  "suspended-plan": { type: "plans", plans: [suspendedPlan] },
  "restored-run": { type: "runs", runs: [restoredRun] },
  "calm-suspended-run": { type: "runs", runs: [calmSuspendedRun] },
  "windows-plan": { type: "plans", plans: [outsidePlan, insidePlan] },
  "windows-run": { type: "runs", runs: [closedRun], nextRuns },
  "calm-windows-run": { type: "runs", runs: [calmClosedRun] },
  faults: { type: "faults", faults, checked: { files: 6, definitions: 5, tenants: 2 } },
  "no-faults": { type: "faults", faults: [], checked: { files: 1, definitions: 1, tenants: 1 } },
};
