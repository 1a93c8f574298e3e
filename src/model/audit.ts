import type { AuditEntry } from "./generated/audit.ts";

/** What an entry of the audit says of nothing. */
export const untold = {
  run: null,
  commit: null,
  trigger: null,
  kind: null,
  name: null,
  id: null,
  before: null,
  after: null,
  requestId: null,
  until: null,
  message: "",
} as const satisfies Partial<AuditEntry>;
