import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type MadeCertificate, makeCertificate } from "../certificates.ts";
import { CONNECTORS, type Practice, practise, written } from "./practice.ts";

const DAY = 24 * 3600;

/** The clock of a practice tenant begins at 2027-01-01. */
const first = await makeCertificate({ notBefore: "2026-01-01", notAfter: "2028-01-01" });
const second = await makeCertificate({ notBefore: "2026-12-01", notAfter: "2027-06-01" });
const future = await makeCertificate({ notBefore: "2027-01-11", notAfter: "2028-06-01" });
const expired = await makeCertificate({ notBefore: "2025-01-01", notAfter: "2026-01-01" });
const open = await makeCertificate({
  notBefore: "2026-01-01",
  notAfter: "2028-01-01",
  passphrase: "",
});

function upload({ base64, passphrase }: MadeCertificate) {
  return { pkcs12Value: base64, password: passphrase };
}

function certified(certificate: MadeCertificate, type = "#microsoft.graph.pkcs12Certificate") {
  return { "@odata.type": type, ...upload(certificate) };
}

function withCertificate(certificate: MadeCertificate) {
  return { ...written("Fraud check"), authenticationConfiguration: certified(certificate) };
}

const PATH = `${CONNECTORS}/connector-1`;
const UPLOAD = `${PATH}/uploadClientCertificate`;

/** A tenant whose one connector has this certificate. */
async function practiseWith(certificate: MadeCertificate): Promise<Practice> {
  const practice = await practise();
  expect((await practice.call("POST", CONNECTORS, withCertificate(certificate))).status).toBe(201);
  return practice;
}

/** Thumbprints in the order of the listing, the active one marked. */
async function listed({ call }: Practice): Promise<readonly string[]> {
  const { json } = await call("GET", PATH);
  return json.authenticationConfiguration.certificateList.map(({ thumbprint, isActive }) =>
    isActive ? `${thumbprint} active` : thumbprint,
  );
}

test.for(["#microsoft.graph.pkcs12Certificate", "microsoft.graph.pkcs12Certificate"])(
  "a connector created with %s reads as the public part of one active certificate",
  async (type) => {
    await using practice = await practise();
    const { call, sandbox } = practice;
    const body = { ...written("Fraud check"), authenticationConfiguration: certified(first, type) };
    const created = await call("POST", CONNECTORS, body);
    expect([created.status, created.json.authenticationConfiguration]).toEqual([
      201,
      {
        "@odata.type": "#microsoft.graph.clientCertificateAuthentication",
        certificateList: [
          {
            thumbprint: first.thumbprint,
            notAfter: first.notAfter,
            notBefore: first.notBefore,
            isActive: true,
          },
        ],
      },
    ]);
    expect((await call("GET", PATH)).json).toEqual(created.json);
    const kept = JSON.stringify(sandbox.control.state());
    for (const { text } of [created, await call("GET", CONNECTORS), { text: kept }]) {
      expect(text).not.toContain(first.passphrase);
      expect(text).not.toContain(first.base64);
    }
  },
);

test("a PFX without a password is sent with an empty one", async () => {
  await using practice = await practiseWith(open);
  expect(await listed(practice)).toEqual([`${open.thumbprint} active`]);
});

test("a patch with a certificate replaces the whole list", async () => {
  await using practice = await practiseWith(first);
  await practice.call("POST", UPLOAD, upload(second));
  const body = { authenticationConfiguration: certified(future) };
  expect((await practice.call("PATCH", PATH, body)).status).toBe(204);
  expect(await listed(practice)).toEqual([future.thumbprint]);
});

test("an upload adds a certificate, answers with the whole connector and is active at once", async () => {
  await using practice = await practiseWith(first);
  const { call } = practice;
  const { status, json } = await call("POST", UPLOAD, upload(second));
  expect([status, json.id, json.displayName]).toEqual([200, "connector-1", "Fraud check"]);
  expect(json).toEqual((await call("GET", PATH)).json);
  expect(await listed(practice)).toEqual([first.thumbprint, `${second.thumbprint} active`]);
});

test.for([
  `${CONNECTORS}/CONNECTOR-1/microsoft.graph.uploadClientCertificate`,
  "/beta/identity/apiconnectors/connector-1/UploadClientCertificate",
])("an upload is taken at %s", async (path) => {
  await using practice = await practiseWith(first);
  expect((await practice.call("POST", path, upload(second))).status).toBe(200);
});

test("a certificate of the future becomes active by itself", async () => {
  await using practice = await practiseWith(first);
  await practice.call("POST", UPLOAD, upload(future));
  expect(await listed(practice)).toEqual([`${first.thumbprint} active`, future.thumbprint]);
  practice.pass(10 * DAY - 1);
  expect(await listed(practice)).toEqual([`${first.thumbprint} active`, future.thumbprint]);
  practice.pass(1);
  expect(await listed(practice)).toEqual([first.thumbprint, `${future.thumbprint} active`]);
});

test("when the newest has expired an older valid one is active again", async () => {
  await using practice = await practiseWith(first);
  await practice.call("POST", UPLOAD, upload(second));
  practice.pass(151 * DAY);
  expect(await listed(practice)).toEqual([`${first.thumbprint} active`, second.thumbprint]);
  practice.pass(365 * DAY);
  expect(await listed(practice)).toEqual([first.thumbprint, second.thumbprint]);
});

test("an expired certificate is taken and is not active", async () => {
  await using practice = await practiseWith(first);
  expect((await practice.call("POST", UPLOAD, upload(expired))).status).toBe(200);
  expect(await listed(practice)).toEqual([`${first.thumbprint} active`, expired.thumbprint]);
});

test("a certificate that is uploaded again is the newest, and not there twice", async () => {
  await using practice = await practiseWith(first);
  for (const each of [second, first]) await practice.call("POST", UPLOAD, upload(each));
  expect(await listed(practice)).toEqual([second.thumbprint, `${first.thumbprint} active`]);
});

test("from a password to a certificate and back a connector keeps its id", async () => {
  await using practice = await practise();
  const { call, sandbox } = practice;
  await call("POST", CONNECTORS, written("Fraud check"));
  const body = { authenticationConfiguration: certified(first) };
  expect((await call("PATCH", PATH, body)).status).toBe(204);
  expect(await listed(practice)).toEqual([`${first.thumbprint} active`]);
  expect(sandbox.control.password("connector-1")).toBeNull();
  const { authenticationConfiguration } = written("");
  expect((await call("PATCH", PATH, { authenticationConfiguration })).status).toBe(204);
  expect((await call("GET", PATH)).json).toMatchObject({
    id: "connector-1",
    authenticationConfiguration: { "@odata.type": "#microsoft.graph.basicAuthentication" },
  });
  expect(sandbox.control.password("connector-1")).toBe("open sesame");
});

test("an upload to a connector without certificates is refused and changes nothing", async () => {
  await using practice = await practise();
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  const { status, json } = await practice.call("POST", UPLOAD, upload(first));
  expect([status, json.error.code]).toEqual([400, "AADB2C"]);
  expect(json.error.message).toContain("no certificates to add to");
  expect(practice.sandbox.control.password("connector-1")).toBe("open sesame");
});

const given = upload(first);

const refusals: readonly {
  readonly name: string;
  readonly body: object;
  readonly says: string;
}[] = [
  {
    name: "the wrong password",
    body: { ...given, password: "canary" },
    says: "pkcs12Value cannot be opened with the passphrase that was given.",
  },
  {
    name: "no password for a PFX that has one",
    body: { ...given, password: "" },
    says: "pkcs12Value is protected by a passphrase, and none was given.",
  },
  {
    name: "no PFX inside the base64",
    body: { ...given, pkcs12Value: btoa("canary") },
    says: "pkcs12Value is not a PKCS #12 file (PFX) that can be read.",
  },
  {
    name: "PEM inside the base64",
    body: { ...given, pkcs12Value: btoa(first.pem) },
    says: "pkcs12Value is PEM text, and not a PKCS #12 file (PFX).",
  },
  { name: "no base64", body: { ...given, pkcs12Value: "ca.nary=" }, says: "must be the base64" },
  { name: "an empty pkcs12Value", body: { ...given, pkcs12Value: "" }, says: "must be the base64" },
  { name: "a pkcs12Value that is null", body: { ...given, pkcs12Value: null }, says: "the base64" },
  { name: "a password that is null", body: { ...given, password: null }, says: "password must be" },
  { name: "no password", body: { pkcs12Value: first.base64 }, says: "'password' is required" },
  { name: "no pkcs12Value", body: { password: "canary" }, says: "'pkcs12Value' is required" },
  { name: "a property that is not known", body: { ...given, colour: "red" }, says: "'colour'" },
];

test.for(refusals)("a certificate with $name is refused with 400", async ({ body, says }) => {
  await using practice = await practiseWith(second);
  const authenticationConfiguration = {
    "@odata.type": "#microsoft.graph.pkcs12Certificate",
    ...body,
  };
  const answers = [
    await practice.call("POST", UPLOAD, body),
    await practice.call("PATCH", PATH, { authenticationConfiguration }),
    await practice.call("POST", CONNECTORS, { ...written("b"), authenticationConfiguration }),
  ];
  for (const { status, json, text } of answers) {
    expect([status, json.error.code]).toEqual([400, "AADB2C"]);
    expect(json.error.message).toContain(says);
    expect(text).not.toContain("canary");
    expect(text).not.toContain(first.passphrase);
  }
  expect(await listed(practice)).toEqual([`${second.thumbprint} active`]);
  expect(practice.sandbox.control.state().connectors).toHaveLength(1);
});

test("an upload to a connector that is not there is refused with 404", async () => {
  await using practice = await practise();
  expect((await practice.call("POST", UPLOAD, upload(first))).status).toBe(404);
});

test("an upload that is not declared as JSON is refused with 415, one that is no JSON with 400", async () => {
  await using practice = await practiseWith(first);
  const headers = { "content-type": "text/plain" };
  expect((await practice.call("POST", UPLOAD, upload(second), headers)).status).toBe(415);
  expect((await practice.call("POST", UPLOAD, "{")).status).toBe(400);
});

test("the request log keeps neither a PFX nor its password", async () => {
  await using practice = await practiseWith(first);
  const { call, sandbox } = practice;
  await call("POST", UPLOAD, upload(second));
  await call("PATCH", PATH, { authenticationConfiguration: certified(second) });
  const log = JSON.stringify(sandbox.control.requests());
  expect(sandbox.control.requests()[1]?.body).toEqual({
    pkcs12Value: "[sent]",
    password: "[sent]",
  });
  for (const secret of [first.passphrase, first.base64, second.base64]) {
    expect(log).not.toContain(secret);
  }
});

test("certificates and their order outlive the tenant, and no PFX is on disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-"));
  const state = join(folder, "state.yaml");
  try {
    {
      await using before = await practise({ state });
      await before.call("POST", CONNECTORS, withCertificate(first));
      await before.call("POST", UPLOAD, upload(second));
      await before.call("POST", UPLOAD, upload(future));
    }
    const text = await readFile(state, "utf8");
    for (const { base64, passphrase } of [first, second, future]) {
      expect(text).not.toContain(base64);
      expect(text).not.toContain(passphrase);
    }
    await using again = await practise({ state });
    expect(await listed(again)).toEqual([
      first.thumbprint,
      `${second.thumbprint} active`,
      future.thumbprint,
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a person uploads a certificate without a token and without a trace in Graph's log", async () => {
  await using practice = await practiseWith(first);
  const { sandbox } = practice;
  sandbox.control.clearRequests();
  const path = `${sandbox.url}/_sandbox/connectors/${encodeURIComponent("Fraud check")}/certificates`;
  const body = JSON.stringify(upload(second));
  const uploaded = await fetch(path, { method: "POST", body });
  expect([uploaded.status, await uploaded.json()]).toMatchObject([200, { id: "connector-1" }]);
  expect(await listed(practice)).toEqual([first.thumbprint, `${second.thumbprint} active`]);
  sandbox.control.clearRequests();
  sandbox.control.uploadCertificate("connector-1", upload(first));
  expect(await listed(practice)).toEqual([second.thumbprint, `${first.thumbprint} active`]);
  const wrong = JSON.stringify({ ...upload(first), password: "canary" });
  const refused = await fetch(path, { method: "POST", body: wrong });
  expect(refused.status).toBe(400);
  expect(await refused.text()).not.toContain("canary");
  expect(sandbox.control.requests().map(({ method }) => method)).toEqual(["GET"]);
});

test("a certificate drifts by hand as any property does", async () => {
  await using practice = await practiseWith(first);
  const { control } = practice.sandbox;
  control.changeConnector("Fraud check", { authenticationConfiguration: certified(second) });
  expect(await listed(practice)).toEqual([`${second.thumbprint} active`]);
});
