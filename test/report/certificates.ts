/** Connectors with certificates, and secrets in every state, as they are on 2026-08-22. */
import type {
  Certificate,
  Change,
  ConnectorCertificates,
  HeldChange,
  SecretState,
  Unchanged,
  Unmanaged,
} from "../../src/model/generated/run.ts";

const thumbprints = {
  old: "9C6E41D20B7F3A5586D1E4C92F70A3B86D15E7F4",
  next: "3F22A1C4D9870B6E5F1C2A3D4E5F60718293A4B5",
  other: "B51D07E29A4C63F8801F2E3D4C5B6A7988776655",
} as const;

function certificate(parts: Partial<Certificate>): Certificate {
  return {
    thumbprint: thumbprints.old,
    notBefore: "2025-09-05T00:00:00.000Z",
    notAfter: "2026-09-05T00:00:00.000Z",
    live: true,
    active: false,
    desired: false,
    becomes: null,
    at: null,
    ...parts,
  };
}

const active = { active: true, becomes: "active" } as const;
const next = {
  thumbprint: thumbprints.next,
  notBefore: "2026-08-20T00:00:00.000Z",
  notAfter: "2027-08-20T00:00:00.000Z",
  desired: true,
} as const;

export function certificatesOf(
  name: string | null,
  list: readonly Partial<Certificate>[],
  parts: Partial<ConnectorCertificates> = {},
): ConnectorCertificates {
  return {
    kind: "ApiConnector",
    name,
    id: `cccccccc-0000-4000-8000-${name ?? "x"}`,
    displayName: name === null ? "Made by hand" : title(name),
    at: name === null ? null : placeOf(name),
    list: list.map(certificate),
    validUntil: "2027-08-20T00:00:00.000Z",
    warning: null,
    warningAfter: parts.warning ?? null,
    ...parts,
  };
}

function title(name: string): string {
  return name[0]?.toUpperCase() + name.slice(1).replaceAll("-", " ");
}

function placeOf(name: string) {
  return { file: `connectors/${name}.yaml`, line: 4, column: 3 };
}

export function updateOf(name: string, parts: Partial<Change>): Change {
  return {
    op: "update",
    kind: "ApiConnector",
    name,
    id: `cccccccc-0000-4000-8000-${name}`,
    displayName: title(name),
    at: placeOf(name),
    reason: "The live connector differs from its definition.",
    fields: [],
    sends: [],
    ...parts,
  };
}

const SENT = ["spec.authentication.certificate"];
const PASSWORD = "spec.authentication.basic.password";

function certificateField(before: string | null, after: string) {
  return { path: "spec.authentication.certificate", before, after };
}

/** The new certificate is valid already; the old one stays beside it. */
export const rotated = updateOf("fraud-check", {
  fields: [certificateField(thumbprints.old, thumbprints.next)],
  sends: SENT,
  upload: true,
});
export const rotation = certificatesOf(
  "fraud-check",
  [
    { active: true, becomes: "standby" },
    { ...next, live: false, becomes: "active" },
  ],
  { validUntil: "2026-09-05T00:00:00.000Z", warning: "14d", warningAfter: null },
);

/** The new certificate is sent before it is valid. */
const staged = updateOf("age-check", {
  fields: [certificateField(thumbprints.old, thumbprints.other)],
  sends: SENT,
  upload: true,
});
const staging = certificatesOf(
  "age-check",
  [
    { ...active, notAfter: "2026-11-15T00:00:00.000Z" },
    {
      ...next,
      thumbprint: thumbprints.other,
      notBefore: "2026-11-01T00:00:00.000Z",
      live: false,
      becomes: "pending",
      at: "2026-11-01T00:00:00.000Z",
    },
  ],
  { validUntil: "2026-11-15T00:00:00.000Z" },
);

/** The new one has been active long enough: what is written now replaces the whole list. */
const retired = updateOf("crm-sync", {
  reason: "Older certificates are retired: the one in git has been active for 7d.",
  fields: [certificateField(`${thumbprints.old}, ${thumbprints.next}`, thumbprints.next)],
  sends: SENT,
});
const retirement = certificatesOf("crm-sync", [{ becomes: "retired" }, { ...next, ...active }]);

const resent = ["terms-check", "voucher-check", "address-check"].map((name) =>
  updateOf(name, {
    reason: "The password is sent.",
    fields: [{ path: PASSWORD, before: "(unknown)", after: "(redacted)", secret: true }],
    sends: [PASSWORD],
  }),
);

export const certificateChanges: Change[] = [staged, retired, rotated, ...resent];

export const heldCertificate: HeldChange = {
  ...updateOf("kyc-check", {
    fields: [certificateField(thumbprints.old, thumbprints.other)],
    sends: SENT,
  }),
  reason: {
    code: "certificate",
    message: "The certificate in git expired on 2026-08-01, and the live one is valid still.",
    lift: "Put a certificate into git that is valid.",
    until: null,
  },
};

export const certificatesUnchanged: Unchanged[] = ["geo-check", "loyalty-check"].map((name) => ({
  kind: "ApiConnector",
  name,
  id: `cccccccc-0000-4000-8000-${name}`,
  displayName: title(name),
  at: placeOf(name),
}));

const MADE_BY_HAND = "cccccccc-0000-4000-8000-000000000007";

export const certificatesUnmanaged: Unmanaged[] = [
  {
    kind: "ApiConnector",
    id: MADE_BY_HAND,
    displayName: "Made by hand",
    targetUrl: "https://hooks.fabrikam.example/b2c",
  },
];

export const expired = certificatesOf(
  "loyalty-check",
  [{ notAfter: "2026-08-19T00:00:00.000Z", desired: true, becomes: "expired" }],
  { validUntil: null, warning: "expired" },
);

export const unmanagedEnding = certificatesOf(
  null,
  [{ ...active, thumbprint: null, notAfter: "2026-08-27T12:00:00.000Z" }],
  { id: MADE_BY_HAND, validUntil: "2026-08-27T12:00:00.000Z", warning: "7d" },
);

export const certificates: ConnectorCertificates[] = [
  staging,
  retirement,
  rotation,
  certificatesOf("geo-check", [
    { becomes: "standby", at: "2026-08-29T00:00:00.000Z" },
    { ...next, ...active },
  ]),
  certificatesOf(
    "kyc-check",
    [
      { ...active, notAfter: "2026-10-10T00:00:00.000Z" },
      {
        thumbprint: thumbprints.other,
        notAfter: "2026-08-01T00:00:00.000Z",
        live: false,
        desired: true,
        becomes: "expired",
      },
    ],
    { validUntil: "2026-10-10T00:00:00.000Z", warning: "expired" },
  ),
  expired,
  unmanagedEnding,
];

export function secretOf(name: string, parts: Partial<SecretState>): SecretState {
  return {
    kind: "ApiConnector",
    name,
    path: PASSWORD,
    source: `env ${name.replace("-", "_").toUpperCase()}_PASSWORD`,
    state: "asserted",
    at: "2026-08-20T08:01:00.400Z",
    run: "20260820T080100000Z",
    due: null,
    ...parts,
  };
}

const never = { at: null, run: null } as const;

export const calmSecrets: SecretState[] = [
  secretOf("email-check", {}),
  secretOf("geo-check", {
    path: "spec.query.code",
    source: "keyVault kv-hooks/geo-key",
    state: "compared",
    ...never,
  }),
  secretOf("invite-check", { state: "not-asserted", ...never }),
  secretOf("phone-check", { state: "trusted", run: null }),
];

export const secrets: SecretState[] = [
  secretOf("address-check", { state: "unknown" }),
  secretOf("bank-check", { state: "unreadable", source: "file bank/password" }),
  ...calmSecrets.slice(0, 1),
  secretOf("fraud-check", {
    path: "spec.authentication.certificate",
    source: "keyVault kv-hooks/fraud-certificate",
    state: "compared",
    ...never,
  }),
  ...calmSecrets.slice(1),
  secretOf("signup-check", { state: "new", ...never }),
  secretOf("sms-check", { due: "2026-09-19T08:01:00.400Z" }),
  secretOf("terms-check", {
    state: "overdue",
    at: "2026-07-20T08:01:00.400Z",
    run: "20260720T080100000Z",
    due: "2026-08-19T08:01:00.400Z",
  }),
  secretOf("voucher-check", { state: "changed-at-source" }),
];
