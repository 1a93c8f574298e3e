/** Records that live passwords are those of their sources, on the word of a person and without writing. */
import { isAbout, leavesAuthenticationOpen } from "../plan/match.ts";
import type { Audit } from "./memory/audit-entry.ts";
import { find, previousEntry, putEntry, trustedEntry } from "./memory/ledger.ts";
import type { World } from "./observe.ts";
import type { Subject } from "./subject.ts";

/**
 * For each name of `asked.only`, which must be managed. A write of the password whose answer was lost
 * is settled by it as well.
 */
export async function trust(
  { store, tenant, clock }: Subject,
  { input }: World,
  { run, audit }: { readonly run: string; readonly audit: Audit },
): Promise<void> {
  const { desired, memory, asked } = input;
  for (const name of asked.only ?? []) {
    const wanted = find(desired, "ApiConnector", name);
    const entry = wanted && previousEntry(wanted.definition, memory);
    if (!wanted || !entry) continue;
    const trusted = trustedEntry(entry, wanted, { now: clock.now().toISOString(), run });
    const open = memory.journal.filter(
      (begun) =>
        begun.id !== null && isAbout(begun, wanted.definition) && leavesAuthenticationOpen(begun),
    );
    for (const { key } of open) await store.settle(tenant, key, "trusted", []);
    const told = audit({ ...override, kind: entry.kind, name, id: entry.id });
    await store.settle(tenant, null, "trusted", putEntry(trusted, entry, memory.ledger), [told]);
  }
}

const override = {
  action: "override",
  result: "accepted",
  message: "The live password is taken to be the one of its source.",
} as const;
