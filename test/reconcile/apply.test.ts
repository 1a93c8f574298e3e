import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { openSecrets } from "../../src/secrets/secrets.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

/** Bodies that were sent, without their secrets. */
function bodies({ sandbox }: Practice, method: string): readonly unknown[] {
  const sent = sandbox.control.requests().filter((one) => one.method === method);
  sandbox.control.clearRequests();
  return sent.map(({ body }) => body);
}

/** The password that the live connector with this displayName has. */
function password({ sandbox }: Practice, name: string): string | null {
  const live = sandbox.control.state().connectors ?? [];
  return sandbox.control.password(live.find(({ displayName }) => displayName === name)?.id ?? "");
}

/** A tenant in which these are applied already. */
async function openApplied(files: Readonly<Record<string, string>>): Promise<Practice> {
  const practice = await openPractice();
  practice.define(files);
  await practice.run();
  practice.requests();
  return practice;
}

test("a create sends everything, with the value of the secret", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { spec: "query: { code: { env: A_KEY } }" }) });
  await practice.run();
  expect(bodies(practice, "POST")).toEqual([
    {
      displayName: "a",
      targetUrl: "https://a.contoso.com/?code=[sent]",
      authenticationConfiguration: {
        "@odata.type": "#microsoft.graph.basicAuthentication",
        username: "entra",
        password: "[sent]",
      },
    },
  ]);
  expect(password(practice, "a")).toBe("secret of A_PASSWORD");
  expect(practice.sandbox.control.state().connectors?.[0]?.targetUrl).toBe(
    "https://a.contoso.com/?code=secret+of+A_KEY",
  );
});

test("a name that changed outside is put back alone, and the secret stays as it is", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a") });
  practice.sandbox.control.changeConnector("a", { displayName: "Changed" });
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  expect(bodies(practice, "PATCH")).toEqual([{ displayName: "a" }]);
});

test("a URL that changed outside is put back with its keys, and the password stays as it is", async () => {
  const spec = "query: { code: { env: A_KEY } }";
  await using practice = await openApplied({ "a.yaml": connector("a", { spec }) });
  practice.sandbox.control.changeConnector("a", { targetUrl: "https://evil.example/" });
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  expect(bodies(practice, "PATCH")).toEqual([{ targetUrl: "https://a.contoso.com/?code=[sent]" }]);
});

test("a password that changed at its source is sent once", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a") });
  practice.setEnv("A_PASSWORD", "a new one");
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  expect(password(practice, "a")).toBe("a new one");
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("a password that changed together with the key of fingerprints is warned of once", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a") });
  const key = new Secret("another key for practice");
  const env = { A_PASSWORD: "a new one" };
  const secrets = openSecrets({ env, fingerprint: { key } });
  const run = await practice.run({ secrets });
  expect(told(run)).toEqual(["clean"]);
  expect(run.plan?.faults.map(({ severity, code }) => [severity, code])).toEqual([
    ["warning", "secret-source"],
  ]);
  const next = await practice.run({ secrets });
  expect(told(next)).toEqual(["clean"]);
  expect(next.plan?.faults).toEqual([]);
});

test("a user name that changed outside is put back together with the password", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a") });
  const intruder = { username: "intruder", password: "theirs" };
  practice.sandbox.control.changeConnector("a", {
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      ...intruder,
    },
  });
  await practice.run();
  expect(bodies(practice, "PATCH")).toEqual([
    {
      authenticationConfiguration: {
        "@odata.type": "#microsoft.graph.basicAuthentication",
        username: "entra",
        password: "[sent]",
      },
    },
  ]);
  expect(password(practice, "a")).toBe("secret of A_PASSWORD");
});

test("an adoption sends nothing, and a later change of the source is sent", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const basic = { username: "entra", password: "set by hand" };
  const live = { displayName: "a", targetUrl: "https://a.contoso.com/", authentication: { basic } };
  practice.sandbox.control.setState({ connectors: [live] });
  expect(told(await practice.run())).toEqual(["converged", "adopt a done"]);
  expect(practice.requests()).toEqual(["GET 200"]);
  expect(password(practice, "a")).toBe("set by hand");
  expect(told(await practice.run())).toEqual(["clean"]);
  practice.setEnv("A_PASSWORD", "a new one");
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  expect(password(practice, "a")).toBe("a new one");
});

test("an adoption with differences sends these alone", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const basic = { username: "entra", password: "set by hand" };
  const live = { displayName: "a", targetUrl: "https://old.example/", authentication: { basic } };
  practice.sandbox.control.setState({ connectors: [live] });
  expect(told(await practice.run())).toEqual(["converged", "adopt a done"]);
  expect(bodies(practice, "PATCH")).toEqual([{ targetUrl: "https://a.contoso.com/" }]);
  expect(password(practice, "a")).toBe("set by hand");
});

test("an adoption sends the password where assertOnAdopt asks for it", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { policy: "assertOnAdopt: true" }) });
  const basic = { username: "entra", password: "set by hand" };
  const live = { displayName: "a", targetUrl: "https://a.contoso.com/", authentication: { basic } };
  practice.sandbox.control.setState({ connectors: [live] });
  expect(told(await practice.run())).toEqual(["converged", "adopt a done"]);
  expect(password(practice, "a")).toBe("secret of A_PASSWORD");
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("the mask that Graph shows is never written, even where a source holds it", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  practice.setEnv("A_PASSWORD", "******");
  const run = await practice.run();
  expect(told(run)).toEqual(["partial"]);
  expect(run.plan?.held.map(({ reason }) => reason.code)).toEqual(["secret"]);
  expect(practice.requests()).toEqual(["GET 200"]);
});

test("a secret that is missing holds its own connector, and keeps what is remembered of it", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a") });
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  practice.setEnv("A_PASSWORD", null);
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create b done"]);
  expect(run.plan?.held.map(({ name }) => name)).toEqual(["a"]);
  practice.setEnv("A_PASSWORD", "secret of A_PASSWORD");
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("one connector that Graph refuses does not stop the others", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b"), "c.yaml": connector("c") });
  practice.sandbox.control.injectFault({ kind: "status", method: "POST", status: 400, skip: 1 });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "create a done", "create b failed", "create c done"]);
  expect(run.outcomes[1]?.error).toMatchObject({ code: "rejected", requestId: expect.any(String) });
  expect(told(await practice.run())).toEqual(["converged", "create b done"]);
});

test("an update whose answer was lost sends the password again in the next run", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a") });
  practice.setEnv("A_PASSWORD", "a new one");
  practice.sandbox.control.injectFault({ kind: "html-body", method: "PATCH" });
  expect(told(await practice.run())).toEqual(["partial", "update a failed"]);
  expect(told(await practice.run())).toEqual(["converged", "update a done"]);
  expect(password(practice, "a")).toBe("a new one");
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("an update of the name whose answer was lost leaves the password that is live", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  const basic = { username: "entra", password: "set by hand" };
  const live = { displayName: "a", targetUrl: "https://a.contoso.com/", authentication: { basic } };
  practice.sandbox.control.setState({ connectors: [live] });
  await practice.run();
  practice.sandbox.control.changeConnector("a", { displayName: "Changed" });
  practice.sandbox.control.injectFault({ kind: "html-body", method: "PATCH" });
  expect(told(await practice.run())).toEqual(["partial", "update a failed"]);
  practice.sandbox.control.changeConnector("Changed", { displayName: "a" });
  expect(told(await practice.run())).toEqual(["clean"]);
  expect(password(practice, "a")).toBe("set by hand");
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).journal).toEqual([]);
});

test("a definition renamed in git keeps its connector, with and without previously", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a") });
  const [before] = practice.sandbox.control.state().connectors ?? [];
  const renamed = (name: string, metadata = "") =>
    connector(name, { displayName: "a", metadata })
      .replace("https://b.contoso.com/", "https://a.contoso.com/")
      .replace("https://c.contoso.com/", "https://a.contoso.com/")
      .replace(/env: \w+/, "env: A_PASSWORD");
  practice.define({ "b.yaml": renamed("b", "previously: a") });
  expect(told(await practice.run())).toEqual(["clean"]);
  practice.define({ "c.yaml": renamed("c") });
  expect(told(await practice.run())).toEqual(["converged", "adopt c done"]);
  expect(practice.sandbox.control.state().connectors).toEqual([before]);
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).ledger.map(({ name }) => name)).toEqual(["c"]);
});

test("two definitions that trade their pins both keep a ledger entry", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  const [first, second] = practice.sandbox.control.state().connectors ?? [];
  practice.define({
    "a.yaml": connector("a", { metadata: `id: ${second?.id}` }),
    "b.yaml": connector("b", { metadata: `id: ${first?.id}` }),
  });
  expect(told(await practice.run())).toEqual(["converged", "adopt a done", "adopt b done"]);
  expect(told(await practice.run())).toEqual(["clean"]);
});

test("a connector whose definition left git stays, and is remembered until somebody deletes it", async () => {
  await using practice = await openApplied({ "a.yaml": connector("a"), "b.yaml": connector("b") });
  practice.define({ "a.yaml": connector("a") });
  for (const _ of [1, 2]) expect(told(await practice.run())).toEqual(["refused"]);
  practice.sandbox.control.deleteConnector("b");
  expect(told(await practice.run())).toEqual(["clean"]);
  const { store, tenant } = practice.subject();
  expect((await store.recall(tenant)).ledger.map(({ name }) => name)).toEqual(["a"]);
});
