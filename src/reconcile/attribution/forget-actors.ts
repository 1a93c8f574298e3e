/** Names of people go when their time is over, also from what was kept under another rule before. */
import type { Noted, Subject } from "../subject.ts";
import { isActorOver, withoutOldActors } from "./attribution.ts";
import { anonymous } from "./drift-attribution.ts";
import { withoutActors } from "./without-actors.ts";

type Forgetting = Pick<Subject, "store" | "tenant" | "attribution" | "clock">;

/** What a run that did not get as far as the audit log forgets. */
export async function expired({ store, tenant, attribution, clock }: Forgetting): Promise<Noted> {
  if (attribution.actors === "keep") return { drifts: { put: [], forget: [] } };
  const now = clock.now().toISOString();
  const { outside, drifts } = await store.recall(tenant);
  const changes = withoutOldActors(outside, attribution, now);
  const put = changes.filter((one, index) => one !== outside[index]);
  const isOver = (at: string) => isActorOver(at, attribution, now);
  return {
    drifts: { put: anonymous(drifts, { isActorOver: isOver }), forget: [] },
    ...(put.length > 0 && {
      attribution: { reading: await store.auditReading(tenant), put, forget: [] },
    }),
  };
}

/** Tenants of each store whose runs hold no name any more: none is kept with one from then on. */
const anonymousRuns = new WeakMap<Subject["store"], Set<string>>();

/** Runs are kept for longer than names may be, so that none has any, whatever was said before. */
export async function forgetInRuns({ store, tenant, attribution }: Forgetting): Promise<void> {
  const done = anonymousRuns.get(store) ?? new Set();
  anonymousRuns.set(store, done);
  if (attribution.actors === "keep") done.delete(tenant.name);
  else if (!done.has(tenant.name)) {
    await store.forgetActors(tenant.name, withoutActors);
    done.add(tenant.name);
  }
}
