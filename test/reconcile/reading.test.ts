import { expect, test } from "vitest";
import { FaultError, failure } from "../../src/model/fault.ts";
import { Secret, type SecretSource, type SecretUse } from "../../src/model/secret.ts";
import { readAll } from "../../src/reconcile/reading.ts";
import { openSecrets } from "../../src/secrets/secrets.ts";

const key = new Secret("a key of more than sixteen characters");

function useOf(source: SecretSource, line: number, more: Partial<SecretUse> = {}): SecretUse {
  const at = { file: "connectors/a.yaml", line, column: 1 };
  return { path: "spec.authentication.basic.password", source, at, ...more };
}

function inVault(vault: string, secret: string, version: string | null = null): SecretSource {
  return { type: "keyVault", vault, secret, version };
}

/** Answers which vault secret was asked for, and counts. */
function counting() {
  const asked: string[] = [];
  const secrets = openSecrets({
    env: { A: "of the environment" },
    fingerprint: { key },
    keyVault: async ({ secret, version }) => {
      asked.push(`${secret}/${version ?? ""}`);
      return secret === "missing"
        ? { problem: "does not exist." }
        : { value: `value of ${secret}` };
    },
  });
  return { secrets, asked };
}

test("what several definitions name is read once, in whatever letter case", async () => {
  const { secrets, asked } = counting();
  const found = await readAll(secrets, [
    useOf(inVault("kv-a", "fraud"), 1),
    useOf({ type: "env", name: "A" }, 2),
    useOf(inVault("KV-A", "Fraud"), 3),
    useOf(inVault("kv-a", "fraud", "1"), 4),
    useOf(inVault("kv-a", "crm"), 5),
  ]);
  expect(asked).toEqual(["fraud/", "fraud/1", "crm/"]);
  const values = found.map((one) => (one.status === "fulfilled" ? one.value.reveal() : one.reason));
  expect(values).toEqual([
    "value of fraud",
    "of the environment",
    "value of fraud",
    "value of fraud",
    "value of crm",
  ]);
});

test("a secret that cannot be read is told at every place that names it", async () => {
  const { secrets, asked } = counting();
  const found = await readAll(secrets, [
    useOf(inVault("kv-a", "missing"), 3),
    useOf(inVault("kv-a", "missing"), 7),
  ]);
  expect(asked).toHaveLength(1);
  const faults = found.flatMap((one) => (one.status === "rejected" ? [one.reason.fault] : []));
  expect(faults.map(({ at }) => at.line)).toEqual([3, 7]);
  expect(faults[1]?.message).toBe(faults[0]?.message);
});

test("text and bytes of one place are two readings, and so are two parameters of a URL", async () => {
  const asked: SecretUse[] = [];
  const resolve = async (use: SecretUse) => {
    asked.push(use);
    if (asked.length > 3) throw new FaultError(failure("internal", "too many"));
    return new Secret("x");
  };
  const secrets = { ...counting().secrets, resolve };
  const env = { type: "env", name: "A" } as const;
  const literal = () => ({ type: "literal", value: new Secret("v2") }) as const;
  await readAll(secrets, [useOf(env, 1), useOf(env, 2, { binary: true })]);
  expect(asked).toHaveLength(2);
  asked.length = 0;
  await readAll(secrets, [useOf(literal(), 1), useOf(literal(), 1)]);
  expect(asked).toHaveLength(2);
});
