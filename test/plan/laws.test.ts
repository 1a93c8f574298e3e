import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outside } from "../../src/model/attribution.ts";
import { type Step, steps, type UserFlowDefinition } from "../../src/model/definition.ts";
import type { Change, Outcome, Plan } from "../../src/model/generated/run.ts";
import type {
  Live,
  LiveAuthentication,
  LiveCertificate,
  LiveUserFlow,
} from "../../src/model/live.ts";
import type { LedgerChange, LedgerEntry, OpenJournalEntry } from "../../src/model/store.ts";
import { liveValueOf } from "../../src/plan/accepted.ts";
import { partsOf } from "../../src/plan/api-connector.ts";
import { certificatesOf, validUntil } from "../../src/plan/certificate.ts";
import {
  type Desired,
  liveConnectors,
  liveUserFlows,
  type PlanInput,
  type Policy,
} from "../../src/plan/input.ts";
import { metObjects } from "../../src/plan/objects.ts";
import { plan } from "../../src/plan/plan.ts";
import { stepsIn } from "../../src/plan/user-flow.ts";
import { answered } from "../../src/reconcile/memory/journal.ts";
import {
  find,
  flowEntry,
  learned,
  ledgerEntry,
  previousEntry,
  putEntry,
} from "../../src/reconcile/memory/ledger.ts";
import {
  allowing,
  certificatePath,
  desired,
  inputOf,
  liveFlow,
  managedFlow,
  named,
  passwordPath,
  recorded,
  type Steps,
  seconds,
  userFlow,
} from "./builders.ts";

const now = "2026-08-20T08:00:00.000Z";
const moment = { now, run: "20260820T080000000Z" };
/** Few values, so that definitions, live objects and memory meet often, and in every way. */
const pool = (prefix: string) => Array.from({ length: 20 }, (_, index) => `${prefix}${index + 1}`);
const names = pool("n");
const displayNames = pool("N");
const ids = pool("x");
const urls = ["https://one.contoso.com/", "https://two.contoso.com/"];
const fingerprints = ["v1$one", "v1$two", "v2$one"];
const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });
const query = fc.dictionary(oneOf(["code", "mode"]), oneOf(fingerprints), { maxKeys: 2 });

/** One that is over, one that is valid for long, one for short, and two that are not valid yet. */
const certificates = [
  named("AA", "2025-01-01", "2026-08-01"),
  named("BB", "2026-01-01", "2027-01-01"),
  named("CC", "2026-08-01", "2026-09-01"),
  named("DD", "2026-08-25", "2027-08-25"),
  named("EE", "2026-12-01", "2027-12-01"),
];

/** As Graph has it: the last upload that is valid is active. A second upload takes the first's place. */
function uploaded(thumbprints: readonly string[]): LiveAuthentication {
  const order = thumbprints.filter((one, index) => thumbprints.lastIndexOf(one) === index);
  const list = order.map((one) => certificates.find(({ thumbprint }) => thumbprint === one)!);
  const isValid = (one: (typeof list)[number]) =>
    one.notBefore <= seconds(now) && seconds(now) < one.notAfter;
  const active = list.findLast(isValid);
  return {
    type: "certificate",
    certificates: list.map(
      ({ thumbprint, notBefore, notAfter }): LiveCertificate => ({
        thumbprint,
        notBefore,
        notAfter,
        isActive: thumbprint === active?.thumbprint,
      }),
    ),
  };
}

/** As the definitions room gives them: names, displayNames and pins are unique in a tenant. */
const anyDesired = (
  given: readonly (typeof certificates)[number][],
): fc.Arbitrary<readonly Desired[]> =>
  fc
    .tuple(fc.subarray(names), fc.shuffledSubarray(displayNames, { minLength: names.length }))
    .chain(([chosen, shown]) =>
      fc.tuple(
        ...chosen.map((name, index) =>
          fc
            .record({
              id: fc.option(fc.constant(ids[index]), { nil: undefined, freq: 8 }),
              previously: maybe(fc.constant(`was-${name}`)),
              targetUrl: oneOf(urls),
              query,
              username: oneOf(["entra", "other"]),
              password: oneOf(fingerprints),
              protect: fc.boolean(),
              assertOnAdopt: fc.boolean(),
              certificate: maybe(oneOf(given)),
              retireAfter: maybe(oneOf([1_000, 7 * 86_400_000, 90 * 86_400_000])),
              reassertEvery: maybe(oneOf([86_400_000, 90 * 86_400_000])),
            })
            .map(({ id, previously, certificate, retireAfter, reassertEvery, ...wish }) =>
              desired(name, {
                ...wish,
                displayName: shown[index]!,
                ...(id && { id }),
                ...(previously && { previously }),
                ...(certificate && { certificate }),
                ...(retireAfter !== undefined && { retireAfter }),
                ...(reassertEvery !== undefined && { reassertEvery }),
              }),
            ),
        ),
      ),
    );

const anyAuthentication: fc.Arbitrary<Live["authentication"]> = fc.oneof(
  fc.record({ type: fc.constant("basic" as const), username: oneOf([null, "entra", "other"]) }),
  fc.shuffledSubarray(certificates.map(({ thumbprint }) => thumbprint)).map(uploaded),
  fc.constant({ type: "other", odataType: null } as const),
);

/** displayNames come twice, and any property may be null. */
const anyLive: fc.Arbitrary<readonly Live[]> = fc.shuffledSubarray(ids).chain((chosen) =>
  fc.tuple(
    ...chosen.map((id) =>
      fc
        .record({
          displayName: oneOf([null, ...displayNames]),
          targetUrl: oneOf([null, ...urls]),
          query: query.map((keys) => Object.entries(keys).map(([key, value]) => ({ key, value }))),
          authentication: anyAuthentication,
        })
        .map((state) => ({ kind: "ApiConnector" as const, id, ...state })),
    ),
  ),
);

const entryNames = [...names, ...names.map((name) => `was-${name}`)];
const anyLedger: fc.Arbitrary<readonly LedgerEntry[]> = fc
  .tuple(
    fc.shuffledSubarray(entryNames, { maxLength: ids.length }),
    fc.shuffledSubarray(ids, { minLength: ids.length }),
  )
  .chain(([chosen, given]) =>
    fc.tuple(
      ...chosen.map((name, index) =>
        fc
          .record({
            displayName: oneOf(displayNames),
            protect: fc.boolean(),
            announcedAt: oneOf([null, "2026-08-01T00:00:00.000Z", "2026-08-20T07:30:00.000Z"]),
            known: maybe(oneOf(fingerprints)),
            shown: maybe(oneOf(certificates)),
          })
          .map(({ known, shown, ...rest }) => ({
            kind: "ApiConnector" as const,
            name,
            id: given[index]!,
            sources: {},
            secrets: {
              ...(known && { [passwordPath]: recorded(known, null) }),
              ...(shown && { [certificatePath]: recorded(`x509$${shown.thumbprint}`) }),
            },
            ...rest,
          })),
      ),
    ),
  )
  .map((entries) => entries.toSorted((x, y) => (x.name < y.name ? -1 : 1)));

const anyJournal: fc.Arbitrary<readonly OpenJournalEntry[]> = fc
  .array(
    fc.record({
      op: oneOf(["create", "update", "adopt"] as const),
      kind: fc.constant("ApiConnector" as const),
      name: oneOf(entryNames),
      id: oneOf([null, ...ids]),
      displayName: oneOf(displayNames),
      listed: fc.subarray(ids),
      sends: oneOf([null, [], [passwordPath]]),
      run: fc.constant(null),
      request: fc.constant(null),
      startedAt: oneOf(["2026-08-01T00:00:00.000Z", "2026-08-20T00:00:00.000Z"]),
    }),
    { maxLength: 3 },
  )
  .map((entries) => entries.map((entry, key) => ({ key, ...entry })));

const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    deletes: fc.integer({ min: 0, max: 20 }),
    deletePercent: fc.integer({ min: 0, max: 100 }),
    deleteAfter: oneOf([0, 3_600_000]),
    reassertOnOutsideChange: fc.boolean(),
    allow: oneOf([
      ["adopt", "create", "update"],
      ["adopt", "create", "update", "delete"],
    ] as const),
  })
  .map(({ allow, deleteAfter, reassertOnOutsideChange, ...limits }) =>
    allowing(allow, {
      deleteAfter,
      limits: { ...limits, changes: null },
      reassertOnOutsideChange,
    }),
  );

const flowIds = ["B2X_1_a", "B2X_1_b", "B2C_1_c", "B2C_1_d"];
const stepsOf = (flow: string): readonly Step[] => steps.slice(0, flow.startsWith("B2C") ? 3 : 2);

/** Some of these, by step. */
const anySteps = <T>(flow: string, value: fc.Arbitrary<T>) =>
  fc.record(
    Object.fromEntries(stepsOf(flow).map((step) => [step, fc.option(value, { nil: undefined })])),
  );

/** As the definitions room gives them: what is named has a definition. */
const anyFlows = (wanted: readonly Desired[]): fc.Arbitrary<readonly UserFlowDefinition[]> =>
  fc.subarray(flowIds).chain((chosen) =>
    fc.tuple(
      ...chosen.map((flow) => {
        const defined = wanted.map(({ definition }) => definition.name);
        const values = [null, ...defined, ...ids.slice(0, 3).map((id) => ({ id }))];
        return anySteps(flow, oneOf(values)).map((called) => userFlow(flow, called as Steps));
      }),
    ),
  );

/** Most of them are there; some take no connectors. */
const anyLiveFlows: fc.Arbitrary<readonly LiveUserFlow[]> = fc
  .oneof({ arbitrary: fc.constant(flowIds), weight: 9 }, fc.subarray(flowIds))
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map((flow) =>
        fc
          .tuple(anySteps(flow, oneOf(ids)), fc.boolean(), fc.boolean())
          .map(([called, ...both]) =>
            liveFlow(flow, called, both.every(Boolean) ? { steps: null } : {}),
          ),
      ),
    ),
  );

/** All of it was read before anything of the plan is written. */
const anyOutside: fc.Arbitrary<Outside> = fc.record({
  changes: fc
    .array(
      fc.record({
        id: fc.uuid(),
        at: oneOf(["2026-08-01T00:00:01.000Z", "2026-08-19T23:58:00.000Z"]),
        activity: fc.constant("Update Api connector"),
        kind: fc.constant("ApiConnector" as const),
        op: oneOf(["create", "update", "delete"] as const),
        request: fc.constant(null),
        about: fc.subarray([...ids, ...displayNames], { maxLength: 2 }),
        actor: fc.constant(null),
        seenAt: fc.constant("2026-08-20T08:00:00.000Z"),
      }),
      { maxLength: 3 },
    )
    .map((changes) => changes.toSorted((one, other) => (one.at < other.at ? -1 : 1))),
  lookedAt: oneOf([null, "2026-08-01T00:00:00.000Z"]),
});

const inputWith = (given: typeof certificates): fc.Arbitrary<PlanInput> =>
  anyDesired(given).chain((wanted) =>
    fc
      .record({
        desired: fc.constant(wanted),
        flows: anyFlows(wanted),
        live: anyLive,
        liveFlows: anyLiveFlows,
        ledger: fc
          .tuple(anyLedger, fc.subarray(flowIds))
          .map(([entries, flows]) => [...entries, ...flows.map(managedFlow)]),
        journal: anyJournal,
        input: fc.record({ policy: anyPolicy, outside: anyOutside }),
      })
      .map(inputOf),
  );
const anyInput = inputWith(certificates);

const errorsOf = ({ faults }: Plan) => faults.filter(({ severity }) => severity === "error");

/** Most of what is random never applies; without pins that are not live there are no errors. */
const isGood = (input: PlanInput) => errorsOf(plan(input)).length === 0;
const anyGoodInput = anyInput.filter(isGood);
/** Whatever is live, a certificate that is valid now and for long is never held. */
const anyFitInput = inputWith(certificates.filter(({ thumbprint }) => thumbprint === "BB")).filter(
  isGood,
);

function liveOf({ observations }: PlanInput): readonly Live[] {
  return liveConnectors(observations);
}

function flowsOf({ observations }: PlanInput): readonly LiveUserFlow[] {
  return liveUserFlows(observations);
}

/** What a tenant and the store hold after a plan was carried out: the engine, without any I/O. */
function applied(input: PlanInput, made: Plan): PlanInput {
  const { memory } = input;
  const objects = new Map(liveOf(input).map((object) => [object.id, object]));
  const outcomes: Outcome[] = [];
  const flows = new Map(liveUserFlows(input.observations).map((flow) => [flow.id, flow]));
  let { ledger } = memory;
  for (const change of made.changes) {
    const { op, kind, name, id: known, sends, upload } = change;
    if (kind === "UserFlow") {
      const wanted = input.flows.find((one) => one.name === name)!;
      const bound = boundAsWanted(flows.get(known!)!, wanted, change, outcomes, made);
      flows.set(known!, bound);
      ledger = remembered(ledger, [{ op: "put", entry: flowEntry(wanted, known!) }]);
      outcomes.push({ op, kind, name, id: known, result: "done" });
      continue;
    }
    if (op === "delete") {
      objects.delete(known!);
      ledger = remembered(ledger, [{ op: "remove", kind, name }]);
      outcomes.push({ op, kind, name, id: known, result: "done" });
      continue;
    }
    const wanted = find(input.desired, kind, name)!;
    const id = known ?? `new-${name}`;
    const previous = previousEntry(wanted.definition, memory);
    const entry = ledgerEntry(wanted, id, sends, ledger, moment);
    ledger = remembered(ledger, putEntry(entry, previous, ledger));
    const before = objects.get(id);
    objects.set(id, {
      ...asDefined(id, wanted),
      authentication: written(wanted, before, sends, upload),
    });
    outcomes.push({ op, kind, name, id, result: "done" });
  }
  const closed = new Set(answered(input, made, outcomes, moment.run).map(({ key }) => key));
  const journal = memory.journal.filter(({ key }) => !closed.has(key));
  const left = { ...input, memory: { ...memory, ledger, journal } };
  ledger = remembered(ledger, learned(left, made, moment));
  return {
    ...input,
    observations: [
      { kind: "ApiConnector", objects: [...objects.values()] },
      { kind: "UserFlow", objects: [...flows.values()] },
    ],
    memory: { ...memory, ledger, journal },
  };
}

/** The flow with the steps of a change bound to what has these names, or these ids. */
function boundAsWanted(
  flow: LiveUserFlow,
  { steps: wanted }: UserFlowDefinition,
  change: Change,
  outcomes: readonly Outcome[],
  { unchanged, held, changes }: Plan,
): LiveUserFlow {
  const idOf = (name: string) =>
    [...outcomes, ...unchanged, ...held, ...changes].find(
      (one) => one.kind === "ApiConnector" && one.name === name && one.id !== null,
    )?.id ?? null;
  const bound = (flow.steps ?? []).map((one) => {
    const reference = wanted.find(({ step }) => step === one.step)?.connector;
    if (!stepsIn(change).includes(one.step) || reference === undefined) return one;
    if (reference === null || reference.type === "displayName") return { ...one, connector: null };
    const id = reference.type === "id" ? reference.id : idOf(reference.name)!;
    return { ...one, connector: { id, displayName: id } };
  });
  return { ...flow, steps: bound };
}

/** What the authentication is afterwards; only what travels is written. */
function written(
  { definition, certificate }: Desired,
  before: Live | undefined,
  sends: readonly string[],
  isUpload = false,
): LiveAuthentication {
  const { authentication } = definition;
  if (authentication.type === "basic") {
    const isSent = sends.includes(passwordPath);
    return isSent || !before
      ? { type: "basic", username: authentication.username }
      : before.authentication;
  }
  if (!sends.includes(certificatePath) && before) return before.authentication;
  const others = isUpload && before ? certificatesOf(before.authentication) : [];
  return uploaded([...others.map(({ thumbprint }) => thumbprint!), certificate!.thumbprint]);
}

/** But for its authentication. */
function asDefined(id: string, { definition, secrets }: Desired): Omit<Live, "authentication"> {
  const { kind, displayName, targetUrl, query } = definition;
  const shown = query.map(({ key, value }) => {
    const secret = secrets[value.path]!;
    return { key, value: "fingerprint" in secret ? secret.fingerprint : "" };
  });
  return { kind, id, displayName, targetUrl, query: shown };
}

function remembered(
  ledger: readonly LedgerEntry[],
  changes: readonly LedgerChange[],
): readonly LedgerEntry[] {
  const after = new Map(ledger.map((entry) => [entry.name, entry]));
  for (const change of changes) {
    if (change.op === "put") after.set(change.entry.name, change.entry);
    else after.delete(change.name);
  }
  return [...after.values()].toSorted((x, y) => (x.name < y.name ? -1 : 1));
}

test("no plan leaves a connector with a certificate sooner without a valid one than it would be", () => {
  fc.assert(
    fc.property(anyGoodInput, (input) => {
      const made = plan(input);
      const after = new Map(liveOf(applied(input, made)).map((object) => [object.id, object]));
      const untilOf = (object: Live | undefined) =>
        object && validUntil(certificatesOf(object.authentication), seconds(now));
      for (const before of liveOf(input)) {
        const until = untilOf(before);
        const object = after.get(before.id);
        if (until === null || until === undefined || object?.authentication.type !== "certificate")
          continue;
        expect(untilOf(object)).toBeGreaterThanOrEqual(until);
      }
    }),
    { numRuns: 300 },
  );
});

test("a certificate that becomes the only one of a connector is valid at that moment", () => {
  fc.assert(
    fc.property(anyGoodInput, (input) => {
      for (const change of plan(input).changes) {
        if (!change.sends.includes(certificatePath) || change.upload) continue;
        const { certificate } = find(input.desired, change.kind, change.name)!;
        expect(validUntil([certificate!], seconds(now))).not.toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});

const idsOf = (changes: readonly Pick<Change, "id">[]) =>
  changes.flatMap(({ id }) => (id === null ? [] : [id]));

/** Deletes that another run may carry out although nothing else changes. */
const postponed = ({ held }: Plan, { policy }: PlanInput) =>
  held.filter(
    ({ reason: { code } }) =>
      // A percentage of more connectors than before may let pass what it held.
      code === "limit" || (code === "announced" && policy.deleteAfter === 0),
  );

/**
 * A connector that is recorded under both names of its definition, as two objects, is known by the former
 * name once another definition has taken the one of its own. Only then may a step call it although its
 * adoption was held, and what that step called before may go.
 */
const waiting = ({ held }: Plan, { desired, memory: { ledger } }: PlanInput) => {
  const isRecorded = (name: string | null) =>
    ledger.some((entry) => entry.kind === "ApiConnector" && entry.name === name);
  const isTwofold = desired.some(
    ({ definition: { name, previously } }) => isRecorded(name) && isRecorded(previously),
  );
  return isTwofold
    ? held.filter(({ reason: { code } }) => ["target", "in-use"].includes(code))
    : [];
};

test("a plan that was applied leaves nothing to do", () => {
  fc.assert(
    fc.property(anyGoodInput, (input) => {
      const made = plan(input);
      const later = [...postponed(made, input), ...waiting(made, input)].map(({ id }) => id);
      const { changes } = plan(applied(input, made));
      expect(changes.filter(({ id }) => !later.includes(id))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

function expectHeldAsBefore(input: PlanInput): void {
  const made = plan(input);
  const again = plan(applied(input, made));
  const later = [...postponed(made, input), ...postponed(again, input)].map(({ id }) => id);
  const heldBy = ({ held }: Plan) =>
    held.filter(({ id }) => !later.includes(id)).map(({ op, name }) => [op, name]);
  expect(heldBy(again)).toEqual(heldBy(made));
  expect(again.unmanaged).toEqual(made.unmanaged);
}

test("what is held stays held after the rest was applied", () => {
  fc.assert(fc.property(anyFitInput, expectHeldAsBefore), { numRuns: 300 });
});

/** Unanswered creates whose definition is gone, two names and displayNames in all: they meet often. */
const anyBegun: fc.Arbitrary<PlanInput> = fc
  .record({
    desired: oneOf<readonly Desired[]>([
      [],
      [desired("n3", { displayName: "N1" })],
      [desired("n3", { displayName: "N1", id: "x1" })],
    ]),
    live: anyLive.map((objects) =>
      objects.map((one, index) => ({ ...one, displayName: `N${1 + (index % 2)}` })),
    ),
    ledger: fc.subarray(["n1", "n2"]).chain((chosen) =>
      fc
        .shuffledSubarray(ids, { minLength: chosen.length, maxLength: chosen.length })
        .map((given) =>
          chosen.map((name, index): LedgerEntry => {
            const nothing = { protect: false, announcedAt: null, secrets: {}, sources: {} };
            return { kind: "ApiConnector", name, id: given[index]!, displayName: "N1", ...nothing };
          }),
        ),
    ),
    journal: fc
      .array(
        fc.record({
          name: oneOf(["n1", "n2"]),
          displayName: oneOf(["N1", "N2"]),
          listed: fc.subarray(ids),
          startedAt: oneOf(["2026-08-01T00:00:00.000Z", "2026-08-20T00:00:00.000Z"]),
        }),
        { maxLength: 4 },
      )
      .map((drawn) =>
        drawn.map((one, key): OpenJournalEntry => {
          const lost = { op: "create", kind: "ApiConnector", id: null } as const;
          return { ...lost, key, sends: null, run: null, request: null, ...one };
        }),
      ),
    input: fc.record({ policy: anyPolicy }),
  })
  .map(inputOf)
  .filter(isGood);

test("what several creates under one name may have made is nobody's, also once they are closed", () => {
  fc.assert(fc.property(anyBegun, expectHeldAsBefore), { numRuns: 1_000 });
});

test("a plan that was applied teaches the ledger everything at once", () => {
  fc.assert(
    fc.property(anyGoodInput, (input) => {
      const after = applied(input, plan(input));
      expect(learned(after, plan(after), moment)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("nothing is changed that is neither in the ledger nor adopted or created by the same plan", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { changes, held } = plan(input);
      const ours = new Set(input.memory.ledger.map(({ id }) => id));
      for (const { op, id } of changes) {
        if (op === "update" || op === "delete") expect(ours).toContain(id);
      }
      const begun = input.memory.journal.filter(({ op }) => op === "create");
      const mayBeOurs = (id: string | null) =>
        id !== null && (ours.has(id) || begun.some(({ listed }) => !listed.includes(id)));
      for (const { op, id } of held) if (op === "delete") expect(mayBeOurs(id)).toBe(true);
    }),
  );
});

test("outside its windows a tenant is left as it is, and all that waits is what would be done inside", () => {
  const nights = {
    cron: "0 22 * * *",
    timezone: "UTC",
    duration: 3_600_000,
    effect: "allow",
  } as const;
  const closed = { windows: [nights] };
  fc.assert(
    fc.property(anyInput, (input) => {
      const inside = plan(input);
      const outside = plan({ ...input, policy: { ...input.policy, ...closed } });
      expect(outside.changes).toEqual([]);
      const isWaiting = ({ reason }: Plan["held"][number]) => reason.code === "window";
      const todo = ({ reason, ...change }: Change | Plan["held"][number]) => change;
      expect(outside.held.filter(isWaiting).map(todo)).toEqual(inside.changes.map(todo));
      expect(outside.held.filter((held) => !isWaiting(held))).toEqual(inside.held);
      const { digest, unchanged, unmanaged, faults } = inside;
      expect(outside).toMatchObject({ digest, unchanged, unmanaged, faults });
      expect(liveOf(applied(input, outside))).toEqual(liveOf(input));
    }),
  );
});

test("a connector is never deleted and created again to change it", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { changes, held } = plan(input);
      const live = new Map(liveOf(input).map((object) => [object.id, object]));
      const deleted = [...changes, ...held].filter(({ op }) => op === "delete");
      for (const { op, name, displayName } of changes) {
        if (op !== "create") continue;
        expect(deleted.map((one) => one.name)).not.toContain(name);
        const names = deleted.map(({ id }) => live.get(id ?? "")?.displayName);
        expect(names).not.toContain(displayName);
      }
    }),
  );
});

test("a connector that matches is in no change, unless a secret travels or it is taken over", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const live = new Map(liveOf(input).map((object) => [object.id, object]));
      for (const { op, kind, name, id, fields, sends } of plan(input).changes) {
        if (op === "create" || op === "delete" || kind === "UserFlow") continue;
        const wanted = asDefined(id ?? "", find(input.desired, "ApiConnector", name)!);
        const { authentication, ...shown } = live.get(id ?? "")!;
        const isSame = sameState(shown, wanted);
        if (isSame && sends.length === 0) expect([op, fields]).toEqual(["adopt", []]);
        if (op === "update") expect(fields.length).toBeGreaterThan(0);
        for (const { before, after, secret } of fields) if (!secret) expect(before).not.toBe(after);
      }
    }),
  );
});

type Shown = Omit<Live, "authentication">;

function sameState(x: Shown, y: Shown): boolean {
  const plain = ({ query, ...rest }: Shown) =>
    JSON.stringify({ ...rest, query: query.toSorted((p, q) => (p.key < q.key ? -1 : 1)) });
  return plain(x) === plain(y);
}

test("no connector is deleted that a step calls, now or once the plan is carried out", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const made = plan(input);
      const deleted = made.changes.filter(({ op }) => op === "delete").map(({ id }) => id);
      const calls = flowsOf(applied(input, made)).flatMap(({ steps }) =>
        (steps ?? []).flatMap(({ connector }) => connector?.id ?? []),
      );
      for (const id of deleted) expect(calls).not.toContain(id);
      const after = made.uses?.filter((use) => use.after).map(({ id }) => id);
      for (const id of deleted) expect(after).not.toContain(id);
    }),
  );
});

test("a plan says of every step what it calls, before and after", () => {
  fc.assert(
    fc.property(anyGoodInput, (input) => {
      const { uses } = plan(input);
      const told = (wanted: "before" | "after") =>
        uses!.filter((use) => use[wanted]).map(({ flow, step, id }) => `${flow} ${step} ${id}`);
      const called = (of: PlanInput) =>
        flowsOf(of).flatMap(({ id: flow, steps }) =>
          (steps ?? []).flatMap(({ step, connector }) =>
            connector === null ? [] : [`${flow} ${step} ${connector.id}`],
          ),
        );
      expect(told("before").toSorted()).toEqual(called(input).toSorted());
      const made = told("after").map((line) => line.replace(/ null$/, " new"));
      const now = called(applied(input, plan(input))).map((line) =>
        line.replace(/ new-.*$/, " new"),
      );
      expect(made.toSorted()).toEqual(now.toSorted());
    }),
    { numRuns: 300 },
  );
});

test("a step that no definition names, and a flow that was released, call what they called", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const after = new Map(flowsOf(applied(input, plan(input))).map((flow) => [flow.id, flow]));
      for (const { id, steps } of flowsOf(input)) {
        const wanted = input.flows.find(({ name }) => name === id)?.steps ?? [];
        for (const { step, connector } of steps ?? []) {
          if (wanted.some((one) => one.step === step)) continue;
          const now = after.get(id)?.steps?.find((one) => one.step === step);
          expect(now?.connector).toEqual(connector);
        }
      }
    }),
  );
});

test("every definition and every live object is in exactly one list", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const made = plan(input);
      const { changes, held, unchanged, unmanaged } = made;
      const candidates = held.flatMap((one) => one.candidates ?? []);
      const objects = [...idsOf([...changes, ...held, ...unchanged, ...unmanaged]), ...candidates];
      expect(objects.toSorted()).toEqual(
        [...liveOf(input), ...liveUserFlows(input.observations)].map(({ id }) => id).toSorted(),
      );
      const wanted = [...changes, ...held].filter(({ op }) => op !== "delete");
      const defined = [...wanted, ...unchanged].map(({ name }) => name);
      const faulty = errorsOf(made).map(({ at }) =>
        at?.file.replace(/^connectors\/(.*)\.yaml$/, "$1"),
      );
      expect([...defined, ...faulty].toSorted()).toEqual(
        [...input.desired.map(({ definition }) => definition), ...input.flows]
          .map(({ name }) => name)
          .toSorted(),
      );
    }),
  );
});

test("the same input in any order gives the same plan, byte for byte", () => {
  const anyOrders = anyInput.chain((input) =>
    fc.record({
      input: fc.constant(input),
      desired: fc.shuffledSubarray([...input.desired], { minLength: input.desired.length }),
      flows: fc.shuffledSubarray([...input.flows], { minLength: input.flows.length }),
      live: fc.shuffledSubarray([...liveOf(input)], { minLength: liveOf(input).length }),
      liveFlows: fc.shuffledSubarray([...flowsOf(input)], { minLength: flowsOf(input).length }),
    }),
  );
  fc.assert(
    fc.property(anyOrders, ({ input, live: objects, liveFlows, ...definitions }) => {
      const shuffled: PlanInput = {
        ...input,
        ...definitions,
        observations: [
          { kind: "ApiConnector", objects },
          { kind: "UserFlow", objects: liveFlows },
        ],
      };
      expect(JSON.stringify(plan(shuffled))).toBe(JSON.stringify(plan(input)));
    }),
  );
});

test("what a person accepts is told, is in no change, and is not overwritten by the rest", () => {
  const anyAccepted = anyGoodInput.chain((input) => {
    const met = metObjects(input).flatMap(({ found, whole }) =>
      whole.fields.flatMap((field) => {
        const value = liveValueOf(found, field);
        return value === null ? [] : [{ whole, path: field.path, value }];
      }),
    );
    return fc.record({
      input: fc.constant(input),
      chosen: met.length === 0 ? fc.constant(null) : fc.constantFrom(...met),
    });
  });
  fc.assert(
    fc.property(anyAccepted, ({ input, chosen }) => {
      if (chosen === null) return;
      const { whole, path, value } = chosen;
      const { kind, name } = whole;
      const said = { since: now, until: "2027-01-01T00:00:00.000Z", by: "x", reason: "y" };
      const acceptances = [{ kind, name, path, value, ...said }];
      const made = plan({ ...input, memory: { ...input.memory, acceptances } });
      expect(made.accepted.map((one) => [one.name, one.path])).toEqual([[name, path]]);
      const own = made.changes.filter((change) => change.kind === kind && change.name === name);
      for (const change of own) {
        expect(change.fields.map((field) => field.path)).not.toContain(path);
        const parts = partsOf(change);
        if (/^spec\.(targetUrl|query)/.test(path)) expect(parts.targetUrl).toBe(false);
        if (path.startsWith("spec.authentication")) expect(parts.authentication).toBe(false);
      }
      // A flow whose connector is held with it is another matter.
      const others = (one: Plan) =>
        [...one.changes, ...one.held]
          .filter((change) => change.kind === "ApiConnector" && change.name !== name)
          .map((change) => `${change.op} ${change.name}`)
          .sort();
      if (kind === "ApiConnector") expect(others(made)).toEqual(others(plan(input)));
    }),
    { numRuns: 300 },
  );
});
