import { expect, test } from "vitest";
import { failure } from "../../src/model/fault.ts";
import type { LiveCertificate } from "../../src/model/live.ts";
import { validUntil } from "../../src/plan/certificate.ts";
import { nothingAsked } from "../../src/plan/input.ts";
import {
  certificatePath,
  desired,
  listed,
  live,
  named,
  ours,
  planOf,
  recorded,
  type Situation,
  seconds,
  type Told,
  told,
} from "./builders.ts";

// The plan is made on 2026-08-20 at 08:00.
const day = 86_400_000;
const current = named("NEW", "2026-08-01", "2027-08-01");
const future = named("NEXT", "2026-09-10", "2027-09-10");
const over = named("OVER", "2025-08-01", "2026-08-01");

const certified = (certificates: readonly LiveCertificate[]) =>
  ({ type: "certificate", certificates }) as const;
const basic = { type: "basic", username: "entra" } as const;

interface Case extends Situation {
  readonly name: string;
  readonly git?: Parameters<typeof desired>[1];
  readonly authentication: Parameters<typeof live>[2] extends infer Over
    ? Over extends { authentication?: infer Authentication }
      ? Authentication
      : never
    : never;
  readonly want: Told;
}

const justSent = ours("x1", desired("a", { certificate: current }), {
  secrets: { [certificatePath]: recorded("x509$NEW", "2026-08-20T07:30:00.000Z") },
});

const uploads = { changes: ["update a x1: certificate; sends certificate by upload"] };
const replaces = (fields: string) => ({ changes: [`update a x1: ${fields}; sends certificate`] });
const same = { unchanged: ["a x1"] };

const cases: readonly Case[] = [
  {
    name: "a certificate that is live and active is left as it is",
    authentication: certified([listed("NEW", "2026-08-01", "2027-08-01", "active")]),
    want: same,
  },
  {
    name: "a password is replaced by a certificate in place",
    authentication: basic,
    want: replaces("authentication, username, password, certificate"),
  },
  {
    name: "an authentication of an unknown kind is replaced by a certificate in place",
    authentication: { type: "other", odataType: null },
    want: replaces("authentication, certificate"),
  },
  {
    name: "an empty list of certificates is replaced",
    authentication: certified([]),
    want: replaces("certificate"),
  },
  {
    name: "a new certificate is added to the older ones",
    authentication: certified([listed("OLD", "2025-09-01", "2026-09-01", "active")]),
    want: uploads,
  },
  {
    name: "a new certificate is added where every live one is over",
    authentication: certified([listed("OVER", "2025-08-01", "2026-08-01")]),
    want: uploads,
  },
  {
    name: "a certificate that is not valid yet is added ahead of time",
    git: { certificate: future },
    authentication: certified([listed("OLD", "2025-09-01", "2026-10-01", "active")]),
    want: uploads,
  },
  {
    name: "a certificate that leaves a time without any valid one is added with a warning",
    git: { certificate: future },
    authentication: certified([listed("OLD", "2025-09-01", "2026-09-01", "active")]),
    want: { ...uploads, faults: ["secret-source connectors/a.yaml"] },
  },
  {
    name: "a certificate that was added ahead of time waits for its day",
    git: { certificate: future },
    authentication: certified([
      listed("OLD", "2025-09-01", "2026-10-01", "active"),
      listed("NEXT", "2026-09-10", "2027-09-10"),
    ]),
    want: same,
  },
  {
    name: "a certificate that is not valid yet is held where there is no other",
    git: { certificate: future },
    authentication: basic,
    want: {
      held: [
        "certificate: update a x1: authentication, username, password, certificate; sends certificate",
      ],
    },
  },
  {
    name: "a certificate that is over is held and never sent",
    git: { certificate: over },
    authentication: certified([listed("OLD", "2025-09-01", "2026-09-01", "active")]),
    want: { held: ["certificate: update a x1"] },
  },
  {
    name: "a certificate that is live and over is held, although nothing differs",
    git: { certificate: over },
    authentication: certified([listed("OVER", "2025-08-01", "2026-08-01")]),
    want: { held: ["certificate: update a x1"] },
  },
  {
    name: "a certificate that ends sooner than the active one is held",
    authentication: certified([listed("LONG", "2026-08-10", "2028-08-10", "active")]),
    want: { held: ["earlier-expiry: update a x1: certificate; sends certificate by upload"] },
  },
  {
    name: "a certificate that ends sooner than the active one is added where that is allowed by name",
    authentication: certified([listed("LONG", "2026-08-10", "2028-08-10", "active")]),
    input: { asked: { ...nothingAsked, allowEarlierExpiry: ["a"] } },
    want: uploads,
  },
  {
    name: "allowing another definition's earlier end lifts nothing here",
    authentication: certified([listed("LONG", "2026-08-10", "2028-08-10", "active")]),
    input: { asked: { ...nothingAsked, allowEarlierExpiry: ["b"] } },
    want: { held: ["earlier-expiry: update a x1: certificate; sends certificate by upload"] },
  },
  {
    name: "a certificate that ends sooner than one that is not active is added",
    authentication: certified([
      listed("OLD", "2025-09-01", "2026-09-01", "active"),
      listed("LATER", "2026-10-01", "2028-10-01"),
    ]),
    want: uploads,
  },
  {
    name: "a certificate beside one that was made active outside is uploaded again",
    authentication: certified([
      listed("NEW", "2026-08-01", "2027-08-01"),
      listed("OLD", "2025-09-01", "2026-09-01", "active"),
    ]),
    want: uploads,
  },
  {
    name: "a certificate that was uploaded twice and is not active is uploaded again",
    authentication: certified([
      listed("NEW", "2026-08-01", "2027-08-01"),
      listed("OLD", "2025-09-01", "2026-09-01", "active"),
      listed("NEW", "2026-08-01", "2027-08-01"),
    ]),
    want: uploads,
  },
  {
    name: "a certificate that Graph does not activate is not uploaded at every run",
    ledger: [justSent],
    authentication: certified([
      listed("NEW", "2026-08-01", "2027-08-01"),
      listed("OLD", "2025-09-01", "2026-09-01", "active"),
      listed("NEW", "2026-08-01", "2027-08-01"),
    ]),
    want: { held: ["certificate: update a x1: certificate; sends certificate by upload"] },
  },
  {
    name: "a certificate that somebody replaced just after its upload is uploaded at once",
    ledger: [justSent],
    authentication: certified([listed("OLD", "2025-09-01", "2026-09-01", "active")]),
    want: uploads,
  },
  {
    name: "a certificate that somebody renewed since the upload is held for that, without an end",
    ledger: [justSent],
    authentication: certified([
      listed("NEW", "2026-08-01", "2027-08-01"),
      listed("LONG", "2026-08-10", "2028-08-10", "active"),
    ]),
    want: { held: ["earlier-expiry: update a x1: certificate; sends certificate by upload"] },
  },
  {
    name: "a certificate that Graph shows without a thumbprint is known by its validity",
    authentication: certified([
      { ...listed("NEW", "2026-08-01", "2027-08-01", "active"), thumbprint: null },
    ]),
    want: same,
  },
  {
    name: "a certificate that Graph shows with another kind of thumbprint is known by its validity",
    authentication: certified([listed("n3W/s4a=", "2026-08-01", "2027-08-01", "active")]),
    want: same,
  },
  {
    name: "a certificate of the same validity with another thumbprint is another one",
    authentication: certified([listed("0".repeat(40), "2026-08-01", "2027-08-01", "active")]),
    want: uploads,
  },
  {
    name: "a certificate that cannot be opened holds its connector",
    git: { certificate: failure("secret-source", "The PFX does not open.") },
    authentication: basic,
    want: { held: ["secret: update a x1"] },
  },
  {
    name: "a connector that is taken over with another certificate gets the one in git",
    ledger: [],
    authentication: certified([listed("OLD", "2025-09-01", "2026-09-01", "active")]),
    want: { changes: ["adopt a x1: certificate; sends certificate by upload"] },
  },
  {
    name: "a connector that is taken over with the certificate in git is sent nothing",
    ledger: [],
    git: { certificate: current, assertOnAdopt: true },
    authentication: certified([listed("NEW", "2026-08-01", "2027-08-01", "active")]),
    want: { changes: ["adopt a x1"] },
  },
];

test.for(cases)("$name", ({ want, git, authentication, name: _, ...situation }) => {
  const a = desired("a", git ?? { certificate: current });
  const plan = planOf({
    desired: [a],
    live: [live("x1", a, { authentication })],
    ledger: [ours("x1", a)],
    ...situation,
  });
  expect(told(plan)).toEqual(want);
});

test("a connector is created with a certificate that is valid, and held with one that is not yet", () => {
  const create = "create a: displayName, targetUrl, certificate; sends certificate";
  expect(told(planOf({ desired: [desired("a", { certificate: current })] }))).toEqual({
    changes: [create],
  });
  const waiting = planOf({ desired: [desired("a", { certificate: future })] });
  expect(told(waiting)).toEqual({ held: [`certificate: ${create}`] });
  expect(waiting.held[0]?.reason.until).toBe("2026-09-10T00:00:00.000Z");
});

test("a password in the place of certificates is sent with its user name", () => {
  const a = desired("a");
  const authentication = certified([listed("OLD", "2025-09-01", "2026-09-01", "active")]);
  const plan = planOf({
    desired: [a],
    live: [live("x1", a, { authentication })],
    ledger: [ours("x1", a)],
  });
  expect(told(plan)).toEqual({
    changes: ["update a x1: authentication, username, password; sends password"],
  });
});

const both = certified([
  listed("OLD", "2025-09-01", "2026-09-01"),
  listed("NEW", "2026-08-01", "2027-08-01", "active"),
]);
const retirements: readonly {
  readonly name: string;
  readonly retireAfter?: number;
  readonly since?: string;
  readonly notBefore?: string;
  readonly other?: LiveCertificate;
  readonly fingerprint?: string;
  readonly want: Told;
}[] = [
  {
    name: "older certificates stay where nothing is said of them",
    since: "2026-01-01",
    want: same,
  },
  {
    name: "older certificates stay while the new one has not been active for long enough",
    retireAfter: 20 * day,
    since: "2026-08-02",
    want: same,
  },
  {
    name: "older certificates are taken away once the new one has been active for long enough",
    retireAfter: 7 * day,
    since: "2026-08-02",
    want: replaces("certificate"),
  },
  {
    name: "a certificate that was uploaded ahead of time counts from its first day",
    retireAfter: 7 * day,
    since: "2026-07-01",
    notBefore: "2026-08-15",
    want: same,
  },
  {
    name: "a certificate of which the ledger knows another counts from no day",
    retireAfter: 7 * day,
    since: "2026-07-01",
    fingerprint: "x509$OLD",
    want: same,
  },
  {
    name: "a certificate that would be valid for longer is not taken away",
    retireAfter: 7 * day,
    since: "2026-07-01",
    other: listed("LATER", "2026-10-01", "2028-10-01"),
    want: same,
  },
];

test.for(retirements)(
  "$name",
  ({ retireAfter, since = "", notBefore, other, fingerprint, want }) => {
    const certificate = { ...current, ...(notBefore && { notBefore: seconds(notBefore) }) };
    const a = desired("a", { certificate, ...(retireAfter && { retireAfter }) });
    const sent = recorded(fingerprint ?? "x509$NEW", `${since}T00:00:00.000Z`);
    const plan = planOf({
      desired: [a],
      live: [
        live("x1", a, {
          authentication: other ? certified([...both.certificates, other]) : both,
        }),
      ],
      ledger: [ours("x1", a, { secrets: { [certificatePath]: sent } })],
    });
    expect(told(plan)).toEqual(want);
  },
);

test("the reason of a rotation says what becomes active, when, and what stays", () => {
  const reasonOf = (certificate: typeof current) => {
    const a = desired("a", { certificate });
    const authentication = certified([
      listed("0123456789AB", "2025-09-01", "2026-10-01", "active"),
    ]);
    return planOf({ desired: [a], live: [live("x1", a, { authentication })] }).changes[0]?.reason;
  };
  expect(reasonOf(current)).toContain(
    "NEW is not there: it is added and becomes active at once. 01234567… stays beside it.",
  );
  expect(reasonOf(future)).toContain(
    "NEXT is not there: it is added ahead of time and becomes active on 2026-09-10 00:00:00 UTC; until then 01234567… is.",
  );
});

test("a hold says both ends and the command that lifts it", () => {
  const a = desired("a", { certificate: current });
  const authentication = certified([listed("LONG", "2026-08-10", "2028-08-10", "active")]);
  const [held] = planOf({ desired: [a], live: [live("x1", a, { authentication })] }).held;
  expect(held?.reason.message).toContain("expires on 2027-08-01 00:00:00 UTC, sooner than LONG");
  expect(held?.reason.message).toContain("active until 2028-08-10 00:00:00 UTC");
  expect(held?.reason.lift).toContain("plumbline apply --allow-earlier-expiry a");
});

test("a hold tells a certificate that Plumbline sent itself from one that was renewed outside", () => {
  const a = desired("a", { certificate: current });
  const authentication = certified([listed("LONG", "2026-08-10", "2028-08-10", "active")]);
  const messageWith = (fingerprint: string) => {
    const ledger = [ours("x1", a, { secrets: { [certificatePath]: recorded(fingerprint) } })];
    const plan = planOf({ desired: [a], live: [live("x1", a, { authentication })], ledger });
    return plan.held[0]?.reason.message;
  };
  expect(messageWith("x509$OLD")).toContain("Somebody may have renewed it outside of git.");
  expect(messageWith("x509$LONG")).not.toContain("Somebody");
});

test("a certificate is warned of as self-signed where it is about to be sent, and not for ever", () => {
  const certificate = { ...current, warnings: ["is self-signed."] };
  const a = desired("a", { certificate });
  const faultsWith = (list: readonly LiveCertificate[]) =>
    planOf({ desired: [a], live: [live("x1", a, { authentication: certified(list) })] }).faults;
  expect(faultsWith([listed("OLD", "2025-09-01", "2026-09-01", "active")])).toMatchObject([
    { severity: "warning", message: "The certificate of a is self-signed." },
  ]);
  expect(faultsWith([listed("NEW", "2026-08-01", "2027-08-01", "active")])).toEqual([]);
});

test.for([
  { name: "one that is over", list: [over], want: null },
  { name: "one that is not valid yet", list: [future], want: null },
  { name: "one", list: [current], want: "2027-08-01" },
  {
    name: "one and its successor",
    list: [current, named("N", "2027-07-01", "2028-07-01")],
    want: "2028-07-01",
  },
  {
    name: "one and another after a gap",
    list: [current, named("N", "2027-08-02", "2028-07-01")],
    want: "2027-08-01",
  },
  {
    name: "one within another",
    list: [current, named("N", "2026-08-02", "2026-12-01")],
    want: "2027-08-01",
  },
])(
  "certificates are valid without a gap until the end of what follows on: $name",
  ({ list, want }) => {
    const until = validUntil(list, seconds("2026-08-20"));
    expect(until).toBe(want === null ? null : seconds(want));
  },
);
