import { expect, test } from "vitest";
import { environment, filed, literal } from "../../fuzz/canaries.ts";
import type { Answer } from "../../fuzz/examine.ts";
import { judge } from "../../fuzz/oracle.ts";
import type { Fault } from "../../src/model/fault.ts";
import { spellings } from "../canaries.ts";

const text = "apiVersion: plumbline/v1\nkind: Nonsense\n";

const fault: Fault = {
  severity: "error",
  code: "schema",
  message: "The kind is not known.",
  at: { file: "connectors/it.yaml", line: 2, column: 7 },
};

interface Told extends Partial<Answer> {
  readonly faults?: readonly object[];
  /** What the report says in words. */
  readonly says?: string;
  /** What the file holds. */
  readonly file?: string;
}

/** What is complained of when a file was answered like this. */
function complaints({ faults = [fault], says = "", file = text, ...answer }: Told = {}): string {
  const json = JSON.stringify({ version: 1, faults });
  const good = { status: 3, said: "", milliseconds: 1, reports: { json, text: says } };
  const textOf = (shown: string) => (shown === "connectors/it.yaml" ? file : null);
  return judge({ ...good, ...answer }, Buffer.from(file), textOf).complaints.join("\n");
}

test("an answer that keeps every promise is not complained of", () => {
  expect(complaints({ says: "connectors/it.yaml:2:7 The kind is not known.\n" })).toBe("");
  expect(complaints({ status: 0, faults: [] })).toBe("");
  expect(complaints({ status: 0, faults: [{ ...fault, severity: "warning" }] })).toBe("");
});

const at = (changes: object) => [{ ...fault, at: { ...fault.at, ...changes } }];

test.each<Told & { readonly name: string; readonly want: string }>([
  { name: "a crash", status: 1, said: "Sorry.", want: "The exit status is 1. Sorry." },
  { name: "a process that did not end", status: null, want: "The exit status is null" },
  { name: "a rejection without a fault", faults: [], want: "rejected without an error" },
  { name: "an error that is accepted", status: 0, want: "accepted in spite of an error" },
  { name: "a fault without a place", faults: [{ ...fault, at: null }], want: "has no place" },
  { name: "a line after the last", faults: at({ line: 4 }), want: "no line of a file" },
  { name: "a column after the last", faults: at({ column: 16 }), want: "no column of its line" },
  { name: "a place in no file", faults: at({ file: "b.yaml" }), want: "no line of a file" },
  { name: "a line before the first", faults: at({ line: 0 }), want: "not what its schema says" },
  { name: "a report that is no JSON", reports: { json: "{" }, want: "is no JSON" },
  { name: "a bug of ours", faults: [{ ...fault, code: "internal" }], want: "a bug of Plumbline" },
  {
    name: "a stack",
    says: "Oops\n    at readYaml (file:///app/src/definitions/yaml-text.ts:40:11)\n",
    want: "The inside of the program shows in text",
  },
  {
    name: "the name of an error, on standard error",
    said: "RangeError: Maximum call stack size exceeded",
    want: "shows in standard error: RangeError",
  },
  { name: "a character that steers a terminal", says: "\u001b[31m", want: "steers a terminal" },
  { name: "a file that takes longer than a second", milliseconds: 1_001, want: "took 1001 ms" },
])("$name is complained of", ({ name: _, want, ...told }) => {
  expect(complaints(told)).toContain(want);
});

test.each(
  [literal, environment, filed].flatMap(({ name, value }) =>
    [...spellings(value), value.slice(0, 24), value.slice(-24)].map((said) => ({ name, said })),
  ),
)("the secret of the $name is heard as $said", ({ said }) => {
  expect(complaints({ says: `Here stands ${said}.` })).toContain("The secret of the");
});

test.each([
  {
    where: "a password",
    file: `spec: { authentication: { basic: { password: ${literal.value} } } }`,
  },
  { where: "a password of no known place", file: `passphrase: ${literal.value}` },
  {
    where: "a client secret",
    file: `keyVault: { credential: { clientSecret: { secret: ${literal.value} } } }`,
  },
  { where: "a URL", file: `spec: { targetUrl: "https://x.example/?code=${literal.value}" }` },
  { where: "a comment", file: `kind: Nonsense # ${literal.value}` },
  { where: "no YAML", file: `"${literal.value}` },
])("a secret that is repeated from $where is complained of", ({ file }) => {
  const says = `Here stands ${literal.value}.`;
  expect(complaints({ says, file, faults: [] })).toContain("The secret of the literal");
});

test.each([
  { where: "a schedule", file: `tenants: [{ schedule: ${literal.value} }]` },
  { where: "the path of a secret", file: `password: { file: ${literal.value} }` },
  { where: "the name of a vault", file: `password: { keyVault: { vault: ${literal.value} } }` },
  { where: "a key", file: `spec: { ${literal.value}: 1 }` },
])("a value that is no secret may be repeated from $where", ({ file }) => {
  const says = `Here stands ${literal.value}.`;
  expect(complaints({ says, file, faults: [], status: 0 })).toBe("");
});
