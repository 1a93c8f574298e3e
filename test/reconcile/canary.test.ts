import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { Plan, Run } from "../../src/model/generated/run.ts";
import { formats, render } from "../../src/report/report.ts";
import { bareCanary, canary as canaryCalled, heard } from "../canaries.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

const canary = "SingingCanary/with+signs and spaces";

/** Every way in which the canary could be written. */
const spellings = [
  canary,
  encodeURIComponent(canary),
  new URLSearchParams({ x: canary }).toString().slice(2),
  Buffer.from(canary).toString("base64"),
  "SingingCanary",
];

/** A tenant in which every secret, and every key in a live URL, is the canary. */
async function openSeeded(): Promise<Practice> {
  const practice = await openPractice();
  const spec = "query: { code: { env: A_KEY }, file: { file: key.txt } }";
  practice.define({
    "a.yaml": connector("a", { spec }),
    "b.yaml": connector("b"),
    "key.txt": canary,
  });
  for (const name of ["A_KEY", "A_PASSWORD", "B_PASSWORD"]) practice.setEnv(name, canary);
  const url = (host: string) =>
    `https://user:${encodeURIComponent(canary)}@${host}/?code=${encodeURIComponent(canary)}`;
  const basic = { username: "entra", password: canary };
  practice.sandbox.control.setState({
    connectors: [
      { displayName: "b", targetUrl: url("b.contoso.com"), authentication: { basic } },
      { displayName: "theirs", targetUrl: url("theirs.example"), authentication: { basic } },
    ],
  });
  return practice;
}

function storedBytes(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.startsWith("state.db") && statSync(join(folder, name)).isFile())
    .map((name) => readFileSync(join(folder, name), "latin1"))
    .join("\n");
}

/** Every text that leaves the engine. */
async function everythingSeen(
  practice: Practice,
  plan: Plan,
  run: Run,
): Promise<readonly string[]> {
  const layout = { colour: false, width: 80 };
  return [
    ...formats.map((format) => render({ type: "plans", plans: [plan] }, format, layout)),
    ...formats.map((format) => render({ type: "runs", runs: [run] }, format, layout)),
    inspect(practice.events, { depth: 20 }),
    JSON.stringify(practice.events),
    JSON.stringify(await practice.subject().store.runs("practice", 10)),
    storedBytes(practice.folder),
  ];
}

test.for(["whole", "refused by Graph with the secret in its answer"])(
  "no secret is seen anywhere after a run that is %s",
  async (how) => {
    await using practice = await openSeeded();
    if (how !== "whole") {
      const message = `No: ${spellings.slice(0, 4).join(" ")}`;
      const body = { error: { code: "AADB2C", message } };
      practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST", body });
      practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "PATCH", body });
    }
    const plan = await practice.plan();
    const run = await practice.run();
    expect(run.outcomes.map(({ result }) => result)).toEqual(
      how === "whole" ? ["done", "done"] : ["failed", "failed"],
    );
    const seen = await everythingSeen(practice, plan, run);
    for (const text of seen) for (const spelling of spellings) expect(text).not.toContain(spelling);
  },
);

/** What an address with a key in it looks like when it is encoded once more. */
const addresses = [
  { how: "as it is", encode: (url: string) => url.replace("https://", "") },
  { how: "in base64", encode: (url: string) => Buffer.from(url).toString("base64") },
  { how: "in base64url", encode: (url: string) => Buffer.from(`x${url}`).toString("base64url") },
  { how: "in a URL", encode: (url: string) => encodeURIComponent(url) },
];

test.for(addresses)(
  "a key in an address that Graph gives back $how is not told",
  async ({ encode }) => {
    await using practice = await openPractice();
    const [key, literal] = [canaryCalled("Key"), bareCanary("Literal")];
    const a = connector("a", { spec: "query: { code: { env: A_KEY } }" });
    const withLiteral = a.replace("a.contoso.com/", `a.contoso.com/?key=${literal.value}`);
    practice.define({ "a.yaml": withLiteral });
    practice.setEnv("A_KEY", key.value);
    practice.setEnv("A_PASSWORD", "something else");
    const sent = new URL("https://a.contoso.com/");
    sent.searchParams.append("key", literal.value);
    sent.searchParams.append("code", key.value);
    const body = { error: { code: "AADB2C", message: `No: ${encode(sent.href)}` } };
    practice.sandbox.control.injectFault({ kind: "status", status: 400, method: "POST", body });
    const message = (await practice.run()).outcomes[0]?.error?.message ?? "";
    expect(message).toContain("[redacted]");
    expect(heard([["the message", message]], [key, literal])).toEqual([]);
  },
);

test("no secret that a tenant shows where none belongs is seen anywhere", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a"), "b.yaml": connector("b"), "c.yaml": connector("c") });
  for (const name of ["A_PASSWORD", "B_PASSWORD", "C_PASSWORD"]) practice.setEnv(name, canary);
  await practice.run();
  const escaped = encodeURIComponent(canary);
  practice.sandbox.control.changeConnector("a", {
    displayName: canary,
    targetUrl: `https://a.contoso.com/${escaped}?${escaped}=1`,
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: canary,
      password: "x",
    },
  });
  const theirs = {
    displayName: `theirs ${canary}`,
    targetUrl: `https://theirs.example/${escaped}`,
    authentication: { basic: { username: canary, password: canary } },
  };
  const connectors = practice.sandbox.control.state().connectors ?? [];
  practice.sandbox.control.setState({ connectors: [...connectors, theirs] });
  practice.define({ "a.yaml": connector("a"), "c.yaml": connector("c") });
  practice.sandbox.control.changeConnector("b", { displayName: `b ${canary}` });
  const plan = await practice.plan();
  practice.sandbox.control.injectFault({ kind: "no-effect", method: "PATCH" });
  const run = await practice.run();
  expect(told(run)).toEqual(["partial", "update a unverified"]);
  expect(run.plan?.held.map(({ op }) => op)).toEqual(["delete"]);
  expect(run.plan?.unmanaged).toHaveLength(1);
  expect(run.plan?.digest).toBe(plan.digest);
  const seen = await everythingSeen(practice, plan, run);
  for (const text of seen) for (const spelling of spellings) expect(text).not.toContain(spelling);
  expect(told(await practice.run())).toEqual(["refused", "update a done"]);
  expect(practice.sandbox.control.state().connectors?.[0]).toMatchObject({
    displayName: "a",
    targetUrl: "https://a.contoso.com/",
  });
});

test("a lost create is found again although its displayName is a secret's value", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { displayName: "fraud-check" }) });
  practice.setEnv("A_PASSWORD", "fraud-check");
  practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
  expect(told(await practice.run())).toEqual(["converged", "create a done"]);
  expect(practice.sandbox.control.state().connectors).toHaveLength(1);
});

test("a failed write names no displayName that is a secret's value", async () => {
  await using practice = await openPractice();
  practice.define({ "a.yaml": connector("a", { displayName: "fraud-check" }) });
  practice.setEnv("A_PASSWORD", "fraud-check");
  const { control } = practice.sandbox;
  control.injectFault({ kind: "drop-after-effect", method: "POST" });
  const notify = ({ type }: { type: string }) => {
    const [made] = control.state().connectors ?? [];
    if (type === "waiting") control.setState({ connectors: [made!, { ...made, id: "twin" }] });
  };
  const run = await practice.run({}, { notify });
  const message = run.outcomes[0]?.error?.message;
  expect(message).toContain("several new connectors are called");
  expect(message).not.toContain("fraud-check");
});

test("a word that stands in a URL's query is no secret, and blacks out nothing else", async () => {
  await using practice = await openPractice();
  const a = connector("a").replace("https://a.contoso.com/", "https://a.contoso.com/?mode=test");
  practice.define({ "a.yaml": a });
  practice.setEnv("A_PASSWORD", canary);
  const targetUrl = "https://test.example/?mode=test";
  practice.sandbox.control.setState({ connectors: [{ displayName: "a test", targetUrl }] });
  const plan = await practice.plan();
  expect(plan.changes[0]?.fields).toContainEqual({
    ...{ path: "spec.targetUrl", before: null, after: "https://a.contoso.com/" },
  });
  const [theirs] = plan.unmanaged;
  expect(theirs).toMatchObject({ displayName: "a test", targetUrl: "https://test.example/" });
});

test("a secret that is not there is named by its source alone", async () => {
  await using practice = await openSeeded();
  practice.setEnv("A_PASSWORD", null);
  const [held] = (await practice.plan()).held;
  expect(held?.reason.message).toContain("env A_PASSWORD");
});
