import { expect, test } from "vitest";
import type { Outcome } from "../../src/model/generated/run.ts";
import { emptyMemory, type LedgerChange } from "../../src/model/store.ts";
import { plan } from "../../src/plan/plan.ts";
import { answered } from "../../src/reconcile/memory/journal.ts";
import { learned, ledgerEntry, putEntry } from "../../src/reconcile/memory/ledger.ts";
import {
  allowing,
  begun,
  desired,
  inputOf,
  listed,
  live,
  named,
  ours,
  passwordPath,
  recorded,
  type Situation,
} from "../plan/builders.ts";

const now = "2026-08-20T08:00:00.000Z";
const moment = { now, run: "20260820T080000000Z" };
const a = desired("a");
const passwordOf = (entry: ReturnType<typeof ledgerEntry>) => entry.secrets[passwordPath];

test.for([
  {
    name: "a password that was sent is asserted now",
    sends: [passwordPath],
    previous: ours("x1", a),
    want: now,
  },
  {
    name: "a password that was not sent keeps the instant at which it was",
    sends: [],
    previous: ours("x1", a),
    want: "2026-08-01T00:00:00.000Z",
  },
  {
    name: "a password that was taken over is taken on trust",
    sends: [],
    previous: null,
    want: null,
  },
  {
    name: "a password of a connector that was replaced is taken on trust",
    sends: [],
    previous: ours("x0", a),
    want: null,
  },
])("$name", ({ sends, previous, want }) => {
  const entry = ledgerEntry(a, "x1", sends, previous ? [previous] : [], moment);
  expect(passwordOf(entry)).toMatchObject({ fingerprint: "v1$a", assertedAt: want });
});

test("an entry keeps what protects the connector after its definition is gone", () => {
  expect(ledgerEntry(desired("a", { protect: true }), "x1", [], [], moment).protect).toBe(true);
});

test("an entry replaces those of the same connector and of the name before", () => {
  const entry = ours("x1", desired("new"));
  const ledger = [ours("x1", desired("other")), ours("x2", desired("old")), ours("x3", a)];
  expect(putEntry(entry, ours("x2", desired("old")), ledger)).toEqual([
    { op: "remove", kind: "ApiConnector", name: "other" },
    { op: "remove", kind: "ApiConnector", name: "old" },
    { op: "put", entry },
  ]);
});

const certified = desired("a", { certificate: named("NEW", "2026-08-01", "2027-08-01") });
const certificates = [listed("NEW", "2026-08-01", "2027-08-01", "active")];
const renamed = desired("z", { displayName: "A connector", targetUrl: "https://a.contoso.com/" });

const lessons: readonly (Situation & {
  readonly name: string;
  readonly want: readonly LedgerChange[];
})[] = [
  {
    name: "a connector that matches and is known teaches nothing",
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: [],
  },
  {
    name: "a rename in git moves the entry to the new name",
    desired: [
      desired("z", {
        previously: "a",
        displayName: "A connector",
        targetUrl: "https://a.contoso.com/",
        password: "v1$a",
      }),
    ],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: [
      { op: "remove", kind: "ApiConnector", name: "a" },
      { op: "put", entry: ours("x1", a, { name: "z" }) },
    ],
  },
  {
    name: "a new fingerprint of the same password is kept",
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a, { secrets: { [passwordPath]: recorded("v0$a", now) } })],
    want: [
      {
        op: "put",
        entry: ours("x1", a, {
          secrets: { [passwordPath]: recorded("v1$a", now) },
        }),
      },
    ],
  },
  {
    name: "a password is forgotten once the connector is seen with another kind of authentication",
    desired: [a],
    live: [live("x1", a, { authentication: { type: "certificate", certificates } })],
    ledger: [ours("x1", a)],
    want: [{ op: "put", entry: ours("x1", a, { secrets: {} }) }],
  },
  {
    name: "a password that this run sent in the place of another authentication is kept",
    desired: [a],
    live: [live("x1", a, { authentication: { type: "certificate", certificates } })],
    ledger: [
      ours("x1", a, {
        secrets: { [passwordPath]: recorded("v1$a", now, { run: moment.run }) },
      }),
    ],
    want: [],
  },
  {
    name: "protection that was taken out of the definition is taken out of the ledger",
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a, { protect: true })],
    want: [{ op: "put", entry: ours("x1", a) }],
  },
  {
    name: "an entry whose definition and connector are both gone is forgotten",
    ledger: [ours("x1", a)],
    want: [{ op: "remove", kind: "ApiConnector", name: "a" }],
  },
  {
    name: "an entry whose connector is still live is kept, though its definition is gone",
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    want: [],
  },
  {
    name: "an entry whose connector was deleted outside is kept while its definition stands",
    desired: [a],
    ledger: [ours("x1", a)],
    want: [],
  },
  {
    name: "a connector that was just created is remembered until it shows, with and without definition",
    ledger: [ours("x1", a)],
    journal: [begun(a, { id: "x1", startedAt: now })],
    want: [],
  },
  {
    name: "what an unanswered create made is ours from now on",
    live: [live("x1", a)],
    journal: [begun(a)],
    want: [
      {
        op: "put",
        entry: {
          kind: "ApiConnector",
          name: "a",
          id: "x1",
          displayName: "A connector",
          protect: false,
          announcedAt: null,
          secrets: {},
          sources: {},
        },
      },
    ],
  },
];

test.for(lessons)("$name", ({ want, name: _, ...situation }) => {
  const input = inputOf(situation);
  expect(learned(input, plan(input), moment)).toEqual(want);
});

const outcome = (result: Outcome["result"]): Outcome => ({
  op: "update",
  kind: "ApiConnector",
  name: "a",
  id: "x1",
  result,
});
const open = begun(a, { startedAt: "2026-08-20T07:59:00.000Z" });

const made = begun(a, { id: "x1", startedAt: "2026-08-20T07:59:00.000Z" });
const longAgo = begun(a, { id: "x1", startedAt: "2026-08-19T07:59:00.000Z" });
const patch = { op: "update", id: "x1" } as const;

test.for<
  { readonly name: string; readonly want: readonly string[] } & Situation & {
      readonly outcomes?: readonly Outcome[];
    }
>([
  {
    name: "a write that was done again answers what was open",
    desired: [a],
    outcomes: [outcome("done")],
    want: ["written and seen"],
  },
  {
    name: "a write that failed again leaves it open",
    desired: [a],
    outcomes: [outcome("failed")],
    want: [],
  },
  {
    name: "a write that is not verified leaves it open",
    desired: [a],
    outcomes: [outcome("unverified")],
    want: [],
  },
  { name: "a definition that is only held leaves it open", desired: [a], want: [] },
  { name: "a definition that is gone closes it", want: ["definition gone"] },
  {
    name: "what a create has made stays known as ours when a definition under another name means it",
    desired: [desired("z", { displayName: "A connector" })],
    live: [live("x1", a)],
    input: { policy: allowing(["create"]) },
    want: [],
  },
  {
    name: "what a create has made is known once the ledger has it",
    desired: [desired("z", { displayName: "A connector" })],
    live: [live("x1", a)],
    ledger: [ours("x1", desired("z"))],
    want: ["definition gone"],
  },
  {
    name: "a definition that was renamed is not gone",
    desired: [desired("z", { previously: "a" })],
    want: [],
  },
  {
    name: "a tenant that could not be read leaves it open",
    input: { observations: [], memory: { ...emptyMemory, journal: [open] } },
    want: [],
  },
  {
    name: "a create that was answered and shows is closed, whatever else differs",
    desired: [a],
    live: [live("x1", a, { displayName: "Other" })],
    ledger: [ours("x1", a)],
    journal: [made],
    want: ["seen"],
  },
  {
    name: "a create that was answered and does not show stays open",
    desired: [a],
    ledger: [ours("x1", a)],
    journal: [made],
    want: [],
  },
  {
    name: "a create that was answered stays open after its definition left git",
    ledger: [ours("x1", a)],
    journal: [made],
    want: [],
  },
  {
    name: "a create that was answered a day ago is closed after its definition left git",
    ledger: [ours("x1", a)],
    journal: [longAgo],
    want: ["never seen"],
  },
  {
    name: "a create that was answered and does not show stays open while another takes its old name",
    desired: [a, desired("z", { previously: "a" })],
    ledger: [ours("x1", desired("z"))],
    journal: [made],
    outcomes: [{ ...outcome("done"), id: "x2" }],
    want: [],
  },
  {
    name: "an update without its authentication is closed once nothing differs",
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    journal: [begun(a, { ...patch, sends: [] })],
    want: ["nothing differs"],
  },
  {
    name: "a password that was perhaps sent does not matter once a certificate is in its place",
    desired: [certified],
    live: [live("x1", certified, { authentication: { type: "certificate", certificates } })],
    ledger: [ours("x1", certified)],
    journal: [begun(a, patch)],
    want: ["nothing differs"],
  },
  {
    name: "a password that was perhaps sent stays open under the new name of its connector",
    desired: [renamed],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    journal: [begun(a, { ...patch, startedAt: "2026-08-19T07:59:00.000Z" })],
    want: [],
  },
  {
    name: "an update without its authentication stays open while something differs",
    desired: [a],
    live: [live("x1", a, { displayName: "Old" })],
    ledger: [ours("x1", a)],
    journal: [begun(a, { ...patch, sends: [] })],
    want: [],
  },
  {
    name: "an update of which it is not known what it sent stays open until it is written again",
    desired: [a],
    live: [live("x1", a)],
    ledger: [ours("x1", a)],
    journal: [begun(a, { ...patch, sends: null })],
    want: [],
  },
  {
    name: "a create that was answered stays open while a certificate keeps it from being adopted",
    desired: [desired("a", { certificate: named("CC", "2026-08-01", "2026-09-01") })],
    live: [
      live("x1", null, {
        authentication: {
          type: "certificate",
          certificates: [listed("BB", "2026-01-01", "2027-01-01")],
        },
      }),
    ],
    journal: [begun(a, { id: "x1", startedAt: "2026-08-01T00:00:00.000Z" })],
    want: [],
  },
])("$name", ({ outcomes = [], want, name: _, ...situation }) => {
  const input = inputOf({ journal: [open], ...situation });
  const closed = answered(input, plan(input), outcomes, "20260820T080000000Z");
  expect(closed.map(({ result }) => result)).toEqual(want);
});
