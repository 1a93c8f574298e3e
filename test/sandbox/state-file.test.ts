import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { CONNECTORS, practise, written } from "./practice.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "plumbline-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const SEED = `
apiVersion: plumbline/v1
kind: Sandbox
connectors:
  - id: seeded
    displayName: Fraud check
`;

test("a tenant starts from its seed, and from its state as soon as it has one", async () => {
  await using files = await folder();
  const seed = join(files.path, "sandbox.yaml");
  const state = join(files.path, "deep", "er", "state.yaml");
  await writeFile(seed, SEED);
  {
    await using first = await practise({ seed, state });
    expect(first.sandbox.origin).toBe("seed");
    await first.call("POST", CONNECTORS, written("CRM sync"));
    await first.call("PATCH", `${CONNECTORS}/seeded`, { displayName: "Fraud" });
  }
  await using again = await practise({ seed, state });
  expect(again.sandbox.origin).toBe("state");
  const { json } = await again.call("GET", CONNECTORS);
  expect(json.value.map(({ id, displayName }) => [id, displayName])).toEqual([
    ["seeded", "Fraud"],
    ["connector-1", "CRM sync"],
  ]);
  expect(again.sandbox.control.password("connector-1")).toBe("open sesame");
});

test("what a user flow calls outlives a restart", async () => {
  await using files = await folder();
  const seed = join(files.path, "sandbox.yaml");
  const state = join(files.path, "state.yaml");
  await writeFile(seed, `${SEED}userFlows:\n  - id: B2X_1_signup\n`);
  {
    await using first = await practise({ seed, state });
    const path =
      "/v1.0/identity/b2xUserFlows/B2X_1_signup/apiConnectorConfiguration/postFederationSignup/$ref";
    const { status } = await first.call("PUT", path, {
      "@odata.id": `${first.sandbox.url}${CONNECTORS}/seeded`,
    });
    expect(status).toBe(204);
  }
  await using again = await practise({ seed, state });
  expect(again.sandbox.control.userFlows()).toMatchObject([
    { id: "B2X_1_signup", apiConnectors: { postFederationSignup: "seeded" } },
  ]);
});

test("ids that the sandbox made for its seed stay the same from one start to the next", async () => {
  await using files = await folder();
  const seed = join(files.path, "sandbox.yaml");
  const state = join(files.path, "state.yaml");
  await writeFile(seed, SEED.replace("id: seeded\n    ", ""));
  const ids: (string | undefined)[] = [];
  for (let start = 1; start <= 2; start += 1) {
    await using practice = await practise({ seed, state, newId: () => `start-${start}` });
    ids.push(practice.sandbox.control.state().connectors?.[0]?.id);
  }
  expect(ids).toEqual(["start-1", "start-1"]);
});

test("without a state file nothing outlives the tenant, and nothing is written", async () => {
  await using files = await folder();
  const seed = join(files.path, "sandbox.yaml");
  await writeFile(seed, SEED);
  {
    await using practice = await practise({ seed });
    await practice.call("DELETE", `${CONNECTORS}/seeded`);
  }
  await using again = await practise({ seed });
  expect(again.sandbox.control.state().connectors).toHaveLength(1);
  expect(await readFile(seed, "utf8")).toBe(SEED);
});

test("the state is for the eyes of its owner alone, and on disk before the answer", async () => {
  await using files = await folder();
  const state = join(files.path, "state.yaml");
  await using practice = await practise({ state });
  await practice.call("POST", CONNECTORS, written("Fraud check"));
  expect(await readFile(state, "utf8")).toContain("open sesame");
  expect((await stat(state)).mode & 0o777).toBe(0o600);
});

test("what a killed write left behind is not taken for the state", async () => {
  await using files = await folder();
  const state = join(files.path, "state.yaml");
  await writeFile(state, SEED);
  await writeFile(`${state}.new`, "apiVersion: plumb");
  await using practice = await practise({ state });
  expect(practice.sandbox.control.state().connectors?.[0]?.id).toBe("seeded");
  await practice.call("POST", CONNECTORS, written("CRM sync"));
  expect(await readFile(state, "utf8")).toContain("CRM sync");
  expect(existsSync(`${state}.new`)).toBe(false);
});

test("a tenant that is killed while it writes has every change that it answered", async () => {
  await using files = await folder();
  const state = join(files.path, "state.yaml");
  const program = fileURLToPath(new URL("./killed-sandbox.ts", import.meta.url));
  for (const lives of [1, 4, 9]) {
    await rm(state, { force: true });
    const child = fork(program, [state], { execArgv: [] });
    const [{ url, token }] = (await once(child, "message")) as [{ url: string; token: string }];
    let answered = 0;
    const died = once(child, "exit");
    while (child.signalCode === null) {
      const sent = fetch(`${url}/v1.0/identity/apiConnectors`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(written(`Connector ${answered + 1}`)),
      });
      if (answered === lives) child.kill("SIGKILL");
      const status = await sent.then((response) => response.status).catch(() => null);
      if (status !== 201) break;
      answered += 1;
    }
    await died;
    await using practice = await practise({ state });
    const names = practice.sandbox.control.state().connectors?.map((each) => each.displayName);
    const want = Array.from({ length: answered }, (_, index) => `Connector ${index + 1}`);
    expect(names?.slice(0, answered)).toEqual(want);
    expect(names?.length).toBeLessThanOrEqual(answered + 1);
  }
});

test("a seed that is missing or wrong is a fault that names the file", async () => {
  await using files = await folder();
  const seed = join(files.path, "sandbox.yaml");
  await expect(practise({ seed })).rejects.toThrow(`cannot read ${seed} (ENOENT)`);
  await writeFile(seed, `${SEED}colour: red\n`);
  const error = await practise({ seed }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FaultError);
  expect((error as FaultError).fault).toMatchObject({
    code: "configuration",
    at: { file: seed, line: 7, column: 1 },
  });
});

test("a state that cannot be written is said, and the change is not taken", async () => {
  await using files = await folder();
  const state = join(files.path, "place", "state.yaml");
  await using practice = await practise({ state });
  await rm(join(files.path, "place"), { recursive: true });
  await writeFile(join(files.path, "place"), "a file where the folder was");
  const { status, text } = await practice.call("POST", CONNECTORS, written("Fraud check"));
  expect([status, text]).toEqual([500, expect.stringContaining(`cannot write ${state}`)]);
  expect((await practice.call("GET", CONNECTORS)).json.value).toEqual([]);
});
