import { expect, test } from "vitest";
import { nothingAsked } from "../../src/plan/input.ts";
import { type MadeCertificate, makeCertificate } from "../certificates.ts";
import {
  connector,
  openPractice,
  type Practice,
  type PracticeOptions,
  told,
} from "./practice-tenant.ts";

// Runs begin on 2026-08-20 at 08:01.
const old = await makeCertificate({ notBefore: "2025-09-01", notAfter: "2026-09-01" });
const current = await makeCertificate({ notBefore: "2026-08-01", notAfter: "2027-08-01" });
const future = await makeCertificate({ notBefore: "2026-09-10", notAfter: "2027-09-10" });
const over = await makeCertificate({ notBefore: "2025-08-01", notAfter: "2026-08-01" });
const short = await makeCertificate({ notBefore: "2026-08-01", notAfter: "2026-08-28" });
const day = 86_400_000;

const byCertificate = (policy = "") => `apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: fraud }
spec:
  displayName: fraud
  targetUrl: https://fraud.contoso.com/
  authentication: { certificate: { pfx: { env: PFX }, passphrase: { env: PFX_PASSPHRASE } } }
${policy && `policy: { ${policy} }\n`}`;

/** Puts this certificate where the definition points. */
function name(practice: Practice, { base64, passphrase }: MadeCertificate): void {
  practice.setEnv("PFX", base64);
  practice.setEnv("PFX_PASSPHRASE", passphrase);
}

/** A connector that Plumbline created with this certificate. */
async function created(
  certificate: MadeCertificate,
  policy = "",
  options: PracticeOptions = {},
): Promise<Practice> {
  const practice = await openPractice(options);
  practice.define({ "fraud.yaml": byCertificate(policy) });
  name(practice, certificate);
  expect(told(await practice.run())).toEqual(["converged", "create fraud done"]);
  practice.requests();
  return practice;
}

const names = new Map([
  [old.thumbprint, "old"],
  [current.thumbprint, "current"],
  [future.thumbprint, "future"],
  [over.thumbprint, "over"],
  [short.thumbprint, "short"],
]);

/** The id of the only connector, and its certificates: the active one is marked. */
async function live({
  sandbox,
}: Practice): Promise<{ id: string; shown: readonly string[] | string }> {
  const answer = await fetch(`${sandbox.url}/v1.0/identity/apiConnectors`, {
    headers: { Authorization: `Bearer ${sandbox.token}` },
  });
  const { value } = (await answer.json()) as {
    value: {
      id: string;
      authenticationConfiguration: {
        username?: string;
        certificateList?: { thumbprint: string; isActive: boolean }[];
      };
    }[];
  };
  expect(value).toHaveLength(1);
  const [{ id, authenticationConfiguration }] = value as [(typeof value)[number]];
  const { certificateList, username } = authenticationConfiguration;
  const shown = certificateList?.map(
    ({ thumbprint, isActive }) => `${names.get(thumbprint)}${isActive ? " active" : ""}`,
  );
  return { id, shown: shown ?? username ?? "" };
}

test("a new certificate is uploaded beside the old one, in the same connector", async () => {
  await using practice = await created(old);
  const { id } = await live(practice);
  practice.requests();
  name(practice, current);
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect(practice.requests()).toEqual(["GET 200", "POST 200", "GET 200"]);
  expect(await live(practice)).toEqual({ id, shown: ["old", "current active"] });
  practice.requests();
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(practice.requests()).toEqual(["GET 200"]);
});

test("another protection of the same certificate is nothing new", async () => {
  await using practice = await created(current);
  const again = await makeCertificate({ notBefore: "2026-08-01", notAfter: "2027-08-01" });
  expect(again.thumbprint).not.toBe(current.thumbprint);
  const { packPem } = await import("../../src/pkcs12/pkcs12.ts");
  const { pem, key } = current;
  const packed = packPem({ certificate: pem, key, passphrase: null }, "another passphrase");
  if ("problem" in packed) throw new Error(packed.problem);
  practice.setEnv("PFX", Buffer.from(packed.pfx).toString("base64"));
  practice.setEnv("PFX_PASSPHRASE", "another passphrase");
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("a certificate of the future is uploaded ahead of time and becomes active on its day", async () => {
  const bridging = await makeCertificate({ notBefore: "2025-09-15", notAfter: "2026-09-15" });
  names.set(bridging.thumbprint, "bridging");
  await using practice = await created(bridging);
  name(practice, future);
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect((await live(practice)).shown).toEqual(["bridging active", "future"]);
  expect(told(await practice.run())).toEqual(["clean"]);
  practice.clock.advance(Date.parse("2026-09-10") - practice.clock.now().getTime());
  expect(told(await practice.run())).toEqual(["clean"]);
  expect((await live(practice)).shown).toEqual(["bridging", "future active"]);
});

test("a certificate of the future is no first certificate", async () => {
  await using practice = await openPractice();
  practice.define({ "fraud.yaml": byCertificate() });
  name(practice, future);
  expect(told(await practice.run())).toEqual(["partial"]);
  practice.clock.advance(Date.parse("2026-09-10") - practice.clock.now().getTime());
  expect(told(await practice.run())).toEqual(["converged", "create fraud done"]);
});

test("older certificates are retired by one PATCH, once the new one was active for long enough", async () => {
  await using practice = await created(old, "retire: afterRotation, retireAfter: 5d");
  const { id } = await live(practice);
  name(practice, current);
  await practice.run();
  practice.requests();
  expect(told(await practice.run({}, { after: 4 * day }))).toEqual(["clean"]);
  expect(told(await practice.run({}, { after: 2 * day }))).toEqual([
    "converged",
    "update fraud done",
  ]);
  expect(practice.requests()).toEqual(["GET 200", "GET 200", "PATCH 204", "GET 200"]);
  expect(await live(practice)).toEqual({ id, shown: ["current active"] });
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("older certificates are not retired before their time when the answer to an upload was lost", async () => {
  const theirs = await makeCertificate({ notBefore: "2026-08-01", notAfter: "2027-01-01" });
  names.set(theirs.thumbprint, "theirs");
  await using practice = await created(current, "retire: afterRotation, retireAfter: 5d");
  practice.clock.advance(10 * day);
  const { base64, passphrase } = theirs;
  practice.sandbox.control.uploadCertificate("fraud", {
    pkcs12Value: base64,
    password: passphrase,
  });
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
  expect(told(await practice.run())).toEqual(["partial", "update fraud failed"]);
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(told(await practice.run({}, { after: 4 * day }))).toEqual(["clean"]);
  expect((await live(practice)).shown).toEqual(["theirs", "current active"]);
  expect(told(await practice.run({}, { after: 2 * day }))).toEqual([
    "converged",
    "update fraud done",
  ]);
  expect((await live(practice)).shown).toEqual(["current active"]);
});

test("an upload that Graph refuses leaves the ledger as it was", async () => {
  const theirs = await makeCertificate({ notBefore: "2026-08-01", notAfter: "2027-01-01" });
  await using practice = await created(current);
  practice.clock.advance(day);
  const { base64, passphrase } = theirs;
  practice.sandbox.control.uploadCertificate("fraud", {
    pkcs12Value: base64,
    password: passphrase,
  });
  const { store, tenant } = practice.subject();
  const { ledger } = await store.recall(tenant);
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST" });
  expect(told(await practice.run())).toEqual(["partial", "update fraud failed"]);
  expect((await store.recall(tenant)).ledger).toEqual(ledger);
});

test("a password gives way to a certificate and comes back, in the same connector", async () => {
  await using practice = await openPractice();
  practice.define({ "fraud.yaml": connector("fraud") });
  await practice.run();
  const { id } = await live(practice);
  practice.define({ "fraud.yaml": byCertificate() });
  name(practice, current);
  practice.requests();
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect(practice.requests()).toEqual(["GET 200", "PATCH 204", "GET 200"]);
  expect(await live(practice)).toEqual({ id, shown: ["current active"] });
  practice.define({ "fraud.yaml": connector("fraud") });
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect(await live(practice)).toEqual({ id, shown: "entra" });
  expect(practice.sandbox.control.password(id)).toBe("secret of FRAUD_PASSWORD");
});

test("a name and a certificate that changed together are written one after the other", async () => {
  await using practice = await created(old);
  name(practice, current);
  practice.define({
    "fraud.yaml": byCertificate().replace("displayName: fraud", "displayName: Fraud"),
  });
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect(practice.requests()).toEqual(["GET 200", "PATCH 204", "POST 200", "GET 200"]);
});

test("a certificate that was renewed in the portal is not replaced by an older one in git", async () => {
  await using practice = await created(short);
  practice.sandbox.control.uploadCertificate("fraud", {
    pkcs12Value: current.base64,
    password: current.passphrase,
  });
  const run = await practice.run();
  expect(told(run)).toEqual(["refused"]);
  expect(run.plan?.held[0]?.reason.code).toBe("earlier-expiry");
  expect((await live(practice)).shown).toEqual(["short", "current active"]);
  // What git names is brought up to date, and all is well.
  name(practice, current);
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("a certificate that ends sooner takes the place of another when it is allowed by name", async () => {
  await using practice = await created(current);
  name(practice, short);
  expect(told(await practice.run())).toEqual(["refused"]);
  const asked = { ...nothingAsked, allowEarlierExpiry: ["fraud"] };
  expect(told(await practice.run({}, { asked }))).toEqual(["converged", "update fraud done"]);
  expect((await live(practice)).shown).toEqual(["current", "short active"]);
});

test("an expired live certificate is replaced by a valid one, and one in git is not sent", async () => {
  await using practice = await created(old);
  practice.clock.advance(20 * day);
  const expired = await practice.run();
  expect(told(expired)).toEqual(["partial"]);
  expect(expired.plan?.held[0]?.reason.message).toContain("every sign-up that calls it fails");
  expect(expired.plan?.certificates[0]?.warning).toBe("expired");
  name(practice, current);
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect((await live(practice)).shown).toEqual(["old", "current active"]);
});

test("a certificate that cannot be opened holds its connector alone, and says why without its passphrase", async () => {
  await using practice = await openPractice();
  practice.define({ "fraud.yaml": byCertificate(), "crm.yaml": connector("crm") });
  name(practice, current);
  practice.setEnv("PFX_PASSPHRASE", "not this passphrase");
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create crm done"]);
  const { message } = run.plan!.held[0]!.reason;
  expect(message).toContain("env PFX cannot be opened with the passphrase");
  expect(JSON.stringify(run)).not.toContain("not this passphrase");
});

test("an upload whose answer is lost is resolved by reading and not repeated", async () => {
  await using practice = await created(old);
  name(practice, current);
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
  expect(told(await practice.run())).toEqual(["partial", "update fraud failed"]);
  expect((await live(practice)).shown).toEqual(["old", "current active"]);
  practice.requests();
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(practice.requests()).toEqual(["GET 200"]);
  await using store = await practice.openStore();
  expect((await store.recall(practice.subject().tenant)).journal).toEqual([]);
});

test("an upload that never arrived is made by the next run", async () => {
  await using practice = await created(old);
  name(practice, current);
  practice.sandbox.control.injectFault({ kind: "drop-before-effect", method: "POST" });
  expect(told(await practice.run())).toEqual(["partial", "update fraud failed"]);
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect((await live(practice)).shown).toEqual(["old", "current active"]);
});

test("an upload that is throttled is sent again after the wait", async () => {
  await using practice = await created(old);
  name(practice, current);
  practice.sandbox.control.injectFault({
    kind: "status",
    method: "POST",
    status: 429,
    retryAfter: 2,
  });
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
  expect(practice.requests()).toEqual(["GET 200", "POST 429", "POST 200", "GET 200"]);
});

test("an upload that Graph refuses leaves the old certificate and says why", async () => {
  await using practice = await created(old);
  name(practice, current);
  practice.sandbox.control.injectFault({ kind: "status", method: "POST", status: 400 });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "update fraud failed"]);
  expect(run.outcomes[0]?.error?.message).toContain("add a certificate to API connector");
  expect((await live(practice)).shown).toEqual(["old active"]);
});

test("a certificate that Graph does not activate is not verified", async () => {
  await using practice = await created(old);
  name(practice, current);
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "POST" });
  expect(told(await practice.run())).toEqual(["partial", "update fraud unverified"]);
});

test("PEM of a certificate and its key becomes a certificate of the connector", async () => {
  await using practice = await openPractice();
  practice.define({
    "fraud.yaml": byCertificate().replace(
      /certificate: .*\n/,
      "certificate: { pem: { env: PEM }, key: { env: KEY } } }\n",
    ),
  });
  practice.setEnv("PEM", current.pem);
  practice.setEnv("KEY", current.key);
  expect(told(await practice.run())).toEqual(["converged", "create fraud done"]);
  expect((await live(practice)).shown).toEqual(["current active"]);
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("an adopted connector with the certificate of git is sent nothing", async () => {
  await using practice = await created(current);
  practice.sandbox.control.setState(practice.sandbox.control.state());
  await using forgetful = await openPractice();
  forgetful.sandbox.control.setState(practice.sandbox.control.state());
  forgetful.define({ "fraud.yaml": byCertificate() });
  name(forgetful, current);
  expect(told(await forgetful.run())).toEqual(["converged", "adopt fraud done"]);
  expect(forgetful.requests()).toEqual(["GET 200"]);
});

test("an upload that is refused after the URL was written is no write without effect", async () => {
  await using practice = await created(old);
  name(practice, current);
  practice.define({
    "fraud.yaml": byCertificate().replace("//fraud.", "//second."),
  });
  practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST" });
  expect(told(await practice.run())).toEqual(["partial", "update fraud failed"]);
  const { store } = practice.subject();
  const entries = (await store.audit({ limit: 100 })).map(({ entry }) => entry);
  expect(entries.filter(({ action }) => action === "update")).toMatchObject([
    { result: "begun" },
    { result: "unverified", message: expect.stringContaining("were written before that") },
  ]);
  expect(told(await practice.run())).toEqual(["converged", "update fraud done"]);
});
