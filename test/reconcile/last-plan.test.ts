import { expect, test } from "vitest";
import { isConnector } from "../../src/model/definition.ts";
import { openDrifts } from "../../src/model/drift.ts";
import type { Plan } from "../../src/model/generated/run.ts";
import { emptyMemory } from "../../src/model/store.ts";
import { nothingAsked, type PlanInput } from "../../src/plan/input.ts";
import { plan } from "../../src/plan/plan.ts";
import { planFor } from "../../src/reconcile/last-plan.ts";
import { observe } from "../../src/reconcile/observe.ts";
import { reconcile } from "../../src/reconcile/reconcile.ts";
import { resolveSecrets } from "../../src/reconcile/resolve.ts";
import { createRedactor } from "../../src/secrets/secrets.ts";
import { allowing, begun } from "../plan/builders.ts";
import { connector, openPractice, type Practice, runOptions } from "./practice-tenant.ts";

const { signal } = new AbortController();
const unheard = () => {};

async function converged(): Promise<Practice> {
  const practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  await practice.run();
  return practice;
}

test("the plan is the very same as long as every part of its input is", async () => {
  await using practice = await converged();
  const subject = practice.subject();
  const { input } = await observe(subject, nothingAsked, signal, unheard);
  const first = planFor(subject, input);
  expect(first.summary.unchanged).toBe(2);
  expect(planFor(subject, { ...input })).toBe(first);
});

test("a plan is sealed by what no plan shows, so that nothing redacted can be tried against its digest", async () => {
  await using practice = await converged();
  practice.sandbox.control.changeConnector("a", { displayName: "is secret of A_PASSWORD" });
  const subject = practice.subject();
  const { input } = await observe(subject, nothingAsked, signal, unheard);
  const shown = planFor(subject, input);
  expect(JSON.stringify(shown)).not.toContain("secret of A_PASSWORD");
  expect(JSON.stringify(shown)).not.toContain(input.seal);
  expect(plan({ ...input, seal: "" }).digest).not.toBe(shown.digest);
  expect(plan(input).digest).toBe(shown.digest);
  const later = await observe(subject, nothingAsked, signal, unheard);
  expect(later.input.seal).toBe(input.seal);
});

test("a difference that goes on from run to run leaves the plan as it is", async () => {
  await using practice = await converged();
  practice.sandbox.control.changeConnector("a", { targetUrl: "https://elsewhere.example/" });
  const { load } = practice.subject();
  const loaded = { definitions: load().loaded.definitions, faults: [] };
  const subject = practice.subject({
    ...{ mode: "report", writer: null },
    load: () => ({ loaded, commit: null }),
  });
  const plans = new Set<Plan | null>();
  const runs: number[] = [];
  for (let time = 0; time < 5; time += 1) {
    practice.clock.advance(600_000);
    plans.add((await reconcile(subject, { ...runOptions([]), isApply: false })).plan);
    const { drifts } = await subject.store.recall(subject.tenant);
    runs.push(...openDrifts(drifts).map((drift) => drift.runs));
  }
  // Once the tenant was looked at since, what somebody else did is in the past of each run.
  expect(runs).toEqual([1, 2, 3, 4, 5]);
  expect(plans.size).toBe(2);
  for (const made of plans) {
    expect(made?.changes[0]?.who?.actor?.name).toBe("someone@sandbox.example");
  }
});

const others: readonly { part: keyof PlanInput; value: (input: PlanInput) => PlanInput }[] = [
  { part: "seal", value: (input) => ({ ...input, seal: "another" }) },
  { part: "commit", value: (input) => ({ ...input, commit: "another" }) },
  { part: "desired", value: (input) => ({ ...input, desired: [] }) },
  { part: "observations", value: (input) => ({ ...input, observations: [] }) },
  {
    part: "memory",
    value: (input) => ({ ...input, memory: { ...emptyMemory } }),
  },
  { part: "version", value: (input) => ({ ...input, version: "another" }) },
  { part: "policy", value: (input) => ({ ...input, policy: allowing([]) }) },
  {
    part: "asked",
    value: (input) => ({ ...input, asked: { ...nothingAsked, allowEarlierExpiry: ["a"] } }),
  },
  { part: "faults", value: (input) => ({ ...input, faults: [] }) },
  { part: "tenant", value: (input) => ({ ...input, tenant: { ...input.tenant, name: "b" } }) },
];

test.for(others)(
  "the plan is made again when another $part stands in its input",
  async ({ value }) => {
    await using practice = await converged();
    const subject = practice.subject();
    const { input } = await observe(subject, nothingAsked, signal, unheard);
    const first = planFor(subject, input);
    expect(planFor(subject, value(input))).not.toBe(first);
  },
);

test("the time alone makes no other plan, but where a write is still open", async () => {
  await using practice = await converged();
  const subject = practice.subject();
  const { input } = await observe(subject, nothingAsked, signal, unheard);
  const later = { ...input, now: "2030-01-01T00:00:00.000Z" };
  const planned = planFor(subject, input);
  expect(planFor(subject, later)).toBe(planned);
  const [definition] = input.desired;
  const memory = { ...input.memory, journal: definition ? [begun(definition)] : [] };
  const open = planFor(subject, { ...input, memory });
  expect(planFor(subject, { ...later, memory })).not.toBe(open);
});

test("a plan is made again when a password is overdue meanwhile, and when the clock was set back", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { policy: "reassertEvery: 30d" }) });
  await practice.run();
  const subject = practice.subject();
  const { input } = await observe(subject, nothingAsked, signal, unheard);
  const planned = planFor(subject, input);
  const at = (now: string) => planFor(subject, { ...input, now });
  expect(at("2026-09-19T08:00:59.999Z")).toBe(planned);
  const overdue = at("2026-09-19T08:01:00.000Z");
  expect(overdue.secrets[0]?.state).toBe("overdue");
  expect(at(input.now)).toEqual(planned);
});

test("a plan is made again when a change window opens meanwhile", async () => {
  await using practice = await converged();
  const windows = [
    { cron: "0 22 * * *", timezone: "UTC", duration: 3_600_000, effect: "allow" as const },
  ];
  const subject = practice.subject({ policy: allowing(["create"], { windows }) });
  const { input } = await observe(subject, nothingAsked, signal, unheard);
  const planned = planFor(subject, input);
  expect(planned.window).toMatchObject({ isOpen: false });
  const at = (now: string) => planFor(subject, { ...input, now });
  expect(at("2026-08-20T21:59:59.999Z")).toBe(planned);
  expect(at("2026-08-20T22:00:00.000Z").window).toMatchObject({ isOpen: true });
});

test("a subject that runs again and again sees each change of git, tenant, secret and store", async () => {
  await using practice = await converged();
  const { definitions } = practice.subject().load().loaded;
  let loaded = { definitions, faults: [] as const };
  const subject = practice.subject({ load: () => ({ loaded, commit: null }) });
  const summary = async () =>
    planFor(subject, (await observe(subject, nothingAsked, signal, unheard)).input).summary;
  expect(await summary()).toMatchObject({ unchanged: 2, update: 0, delete: 0 });

  practice.setEnv("A_PASSWORD", "another");
  expect(await summary()).toMatchObject({ unchanged: 1, update: 1 });
  practice.setEnv("A_PASSWORD", null);
  expect(await summary()).toMatchObject({ unchanged: 1, held: 1 });
  practice.setEnv("A_PASSWORD", "secret of A_PASSWORD");
  expect(await summary()).toMatchObject({ unchanged: 2, update: 0, held: 0 });

  loaded = { ...loaded, definitions: definitions.slice(1) };
  expect(await summary()).toMatchObject({ unchanged: 1, held: 1 });
  loaded = { ...loaded, definitions };
  await using elsewhere = await practice.openStore();
  const remove = { op: "remove", kind: "ApiConnector", name: "a" } as const;
  await elsewhere.settle(subject.tenant, null, "done", [remove]);
  expect(await summary()).toMatchObject({ unchanged: 1, adopt: 1 });
});

test("tenants that share their definitions and secrets share what becomes of them", async () => {
  await using practice = await converged();
  const one = practice.subject();
  const definitions = one.load().loaded.definitions.filter(isConnector);
  const first = await resolveSecrets(one, definitions, unheard);
  const redactor = createRedactor();
  expect(await resolveSecrets({ ...one, redactor }, definitions, unheard)).toBe(first);
  const shared = [...first.values.values()].flatMap(({ secrets }) => [...secrets.values()]);
  expect(shared).toHaveLength(2);
  for (const secret of shared) expect(redactor.redact(secret.reveal())).toBe("[redacted]");
  const stranger = practice.subject();
  expect(await resolveSecrets(stranger, definitions, unheard)).not.toBe(first);
  practice.setEnv("A_PASSWORD", "another");
  const changed = await resolveSecrets(one, definitions, unheard);
  expect(changed.desired[0]).not.toEqual(first.desired[0]);
  expect(changed.desired[1]).toEqual(first.desired[1]);
});
