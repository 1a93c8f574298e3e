import { expect, test } from "vitest";
import type { FieldChange } from "../../src/model/generated/run.ts";
import type { Live } from "../../src/model/live.ts";
import { partsOf } from "../../src/plan/api-connector.ts";
import {
  begun,
  desired,
  live,
  ours,
  passwordPath,
  planOf,
  recorded,
  type Situation,
  type Told,
  told,
} from "./builders.ts";

const a = desired("a");
const keyed = desired("a", { query: { code: "v1$key", mode: "v1$mode" } });

/** One managed connector whose live state differs in this. */
function drifted(over: Partial<Live>, like = a): Situation {
  return { desired: [like], live: [live("x1", like, over)], ledger: [ours("x1", like)] };
}

const differences: readonly (Situation & { readonly name: string; readonly want: Told })[] = [
  { name: "a connector that matches is unchanged", ...drifted({}), want: { unchanged: ["a x1"] } },
  {
    name: "a displayName that was changed outside is put back, and no secret travels",
    ...drifted({ displayName: "Changed" }),
    want: { changes: ["update a x1: displayName"] },
  },
  {
    name: "a displayName that differs in letter case is put back",
    ...drifted({ displayName: "A CONNECTOR" }),
    want: { changes: ["update a x1: displayName"] },
  },
  {
    name: "properties that Graph gives as null differ",
    ...drifted({ displayName: null, targetUrl: null }),
    want: { changes: ["update a x1: displayName, targetUrl"] },
  },
  {
    name: "a targetUrl that was changed outside is put back",
    ...drifted({ targetUrl: "https://evil.example/" }),
    want: { changes: ["update a x1: targetUrl"] },
  },
  {
    name: "a changed targetUrl brings its keys along",
    ...drifted({ targetUrl: "https://evil.example/" }, keyed),
    want: { changes: ["update a x1: targetUrl; sends query.code, query.mode"] },
  },
  {
    name: "a key that is missing in the live URL is added, and all keys travel",
    ...drifted({ query: [{ key: "mode", value: "v1$mode" }] }, keyed),
    want: { changes: ["update a x1: query.code; sends query.code, query.mode"] },
  },
  {
    name: "a key with another live value is put back",
    ...drifted(
      {
        query: [
          { key: "code", value: "v1$other" },
          { key: "mode", value: "v1$mode" },
        ],
      },
      keyed,
    ),
    want: { changes: ["update a x1: query.code; sends query.code, query.mode"] },
  },
  {
    name: "a key that nobody defined is taken out of the URL",
    ...drifted({ query: [{ key: "debug", value: "v1$1" }] }),
    want: { changes: ["update a x1: query.debug"] },
  },
  {
    name: "keys in another order are the same keys",
    ...drifted(
      {
        query: [
          { key: "mode", value: "v1$mode" },
          { key: "code", value: "v1$key" },
        ],
      },
      keyed,
    ),
    want: { unchanged: ["a x1"] },
  },
  {
    name: "a changed user name takes the password along, because Graph overwrites both",
    ...drifted({ authentication: { type: "basic", username: "intruder" } }),
    want: { changes: ["update a x1: username, password; sends password"] },
  },
  {
    name: "a certificate is replaced by the basic authentication of the definition",
    ...drifted({ authentication: { type: "certificate", certificates: [] } }),
    want: { changes: ["update a x1: authentication, username, password; sends password"] },
  },
  {
    name: "an authentication that this version does not know is replaced",
    ...drifted({ authentication: { type: "other", odataType: "#microsoft.graph.new" } }),
    want: { changes: ["update a x1: authentication, username, password; sends password"] },
  },
];

test.for(differences)("$name", ({ want, name: _, ...situation }) => {
  expect(told(planOf(situation))).toEqual(want);
});

const known = (fingerprint: string, assertedAt: string | null = null) => ({
  secrets: { [passwordPath]: recorded(fingerprint, assertedAt) },
});
const sent = { changes: ["update a x1: password; sends password"] };
const passwords: readonly (Situation & { readonly name: string; readonly want: Told })[] = [
  {
    name: "a password that is still the same is not sent",
    ledger: [ours("x1", a, known("v1$a"))],
    want: { unchanged: ["a x1"] },
  },
  {
    name: "a password that changed at its source is sent",
    ledger: [ours("x1", a, known("v1$before"))],
    want: sent,
  },
  {
    name: "a password that was taken on trust is sent once its source changes",
    ledger: [ours("x1", a, known("v1$before", null))],
    want: sent,
  },
  {
    name: "a fingerprint of another scheme tells nothing: nothing is sent, and it is said",
    ledger: [ours("x1", a, known("v0$before"))],
    want: { unchanged: ["a x1"], faults: ["secret-source connectors/a.yaml"] },
  },
  {
    name: "a fingerprint of another scheme is of no interest where the password is sent anyway",
    live: [live("x1", a, { authentication: { type: "basic", username: "other" } })],
    ledger: [ours("x1", a, known("v0$before"))],
    want: { changes: ["update a x1: username, password; sends password"] },
  },
  {
    name: "a password of which the ledger knows nothing is sent",
    ledger: [ours("x1", a, { secrets: {} })],
    want: sent,
  },
  {
    name: "a password whose last write was not answered is sent again",
    ledger: [ours("x1", a)],
    journal: [begun(a, { op: "update", id: "x1" })],
    want: sent,
  },
  {
    name: "a password whose last write was not answered is sent again after a rename",
    desired: [
      desired("z", {
        previously: "a",
        displayName: "A connector",
        password: "v1$a",
        targetUrl: "https://a.contoso.com/",
      }),
    ],
    ledger: [ours("x1", a)],
    journal: [begun(a, { op: "update", id: "x1" })],
    want: { changes: ["update z x1: password; sends password"] },
  },
  {
    name: "an unanswered write of another definition sends nothing here",
    ledger: [ours("x1", a)],
    journal: [begun(desired("b"), { op: "update", id: "x9" })],
    want: { unchanged: ["a x1"] },
  },
  { name: "an adoption leaves the password alone", want: { changes: ["adopt a x1"] } },
  {
    name: "an adoption sends the password when assertOnAdopt asks for it",
    desired: [desired("a", { assertOnAdopt: true })],
    want: { changes: ["adopt a x1: password; sends password"] },
  },
  {
    name: "assertOnAdopt asks for nothing once the connector is ours",
    desired: [desired("a", { assertOnAdopt: true })],
    ledger: [ours("x1", a)],
    want: { unchanged: ["a x1"] },
  },
  {
    name: "what was replaced outside is adopted, whatever password the ledger remembers",
    ledger: [ours("x0", a, known("v1$before"))],
    want: { changes: ["adopt a x1"] },
  },
];

test.for(passwords)("$name", ({ want, name: _, ...situation }) => {
  expect(told(planOf({ desired: [a], live: [live("x1", a)], ...situation }))).toEqual(want);
});

test("a plan shows values in clear and secrets never", () => {
  const { fields, reason } = planOf({
    ...drifted(
      {
        displayName: "Old",
        query: [{ key: "debug", value: "v1$canary" }],
        authentication: {
          type: "certificate",
          certificates: [{ thumbprint: "AB12", notBefore: 0, notAfter: 1, isActive: true }],
        },
      },
      desired("a", { query: { code: "v1$canary" }, password: "v1$canary" }),
    ),
  }).changes[0]!;
  const secret = true;
  const want: readonly FieldChange[] = [
    { path: "spec.displayName", before: "Old", after: "A connector" },
    { path: "spec.query.code", before: null, after: "(redacted)", secret },
    { path: "spec.query.debug", before: "(redacted)", after: null, secret },
    { path: "spec.authentication", before: "certificate AB12", after: "basic" },
    { path: "spec.authentication.basic.username", before: null, after: "entra" },
    { path: passwordPath, before: null, after: "(redacted)", secret },
  ];
  expect(fields).toEqual(want);
  expect(reason).not.toContain("canary");
});

test("a reason names what differs and the source of a changed password", () => {
  const ledger = [ours("x1", a, known("v1$before"))];
  const [change] = planOf({
    desired: [a],
    live: [live("x1", a, { displayName: "B" })],
    ledger,
  }).changes;
  expect(change?.reason).toBe(
    "Differs in displayName. The password changed at its source (env PASSWORD).",
  );
});

test.for([
  { differs: ["spec.displayName"], want: ["displayName"] },
  { differs: ["spec.targetUrl"], want: ["targetUrl"] },
  { differs: ["spec.query.code"], want: ["targetUrl"] },
  { differs: ["spec.authentication.basic.username", passwordPath], want: ["authentication"] },
  { differs: ["spec.authentication"], want: ["authentication"] },
  { differs: [], want: [] },
])("a difference in $differs writes $want", ({ differs, want }) => {
  const parts = partsOf({ fields: differs.map((path) => ({ path, before: null, after: "x" })) });
  const written = Object.entries(parts).flatMap(([part, isWritten]) => (isWritten ? [part] : []));
  expect(written).toEqual(want);
});

test("a fingerprint of another scheme is a warning, so that a changed password is not lost silently", () => {
  const ledger = [ours("x1", a, known("v0$before"))];
  const { faults } = planOf({ desired: [a], live: [live("x1", a)], ledger });
  expect(faults).toEqual([
    {
      severity: "warning",
      code: "secret-source",
      message:
        "The fingerprint of env PASSWORD in a was made with another key; whether it changed at its source since cannot be known. It is recorded anew and nothing is sent.",
      at: a.definition.at,
    },
  ]);
});
