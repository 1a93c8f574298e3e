import { Console } from "node:console";
import { Writable } from "node:stream";
import { format, inspect } from "node:util";
import { serialize } from "node:v8";
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

function printed(write: (console: Console) => void): string {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  write(new Console(sink));
  return lines.join("");
}

type Print = (secret: Secret) => string;

const prints: readonly { readonly where: string; readonly print: Print }[] = [
  { where: "a template string", print: (secret) => `${secret}` },
  { where: "string concatenation", print: (secret) => "value: ".concat(String(secret)) },
  { where: "what it says in any language", print: (secret) => secret.toLocaleString() },
  { where: "JSON", print: (secret) => JSON.stringify({ password: secret, list: [secret] }) },
  { where: "inspect", print: (secret) => inspect(secret) },
  {
    where: "inspect of hidden properties",
    print: (secret) => inspect({ secret }, { showHidden: true, depth: 9, getters: true }),
  },
  {
    where: "inspect of maps, sets and lists",
    print: (secret) => inspect([new Map([[secret, new Set([secret])]])], { depth: 9 }),
  },
  {
    where: "what is formatted",
    print: (secret) => format("%s %o %O %j", secret, secret, secret, secret),
  },
  {
    where: "what a console writes",
    print: (secret) =>
      printed((console) => {
        console.log("%s %o %O %j", secret, secret, secret, secret);
        console.error({ secret }, [secret], secret);
        console.dir({ secret }, { showHidden: true });
        console.table([{ secret }]);
      }),
  },
  { where: "the message of an error", print: (secret) => new Error(`failed ${secret}`).message },
  { where: "the stack of an error", print: (secret) => String(new Error(`${secret}`).stack) },
  {
    where: "an inspected error and its cause",
    print: (secret) => inspect(new Error("failed", { cause: { secret } }), { depth: 9 }),
  },
  {
    where: "an inspected error of several",
    print: (secret) => inspect(new AggregateError([new Error("one", { cause: secret })], "all")),
  },
  {
    where: "a log line about it",
    print: (secret) =>
      logged((log) => log.info({ secret }, "told %s %o %j", secret, secret, secret)),
  },
  {
    where: "a log line about an error",
    print: (secret) => logged((log) => log.error(Object.assign(new Error("failed"), { secret }))),
  },
  {
    where: "a log line about an error and its cause",
    print: (secret) =>
      logged((log) =>
        log.error({ err: new Error(`${secret}`, { cause: new Error(`${secret}`) }) }),
      ),
  },
];

/** What no string has by chance. */
const texts = fc.uuid();

test.for(prints)("whatever it holds, a secret prints as redacted in $where", ({ print }) => {
  fc.assert(
    fc.property(texts, (text) => {
      const got = print(new Secret(text));
      expect(got).toContain("[redacted]");
      expect(got).not.toContain(text);
    }),
    { numRuns: 20 },
  );
});

const copies: readonly { readonly how: string; readonly copy: (secret: Secret) => unknown }[] = [
  { how: "spread", copy: (secret) => ({ ...secret }) },
  { how: "assigned", copy: (secret) => Object.assign({}, secret) },
  { how: "cloned", copy: (secret) => structuredClone(secret) },
  { how: "cloned with what holds it", copy: (secret) => structuredClone({ list: [secret] }) },
  { how: "taken apart", copy: (secret) => Object.entries(secret) },
  {
    how: "taken apart with what is hidden",
    copy: (secret) => Reflect.ownKeys(secret).map((key) => Reflect.get(secret, key)),
  },
  { how: "described", copy: (secret) => Object.getOwnPropertyDescriptors(secret) },
  { how: "serialised", copy: (secret) => serialize(secret).toString("latin1") },
  { how: "taken for a number", copy: (secret) => Number(secret) },
  {
    how: "inspected as a plain object",
    copy: (secret) => inspect(secret, { customInspect: false }),
  },
];

test.for(copies)("a secret that is $how gives away nothing", ({ copy }) => {
  fc.assert(
    fc.property(texts, (text) => {
      const got = copy(new Secret(text));
      const said = `${inspect(got, { showHidden: true, depth: 9 })} ${JSON.stringify(got)}`;
      expect(said).not.toContain(text);
    }),
    { numRuns: 20 },
  );
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
