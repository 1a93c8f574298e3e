/** What every store must hold to about its audit and about what is suspended. */
import { expect, test } from "vitest";
import type { AuditEntry } from "../../src/model/generated/audit.ts";
import type { Suspension } from "../../src/model/generated/run.ts";
import type { Store } from "../../src/model/store.ts";
import type { TenantIdentity } from "../../src/model/tenant.ts";
import { creation, production, put, staging } from "./store-samples.ts";

export function happened(over: Partial<AuditEntry> = {}, tenant = production): AuditEntry {
  return {
    at: "2026-09-01T12:00:00.000Z",
    tenant,
    action: "update",
    result: "done",
    run: "20260901T120000000Z",
    commit: null,
    trigger: "command",
    by: "somebody",
    kind: "ApiConnector",
    name: "a",
    id: "id-a",
    before: null,
    after: null,
    requestId: null,
    until: null,
    message: "",
    ...over,
  };
}

export function auditContract(place: () => Promise<() => Promise<Store>>): void {
  const opened = async () => (await place())();
  const all = { limit: 100 };

  test("what happened comes back in its order, each entry linked to the one before", async () => {
    await using store = await opened();
    const key = await store.begin(production, creation("a"), [], [happened({ result: "begun" })]);
    await store.answer(production, key, "id-a", put("a"), [happened()]);
    await store.settle(production, key, "seen", [], [happened({ message: "„ü✓" })]);
    const entries = await store.audit(all);
    expect(entries.map(({ sequence, entry }) => [sequence, entry])).toEqual([
      [1, happened({ result: "begun" })],
      [2, happened()],
      [3, happened({ message: "„ü✓" })],
    ]);
    expect(entries[0]?.previous).toBe("0".repeat(64));
    expect(entries.slice(1).map(({ previous }) => previous)).toEqual(
      entries.slice(0, 2).map(({ hash }) => hash),
    );
    const head = { sequence: 3, hash: entries[2]?.hash };
    expect(await store.verifyAudit()).toEqual({ entries: 3, head, problems: [] });
  });

  test("the audit of a new store is empty and whole", async () => {
    await using store = await opened();
    expect(await store.audit(all)).toEqual([]);
    expect(await store.verifyAudit()).toEqual({ entries: 0, head: null, problems: [] });
  });

  test("what cannot be written whole is not audited either", async () => {
    await using store = await opened();
    const settling = store.settle(production, 99, "done", put("a"), [happened()]);
    await expect(settling).rejects.toMatchObject({ fault: { code: "store" } });
    expect(await store.audit(all)).toEqual([]);
  });

  test("the audit is asked for by tenant, by name and by run; the newest ones are told", async () => {
    await using store = await opened();
    const audited = async (entry: AuditEntry, tenant: TenantIdentity = production) =>
      store.settle(tenant, null, "done", [], [entry]);
    await audited(happened({ name: "a", run: "r-1" }));
    await audited(happened({ name: "b", run: "r-1" }));
    await audited(happened({ name: "a", run: "r-2" }, staging), staging);
    const sequences = async (query: Parameters<Store["audit"]>[0]) =>
      (await store.audit(query)).map(({ sequence }) => sequence);
    expect(await sequences({ ...all, tenants: ["production"] })).toEqual([1, 2]);
    expect(await sequences({ ...all, name: "a" })).toEqual([1, 3]);
    expect(await sequences({ ...all, run: "r-1", name: "b" })).toEqual([2]);
    expect(await sequences({ limit: 2 })).toEqual([2, 3]);
    expect(await sequences({ ...all, tenants: [] })).toEqual([]);
  });

  test("two openings of a store that audit by turns make one chain", async () => {
    const open = await place();
    await using one = await open();
    await using other = await open();
    for (let turn = 0; turn < 5; turn += 1) {
      await Promise.all([
        one.settle(production, null, "done", [], [happened({ name: `one-${turn}` })]),
        other.settle(staging, null, "done", [], [happened({ name: `other-${turn}` }, staging)]),
      ]);
    }
    expect(await one.verifyAudit()).toMatchObject({ entries: 10, problems: [] });
  });

  const suspension: Suspension = {
    kind: "ApiConnector",
    name: "a",
    since: "2026-09-01T12:00:00.000Z",
    until: "2026-09-02T12:00:00.000Z",
    by: "somebody",
    reason: "a release",
  };

  test("a suspension is remembered until it is taken back, and a later one takes its place", async () => {
    await using store = await opened();
    const whole = { ...suspension, kind: null, name: null };
    const later = { ...suspension, until: "2026-09-09T12:00:00.000Z" };
    await store.settle(production, null, "suspended", [
      { op: "suspend", suspension },
      { op: "suspend", suspension: whole },
      { op: "suspend", suspension: later },
    ]);
    expect((await store.recall(production)).suspensions).toEqual([whole, later]);
    expect((await store.recall(staging)).suspensions).toEqual([]);
    await store.settle(production, null, "resumed", [{ op: "resume", kind: null, name: null }]);
    expect((await store.recall(production)).suspensions).toEqual([later]);
  });

  test("what is refused is remembered until it is another", async () => {
    await using store = await opened();
    for (const refusals of [["delete a"], ["delete a", "delete b"], []]) {
      await store.settle(production, null, "refused", [{ op: "refused", refusals }]);
      expect((await store.recall(production)).refusals).toEqual(refusals);
    }
  });
}
