/** How the authentication of a connector is compared: what Graph shows of it, and what it never shows. */
import {
  type BasicAuthentication,
  CERTIFICATE_PATH,
  type CertificateAuthentication,
  PASSWORD_PATH,
} from "../model/definition.ts";
import type { FieldChange } from "../model/generated/run.ts";
import type { LiveAuthentication } from "../model/live.ts";
import { certificatesOf, rotation } from "./certificate.ts";
import { difference, REDACTED, secretField, UNKNOWN } from "./field.ts";
import type { Desired, PlanInput } from "./input.ts";
import type { Paired } from "./match.ts";
import { passwordReason } from "./password.ts";

export interface AuthenticationDifference {
  /** Any field here means that the authentication is written. */
  readonly fields: readonly FieldChange[];
  /** Paths of the secrets that travel then. */
  readonly sends: readonly string[];
  /** Why, beyond what the fields say; null when they say it all. */
  readonly reason: string | null;
  readonly isUpload: boolean;
}

const USERNAME = "spec.authentication.basic.username";

/** That of an object that does not exist yet. */
export function newAuthentication({ definition, certificate }: Desired): AuthenticationDifference {
  const { authentication } = definition;
  const fields =
    authentication.type === "basic"
      ? basicFields(authentication)
      : [certificate ? certificateField(null, certificate.thumbprint) : unreadableCertificate];
  return written(fields, authentication);
}

export function compareAuthentication(found: Paired, input: PlanInput): AuthenticationDifference {
  const { authentication } = found.desired.definition;
  return authentication.type === "basic"
    ? compareBasic(found, authentication, input)
    : compareCertificate(found, authentication, input);
}

/** User name and password are sent together: Graph overwrites the whole. */
function compareBasic(
  found: Paired,
  basic: BasicAuthentication,
  input: PlanInput,
): AuthenticationDifference {
  const live = found.live.authentication;
  if (live.type !== "basic") {
    return written([kindField(live, "basic"), ...basicFields(basic)], basic);
  }
  const names = difference(USERNAME, live.username, basic.username);
  const reason = passwordReason(found, basic.password, input);
  if (names.length === 0 && reason === null) return nothing;
  return written([...names, secretField(basic.password.path, UNKNOWN, REDACTED)], basic, reason);
}

/** Graph shows every certificate, so nothing has to be remembered to compare them. */
function compareCertificate(
  found: Paired,
  authentication: CertificateAuthentication,
  input: PlanInput,
): AuthenticationDifference {
  const { certificate } = found.desired;
  // Without its source nothing can be said; the policy holds the whole definition.
  if (certificate === null) return nothing;
  const { step, reason } = rotation(found, certificate, input);
  if (step === "none") return nothing;
  const live = found.live.authentication;
  const listed = certificatesOf(live);
  const isChangeOfKind = live.type !== "certificate";
  const active = listed.filter(({ isActive }) => isActive);
  const before = step === "upload" && active.length > 0 ? active : listed;
  const fields = [
    ...(isChangeOfKind ? [kindField(live, "certificate"), ...goneFields(live)] : []),
    certificateField(
      before.map(({ thumbprint }) => thumbprint ?? UNKNOWN).join(", ") || null,
      certificate.thumbprint,
    ),
  ];
  return { ...written(fields, authentication, reason), isUpload: step === "upload" };
}

const nothing: AuthenticationDifference = { fields: [], sends: [], reason: null, isUpload: false };

function written(
  fields: readonly FieldChange[],
  authentication: BasicAuthentication | CertificateAuthentication,
  reason: string | null = null,
): AuthenticationDifference {
  const isBasic = authentication.type === "basic";
  const sends = [isBasic ? authentication.password.path : CERTIFICATE_PATH];
  return { fields, sends, reason, isUpload: false };
}

function basicFields({ username, password }: BasicAuthentication): readonly FieldChange[] {
  return [
    { path: USERNAME, before: null, after: username },
    secretField(password.path, null, REDACTED),
  ];
}

function certificateField(before: string | null, after: string): FieldChange {
  return { path: CERTIFICATE_PATH, before, after };
}

const unreadableCertificate = secretField(CERTIFICATE_PATH, null, UNKNOWN);

/** A certificate takes the place of user name and password. */
function goneFields(live: LiveAuthentication): readonly FieldChange[] {
  if (live.type !== "basic") return [];
  return [
    ...(live.username === null ? [] : [{ path: USERNAME, before: live.username, after: null }]),
    secretField(PASSWORD_PATH, UNKNOWN, null),
  ];
}

function kindField(live: LiveAuthentication, after: string): FieldChange {
  return { path: "spec.authentication", before: describe(live), after };
}

function describe(authentication: LiveAuthentication): string {
  switch (authentication.type) {
    case "basic":
      return "basic";
    case "certificate":
      return `certificate ${authentication.certificates.map(({ thumbprint }) => thumbprint ?? UNKNOWN).join(", ")}`;
    case "other":
      return authentication.odataType ?? "none";
    default:
      return authentication satisfies never;
  }
}
