import path from "node:path";
import {
  type ApiConnectorDefinition,
  CERTIFICATE_PATH,
  type CertificateAuthentication,
} from "../model/definition.ts";
import { milliseconds } from "../model/duration.ts";
import type { Position } from "../model/fault.ts";
import { joinUrl } from "../model/query.ts";
import { Secret, type SecretUse } from "../model/secret.ts";
import type {
  ApiConnectorDraft,
  CertificateDraft,
  WrittenPolicy,
  WrittenReference,
} from "./api-connector-draft.ts";
import { inWords } from "./near-miss.ts";
import { doubtful, type Place, type WrittenFault, wrong } from "./place.ts";
import { replaced, shortText } from "./resolved-text.ts";
import { type SecretScopes, scopedSource } from "./secret-scope.ts";
import { checkTargetUrl, type Targets, type TargetUrl } from "./target-url.ts";

/** What a tenant decides about a document. */
export interface TenantRules {
  readonly variables: Readonly<Record<string, string>>;
  readonly targets: Targets;
  readonly scopes: SecretScopes;
  /** Allowed folders of secrets, without symbolic links. */
  readonly within: readonly string[];
  /** Folders that were given to other tenants, without symbolic links. */
  readonly ofOthers: ReadonlySet<string>;
  /** Files and folders of the service itself, without symbolic links. */
  readonly own: ReadonlySet<string>;
  /** Collects every path that was followed. */
  readonly followed: Map<string, string>;
}

/** The file of a draft: its absolute path and what messages call it. */
export interface DraftFile {
  readonly path: string;
  readonly shown: string;
}

/** What a draft gives for one tenant. */
export interface Resolved {
  /** null when a fault stops it. */
  readonly definition: ApiConnectorDefinition | null;
  /** After replacing variables; null when it has a fault. */
  readonly displayName: string | null;
}

/** Applies a tenant's rules to a draft; adds what they find to `faults`. */
export function resolveDraft(
  draft: ApiConnectorDraft,
  file: DraftFile,
  rules: TenantRules,
  faults: WrittenFault[],
): Resolved {
  const { places } = draft;
  const found: WrittenFault[] = [];
  const at = (place: Place): Position => ({ file: file.shown, ...place });
  const text = (where: string, written: string | null, place: Place) =>
    shortText(where, replaced(written, place, rules.variables, found), place, found);
  const use = (where: string, written: WrittenReference | null) =>
    written && secretUse(where, written, file, rules, found);
  const displayName = text("spec.displayName", draft.displayName, places.displayName);
  const target = resolveTarget(draft, at(places.targetUrl), rules, use, found);
  const authentication = draft.certificate
    ? resolveCertificate(draft.certificate, use)
    : resolveBasic(draft, text, use);
  checkPolicy(draft, found);
  for (const fault of found) faults.push(fault);
  const { name, isWhole } = draft;
  const isRefused = !isWhole || found.some(({ severity }) => severity === "error");
  if (isRefused || !name || !displayName || !target || !authentication) {
    return { definition: null, displayName };
  }
  const definition: ApiConnectorDefinition = {
    kind: "ApiConnector",
    name,
    at: at(places.name),
    id: draft.id,
    previously: draft.previously,
    displayName,
    ...target,
    authentication,
    policy: resolvedPolicy(draft.policy),
  };
  return { definition, displayName };
}

type Authentication = ApiConnectorDefinition["authentication"];

function resolveBasic(
  draft: ApiConnectorDraft,
  text: (where: string, written: string | null, place: Place) => string | null,
  use: Use,
): Authentication | null {
  const basic = "spec.authentication.basic";
  const username = text(`${basic}.username`, draft.username, draft.places.username);
  const password = use(`${basic}.password`, draft.password);
  return username && password ? { type: "basic", username, password } : null;
}

/** null when a part that was written cannot be used. */
function resolveCertificate(
  { pfx, pem, key, passphrase, has }: CertificateDraft,
  use: Use,
): CertificateAuthentication | null {
  const of = (name: string, written: WrittenReference | null) =>
    use(`${CERTIFICATE_PATH}.${name}`, written);
  const binary = of("pfx", pfx);
  const content = binary ? { ...binary, binary: true as const } : of("pem", pem);
  const parts = { key: of("key", key), passphrase: of("passphrase", passphrase) };
  const isBroken = (has.key && !parts.key) || (has.passphrase && !parts.passphrase);
  if (content === null || isBroken) return null;
  return { type: "certificate", form: binary ? "pfx" : "pem", content, ...parts };
}

/** What was meant to happen and would not. */
function checkPolicy({ certificate, policy, places }: ApiConnectorDraft, found: WrittenFault[]) {
  type Key = "reassertEvery" | "reassertOnOutsideChange" | "retire" | "retireAfter";
  const warn = (key: Key, why: string) => {
    if (policy[key] === null || policy[key] === false) return;
    found.push(doubtful("schema", places[key], `policy.${key} does nothing here: ${why}`));
  };
  if (certificate === null) {
    warn("retire", "the connector has a password and no certificates.");
    warn("retireAfter", "the connector has a password and no certificates.");
    return;
  }
  const shown = "Microsoft Graph shows a certificate, so it is compared at each run.";
  warn("reassertEvery", shown);
  warn("reassertOnOutsideChange", shown);
  if (policy.retire === "afterRotation") return;
  warn("retireAfter", "older certificates stay. Add retire: afterRotation to take them away.");
}

/** As the schema has it. */
const RETIRE_AFTER = "7d";

function resolvedPolicy(written: WrittenPolicy): ApiConnectorDefinition["policy"] {
  const { protect, assertOnAdopt, reassertEvery, retire, retireAfter } = written;
  return {
    protect,
    assertOnAdopt,
    reassertOnOutsideChange: written.reassertOnOutsideChange,
    reassertEvery: reassertEvery === null ? null : milliseconds(reassertEvery),
    retireAfter: retire === "afterRotation" ? milliseconds(retireAfter ?? RETIRE_AFTER) : null,
  };
}

type Use = (where: string, written: WrittenReference | null) => SecretUse | null;

/** The URL and its parameters: first those that stand in it, then those that are secrets. */
function resolveTarget(
  draft: ApiConnectorDraft,
  at: Position,
  rules: TenantRules,
  use: Use,
  found: WrittenFault[],
): Pick<ApiConnectorDefinition, "targetUrl" | "query"> | null {
  const { targetUrl, places } = draft;
  const text = replaced(targetUrl, places.targetUrl, rules.variables, found);
  const checked: TargetUrl | null = text === null ? null : checkTargetUrl(text, rules.targets);
  for (const { severity, code, message } of checked?.problems ?? []) {
    found.push({ severity, code, message, place: places.targetUrl });
  }
  const secrets = draft.query.flatMap((written) => {
    const value = use(`spec.query.${written.key}`, written);
    return value === null ? [] : [{ key: written.key, value }];
  });
  const url = checked?.url ?? null;
  checkQueryKeys(draft, url?.query.map(({ key }) => key) ?? [], found);
  if (url === null) return null;
  const known = joinUrl({
    base: url.base,
    query: [...url.query, ...secrets.map(({ key }) => ({ key, value: "" }))],
  });
  if (known.length > 2048) {
    const message = `targetUrl with its query has ${known.length} characters without the secrets; 2048 are allowed.`;
    found.push(wrong("url", places.targetUrl, message));
  }
  const literals = url.query.map(({ key, value }) => ({
    key,
    value: {
      path: `spec.query.${key}`,
      source: { type: "literal", value: new Secret(value) } as const,
      at,
    },
  }));
  return { targetUrl: url.base, query: [...literals, ...secrets] };
}

function checkQueryKeys(
  draft: ApiConnectorDraft,
  literal: readonly string[],
  found: WrittenFault[],
): void {
  for (const { key, keyPlace } of draft.query) {
    if (literal.includes(key)) {
      const message = `The parameter${inWords(key)} stands in targetUrl and in query: keep the one in query.`;
      found.push(wrong("url", keyPlace, message));
    }
    if (/\[\d+\]$|\p{Cc}/u.test(key)) {
      const message = "A name in query may not end in [number] or hold control characters.";
      found.push(wrong("url", keyPlace, message));
    }
  }
}

function secretUse(
  where: string,
  { reference, place }: WrittenReference,
  file: DraftFile,
  rules: TenantRules,
  found: WrittenFault[],
): SecretUse | null {
  const scoped = scopedSource(reference, { ...rules, folder: path.dirname(file.path) });
  if ("source" in scoped) {
    return { path: where, source: scoped.source, at: { file: file.shown, ...place } };
  }
  found.push(wrong(scoped.code, place, scoped.refusal));
  return null;
}
