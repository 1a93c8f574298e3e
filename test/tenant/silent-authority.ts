/** A sign-in service over HTTPS that accepts every request and never answers. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeTlsIdentity } from "../../src/sandbox/tls-identity.ts";

export interface SilentAuthority extends AsyncDisposable {
  readonly url: string;
  /** PEM, to be trusted. */
  readonly ca: string;
  /** Resolves when the first request has come. */
  readonly asked: Promise<void>;
}

export async function startSilentAuthority(): Promise<SilentAuthority> {
  const { key, cert } = await makeTlsIdentity();
  const asked = Promise.withResolvers<void>();
  const server = createServer({ key, cert }, () => asked.resolve());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: cert,
    asked: asked.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
