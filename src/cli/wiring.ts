/** Puts concrete adapters behind the ports: the only file that knows all of them. */
import { openDefinitions } from "../definitions/definitions.ts";
import type { Secrets } from "../model/secret.ts";
import type { Store } from "../model/store.ts";
import { systemClock } from "../model/system-clock.ts";
import type { PlanSubject, Subject } from "../reconcile/subject.ts";
import { openSecrets, type Redactors } from "../secrets/secrets.ts";
import { openStore, type StoreOptions } from "../store/store.ts";
import { commitOf } from "./commit.ts";
import type { Settings, TenantSettings } from "./configuration/configuration.ts";
import { openKeyVaults } from "./key-vault.ts";
import { type Link, type Links, openLink } from "./link.ts";
import { version } from "./version.ts";

/** A tenant with its ports, none of which writes to it. */
export interface Wired {
  readonly settings: TenantSettings;
  readonly subject: PlanSubject;
}

/** A tenant with its ports; its mode decides whether one of them writes to it. */
export interface WiredToApply extends Wired {
  readonly subject: Subject;
  /** Requests to Graph that would not wait now; null before the tenant was first opened. */
  readonly budgetLeft: () => number | null;
}

export interface Wiring<One extends Wired> extends AsyncDisposable {
  readonly tenants: readonly One[];
  readonly store: Store;
  /** The service's own. */
  readonly secrets: Secrets;
}

export interface WiringOptions extends Links {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly redactors: Redactors;
}

/** Opens the store and every wanted tenant. Throws a FaultError when there is nothing to work with. */
export type Wire<One extends Wired> = (
  settings: Settings,
  wanted: readonly TenantSettings[],
  options: WiringOptions,
) => Promise<Wiring<One>>;

export const wire: Wire<Wired> = (settings, wanted, options) =>
  wireWith(settings, wanted, options, (wired) => wired);

/** Only what may apply gets the means to write. */
export const wireToApply: Wire<WiredToApply> = (settings, wanted, options) =>
  wireWith(
    settings,
    wanted,
    options,
    ({ settings: tenant, subject }, { openWriter, budgetLeft }) => {
      const { mode } = tenant;
      const writer = mode === "apply" ? openWriter() : null;
      return { settings: tenant, subject: { ...subject, mode, writer }, budgetLeft };
    },
  );

type Complete<One> = (wired: Wired, link: Link) => One;

async function wireWith<One extends Wired>(
  settings: Settings,
  wanted: readonly TenantSettings[],
  options: WiringOptions,
  complete: Complete<One>,
): Promise<Wiring<One>> {
  const stack = new AsyncDisposableStack();
  try {
    const wired = await wireTenants(settings, wanted, { ...options, stack }, complete);
    return { ...wired, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (thrown) {
    await stack.disposeAsync();
    throw thrown;
  }
}

/** What is opened, now or later, closes with the stack. */
async function wireTenants<One extends Wired>(
  settings: Settings,
  wanted: readonly TenantSettings[],
  options: WiringOptions & { readonly stack: AsyncDisposableStack },
  complete: Complete<One>,
): Promise<Omit<Wiring<One>, keyof AsyncDisposable>> {
  const store = options.stack.use(await openStore(storeOptions(settings), systemClock));
  const { secrets, of } = await openAllSecrets(settings, store, options);
  const definitions = openDefinitions();
  const tenants: One[] = [];
  for (const tenant of wanted) {
    const link = await openLink(tenant, { ...options, secrets });
    const subject: PlanSubject = {
      tenant: link.identity,
      policy: {
        allow: tenant.allow,
        limits: tenant.limits,
        deleteAfter: tenant.deleteAfter,
        expiryWarnings: tenant.expiryWarnings,
        windows: tenant.windows,
        reassertOnOutsideChange: tenant.reassertOnOutsideChange,
      },
      settle: tenant.settle,
      drift: tenant.drift,
      attribution: tenant.attribution,
      version,
      load: () => ({
        loaded: definitions.load(tenant.load),
        commit: commitOf(tenant.load, options.env),
      }),
      secrets: of(tenant),
      redactor: options.redactors.of(tenant.name),
      store,
      reader: link.openReader(),
      clock: systemClock,
    };
    tenants.push(complete({ settings: tenant, subject }, link));
  }
  return { tenants, store, secrets };
}

/** How the store of the service is opened. */
export function storeOptions({ store, keepAudit, keepRuns }: Settings): StoreOptions {
  return { sqlite: store, keepAudit, keepRuns };
}

/** The service's own secrets, for whoever needs no store: they are read, and not fingerprinted. */
export function openServiceSecrets(
  settings: Settings,
  { env, redactors, prompt }: Pick<WiringOptions, "env" | "redactors" | "prompt">,
): Secrets {
  const salt = () => Promise.reject(new Error("There is no store to take a salt from."));
  const plain = openSecrets({ env, fingerprint: { salt } });
  const { service } = openKeyVaults(settings.keyVault, { secrets: plain, redactors, prompt });
  return openSecrets({ env, fingerprint: plain.fingerprint, keyVault: service });
}

interface AllSecrets {
  /** The service's own. */
  readonly secrets: Secrets;
  /** Those of a tenant. All share what remembers each value: fingerprints and open certificates. */
  readonly of: (tenant: TenantSettings) => Secrets;
}

async function openAllSecrets(
  settings: Settings,
  store: Store,
  { env, redactors, prompt }: WiringOptions,
): Promise<AllSecrets> {
  const salted = openSecrets({ env, fingerprint: { salt: () => store.salt() } });
  const keyVaults = openKeyVaults(settings.keyVault, { secrets: salted, redactors, prompt });
  const { service } = keyVaults;
  const own = openSecrets({ env, fingerprint: salted.fingerprint, keyVault: service });
  const { fingerprintKey } = settings;
  const key = fingerprintKey === null ? null : await own.resolve(fingerprintKey);
  if (key !== null) redactors.service.add(key);
  const secrets =
    key === null ? own : openSecrets({ env, fingerprint: { key }, keyVault: service });
  const { fingerprint, certificate } = secrets;
  return {
    secrets,
    of(tenant) {
      const keyVault = keyVaults.of(tenant);
      return keyVault === service
        ? secrets
        : openSecrets({ env, fingerprint, certificate, keyVault });
    },
  };
}
