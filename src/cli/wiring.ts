/** Puts concrete adapters behind the ports: the only file that knows all of them. */
import { openDefinitions } from "../definitions/definitions.ts";
import type { Redactor, Secrets } from "../model/secret.ts";
import type { Store } from "../model/store.ts";
import { systemClock } from "../model/system-clock.ts";
import type { TenantWriter } from "../model/tenant.ts";
import type { PlanSubject, Subject } from "../reconcile/subject.ts";
import { openSecrets } from "../secrets/secrets.ts";
import { openStore } from "../store/store.ts";
import { commitOf } from "./commit.ts";
import type { Settings, TenantSettings } from "./configuration.ts";
import { type Links, openLink } from "./link.ts";
import { version } from "./version.ts";

/** A tenant with its ports. What plans holds nothing that writes. */
export interface Wired {
  readonly settings: TenantSettings;
  readonly subject: PlanSubject;
  readonly openWriter: () => TenantWriter;
}

export interface Wiring extends AsyncDisposable {
  readonly tenants: readonly Wired[];
}

export interface WiringOptions extends Links {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly redactor: Redactor;
}

/** Opens the store and every wanted tenant. Throws a FaultError when there is nothing to work with. */
export async function wire(
  settings: Settings,
  wanted: readonly TenantSettings[],
  options: WiringOptions,
): Promise<Wiring> {
  const stack = new AsyncDisposableStack();
  try {
    const tenants = await wireTenants(settings, wanted, options, stack);
    return { tenants, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (thrown) {
    await stack.disposeAsync();
    throw thrown;
  }
}

/** What is opened, now or later, closes with the stack. */
async function wireTenants(
  settings: Settings,
  wanted: readonly TenantSettings[],
  options: WiringOptions,
  stack: AsyncDisposableStack,
): Promise<readonly Wired[]> {
  const store = stack.use(await openStore({ sqlite: settings.store }, systemClock));
  const secrets = await openServiceSecrets(settings, store, options);
  const definitions = openDefinitions();
  const tenants: Wired[] = [];
  for (const tenant of wanted) {
    const link = await openLink(tenant, { ...options, secrets, stack });
    const subject: PlanSubject = {
      tenant: link.identity,
      policy: { allow: tenant.allow },
      settle: tenant.settle,
      version,
      load: () => ({
        loaded: definitions.load(tenant.load),
        commit: commitOf(tenant.load, options.env),
      }),
      secrets,
      redactor: options.redactor,
      store,
      reader: link.openReader(),
      clock: systemClock,
    };
    tenants.push({ settings: tenant, subject, openWriter: link.openWriter });
  }
  return tenants;
}

/** Only what may apply gets the means to write. */
export function applySubject({ settings, subject, openWriter }: Wired): Subject {
  const { mode } = settings;
  return { ...subject, mode, writer: mode === "apply" ? openWriter() : null };
}

async function openServiceSecrets(
  { fingerprintKey }: Settings,
  store: Store,
  { env, redactor }: WiringOptions,
): Promise<Secrets> {
  const salted = openSecrets({ env, fingerprint: { salt: () => store.salt() } });
  if (fingerprintKey === null) return salted;
  const key = await salted.resolve(fingerprintKey);
  redactor.add(key);
  return openSecrets({ env, fingerprint: { key } });
}
