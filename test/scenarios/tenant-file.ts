/**
 * tenant.yaml of a scenario: what differs from a tenant in which everything is allowed and every secret
 * is set. Certificates are made anew for each test, and stand under their names in what it prints.
 */
import { parse } from "yaml";
import type { Tenant } from "../../src/model/generated/service.ts";
import type { Subject } from "../../src/reconcile/subject.ts";
import type { SandboxDocument } from "../../src/sandbox/document.ts";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import type { UserFlowEntry } from "../../src/sandbox/user-flow-entry.ts";
import {
  type CertificateWish,
  type MadeCertificate,
  makeCertificate,
  makePem,
} from "../certificates.ts";
import type { Behaviour } from "../key-vault.ts";

export interface WrittenCertificate extends Omit<CertificateWish, "issuer"> {
  /** An authority issues it when left out. */
  readonly isSelfSigned?: boolean;
}

export interface TenantFile {
  readonly allow?: Subject["policy"]["allow"];
  readonly limits?: Partial<Subject["policy"]["limits"]>;
  /** Such as `0s`; an hour when left out. */
  readonly deleteAfter?: string;
  readonly mode?: Subject["mode"];
  /** As in plumbline.yaml; it is 08:00 UTC on Thursday, 20 August 2026, when all begins. */
  readonly windows?: Tenant["windows"];
  readonly variables?: Readonly<Record<string, string>>;
  /** Values of secrets; null: not set. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly faults?: readonly InjectedFault[];
  /** Those of the run of `before`. */
  readonly faultsBefore?: readonly InjectedFault[];
  /**
   * By name, of eight characters at most. That of `old` is in the variables OLD_PFX and
   * OLD_PFX_PASSPHRASE; `${old}` is its thumbprint in live.yaml, and its PFX here.
   */
  readonly certificates?: Readonly<Record<string, WrittenCertificate>>;
  /** Versions by secret by vault, the newest last. The run of `before` finds the first one alone. */
  readonly vaults?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** What every vault does in the place of its work, but for the run of `before`. */
  readonly vaultFault?: Behaviour;
  /** User flows that are there from the beginning. */
  readonly userFlows?: SandboxDocument["userFlows"];
  /** What somebody does in the portal after the run of `before`: steps by flow, and flows. */
  readonly stepsByHand?: Readonly<Record<string, UserFlowEntry["apiConnectors"]>>;
  readonly flowsDeletedByHand?: readonly string[];
  /** How long after the run of `before` all the rest happens, such as `8d`. */
  readonly later?: string;
}

export type Certificates = ReadonlyMap<string, MadeCertificate>;

export interface GivenTenant {
  readonly given: TenantFile;
  readonly certificates: Certificates;
}

export async function readTenantFile(text: string): Promise<GivenTenant> {
  const { certificates: written = {} }: TenantFile = parse(text) ?? {};
  const certificates = await makeAll(Object.entries(written));
  return { given: parse(filled(text, certificates, "base64")) ?? {}, certificates };
}

async function makeAll(
  written: readonly (readonly [string, WrittenCertificate])[],
): Promise<Certificates> {
  if (written.length === 0) return new Map();
  const name = "Contoso authority";
  const authority = { name, notBefore: "2020-01-01", notAfter: "2040-01-01", isAuthority: true };
  const issuer = await makePem(authority);
  return new Map(
    await Promise.all(
      written.map(async ([called, { isSelfSigned = false, ...wish }]) => {
        const made = await makeCertificate(isSelfSigned ? wish : { ...wish, issuer });
        return [called, made] as const;
      }),
    ),
  );
}

/** With what each name stands for. */
export function filled(
  text: string,
  certificates: Certificates,
  what: "base64" | "thumbprint",
): string {
  return text.replaceAll(
    /\$\{(\w+)\}/g,
    (written, name) => certificates.get(name)?.[what] ?? written,
  );
}

/** Environment variables by name. */
export function variablesOf(certificates: Certificates): ReadonlyMap<string, string> {
  return new Map(
    [...certificates].flatMap(([name, { base64, passphrase }]) => [
      [`${name.toUpperCase()}_PFX`, base64],
      [`${name.toUpperCase()}_PFX_PASSPHRASE`, passphrase],
    ]),
  );
}

/** The same text in each run, with its lines as long as they were. */
export function steady(text: string, certificates: Certificates): string {
  if (certificates.size === 0) return text;
  const named = [...certificates].reduce(
    (before, [name, { thumbprint }]) =>
      before
        .replaceAll(thumbprint, name.padEnd(40, "·"))
        .replaceAll(thumbprint.slice(0, 8), name.padEnd(8, "·")),
    text,
  );
  return named.replaceAll(/sha256:[0-9a-f]{64}/g, "sha256:…");
}
