/** The vaults of a scenario, behind the real client. */
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { openKeyVault, type ReadKeyVault } from "../../src/secrets/key-vault.ts";
import { startKeyVault } from "../key-vault.ts";
import type { TenantFile } from "./tenant-file.ts";

export interface ScenarioVaults extends AsyncDisposable {
  readonly names: readonly string[];
  readonly read: ReadKeyVault;
  /** Adds all versions but the first ones, and has the fault from now on. */
  goOn(): void;
}

export async function openVaults({ vaults = {}, vaultFault }: TenantFile): Promise<ScenarioVaults> {
  const vault = await startKeyVault();
  const trusted = getCACertificates("default");
  setDefaultCACertificates([...trusted, vault.ca]);
  const secrets = Object.entries(vaults).flatMap(([name, all]) =>
    Object.entries(all).map(([secret, values]) => ({ name, secret, values })),
  );
  for (const { name, secret, values } of secrets) {
    for (const value of values.slice(0, 1)) vault.add(name, secret, value);
  }
  const read = openKeyVault({
    credential: {
      getToken: async () => ({ token: "a-token", expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    isForeign: true,
    urlOf: (name) => vault.url.replace("{vault}", name),
  });
  return {
    names: Object.keys(vaults),
    // No expected text may hold the port of this test.
    async read(source) {
      const found = await read(source);
      if ("value" in found) return found;
      const { host } = new URL(vault.url);
      return { problem: found.problem.replaceAll(host, `${source.vault}.vault.azure.net`) };
    },
    goOn() {
      for (const { name, secret, values } of secrets) {
        for (const value of values.slice(1)) vault.add(name, secret, value);
      }
      vault.behave(vaultFault ?? null);
    },
    async [Symbol.asyncDispose]() {
      setDefaultCACertificates(trusted);
      await vault[Symbol.asyncDispose]();
    },
  };
}
