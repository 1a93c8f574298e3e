import fc from "fast-check";
import { expect, test } from "vitest";
import { type Redactor, Secret } from "../../src/model/secret.ts";
import { presentable, readGraphError, requestIdOf } from "../../src/tenant/graph-error.ts";
import { plainRedactor } from "./scripted-graph.ts";

test.each([
  {
    name: "an error body with innerError",
    body: '{"error":{"code":"AADB2C","message":"no","innerError":{"request-id":"r1"}}}',
    want: { code: "AADB2C", message: "no", requestId: "r1" },
  },
  {
    name: "an error body with innererror",
    body: '{"error":{"code":"AADB2C","message":"no","innererror":{"request-id":"r2"}}}',
    want: { code: "AADB2C", message: "no", requestId: "r2" },
  },
  {
    name: "an error body nested in itself",
    body: '{"error":{"code":"A","innerError":{"code":"B","message":"deep","innerError":{"request-id":"r3"}}}}',
    want: { code: "A", message: "deep", requestId: "r3" },
  },
  {
    name: "an error body of the sign-in service",
    body: '{"error":"invalid_client","error_description":"x"}',
    want: { code: null, message: "invalid_client", requestId: null },
  },
  {
    name: "a torn body",
    body: '{"error":{"co',
    want: { code: null, message: null, requestId: null },
  },
  {
    name: "a body with other types",
    body: '{"error":{"code":7,"message":[]}}',
    want: { code: null, message: null, requestId: null },
  },
  {
    name: "an error body nested without end",
    body: `{"error":${'{"innerError":'.repeat(100_000)}{}${"}".repeat(100_001)}`,
    want: { code: null, message: null, requestId: null },
  },
  { name: "no body", body: "", want: { code: null, message: null, requestId: null } },
])("$name is read for what it says", ({ body, want }) => {
  expect(readGraphError(body)).toEqual(want);
});

test.each([
  { name: "a known secret", text: "bad password canary!", want: "bad password [redacted]!" },
  { name: "a token", text: "got eyJhbGciOi.eyJzdWIi.c2ln", want: "got [redacted]" },
  {
    name: "the query of a URL",
    text: "targetUrl 'https://a.example/x?code=k#f' is wrong",
    want: "targetUrl 'https://a.example/x?[redacted]' is wrong",
  },
  {
    name: "the user of a URL",
    text: "https://joe:pw@a.example/x is wrong",
    want: "https://[redacted]@a.example/x is wrong",
  },
  { name: "control characters", text: "a\u001b[31m\r\nb\u0000\u202ec", want: "a [31m b c" },
])("$name is taken out of what is shown", ({ text, want }) => {
  const redactor = plainRedactor();
  redactor.add(new Secret("canary"));
  expect(presentable(text, redactor)).toBe(want);
});

test.each([
  {
    name: "two tokens",
    text: "eyJhbGci.e30.x or eyJhbGciOi.e30",
    want: "[redacted] or [redacted]",
  },
  { name: "a token behind other text", text: "a.b-eyJhbGciOi.e30.x!", want: "a.b-[redacted]!" },
  {
    name: "a password with an @",
    text: "ftp://joe:p@w@a.example",
    want: "ftp://[redacted]@a.example",
  },
  {
    name: "a URL in a query",
    text: '<a href="https://a.example?b=https://c.example?d=e">',
    want: '<a href="https://a.example?[redacted]">',
  },
])("$name: nothing is left of it", ({ text, want }) => {
  expect(presentable(text, plainRedactor())).toBe(want);
});

test.each([
  "nothing special",
  "see eyJ or v1.0-beta",
  "a.b.c?d#e",
  "joe@contoso.com",
  "https://a.example/x@y",
  "https://a.example/x (HTTP 400)",
])("'%s' is shown as it is", (text) => {
  expect(presentable(text, plainRedactor())).toBe(text);
});

test.each(["a.", "eyJ-", "://", "https://", "x", "a://b ", "eyJaaaaa"])(
  "a message of 1 MiB of '%s' is cut before anything looks at it",
  (part) => {
    const looked: number[] = [];
    const redactor: Redactor = {
      add: () => undefined,
      redact(text) {
        looked.push(text.length);
        return text;
      },
    };
    const shown = presentable(part.repeat(2 ** 20 / part.length), redactor);
    expect(looked).toEqual([133_072]);
    expect(shown.length).toBeLessThanOrEqual(300);
    expect(shown).toMatch(/…$/);
  },
);

test("no part of a secret is shown, wherever a long text is cut", () => {
  // The longest is a PFX of 64 KiB in base64.
  const secret = `${"s3cret".repeat(14_500)}!`;
  fc.assert(
    fc.property(fc.nat(140_000), fc.nat(3), (before, copies) => {
      const redactor = plainRedactor();
      redactor.add(new Secret(secret));
      const text = `${" ".repeat(before)}${secret.repeat(copies)}${"y".repeat(140_000)}`;
      expect(presentable(text, redactor)).not.toContain("s3c");
    }),
  );
});

test("a user and password in an address at the cut are not shown by half", () => {
  const text = `${" ".repeat(1_990)}https://joe:canary@a.example${"y".repeat(140_000)}`;
  expect(presentable(text, plainRedactor())).toBe("https…");
});

test("a secret that stands across the cut of a long text is gone all the same", () => {
  const redactor = plainRedactor();
  redactor.add(new Secret("canary"));
  const shown = presentable(`${"x".repeat(297)}canary`, redactor);
  expect(shown).toHaveLength(300);
  expect(shown).not.toContain("ca");
});

test("a request id that holds a secret is none", () => {
  const error = { code: null, message: null, requestId: null };
  const redactor = plainRedactor();
  redactor.add(new Secret("canary"));
  const idOf = (id: string) => requestIdOf(new Headers({ "request-id": id }), error, redactor);
  expect(idOf("0-canary-1")).toBeNull();
  expect(idOf("0-other-1")).toBe("0-other-1");
});
