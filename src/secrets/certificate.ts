/** Opens the certificates that definitions name, each once for as long as nothing in it changes. */
import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import { FaultError, failure } from "../model/fault.ts";
import {
  type CertificateSource,
  type ClientCertificate,
  describeSource,
  Secret,
  type Secrets,
} from "../model/secret.ts";
import type { CertificateFacts, Problem } from "../pkcs12/pkcs12.ts";

/** Certificates that are kept open: a tenant has some 20 connectors. */
const MOST = 2_000;

/** Random ones in the passphrase of a PFX that is made of PEM: nobody types it. */
const PASSPHRASE_BYTES = 24;

type Values = Parameters<Secrets["certificate"]>[1];

/** Remembers what was opened, or the problem with it, by a keyed digest of all its parts. */
export function certificateOpener(): Secrets["certificate"] {
  const known = new Map<string, Opened>();
  const key = createSecretKey(randomBytes(32));
  return async (source, values) => {
    const parts = partsOf(source, values);
    const entry = createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64url");
    const opened = known.get(entry) ?? (await open(parts));
    // The newest stay: Map keeps the order of insertion.
    known.delete(entry);
    known.set(entry, opened);
    const [oldest] = known.keys();
    if (known.size > MOST && oldest !== undefined) known.delete(oldest);
    if ("problem" in opened) throw unusable(source, opened);
    return opened;
  };
}

type Opened = ClientCertificate | Problem;

interface Parts {
  readonly form: CertificateSource["form"];
  readonly content: string;
  readonly key: string | null;
  readonly passphrase: string | null;
}

function partsOf(source: CertificateSource, values: Values): Parts {
  const { form, content, key, passphrase } = source;
  const reveal = (use: typeof key) =>
    use === null ? null : (values.get(use.path)?.reveal() ?? null);
  return { form, content: reveal(content) ?? "", key: reveal(key), passphrase: reveal(passphrase) };
}

async function open(parts: Parts): Promise<Opened> {
  // Here, because most connectors have a password.
  const pkcs12 = await import("../pkcs12/pkcs12.ts");
  return parts.form === "pfx" ? fromPfx(parts, pkcs12) : fromPem(parts, pkcs12);
}

type Pkcs12 = typeof import("../pkcs12/pkcs12.ts");

function fromPfx({ content, passphrase }: Parts, { openPfx }: Pkcs12): Opened {
  const facts = openPfx(Buffer.from(content, "base64"), passphrase ?? "");
  if ("problem" in facts) return facts;
  return certificate(facts, content, passphrase ?? "");
}

function fromPem({ content, key, passphrase }: Parts, { packPem }: Pkcs12): Opened {
  const own = randomBytes(PASSPHRASE_BYTES).toString("base64url");
  const packed = packPem({ certificate: content, key, passphrase }, own);
  if ("problem" in packed) return packed;
  return certificate(packed.facts, Buffer.from(packed.pfx).toString("base64"), own);
}

function certificate(facts: CertificateFacts, pfx: string, passphrase: string): ClientCertificate {
  const { thumbprint, notBefore, notAfter } = facts;
  const warnings = warningsOf(facts);
  const secrets = { pfx: new Secret(pfx), passphrase: new Secret(passphrase) };
  return { thumbprint, notBefore, notAfter, warnings, ...secrets };
}

/** https://learn.microsoft.com/entra/external-id/self-service-sign-up-secure-api-connector */
function warningsOf({ isSelfSigned, keyType }: CertificateFacts): readonly string[] {
  return [
    ...(isSelfSigned
      ? [
          "is self-signed: Microsoft asks for one that a certificate authority signed in production.",
        ]
      : []),
    ...(keyType === "rsa"
      ? []
      : [
          `has a key of type ${keyType}: Microsoft documents RSA of 2048 bits alone; try it first.`,
        ]),
  ];
}

function unusable(
  { content, key, passphrase }: CertificateSource,
  { problem, isOfKey }: Problem,
): FaultError {
  const { source, at } = isOfKey && key ? key : content;
  const words = `${describeSource(source)} ${problem}`;
  const where = passphrase && ` Its passphrase is in ${describeSource(passphrase.source)}.`;
  const message = `${words}${where ?? ""}`;
  return new FaultError(failure("secret-source", message, at));
}
