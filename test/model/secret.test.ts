import { format, inspect } from "node:util";
import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { describeSource, Secret } from "../../src/model/secret.ts";

const secret = new Secret("Tr0ub4dor&3");

function logged(write: (log: ReturnType<typeof pino>) => void): string {
  const lines: string[] = [];
  write(pino({}, { write: (line: string) => lines.push(line) }));
  return lines.join("");
}

const prints = [
  { where: "a template string", print: () => `${secret}` },
  { where: "string concatenation", print: () => "value: ".concat(String(secret)) },
  { where: "JSON", print: () => JSON.stringify({ password: secret, list: [secret] }) },
  { where: "inspect", print: () => inspect(secret) },
  {
    where: "inspect of hidden properties",
    print: () => inspect({ secret }, { showHidden: true, depth: 9 }),
  },
  {
    where: "what console.log formats",
    print: () => format("%s %o %O %j", secret, secret, secret, secret),
  },
  { where: "the message of an error", print: () => new Error(`failed with ${secret}`).message },
  {
    where: "an inspected error and its cause",
    print: () => inspect(new Error("failed", { cause: secret })),
  },
  {
    where: "a log line about it",
    print: () => logged((log) => log.info({ secret }, "told %s", secret)),
  },
  {
    where: "a log line about an error",
    print: () => logged((log) => log.error(Object.assign(new Error("failed"), { secret }))),
  },
];

test.for(prints)("a secret prints as redacted in $where", ({ print }) => {
  const got = print();
  expect(got).toContain("[redacted]");
  expect(got).not.toContain("Tr0ub4dor");
});

test("a secret shows no property, so copying it copies nothing", () => {
  expect(Object.keys(secret)).toEqual([]);
  expect(JSON.stringify({ ...secret })).toBe("{}");
  expect(JSON.stringify(structuredClone(secret))).toBe("{}");
});

test("a secret reveals exactly what it was made of", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(new Secret(text).reveal()).toBe(text);
    }),
  );
});

test("a source is named by where it is, never by what it holds", () => {
  expect(describeSource({ type: "env", name: "FRAUD_CHECK_PASSWORD" })).toBe(
    "env FRAUD_CHECK_PASSWORD",
  );
  expect(
    describeSource({ type: "file", path: "/srv/fraud.txt", written: "fraud.txt", real: null }),
  ).toBe("file fraud.txt");
  expect(describeSource({ type: "literal", value: secret })).toBe("targetUrl");
});
