/** The certificate of a practice tenant over HTTPS, made anew at each start. */

export interface TlsIdentity {
  /** PEM. */
  readonly key: string;
  /** PEM; also what a client must trust. */
  readonly cert: string;
}

/** Self-signed, for 127.0.0.1 and localhost. A client that trusts two needs two names. */
export async function makeTlsIdentity(name = "Plumbline practice tenant"): Promise<TlsIdentity> {
  // Only when asked for: it brings a whole certificate library.
  const { generate } = await import("selfsigned");
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          { type: 2, value: "localhost" },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
