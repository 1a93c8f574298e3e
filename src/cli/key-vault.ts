/** Who reads which tenant's secrets from Azure Key Vault, and as whom. */
import { FaultError } from "../model/fault.ts";
import type { Secrets } from "../model/secret.ts";
import { systemClock } from "../model/system-clock.ts";
import { openKeyVault, type ReadKeyVault, type VaultCredential } from "../secrets/key-vault.ts";
import type { Redactors } from "../secrets/secrets.ts";
import { type CloudName, cloudNameOf, clouds, vaultDomains } from "../tenant/clouds.ts";
import { DEVICE_CODE_TIMEOUT } from "../tenant/credentials.ts";
import { type Identity, openIdentity } from "../tenant/identity.ts";
import type { Connection, TenantSettings } from "./configuration/configuration.ts";
import { isLocal, type KeyVaultSettings, vaultUrls } from "./configuration/key-vault-settings.ts";
import { type Links, renewable, resolveCredential } from "./link.ts";

/** undefined: nobody can sign in, so that a reference to a vault is a fault. */
type Reader = ReadKeyVault | undefined;

export interface KeyVaults {
  /** For what plumbline.yaml itself names. */
  readonly service: Reader;
  /** For what a tenant's definitions name; may be that of the service. */
  readonly of: (tenant: TenantSettings) => Reader;
}

export interface KeyVaultsOptions extends Pick<Links, "prompt"> {
  /** Reads the credential's own secrets, which are in no vault. */
  readonly secrets: Secrets;
  readonly redactors: Redactors;
}

/** How to sign in, and to which vaults. */
interface Access extends Pick<Connection & { readonly type: "graph" }, "credential" | "secret"> {
  readonly directory: string | null;
  readonly authority: string;
  readonly cloud: CloudName;
  readonly url: string | null;
}

/** Sends nothing yet. */
export function openKeyVaults(settings: KeyVaultSettings, options: KeyVaultsOptions): KeyVaults {
  const { credential, secret, tenantId, cloud, url } = settings;
  if (credential === null) {
    return { service: undefined, of: (tenant) => ofTenant(tenant, settings, options) };
  }
  const name = cloud ?? "global";
  const { authority } = clouds[name];
  const access = { credential, secret, directory: tenantId, authority, cloud: name, url };
  const service = open(access, options);
  return { service, of: () => service };
}

function ofTenant(
  { connection, load }: TenantSettings,
  { cloud, url }: KeyVaultSettings,
  options: KeyVaultsOptions,
): Reader {
  if (connection.type === "sandbox" || load.secrets.keyVaults.length === 0) return undefined;
  const { credential, secret, tenantId, authority, graph } = connection;
  // A ready token leaves this machine on no account.
  if (credential.token && !isLocal(url)) return undefined;
  const name = cloud ?? cloudNameOf(graph);
  return open({ credential, secret, directory: tenantId, authority, cloud: name, url }, options);
}

function open(access: Access, options: KeyVaultsOptions): ReadKeyVault {
  const { cloud, url } = access;
  return openKeyVault({
    credential: signingIn(access, options),
    isForeign: url !== null,
    urlOf: vaultUrls(cloud, url),
    ...(access.credential.deviceCode && { timeout: DEVICE_CODE_TIMEOUT }),
  });
}

/** Opened anew after a refused sign-in: a rotated secret is then read without a restart. */
function signingIn(access: Access, options: KeyVaultsOptions): VaultCredential {
  const { current, renew } = renewable(() => identityOf(access, options));
  return {
    async getToken(scopes, given) {
      try {
        return await (await current()).getToken(scopes, given);
      } catch (thrown) {
        if (thrown instanceof FaultError && thrown.fault.code === "unauthorised") renew();
        throw thrown;
      }
    },
  };
}

async function identityOf(access: Access, options: KeyVaultsOptions): Promise<Identity> {
  const { directory, authority, cloud } = access;
  const credential = await resolveCredential(access, options);
  const context = {
    authority,
    directory,
    scope: `https://${vaultDomains[cloud]}/.default`,
    goal: "Azure Key Vault",
    redactor: options.redactors.service,
  };
  return openIdentity(credential, context, systemClock);
}
